"""Switching it on and off on macOS: the launch agent's content, and what launchctl is asked. Not tried on a Mac."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.autostart import Computer, Method, NotOursError, Problem, Standing, macos, templates
from tests.agent.autostart.conftest import Answering, Make
from tests.builders import command

AGENT = "Library/LaunchAgents/org.saferpolitics.watchword.plist"
TARGET = "gui/501/org.saferpolitics.watchword"


def launchd(path: Path, *more: dict[str, Any]) -> dict[str, Any]:
    return {
        "commands": [
            *more,
            command(["launchctl", "enable", TARGET]),
            command(["launchctl", "bootout", TARGET]),
            command(["launchctl", "bootstrap", "gui/501", str(path / AGENT)]),
            command(["launchctl", "kickstart", TARGET]),
            command(["launchctl", "print", "gui/501"]),
            command(["launchctl", "print-disabled", "gui/501"], "disabled services = {\n}\n"),
        ]
    }


def asked(computer: Computer) -> list[str]:
    assert isinstance(computer.host, Answering)
    return [argv[1] for argv in computer.host.asked]


def test_the_launch_agent_starts_this_program_and_keeps_it_alive(make: Make, own_home: Path) -> None:
    computer = make("macos", **launchd(own_home), python="/Users/zoe/O'Brien & <Łuk>/python")
    assert macos.turn_on(computer, start=True) == "now"
    assert plistlib.loads((own_home / AGENT).read_bytes()) == {
        "Label": "org.saferpolitics.watchword",
        "ProgramArguments": ["/Users/zoe/O'Brien & <Łuk>/python", "-P", "-m", "agent", "daemon"],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 300,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "LowPriorityBackgroundIO": True,
        "Nice": 10,
        "Umask": 0o077,
        "StandardErrorPath": f"{own_home}/Library/Logs/Watchword/start.log",
    }
    assert (own_home / "Library/Logs/Watchword").is_dir()
    assert macos.read(computer) == Standing("on", Method.LAUNCHD)


def test_it_is_loaded_after_an_older_one_was_unloaded(make: Make, own_home: Path) -> None:
    computer = make("macos", **launchd(own_home))
    macos.turn_on(computer, start=True)
    assert asked(computer) == ["enable", "bootout", "bootstrap"]


def test_on_twice_only_makes_sure_that_it_runs(make: Make, own_home: Path) -> None:
    macos.turn_on(make("macos", **launchd(own_home)), start=True)
    again = make("macos", **launchd(own_home))
    assert macos.turn_on(again, start=True) == "now"
    assert asked(again) == ["enable", "kickstart"]


def test_without_starting_it_is_left_for_the_next_sign_in(make: Make, own_home: Path) -> None:
    computer = make("macos", **launchd(own_home))
    assert macos.turn_on(computer, start=False) == "at_sign_in"
    assert asked(computer) == ["enable"]


def test_an_old_one_that_is_still_going_is_waited_for(make: Make, own_home: Path) -> None:
    refusal = command(["launchctl", "bootstrap", "gui/501", str(own_home / AGENT)], exit=5)
    waits: list[float] = []
    computer = make("macos", **launchd(own_home, refusal))
    assert macos.turn_on(computer, start=True, wait=waits.append) == "at_sign_in"
    assert len(waits) == macos.BOOTSTRAP_TRIES - 1
    assert macos.read(computer).state == "on"


def test_where_nobody_is_signed_in_at_the_screen_it_waits_for_nothing(make: Make, own_home: Path) -> None:
    waits: list[float] = []
    nobody = (
        command(["launchctl", "bootstrap", "gui/501", str(own_home / AGENT)], exit=125),
        command(["launchctl", "print", "gui/501"], exit=113),
    )
    assert macos.turn_on(make("macos", **launchd(own_home, *nobody)), start=True, wait=waits.append) == "at_sign_in"
    assert waits == []


@pytest.mark.parametrize("state", ["disabled", "true"])
def test_one_that_launchd_was_told_to_leave_is_off(state: str, make: Make, own_home: Path) -> None:
    said = f'\tdisabled services = {{\n\t\t"com.apple.x" => enabled\n\t\t"{macos.LABEL}" => {state}\n\t}}\n'
    off = command(["launchctl", "print-disabled", "gui/501"], said)
    computer = make("macos", **launchd(own_home, off))
    macos.turn_on(computer, start=False)
    assert macos.read(computer) == Standing("off", Method.LAUNCHD, Problem.SWITCHED_OFF, str(own_home / AGENT))


def test_another_label_that_is_disabled_is_no_matter(make: Make, own_home: Path) -> None:
    said = f'"{macos.LABEL}.other" => disabled\n"{macos.LABEL}" => enabled\n'
    computer = make("macos", **launchd(own_home, command(["launchctl", "print-disabled", "gui/501"], said)))
    macos.turn_on(computer, start=False)
    assert macos.read(computer) == Standing("on", Method.LAUNCHD)


def test_a_watchword_that_was_moved_is_noticed(make: Make, own_home: Path) -> None:
    macos.turn_on(make("macos", **launchd(own_home), python="/old/python"), start=False)
    moved = make("macos", **launchd(own_home))
    assert macos.read(moved) == Standing("on", Method.LAUNCHD, Problem.OTHER_PROGRAM)
    macos.turn_on(moved, start=True)
    assert asked(moved)[-2:] == ["bootout", "bootstrap"]


def test_off_unloads_and_removes_it(make: Make, own_home: Path) -> None:
    computer = make("macos", **launchd(own_home))
    macos.turn_on(computer, start=False)
    assert macos.turn_off(computer) is True
    assert asked(computer)[-1] == "bootout"
    assert macos.read(computer) == Standing("off")
    assert macos.turn_off(computer) is False


@pytest.mark.parametrize("content", [b"", b"<plist/>", plistlib.dumps({"Label": "org.example"}), plistlib.dumps([1])])
def test_somebody_elses_file_is_left_alone(content: bytes, make: Make, own_home: Path) -> None:
    path = own_home / AGENT
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    computer = make("macos", **launchd(own_home))
    for action in (lambda: macos.turn_on(computer, start=True), lambda: macos.turn_off(computer)):
        with pytest.raises(NotOursError):
            action()
    assert path.read_bytes() == content
    assert asked(computer) == []
    assert macos.read(computer) == Standing("unknown", problem=Problem.NOT_OURS, where=str(path))


@given(st.binary(max_size=200) | st.builds(lambda tail: b"bplist00" + tail, st.binary(max_size=100)))
def test_no_content_is_taken_for_ours_by_accident(content: bytes) -> None:
    assert not macos._is_ours(content)


def test_the_template_itself_starts_nothing() -> None:
    text = templates.template("macos", "org.saferpolitics.watchword.plist")
    assert plistlib.loads(text.encode())["ProgramArguments"] == []
