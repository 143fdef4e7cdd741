"""``watchword open --menu``: what it says and with which code it ends, on Linux; tests/windows has Windows' own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agent.cli import run as watchword

if sys.platform != "linux":
    pytest.skip("menus of such files are of Linux", allow_module_level=True)


@pytest.fixture
def entry(own_home: Path) -> Path:
    return own_home / ".local/share/applications/watchword-open.desktop"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


class Said:
    """The command's exit code, then what it said line by line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, action: str) -> tuple[int, list[str]]:
        code = watchword(["open", "--menu", action])
        both = self._capsys.readouterr()
        return code, [*both.out.splitlines(), *both.err.splitlines()]


def test_on_status_off(said: Said, entry: Path) -> None:
    assert said("status") == (0, ["Watchword is not in the menu."])
    assert said("on") == (0, ["Watchword is in the menu."])
    assert said("on") == (0, ["Watchword is in the menu already."])
    assert said("status") == (0, ["Watchword is in the menu."])
    assert said("off") == (0, ["Watchword is no longer in the menu."])
    assert said("off") == (0, ["Watchword was not in the menu."])
    assert not entry.exists()


def test_a_moved_watchword_is_told_with_how_to_mend_it(said: Said, entry: Path) -> None:
    said("on")
    entry.write_text(entry.read_text().replace(os.path.dirname(sys.executable), "/opt/watchword/bin"))
    code, lines = said("status")
    assert (code, lines[0]) == (1, "Watchword is in the menu.")
    assert "To use this one: watchword open --menu on" in lines[1]
    assert said("on") == (0, ["Watchword is in the menu."])
    assert said("status")[0] == 0


def test_a_hidden_entry_is_told_with_how_to_mend_it(said: Said, entry: Path) -> None:
    said("on")
    entry.write_text(f"{entry.read_text()}Hidden=true\n")
    code, lines = said("status")
    assert (code, lines[0]) == (1, "Watchword is not in the menu.")
    assert "`watchword open --menu on` shows it again" in lines[1]


def test_somebody_elses_entry_is_one_line_and_left_alone(said: Said, entry: Path) -> None:
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\nName=Mine\n")
    for action in ("on", "off"):
        code, lines = said(action)
        assert (code, len(lines)) == (2, 1)
        assert f"{entry} was not written by Watchword" in lines[0]
    code, lines = said("status")
    assert (code, lines[0]) == (3, "It cannot be told whether Watchword is in the menu.")
    assert entry.read_text() == "[Desktop Entry]\nName=Mine\n"


def test_a_folder_that_cannot_be_made_is_one_line(said: Said, own_home: Path) -> None:
    (own_home / ".local").write_text("no folder")
    code, lines = said("on")
    assert (code, len(lines)) == (4, 1)
    assert str(own_home / ".local") in lines[0]
