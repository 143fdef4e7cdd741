"""The private file that a browser is given instead of the secret address."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from agent.host.live import LiveHost
from agent.page import opening
from agent.page.launcher import clear
from agent.paths import Paths
from tests.builders import command, computer


def test_it_is_private_and_yesterdays_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    first = opening.write("one", folder)
    assert (stat.S_IMODE(first.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    old = time.time() - 2 * opening.KEEP_SECONDS
    os.utime(first, (old, old))
    (folder / "notes.html").write_text("not ours")
    os.utime(folder / "notes.html", (old, old))
    second = opening.write("two", folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["notes.html", second.name])


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("in the way")
    with pytest.raises(opening.OpeningError, match="could not be written"):
        opening.write("x", tmp_path / "page")


def test_a_browser_from_a_snap_is_given_it_where_it_may_read(tmp_path: Path) -> None:
    common = tmp_path / "snap" / "firefox" / "common"
    common.mkdir(parents=True)
    paths = Paths(config="/c", policy="/p", data="/d", state="/s", runtime="/r")

    def where(browser: str) -> Path:
        ask = command("xdg-settings get default-web-browser", f"{browser}\n")
        files = {str(common / "x"): ""}
        return opening.folder(computer(commands=[ask], files=files, user={"name": "p", "home": str(tmp_path)}), paths)

    assert where("firefox_firefox.desktop") == common / "watchword"
    assert where("firefox.desktop") == Path("/r/page")
    assert where("../../etc_firefox.desktop") == Path("/r/page")
    assert where("chromium_chromium.desktop") == Path("/r/page")


def test_without_a_browser_the_page_is_still_named(tmp_path: Path) -> None:
    with pytest.raises(opening.OpeningError, match=r"the page is /x\.html"):
        opening.open_file(Path("/x.html"), computer())


def test_the_live_host_has_a_private_folder_for_it(own_home: Path) -> None:
    assert str(opening.folder(LiveHost(), Paths.here())).startswith(str(own_home))


def test_when_the_page_has_ended_nothing_is_left(own_home: Path) -> None:
    where = opening.folder(LiveHost(), Paths.here())
    opening.write("one", where)
    (where / "notes.html").write_text("not ours")
    clear(LiveHost(), Paths.here())
    assert [path.name for path in where.iterdir()] == ["notes.html"]
