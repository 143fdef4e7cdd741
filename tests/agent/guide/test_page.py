from __future__ import annotations

import os
import re
import stat
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Basis, Category, Severity, Status
from agent.guide import opening
from agent.guide.page import document
from agent.host.live import LiveHost
from agent.paths import Paths
from agent.status import CheckRow, Text
from agent.words import catalogue
from tests.agent.notify.desktop import needs
from tests.builders import NOW, command, computer

LINK = "https://www.ncsc.gov.uk/collection/defending-democracy/guidance-for-high-risk-individuals"
LINKS = {link for words in catalogue().values() for link in words.links}


def row(status: Status = Status.FAIL, title: str = "Your screen does not lock itself", **text: object) -> CheckRow:
    words = Text(
        title=title, body="It takes about a minute to fix.", steps=("Open Settings", "Then Power"), links=(LINK,)
    )
    return CheckRow(
        id="screen_lock",
        version=1,
        category=Category.DEVICE,
        status=status,
        severity=Severity.HIGH,
        basis=Basis.MEASURED,
        reason="off",
        observed_at=NOW,
        text=Text(**{**{f: getattr(words, f) for f in words.__struct_fields__}, **text}),
    )


class Seen(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_says_what_and_how_and_links_to_official_advice() -> None:
    seen = Seen(document([row()], NOW, LINKS))
    text = " ".join(seen.words)
    for part in ("Your screen does not lock itself", "Action needed", "Open Settings", "22 November 2026 at 10:00"):
        assert part in text
    assert ("href", LINK) in seen.attributes
    assert ("lang", "en-GB") in seen.attributes


def test_nothing_on_it_can_run_load_or_be_filled_in() -> None:
    """A page that asks for nothing cannot be mistaken for one that does."""
    seen = Seen(document([row()], NOW, LINKS))
    assert not {"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "button"} & set(
        seen.tags
    )
    policy = next(value for name, value in seen.attributes if name == "content" and value and "default-src" in value)
    assert "default-src 'none'" in policy
    assert not any(name.startswith("on") or name == "src" for name, _ in seen.attributes)
    assert "url(" not in document([row()], NOW, LINKS)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=100))
def test_whatever_the_words_are_they_are_words(title: str, body: str, step: str) -> None:
    plain = Seen(document([row()], NOW, LINKS))
    seen = Seen(document([row(title=title, body=f"<b>{body}", steps=(step, "<script>alert(1)</script>"))], NOW, LINKS))
    assert seen.tags == plain.tags
    assert [name for name, _ in seen.attributes] == [name for name, _ in plain.attributes]


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/", "javascript:alert(1)", LINK + "@evil.example", "http://www.ncsc.gov.uk/", "file:///x"],
)
def test_a_link_that_is_not_one_of_ours_is_left_out(link: str) -> None:
    page = document([row(links=(link,))], NOW, LINKS)
    assert "href" not in page
    assert "evil" not in page


def test_what_is_in_order_by_now_has_no_steps_and_comes_last() -> None:
    page = document([row(Status.PASS, "It locks"), row()], NOW, LINKS)
    assert page.index("does not lock") < page.index("It locks")
    assert page.count("<ol>") == 1
    assert "Here is how" not in document([row(Status.PASS, "It locks")], NOW, LINKS)


def test_about_nothing_it_says_that_there_is_nothing_to_do() -> None:
    assert "There is nothing to do about this now" in document([], None, LINKS)


def test_it_is_private_and_yesterdays_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "guide"
    first = opening.write("one", folder)
    assert (stat.S_IMODE(first.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    old = time.time() - 2 * opening.KEEP_SECONDS
    os.utime(first, (old, old))
    (folder / "notes.html").write_text("not ours")
    os.utime(folder / "notes.html", (old, old))
    second = opening.write("two", folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["notes.html", second.name])


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "guide").write_text("in the way")
    with pytest.raises(opening.OpeningError, match="could not be written"):
        opening.write("x", tmp_path / "guide")


def test_a_browser_from_a_snap_is_given_it_where_it_may_read(tmp_path: Path) -> None:
    common = tmp_path / "snap" / "firefox" / "common"
    common.mkdir(parents=True)
    paths = Paths(config="/c", policy="/p", data="/d", state="/s", runtime="/r")

    def where(browser: str) -> Path:
        ask = command("xdg-settings get default-web-browser", f"{browser}\n")
        files = {str(common / "x"): ""}
        return opening.folder(computer(commands=[ask], files=files, user={"name": "p", "home": str(tmp_path)}), paths)

    assert where("firefox_firefox.desktop") == common / "watchword"
    assert where("firefox.desktop") == Path("/r/guide")
    assert where("../../etc_firefox.desktop") == Path("/r/guide")
    assert where("chromium_chromium.desktop") == Path("/r/guide")


def test_without_a_browser_the_page_is_still_named(tmp_path: Path) -> None:
    with pytest.raises(opening.OpeningError, match=r"the page is /x\.html"):
        opening.open_file(Path("/x.html"), computer())


def test_a_real_browser_shows_it_in_320_pixels_without_scrolling_sideways(tmp_path: Path) -> None:
    needs("chromium")
    page = document([row(), row(Status.WARN, "W" * 48)], NOW, LINKS)
    # The real page allows no script; this one measures it from a frame that is as wide as a small telephone.
    path = tmp_path / "page.html"
    path.write_text(page)
    outer = tmp_path / "outer.html"
    outer.write_text(
        f'<iframe id=f width=320 height=3000 style="border:0" src="{path.name}"></iframe><p id=o></p>'
        "<script>onload=()=>"
        "{const d=f.contentDocument.documentElement;o.textContent='width '+d.scrollWidth+' '+"
        "f.contentDocument.querySelectorAll('ol li').length}</script>"
    )
    argv = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom"]
    argv += [f"--user-data-dir={tmp_path / 'profile'}", outer.as_uri()]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=90, check=False)
    assert re.search(r"width (\d+) (\d+)", done.stdout) is not None, done.stdout
    width, steps = map(int, re.search(r"width (\d+) (\d+)", done.stdout).groups())  # type: ignore[union-attr]
    assert (width, steps) == (320, 4)


def test_the_live_host_has_a_private_folder_for_it(own_home: Path) -> None:
    assert str(opening.folder(LiveHost(), Paths.here())).startswith(str(own_home))
