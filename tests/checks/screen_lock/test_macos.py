"""macOS: the earlier of screen saver and dark screen, then the delay, on every power source."""

from __future__ import annotations

import plistlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Finding
from agent.host import Completed, Unreadable
from agent.host.replay import ReplayHost
from checks.screen_lock import CHECK
from checks.screen_lock.macos import read
from tests.builders import command, computer, context

PASS = "pass within_limit"
OFF = "fail off"
LONG = "fail too_long"
NO_PASSWORD = "fail no_password"
UNREADABLE = "unknown unreadable"
ABSENT = "The domain/default pair of (com.apple.screensaver, idleTime) does not exist"
SECTIONS = {"battery": "Battery Power", "mains": "AC Power", "ups": "UPS Power"}
ASK_DELAY = "sysadminctl -screenLock status"
ASK_IDLE = "defaults -currentHost read com.apple.screensaver idleTime"
ASK_DISPLAY = "pmset -g custom"
EVERYBODY = "/Library/Managed Preferences/com.apple.screensaver.plist"
PERSON = "/Library/Managed Preferences/person/com.apple.screensaver.plist"


def delay(answer: str = "delay is immediate") -> dict[str, Any]:
    return command(ASK_DELAY, stderr=f"2026-11-22 10:00:00.123 sysadminctl[812:4711] screenLock {answer}\n")


def idle(seconds: int | None) -> dict[str, Any]:
    return command(ASK_IDLE, exit=1, stderr=ABSENT) if seconds is None else command(ASK_IDLE, f"{seconds}\n")


def display(**minutes: int) -> dict[str, Any]:
    sections = [f"{SECTIONS[name]}:\n sleep 1\n displaysleep {value}\n" for name, value in minutes.items()]
    return command(ASK_DISPLAY, "".join(sections))


def mac(*commands: dict[str, Any], **facts: Any) -> ReplayHost:
    """A laptop that locks at once, 5 minutes after the last key press, unless a command says otherwise."""
    answers = {one["argv"][0]: one for one in (delay(), idle(300), display(battery=5, mains=5), *commands)}
    return computer("macos", commands=list(answers.values()), **facts)


def finding(*commands: dict[str, Any], under: str = "standard", **facts: Any) -> Finding:
    (found,) = CHECK.run(context(mac(*commands, **facts), profile=under))
    return found


def said(*commands: dict[str, Any], **facts: Any) -> str:
    found = finding(*commands, **facts)
    return f"{found.status} {found.reason}"


def managed(*paths: str, binary: bool = True, **values: Any) -> dict[str, Any]:
    data = plistlib.dumps(values, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)
    return {path: {"base64": b64encode(data).decode()} for path in paths or (EVERYBODY,)}


def test_a_mac_that_locks_at_once_and_in_time() -> None:
    found = finding()
    assert (found.status, found.reason, found.facts["idle_minutes"]) == ("pass", "within_limit", 5)
    assert found.facts["desktop"] == "macOS"


def test_trap_14_the_answer_of_sysadminctl_is_on_stderr() -> None:
    assert said(command(ASK_DELAY, stderr="screenLock is off\n")) == NO_PASSWORD
    assert said(command(ASK_DELAY, stdout="nothing", stderr="screenLock delay is immediate\n")) == PASS


def test_trap_13_the_old_preferences_for_the_password_are_not_read() -> None:
    home = "/Users/person/Library/Preferences/com.apple.screensaver.plist"
    old = managed(home, askForPassword=1, askForPasswordDelay=0)
    assert said(delay("is off"), files=old) == NO_PASSWORD
    other = [command("defaults read com.apple.screensaver askForPassword", "1\n")]
    assert said(delay("is off"), *other) in (NO_PASSWORD, UNREADABLE)


def test_the_idle_time_of_the_login_window_is_not_read() -> None:
    window = managed("/Library/Preferences/com.apple.screensaver.plist", loginWindowIdleTime=300)
    assert said(idle(0), display(battery=0, mains=0), files=window) == OFF


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("delay is 5 seconds", PASS),
        ("delay is 60 seconds", "warn password_delay"),
        ("delay is 300 seconds", "fail password_delay"),
        ("delay is -1.000000 seconds", NO_PASSWORD),
    ],
)
def test_the_delay_counts(answer: str, expected: str) -> None:
    assert said(delay(answer)) == expected


def test_the_earlier_of_saver_and_display_counts() -> None:
    assert said(idle(1800)) == PASS
    assert said(display(battery=60, mains=60)) == PASS
    assert said(idle(1800), display(battery=60, mains=60)) == LONG


