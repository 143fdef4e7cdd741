from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.screen_lock.facts import NEVER
from checks.screen_lock.settings import hypridle, hyprlang, swayconfig, swayidle, xscreensaver, xset

SECOND = timedelta(seconds=1)


def arguments(*argv: str) -> swayidle.Events:
    events = swayidle.parse_arguments(["swayidle", *argv])
    assert not isinstance(events, Unreadable)
    return events


def test_swayidle_takes_options_among_its_events() -> None:
    events = arguments("timeout", "300", "swaylock", "-w", "resume", "true", "-C", "/a/config", "lock", "gtklock")
    assert events.timeouts == [(300, "swaylock")]
    assert (events.commands, events.config) == ({"lock": "gtklock"}, "/a/config")


def test_a_timeout_of_zero_never_comes() -> None:
    assert arguments("timeout", "0", "swaylock").timeouts == []


@pytest.mark.parametrize("argv", [["timeout"], ["timeout", "5m", "x"], ["lock"], ["swaylock"], ["-x"]])
def test_arguments_that_swayidle_would_refuse_are_malformed(argv: list[str]) -> None:
    assert isinstance(swayidle.parse_arguments(["swayidle", *argv]), Unreadable)


def test_a_configuration_line_is_split_as_a_shell_would() -> None:
    events = swayidle.Events()
    assert swayidle.parse_config("# a\n\ntimeout 60 'swaylock -f' resume true\nbefore-sleep gtklock\n", events) is None
    assert (events.timeouts, events.commands) == ([(60, "swaylock -f")], {"before-sleep": "gtklock"})


@given(st.lists(st.text()), st.text())
def test_no_text_makes_the_swayidle_parsers_raise(argv: list[str], text: str) -> None:
    swayidle.parse_arguments(["swayidle", *argv])
    swayidle.parse_config(text, swayidle.Events())


def test_sways_exec_lines_are_found_with_their_variables() -> None:
    text = "set $lock swaylock -f\nexec_always swayidle -w \\\n timeout 300 '$lock'\n# exec swayidle timeout 1 x\n"
    assert swayconfig.started(text, "swayidle") == [("swayidle", "-w", "timeout", "300", "swaylock -f")]


@given(st.text())
def test_no_text_makes_the_sway_parser_raise(text: str) -> None:
    swayconfig.started(text, "swayidle")


def parsed(text: str) -> hypridle.Idle | Unreadable:
    return hypridle.parse(text, lambda path: Unreadable("denied", path))


def test_hypridle_listeners_keep_their_own_times() -> None:
    idle = parsed("listener {\n timeout=150\n on-timeout = true\n}\ngeneral:lock_cmd = a ## b # c\n")
    assert idle == hypridle.Idle(((150, "true"),), "a # b", "")


@pytest.mark.parametrize(
    "text", ["listener {", "}", "nonsense", "source = x", "listener {\n timeout = 5m\n on-timeout = x\n}"]
)
def test_what_hypridle_would_not_take_is_unreadable(text: str) -> None:
    assert isinstance(parsed(text), Unreadable)


def test_a_file_that_includes_itself_ends() -> None:
    assert isinstance(hyprlang.parse("source = x", lambda path: "source = x\nsource = x\n"), Unreadable)


@given(st.text(alphabet="abl{}=:$#\n 12source"))
def test_no_text_makes_the_hyprlang_parser_raise(text: str) -> None:
    hyprlang.parse(text, lambda path: path)


XSET = """Screen Saver:
  prefer blanking:  yes
  timeout:  {}    cycle:  60
DPMS (Energy Star):
  Standby: 600    Suspend: 600    Off: 600
  DPMS is {}
"""


def test_the_x_screen_saver_is_read_from_its_own_section() -> None:
    assert xset.parse("Other:\n  timeout:  1    cycle:  1\n" + XSET.format(300, "Enabled")) == xset.XSaver(
        300 * SECOND, 60 * SECOND, True
    )


def test_an_x_screen_saver_at_zero_never_starts() -> None:
    assert xset.parse(XSET.format(0, "Disabled")) == xset.XSaver(NEVER, 60 * SECOND, False)


@pytest.mark.parametrize("text", ["", "Screen Saver:\n", XSET.format("soon", "Enabled"), "timeout:  1    cycle:  1"])
def test_other_text_is_no_x_screen_saver(text: str) -> None:
    assert isinstance(xset.parse(text), Unreadable)


@given(st.text())
def test_no_text_makes_the_xset_parser_raise_or_answer(text: str) -> None:
    assert isinstance(xset.parse(text), Unreadable)


def settings(own: str, defaults: str = "") -> xscreensaver.XScreenSaver:
    return xscreensaver.XScreenSaver(xscreensaver.parse(own), xscreensaver.parse(defaults))


def test_xscreensaver_times_are_hours_minutes_seconds() -> None:
    assert settings("timeout:\t0:10:30\n").timeout.value == 630


def test_xscreensaver_does_not_lock_unless_it_is_told_to() -> None:
    assert settings("").lock.value is False


def test_the_application_defaults_stand_in_for_what_the_person_did_not_set() -> None:
    assert settings("timeout: 0:01:00\n", "*lock:\tTrue\n!*lock: False\n").lock.value is True


def test_a_hack_that_mentions_lock_is_no_setting() -> None:
    assert settings("programs:\t\\\n  maze \\n\\\nlock: True \\n\\\n\nmode: one\n").lock.value is False


@pytest.mark.parametrize("text", ["timeout: 10", "timeout: 0:99:00", "timeout: soon", "timeout:"])
def test_another_form_of_time_is_unreadable(text: str) -> None:
    assert isinstance(settings(text + "\n").timeout.value, Unreadable)


@given(st.text())
def test_no_text_makes_the_xscreensaver_parser_raise(text: str) -> None:
    settings(text, text)
