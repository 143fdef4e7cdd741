from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.screen_lock.facts import Source
from checks.screen_lock.settings.gsettings import GSettings, parse
from tests.builders import command, computer

SESSION = "org.gnome.desktop.session"


def answering(stdout: str = "", status: int = 0, stderr: str = "", **facts: Any) -> GSettings:
    said = command(f"gsettings get {SESSION} idle-delay", stdout, status, stderr)
    return GSettings(computer(commands=[said], **facts))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true\n", True),
        ("false\n", False),
        ("uint32 300\n", 300),
        ("5\n", 5),
        ("int64 -1\n", -1),
        ("'blank-only'\n", "blank-only"),
        ('"it\'s"\n', "it's"),
    ],
)
def test_printed_values_are_read_with_their_type(text: str, value: bool | int | str) -> None:
    assert parse(text) == value
    assert type(parse(text)) is type(value)


@pytest.mark.parametrize(
    "text", ["uint32", "uint32 ", "300 uint32", "uint32 300 x", "True", "@as []", "['a']", "'open", "3.5", "300s"]
)
def test_anything_else_is_malformed(text: str) -> None:
    assert parse(text) == Unreadable("malformed")


def test_an_empty_answer_is_no_value() -> None:
    assert parse("\n") == Unreadable("empty")


@given(st.text())
def test_no_text_is_read_as_a_number_unless_it_is_one(text: str) -> None:
    value = parse(text)
    if type(value) is int:
        assert text.rsplit(maxsplit=1)[-1].lstrip("-").isdecimal()


def test_a_switch_is_not_taken_for_a_number() -> None:
    assert isinstance(answering("true\n").number(SESSION, "idle-delay").value, Unreadable)


def test_a_negative_delay_is_malformed() -> None:
    assert isinstance(answering("-5\n").number(SESSION, "idle-delay").value, Unreadable)


def test_a_missing_key_is_unreadable_where_it_is_needed_and_absent_where_it_is_not() -> None:
    settings = answering(status=1, stderr="No such key “idle-delay”\n")
    assert isinstance(settings.number(SESSION, "idle-delay").value, Unreadable)
    assert settings.optional_boolean(SESSION, "idle-delay") is None


def test_an_optional_key_in_trouble_is_not_taken_for_absent() -> None:
    setting = answering("maybe\n").optional_boolean(SESSION, "idle-delay")
    assert setting is not None
    assert isinstance(setting.value, Unreadable)


@pytest.mark.parametrize(
    "warning",
    [
        "GLib-GIO-Message: 10:00:00.000: Using the 'memory' GSettings backend.  Your settings will not be saved.",
        "(process:1): dconf-WARNING **: unable to open named profile (office): using the null configuration.",
        "(process:1): dconf-WARNING **: unable to open file '/etc/dconf/db/local': Permission denied; expect worse",
    ],
)
def test_an_answer_that_is_not_what_is_stored_is_no_answer(warning: str) -> None:
    value = answering("uint32 300\n", stderr=warning).number(SESSION, "idle-delay").value
    assert isinstance(value, Unreadable)


def test_a_backend_that_holds_nothing_is_not_asked() -> None:
    value = answering("uint32 300\n", env={"GSETTINGS_BACKEND": "memory"}).number(SESSION, "idle-delay").value
    assert value == Unreadable("unsupported", f"{SESSION} idle-delay")


def test_a_locked_key_is_policy() -> None:
    said = [
        command(f"gsettings get {SESSION} idle-delay", "uint32 300\n"),
        command(f"gsettings writable {SESSION} idle-delay", "false\n"),
    ]
    assert GSettings(computer(commands=said)).number(SESSION, "idle-delay").source is Source.POLICY


def test_after_a_time_out_nothing_more_is_asked() -> None:
    said = [
        {"argv": ["gsettings", "get", SESSION, "idle-delay"], "failure": "timeout"},
        command("gsettings get org.gnome.desktop.screensaver lock-enabled", "true\n"),
    ]
    settings = GSettings(computer(commands=said))
    settings.number(SESSION, "idle-delay")
    lock = settings.boolean("org.gnome.desktop.screensaver", "lock-enabled").value
    assert lock == Unreadable("timeout", "org.gnome.desktop.screensaver lock-enabled")