def test_0_is_never_and_not_at_once() -> None:
    assert said(idle(0)) == PASS
    assert said(idle(0), display(battery=0, mains=0)) == OFF
    assert said(idle(0), display(battery=5, mains=0)) == OFF


def test_the_worst_power_source_counts() -> None:
    found = finding(idle(0), display(battery=2, mains=30))
    assert (found.reason, found.facts["power"], found.facts["idle_minutes"]) == ("too_long", "mains", 30)
    assert said(idle(0), display(battery=30, mains=2)) == LONG


def test_a_ups_is_a_power_source_of_its_own() -> None:
    found = finding(idle(0), display(ups=30, mains=5))
    assert (found.reason, found.facts["power"]) == ("too_long", "ups")
    assert said(idle(300), display(ups=30, mains=5)) == PASS


def test_a_mac_without_a_battery_is_judged_on_the_mains() -> None:
    assert said(idle(0), display(mains=5)) == PASS


def test_an_idle_time_that_was_never_set_is_20_minutes() -> None:
    assert said(idle(None)) == PASS
    found = finding(idle(None), display(battery=0, mains=0))
    assert (found.reason, found.facts["idle_minutes"]) == ("too_long", 20)


@pytest.mark.parametrize("binary", [True, False])
def test_what_the_office_set_beats_the_person(binary: bool) -> None:
    dark = display(battery=0, mains=0)
    assert said(idle(300), dark, files=managed(idleTime=1800, binary=binary)) == LONG
    found = finding(idle(1800), dark, files=managed(idleTime=300, binary=binary))
    assert (found.status, found.facts["managed"]) == ("pass", True)


def test_what_the_office_set_for_the_person_beats_what_it_set_for_all() -> None:
    files = managed(PERSON, idleTime=300) | managed(EVERYBODY, idleTime=1800)
    assert said(display(battery=0, mains=0), files=files) == PASS


def test_managed_values_are_taken_one_by_one() -> None:
    files = managed(PERSON, askForPassword=True) | managed(EVERYBODY, idleTime=1800)
    assert said(display(battery=0, mains=0), files=files) == LONG


@pytest.mark.parametrize("value", ["300", True, -1, [300], b"300", 1e300])
def test_a_managed_time_that_is_no_number_is_not_known(value: Any) -> None:
    assert said(display(battery=0, mains=0), files=managed(idleTime=value)) == UNREADABLE


@pytest.mark.parametrize("entry", ["", "nonsense", "<plist>", {"base64": b64encode(b"bplist00\xff").decode()}])
def test_a_managed_file_that_is_broken_hides_the_persons_value(entry: Any) -> None:
    assert said(display(battery=0, mains=0), files={EVERYBODY: entry}) == UNREADABLE


def test_a_managed_file_that_may_not_be_read_hides_the_persons_value() -> None:
    dark = display(battery=0, mains=0)
    assert said(dark, files={PERSON: {"denied": True}}) == "unknown no_permission"
    assert said(dark, files={PERSON: {"denied": True}} | managed(idleTime=300)) == "unknown no_permission"
    assert said(files={PERSON: {"denied": True}}) == PASS  # the screen going off locks all the same


def test_a_profile_that_asks_for_no_password_makes_the_delay_uncertain() -> None:
    assert said(files=managed(askForPassword=False)) == UNREADABLE
    assert said(delay("is off"), files=managed(askForPassword=False)) == NO_PASSWORD
    assert said(files=managed(askForPassword=True)) == PASS


@pytest.mark.parametrize("value", ["0", "NO", b"\x00", [], -1])
def test_a_profile_of_which_it_is_not_clear_whether_it_asks_for_the_password_makes_the_delay_uncertain(
    value: Any,
) -> None:
    assert said(files=managed(askForPassword=value)) == UNREADABLE


@pytest.mark.parametrize("key", ["idleTime", "askForPasswordDelay"])
def test_a_managed_number_longer_than_any_float_is_not_known(key: str) -> None:
    text = f"<plist version='1.0'><dict><key>{key}</key><integer>{'9' * 400}</integer></dict></plist>"
    assert said(display(battery=0, mains=0), files={EVERYBODY: text}) == UNREADABLE


def test_a_profile_with_a_longer_delay_than_macos_tells_makes_it_uncertain() -> None:
    assert said(files=managed(askForPasswordDelay=300)) == UNREADABLE
    assert said(files=managed(askForPassword=True, askForPasswordDelay=3600)) == UNREADABLE
    assert said(files=managed(askForPassword=True, askForPasswordDelay=0)) == PASS
    assert said(delay("delay is 5 seconds"), files=managed(askForPasswordDelay=5)) == PASS
    assert said(delay("delay is 300 seconds"), files=managed(askForPasswordDelay=0)) == "fail password_delay"
    assert said(delay("is off"), files=managed(askForPasswordDelay=0)) == NO_PASSWORD


