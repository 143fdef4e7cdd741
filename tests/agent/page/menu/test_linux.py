"""The menu of a Linux desktop."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.autostart import NotOursError, Problem, Standing
from agent.page.menu import command, linux

if sys.platform != "linux":
    pytest.skip("menus of such files are of Linux", allow_module_level=True)

ARGV = ("/home/zoë/Watch word/python", "-P", "-m", "agent", "open")


@pytest.fixture
def entry(own_home: Path) -> Path:
    return own_home / ".local/share/applications/watchword-open.desktop"


def test_the_entry_opens_this_program_and_has_an_icon(entry: Path) -> None:
    assert linux.put(command()) is True
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(entry)
    keys = parser["Desktop Entry"]
    usual = os.path.join(os.path.dirname(sys.executable), "python")
    assert keys["Exec"].split() == [f'"{word}"' for word in (usual, "-P", "-m", "agent", "open")]
    assert os.path.isfile(keys["Icon"])
    assert linux.read(command()) == Standing("on")


def test_twice_changes_nothing_and_away_leaves_nothing(entry: Path) -> None:
    assert (linux.put(ARGV), linux.put(ARGV)) == (True, False)
    assert (linux.take_away(), linux.take_away()) == (True, False)
    assert not entry.exists()
    assert linux.read(ARGV) == Standing("off")


def test_a_moved_watchword_is_noticed_and_mended() -> None:
    linux.put(ARGV)
    moved = ("/opt/watchword/python", *ARGV[1:])
    assert linux.read(moved) == Standing("on", problem=Problem.OTHER_PROGRAM)
    assert linux.put(moved) is True
    assert linux.read(moved) == Standing("on")


@pytest.mark.parametrize("line", ["Hidden=true", "NoDisplay=true"])
def test_an_entry_that_was_hidden_in_a_menus_editor_is_off_until_it_is_asked_for(line: str, entry: Path) -> None:
    linux.put(ARGV)
    entry.write_text(f"{entry.read_text()}{line}\n")
    assert linux.read(ARGV) == Standing("off", problem=Problem.SWITCHED_OFF, where=str(entry))
    linux.put(ARGV)
    assert linux.read(ARGV) == Standing("on")


def test_somebody_elses_entry_is_left_alone(entry: Path) -> None:
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\nName=Mine\n")
    actions: tuple[Callable[[], object], ...] = (lambda: linux.put(ARGV), linux.take_away)
    for action in actions:
        with pytest.raises(NotOursError, match="was not written by Watchword"):
            action()
    assert entry.read_text() == "[Desktop Entry]\nName=Mine\n"
    assert linux.read(ARGV) == Standing("unknown", problem=Problem.NOT_OURS, where=str(entry))


def test_an_entry_that_cannot_be_read_is_not_told_to_be_there(entry: Path) -> None:
    linux.put(ARGV)
    entry.write_bytes(b"# Written by Watchword.\n[Desktop Entry\nExec=\xff\n")
    assert linux.read(ARGV) == Standing("on", problem=Problem.OTHER_PROGRAM)
