from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.screen_lock.settings.commands import LOCKERS, Effect, effect


@pytest.mark.parametrize(
    "command",
    [
        "swaylock -f -c 000000",
        "/usr/bin/swaylock",
        "exec swaylock",
        "DISPLAY=:0 i3lock -n",
        "pidof hyprlock || hyprlock",
        "pgrep -x swaylock || swaylock -f",
        "playerctl pause; swaylock -f",
        "swaylock -f && swaymsg 'output * power off'",
        "sh -c 'swaylock -f'",
        "swaymsg exec 'swaylock -f'",
        "hyprctl dispatch exec hyprlock",
        "swaylock -f >/dev/null 2>&1 &",
        "swaylock -c '#000000'",
        "xscreensaver-command -lock",
        "pkill swaylock; swaylock -f",
    ],
)
def test_commands_that_lock(command: str) -> None:
    assert effect(command).effect is Effect.LOCKS


@pytest.mark.parametrize(
    "command",
    [
        "",
        "pkill swaylock",
        "pidof swaylock",
        "notify-send 'about to lock with swaylock'",
        "swaymsg 'output * dpms off'",
        "swaylock --version",
        "hyprctl dispatch dpms off",
        "loginctl unlock-session",
        "xset dpms force off",
        "xscreensaver-command -deactivate",
        "i3lock --no-verify",
        "physlock -l",
        "xlock -nolock",
    ],
)
def test_commands_that_do_not(command: str) -> None:
    assert effect(command).effect is Effect.NOTHING


@pytest.mark.parametrize(
    "command",
    [
        "~/bin/lock.sh",
        "lock",
        "if on_battery; then swaylock; fi",
        "playerctl status | grep Playing || swaylock",
        "on_ac && swaylock",
        "pgrep steam || swaylock",
        "false && swaylock",
        "notify-send hi # ; swaylock",
        "echo `swaylock`",
        "echo 'open",
        "systemctl suspend",
        "swaylock -f; sleep 1; pkill swaylock",
        "loginctl lock-session; loginctl unlock-session",
        "xlock -lockdelay 600",
        "$LOCKER",
        "swaylock --grace lots",
        "echo one\nswaylock",
    ],
)
def test_commands_that_might(command: str) -> None:
    assert effect(command).effect is Effect.UNCLEAR


def test_asking_the_session_is_not_locking() -> None:
    assert effect("loginctl lock-session").effect is Effect.ASKS_SESSION


@pytest.mark.parametrize(
    ("command", "seconds"),
    [("swaylock --grace 20", 20), ("hyprlock --grace=7", 7), ("sleep 60; swaylock", 60), ("swaylock", 0)],
)
def test_time_before_the_password_is_counted(command: str, seconds: int) -> None:
    assert effect(command).grace.total_seconds() == seconds


def test_a_sleep_that_cannot_be_read_is_a_long_one() -> None:
    assert effect("sleep 1h; swaylock").grace.days > 1000


@given(st.text())
def test_no_text_makes_it_raise_and_none_locks_without_a_locker(text: str) -> None:
    if effect(text).effect is Effect.LOCKS:
        assert any(locker in text for locker in LOCKERS) or "-lock" in text or "dm-tool" in text