@pytest.mark.parametrize("value", ["0", True, -1, [0], 1e300, float("nan")])
def test_a_managed_delay_that_is_no_number_is_not_known(value: Any) -> None:
    assert said(files=managed(askForPasswordDelay=value)) == UNREADABLE


@pytest.mark.parametrize("broken", [ASK_DELAY, ASK_DISPLAY, ASK_IDLE])
@pytest.mark.parametrize("answer", [{"exit": 0}, {"exit": 1, "stderr": "no"}, {"failure": "timeout"}, {"exit": 127}])
def test_silence_of_a_command_is_never_a_lock(broken: str, answer: dict[str, Any]) -> None:
    others = [idle(0)] if broken != ASK_IDLE else [display(battery=0, mains=0)]
    found = said(*others, {"argv": broken.split(), **answer})
    assert found in (UNREADABLE, "unknown timeout")


def test_a_missing_tool_is_not_known() -> None:
    host = computer("macos", commands=[idle(300), display(battery=5, mains=5)])
    (found,) = CHECK.run(context(host))
    assert f"{found.status} {found.reason}" == "unknown no_tool"


def test_a_certain_fault_shows_beside_a_missing_answer() -> None:
    assert said(idle(0), display(battery=0, mains=0), command(ASK_DELAY)) == OFF
    assert said(delay("is off"), command(ASK_DISPLAY)) == NO_PASSWORD


def test_root_and_a_session_over_the_network_say_nothing() -> None:
    assert said(user={"name": "root", "home": "/var/root", "uid": 0}) == "unknown unsupported"
    assert said(env={"SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}) == UNREADABLE


class Noted(ReplayHost):
    """A replay that keeps note of what was asked of it."""

    def __init__(self, host: ReplayHost) -> None:
        super().__init__(host.recording)
        self.commands: list[str] = []
        self.paths: list[str] = []

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        self.commands.append(" ".join(argv))
        return super().run(argv, timeout)

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        self.paths.append(path)
        return super().read_bytes(path)


def test_nothing_is_asked_that_would_ask_the_person_for_a_permission() -> None:
    host = Noted(mac())
    read(host)
    assert sorted(host.commands) == sorted([ASK_DELAY, ASK_IDLE, ASK_DISPLAY])
    assert host.paths == [PERSON, EVERYBODY]


@pytest.mark.parametrize("name", ["", "..", "a/b", "."])
def test_a_user_name_never_leads_out_of_the_folder(name: str) -> None:
    host = Noted(mac(user={"name": name, "home": "/Users/x", "uid": 501}))
    read(host)
    assert host.paths == [EVERYBODY]


#: Values of every name but the one that sets the time, and that one with values that are no time.
OTHERS = st.dictionaries(st.text("idleTme0", max_size=7), st.integers(0, 99)).map(plistlib.dumps)
NO_TIMES = st.one_of(
    st.booleans(), st.integers(-99, 0), st.text("19", max_size=3), st.binary(), st.lists(st.integers(1, 9))
)
NO_TIME = NO_TIMES.map(lambda value: plistlib.dumps({"idleTime": value}))


@given(st.binary() | OTHERS | NO_TIME)
def test_no_managed_file_breaks_the_probe(data: bytes) -> None:
    files = {EVERYBODY: {"base64": b64encode(data).decode()}}
    verdict = said(idle(0), display(battery=0, mains=0), files=files)
    assert not verdict.startswith("pass") or is_a_time(data)


def is_a_time(data: bytes) -> bool:
    """Whether the file does set a time: bytes at random can."""
    value = plistlib.loads(data).get("idleTime")
    return isinstance(value, int | float) and 0 < value <= 600


@pytest.mark.parametrize("value", ["0x" + "F" * 10_000, "-0x" + "F" * 10_000, "0x" + "F" * 300, "9" * 4000])
@pytest.mark.parametrize("key", ["idleTime", "askForPasswordDelay"])
def test_a_number_longer_than_any_in_what_the_office_set_is_unreadable(key: str, value: str) -> None:
    text = f'<?xml version="1.0"?><plist version="1.0"><dict><key>{key}</key><integer>{value}</integer></dict></plist>'
    assert said(display(battery=0, mains=0), files={EVERYBODY: text}) == UNREADABLE
