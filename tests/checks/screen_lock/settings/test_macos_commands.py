"""What a Mac's commands print: ``sysadminctl`` on stderr, ``pmset`` by power source, ``defaults``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.screen_lock.facts import NEVER, Power, Wait
from checks.screen_lock.macos import parse_idle_time
from checks.screen_lock.settings import pmset, sysadminctl

PREFIX = "2026-11-22 10:00:00.123 sysadminctl[812:4711] "
NONE = timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("screenLock is off", NEVER),
        ("screenLock delay is off", NEVER),
        ("screenLock delay is -1 seconds", NEVER),
        ("screenLock delay is -1.000000 seconds", NEVER),
        ("screenLock delay is 2147483647 seconds", NEVER),
        ("screenLock delay is immediate", NONE),
        ("screenLock is immediate", NONE),
        ("screenLock delay is 0 seconds", NONE),
        ("screenLock delay is 5 seconds", timedelta(seconds=5)),
        ("screenLock delay is 1 second", timedelta(seconds=1)),
        ("screenLock delay is 300.000000 seconds", timedelta(seconds=300)),
        ("screenLock delay is 300", timedelta(seconds=300)),
        ("SCREENLOCK DELAY IS IMMEDIATE", NONE),
    ],
)
def test_every_form_of_the_delay(text: str, expected: Wait) -> None:
    assert sysadminctl.parse(text) == expected
    assert sysadminctl.parse(f"{PREFIX}{text}\n") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "screenLock",
        "screenLock is on",
        "screenLock delay is",
        "screenLock delay is -5 seconds",
        "screenLock delay is 5 minutes",
        "screenLock delay is 5 seconds or so",
        "not screenLock is off",
        "Unknown state for screenLock (0)",
        "screenLock delay is immediate\nscreenLock is off",
        "screenLock delay is 99999999999 seconds",
    ],
)
def test_anything_else_is_no_answer(text: str) -> None:
    assert sysadminctl.parse(text) is None


LAPTOP = """Battery Power:
 Sleep On Power Button 1
 lowpowermode         0
 standby              1
 displaysleep         2
 sleep                1
AC Power:
 Sleep On Power Button 1
 displaysleep         10
 sleep                1
"""


def test_each_power_source_has_its_own_time() -> None:
    assert pmset.parse(LAPTOP) == {Power.BATTERY: timedelta(minutes=2), Power.MAINS: timedelta(minutes=10)}


def test_the_time_of_a_ups_is_not_that_of_the_section_before() -> None:
    found = pmset.parse(LAPTOP + "UPS Power:\n displaysleep 30\n")
    assert isinstance(found, dict)
    assert found[Power.UPS] == timedelta(minutes=30)
    assert found[Power.MAINS] == timedelta(minutes=10)


def test_an_unknown_section_belongs_to_nobody() -> None:
    found = pmset.parse("AC Power:\n sleep 1\nSolar Power:\n displaysleep 5\n")
    assert found == {Power.MAINS: Unreadable("empty", "pmset -g custom")}


def test_0_is_never() -> None:
    assert pmset.parse("AC Power:\n displaysleep 0\n") == {Power.MAINS: NEVER}


def test_words_after_the_number_do_not_matter() -> None:
    text = "AC Power:\n displaysleep         10 (display sleep prevented by coreaudiod)\n"
    assert pmset.parse(text) == {Power.MAINS: timedelta(minutes=10)}


@pytest.mark.parametrize(
    "line",
    [" displaysleep", " displaysleep ten", " displaysleep -1", " displaysleep 1.5", " displaysleep 5\n displaysleep 5"],
)
def test_a_time_that_is_no_number_or_there_twice_is_not_known(line: str) -> None:
    assert pmset.parse(f"AC Power:\n{line}\n") == {Power.MAINS: Unreadable("malformed", "pmset -g custom")}


def test_a_section_that_is_there_twice_is_not_known() -> None:
    found = pmset.parse("AC Power:\n displaysleep 5\nAC Power:\n displaysleep 5\n")
    assert found == {Power.MAINS: Unreadable("malformed", "pmset -g custom")}


@pytest.mark.parametrize(
    "text", ["", "\n", "displaysleep 5\n", " displaysleep 5\n", "Error\n", "UPS Power:\n displaysleep 5\n"]
)
def test_without_a_section_there_is_no_answer(text: str) -> None:
    assert pmset.parse(text) == Unreadable("malformed", "pmset -g custom")


@pytest.mark.parametrize(("stdout", "expected"), [("300\n", 300.0), ("0\n", 0.0), ("300.5", 300.5)])
def test_the_idle_time_is_a_number_of_seconds(stdout: str, expected: float) -> None:
    assert parse_idle_time(stdout, "", 0) == expected


@pytest.mark.parametrize("stdout", ["", "\n", "-300", "5 minutes", "{\n}", "uint32 300", "3e2", "nan", "inf"])
def test_an_idle_time_that_is_no_number_is_not_known(stdout: str) -> None:
    assert isinstance(parse_idle_time(stdout, "", 0), Unreadable)


def test_an_idle_time_that_was_never_set_is_absent() -> None:
    stderr = "2026-11-22 10:00:00.1 defaults[9:1] \nThe domain/default pair of (x, idleTime) does not exist\n"
    assert parse_idle_time("", stderr, 1) is None


@pytest.mark.parametrize(("stderr", "code"), [("", 1), ("does not exist", 127), ("no permission", 1), ("", 127)])
def test_another_failure_is_not_absence(stderr: str, code: int) -> None:
    assert isinstance(parse_idle_time("", stderr, code), Unreadable)


LINES = [*LAPTOP.splitlines(), "UPS Power:", " displaysleep 0", "screenLock is off", "screenLock delay is 5 seconds"]


@given(st.text() | st.lists(st.sampled_from(LINES)).map("\n".join), st.integers(-2, 300))
def test_no_text_breaks_the_parsers(text: str, code: int) -> None:
    delay = sysadminctl.parse(text)
    assert delay is None or delay is NEVER or (isinstance(delay, timedelta) and delay >= NONE)
    assert isinstance(pmset.parse(text), dict | Unreadable)
    idle = parse_idle_time(text, text, code)
    assert idle is None or isinstance(idle, Unreadable) or idle >= 0
