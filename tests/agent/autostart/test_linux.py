"""Switching it on and off on Linux: with systemd, without, and with other people's files in the way."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from agent.autostart import Computer, Method, NotOursError, Problem, Standing, linux
from agent.errors import RefusedError
from tests.agent.autostart.conftest import Answering, Make
from tests.builders import command

UNIT, ENTRY = ".config/systemd/user/watchword.service", ".config/autostart/watchword.desktop"
WANTED = ".config/systemd/user/graphical-session.target.wants/watchword.service"

pytestmark = pytest.mark.skipif(shutil.which("systemctl") is None, reason="needs systemctl")


def systemctl(*arguments: str, exit: int = 0, stdout: str = "") -> dict[str, Any]:
    return command(["systemctl", "--user", *arguments], stdout, exit)


def manager(*more: dict[str, Any], state: str = "running") -> dict[str, Any]:
    """The answers of a user manager."""
    unit = "watchword.service"
    return {
        "commands": [
            systemctl("is-system-running", stdout=f"{state}\n", exit=0 if state == "running" else 1),
            *more,
            systemctl("daemon-reload"),
            systemctl("enable", unit),
            systemctl("disable", "--now", unit),
            systemctl("start", unit),
            systemctl("restart", unit),
        ]
    }


def asked(computer: Computer) -> list[str]:
    assert isinstance(computer.host, Answering)
    return [" ".join(argv[2:]) for argv in computer.host.asked]


def everything_below(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_with_systemd_the_unit_starts_it_and_the_entry_steps_back(make: Make, own_home: Path) -> None:
    computer = make(**manager())
    assert linux.turn_on(computer, start=True) == "now"
    assert linux.read(computer) == Standing("on", Method.SYSTEMD)
    assert everything_below(own_home) == {UNIT, ENTRY, WANTED}
    assert "X-systemd-skip=true\n" in (own_home / ENTRY).read_text()
    assert asked(computer)[:4] == [
        "is-system-running",
        "daemon-reload",
        "enable watchword.service",
        "restart watchword.service",
    ]


@pytest.mark.parametrize("state", ["degraded", "starting", "initializing"])
def test_a_manager_that_is_not_well_is_a_manager(state: str, make: Make) -> None:
    computer = make(**manager(state=state))
    linux.turn_on(computer, start=False)
    assert linux.read(computer).method is Method.SYSTEMD


@pytest.mark.parametrize("state", ["offline", "unknown", "", "running around"])
def test_without_a_manager_the_entry_starts_it(state: str, make: Make, own_home: Path) -> None:
    computer = make(**manager(state=state))
    assert linux.turn_on(computer, start=True) == "at_sign_in"
    assert linux.read(computer) == Standing("on", Method.XDG)
    assert everything_below(own_home) == {ENTRY}
    assert "X-GNOME-HiddenUnderSystemd=false\n" in (own_home / ENTRY).read_text()


def test_without_any_systemctl_the_entry_starts_it(make: Make) -> None:
    computer = make()
    assert linux.turn_on(computer, start=True) == "at_sign_in"
    assert linux.read(computer) == Standing("on", Method.XDG)


def test_a_manager_that_refuses_leaves_no_unit_behind(make: Make, own_home: Path) -> None:
    computer = make(**manager(systemctl("enable", "watchword.service", exit=1)))
    linux.turn_on(computer, start=True)
    assert linux.read(computer) == Standing("on", Method.XDG)
    assert everything_below(own_home) == {ENTRY}


def test_when_systemd_has_gone_the_entry_takes_over(make: Make, own_home: Path) -> None:
    linux.turn_on(make(**manager()), start=False)
    linux.turn_on(make(), start=False)
    assert linux.read(make()) == Standing("on", Method.XDG)
    assert everything_below(own_home) == {ENTRY}


def test_on_twice_changes_nothing_and_restarts_nothing(make: Make, own_home: Path) -> None:
    linux.turn_on(make(**manager()), start=True)
    before = {name: (own_home / name).lstat().st_mtime_ns for name in (UNIT, ENTRY)}
    again = make(**manager())
    assert linux.turn_on(again, start=True) == "now"
    assert {name: (own_home / name).lstat().st_mtime_ns for name in (UNIT, ENTRY)} == before
    assert asked(again)[-1] == "start watchword.service"


def test_a_start_that_fails_is_no_failure_of_the_whole(make: Make) -> None:
    computer = make(**manager(systemctl("restart", "watchword.service", exit=1)))
    assert linux.turn_on(computer, start=True) == "at_sign_in"
    assert linux.read(computer).state == "on"


def test_off_removes_what_is_ours_and_nothing_else(make: Make, own_home: Path) -> None:
    other = own_home / ".config/autostart/other.desktop"
    other.parent.mkdir(parents=True)
    other.write_text("[Desktop Entry]\n")
    computer = make(**manager())
    linux.turn_on(computer, start=True)
    assert linux.turn_off(computer) is True
    assert everything_below(own_home) == {".config/autostart/other.desktop"}
    assert linux.read(computer) == Standing("off")
    assert linux.turn_off(computer) is False


def test_off_without_a_manager_leaves_no_dangling_link(make: Make, own_home: Path) -> None:
    linux.turn_on(make(**manager()), start=False)
    assert linux.turn_off(make()) is True
    assert everything_below(own_home) == set()


def test_a_watchword_that_was_moved_is_noticed_and_mended(make: Make) -> None:
    linux.turn_on(make(**manager(), python="/old/python"), start=False)
    moved = make(**manager(), python="/new/python")
    assert linux.read(moved) == Standing("on", Method.SYSTEMD, Problem.OTHER_PROGRAM)
    linux.turn_on(moved, start=False)
    assert linux.read(moved) == Standing("on", Method.SYSTEMD)


@pytest.mark.parametrize(
    "change",
    [("X-GNOME-Autostart-enabled=true", "X-GNOME-Autostart-enabled=false"), ("Terminal", "Hidden=true\nTerminal")],
)
def test_an_entry_that_the_person_switched_off_does_not_count_as_on(
    change: tuple[str, str], make: Make, own_home: Path
) -> None:
    computer = make()
    linux.turn_on(computer, start=False)
    path = own_home / ENTRY
    path.write_text(path.read_text().replace(*change))
    assert linux.read(computer) == Standing("off", Method.XDG, Problem.SWITCHED_OFF, str(path))
    linux.turn_on(computer, start=False)
    assert linux.read(computer) == Standing("on", Method.XDG)


def test_a_unit_that_was_disabled_does_not_count_as_on(make: Make, own_home: Path) -> None:
    computer = make(**manager())
    linux.turn_on(computer, start=False)
    (own_home / WANTED).unlink()
    standing = linux.read(computer)
    assert (standing.state, standing.problem) == ("off", Problem.SWITCHED_OFF)


def test_a_missing_entry_beside_the_unit_is_told(make: Make, own_home: Path) -> None:
    computer = make(**manager())
    linux.turn_on(computer, start=False)
    (own_home / ENTRY).unlink()
    assert linux.read(computer) == Standing("on", Method.SYSTEMD, Problem.INCOMPLETE)


@pytest.mark.parametrize("name", [UNIT, ENTRY])
def test_somebody_elses_file_is_left_alone(name: str, make: Make, own_home: Path) -> None:
    theirs = own_home / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text("# mine\n")
    computer = make(**manager())
    with pytest.raises(NotOursError, match="not written by Watchword"):
        linux.turn_on(computer, start=True)
    with pytest.raises(NotOursError):
        linux.turn_off(computer)
    assert everything_below(own_home) == {name}
    assert theirs.read_text() == "# mine\n"
    assert linux.read(computer) == Standing("unknown", problem=Problem.NOT_OURS, where=str(theirs))


@pytest.mark.parametrize("name", [UNIT, ENTRY])
def test_a_link_is_not_followed(name: str, make: Make, own_home: Path) -> None:
    target = own_home / "elsewhere"
    computer = make(**manager())
    linux.turn_on(computer, start=False)
    shutil.move(own_home / name, target)  # even to a file that is ours
    before = target.read_bytes()
    (own_home / name).symlink_to(target)
    with pytest.raises(NotOursError):
        linux.turn_on(make(**manager(), python="/new/python"), start=False)
    with pytest.raises(NotOursError):
        linux.turn_off(computer)
    assert target.read_bytes() == before
    assert (own_home / name).is_symlink()


def test_off_removes_our_unit_though_the_entry_is_somebody_elses(make: Make, own_home: Path) -> None:
    computer = make(**manager())
    linux.turn_on(computer, start=False)
    (own_home / ENTRY).write_text("# mine\n")
    with pytest.raises(NotOursError):
        linux.turn_off(computer)
    assert everything_below(own_home) == {ENTRY}


def test_a_masked_unit_is_not_ours_to_unmask(make: Make, own_home: Path) -> None:
    (own_home / UNIT).parent.mkdir(parents=True)
    (own_home / UNIT).symlink_to("/dev/null")
    assert linux.read(make(**manager())).problem is Problem.NOT_OURS


def test_a_folder_that_is_open_to_everybody_is_refused(make: Make, own_home: Path) -> None:
    folder = (own_home / ENTRY).parent
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    with pytest.raises(RefusedError, match="everybody may change it"):
        linux.turn_on(make(), start=False)
    assert everything_below(own_home) == set()


def test_settings_kept_elsewhere_by_a_link_of_the_persons_own_are_fine(make: Make, own_home: Path) -> None:
    (own_home / "dotfiles").mkdir()
    (own_home / ".config").symlink_to("dotfiles")
    computer = make(**manager())
    linux.turn_on(computer, start=False)
    assert linux.read(computer) == Standing("on", Method.SYSTEMD)


def test_xdg_config_home_is_followed_when_it_is_absolute(make: Make, own_home: Path) -> None:
    linux.turn_on(make(env={"XDG_CONFIG_HOME": f"{own_home}/settings"}), start=False)
    assert (own_home / "settings/autostart/watchword.desktop").exists()
    linux.turn_on(make(env={"XDG_CONFIG_HOME": "settings"}), start=False)
    assert (own_home / ENTRY).exists()


def test_others_may_read_the_files_and_only_the_person_may_write_them(make: Make, own_home: Path) -> None:
    previous = os.umask(0o077)
    try:
        linux.turn_on(make(**manager()), start=False)
    finally:
        os.umask(previous)
    for name in (UNIT, ENTRY):
        assert stat.S_IMODE((own_home / name).stat().st_mode) == 0o644


def test_a_home_that_cannot_be_written_leaves_no_half(make: Make, own_home: Path) -> None:
    (own_home / ".config").write_text("not a folder")
    with pytest.raises(OSError):  # noqa: PT011  (which one depends on the system)
        linux.turn_on(make(), start=False)
    assert linux.read(make()) == Standing("off")


@pytest.mark.parametrize("desktop", ["ubuntu:GNOME", "KDE", "XFCE", "X-Cinnamon", ""])
def test_a_desktop_that_starts_entries_raises_no_doubt(desktop: str, make: Make) -> None:
    computer = make(env={"XDG_CURRENT_DESKTOP": desktop})
    linux.turn_on(computer, start=False)
    assert linux.read(computer) == Standing("on", Method.XDG)


def test_a_desktop_that_is_not_known_to_start_entries_is_told(make: Make) -> None:
    computer = make(env={"XDG_CURRENT_DESKTOP": "sway"})
    linux.turn_on(computer, start=False)
    assert linux.read(computer) == Standing("on", Method.XDG, Problem.NOT_THIS_DESKTOP)


@pytest.mark.parametrize(("exit", "problem"), [(0, None), (3, Problem.NOT_THIS_DESKTOP)])
def test_a_desktop_that_reaches_the_target_raises_no_doubt(exit: int, problem: Problem | None, make: Make) -> None:
    target = systemctl("is-active", "--quiet", "graphical-session.target", exit=exit)
    computer = make(**manager(target), env={"XDG_CURRENT_DESKTOP": "sway"})
    linux.turn_on(computer, start=False)
    assert linux.read(computer) == Standing("on", Method.SYSTEMD, problem)


@pytest.mark.parametrize(
    "rest", [b"", b"\xff\xfe", b"[Desktop", b"\nExec=1\n[Service]\nExecStart\n", b"[Service]\n =\n" * 9]
)
@pytest.mark.parametrize("name", [UNIT, ENTRY])
def test_a_damaged_file_of_ours_is_never_on_as_it_should_be(name: str, rest: bytes, make: Make, own_home: Path) -> None:
    computer = make(**manager())
    linux.turn_on(computer, start=False)
    (own_home / name).write_bytes(linux.MARK + rest)
    assert linux.read(computer).problem is Problem.OTHER_PROGRAM
    linux.turn_on(computer, start=False)
    assert linux.read(computer) == Standing("on", Method.SYSTEMD)
