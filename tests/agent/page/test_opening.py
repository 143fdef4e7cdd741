"""Opening it: in a browser that is given a private file, and at an item."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest

from agent.cli import run as watchword
from agent.page.address import Address, noted
from agent.page.launcher import document
from agent.paths import Paths
from tests.agent.page.furnished import furnish
from tests.agent.page.markup import read
from tests.agent.page.test_server import end as end_process
from tests.agent.page.test_server import serving


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that notes what it was given; xdg-open takes the one that BROWSER names."""
    if sys.platform != "linux":
        pytest.skip("xdg-open is of Linux")
    noting = tmp_path / "browser"
    noting.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/given\n')
    noting.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(noting))
    monkeypatch.delenv("DISPLAY", raising=False)
    return tmp_path / "given"


def end() -> None:
    address = noted(Paths.here().page)
    assert address is not None
    end_process(serving(address))


def test_the_browser_is_given_a_private_file_and_not_the_address(
    browser: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watchword(["open", "--at", "screen_lock"]) == 0
    for _ in range(100):
        if browser.exists() and browser.read_text().strip():
            break
        time.sleep(0.05)
    address = noted(Paths.here().page)
    assert address is not None
    (given,) = browser.read_text().split()
    assert address.secret not in given
    file = Path(given.removeprefix("file://"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert address.url("/item/screen_lock") in file.read_text()
    said = capsys.readouterr()
    assert address.secret not in said.out + said.err
    end()
    assert not file.exists()


def test_the_file_leads_on_by_itself_and_by_a_link() -> None:
    url = Address(1, "s", "p").url("/item/a&b")
    page = read(document(url))
    (refresh,) = [one for one in page.all("meta") if one.attributes.get("http-equiv") == "refresh"]
    assert refresh.attributes["content"] == f"0; url={url}"
    assert [link.attributes["href"] for link in page.all("a")] == [url]


def test_it_opens_at_an_account_by_its_label(capsys: pytest.CaptureFixture[str]) -> None:
    ids = furnish()
    assert watchword(["open", "--no-browser", "--at", "two_step:Work email"]) == 0
    address = noted(Paths.here().page)
    assert address is not None
    assert capsys.readouterr().out.strip() == address.url(f"/item/two_step/{ids['mail']}")
    end()


@pytest.mark.parametrize("item", ["screen_lok", "", ":", "two_step:nobody", "two_step:../../x"])
def test_a_wrong_name_is_refused_and_nothing_is_started(item: str, capsys: pytest.CaptureFixture[str]) -> None:
    furnish()
    assert watchword(["open", "--no-browser", "--at", item]) == 2
    assert capsys.readouterr().out == ""
    assert noted(Paths.here().page) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable names the folder")
def test_where_others_could_say_where_it_is_nothing_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "watchword").symlink_to(tmp_path)
    assert watchword(["open", "--no-browser"]) == 4
    assert "is not yours, so what it says of the page is not believed" in capsys.readouterr().err


def test_where_it_cannot_be_started_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    runtime = Path(Paths.here().runtime)
    runtime.parent.mkdir(parents=True)
    runtime.write_text("no folder")
    assert watchword(["open", "--no-browser"]) == 4
    assert "the page could not be started: " in capsys.readouterr().err
