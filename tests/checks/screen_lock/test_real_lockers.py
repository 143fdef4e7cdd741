"""Against real lockers on a real X display: what they were started with, and the display's own screen saver."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.screen_lock.real_session import RealSession, display_number, needs


@pytest.fixture
def i3(tmp_path: Path) -> Iterator[RealSession]:
    needs("dbus-run-session", "Xvfb", "xset")
    number = display_number()
    server = subprocess.Popen(
        ["Xvfb", f":{number}", "-screen", "0", "320x200x24", "-nolisten", "tcp"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            if (
                subprocess.run(["xset", "-display", f":{number}", "q"], capture_output=True, check=False).returncode
                == 0
            ):
                break
            time.sleep(0.1)
        yield RealSession(tmp_path, {"XDG_CURRENT_DESKTOP": "i3", "XDG_SESSION_TYPE": "x11", "DISPLAY": f":{number}"})
    finally:
        server.terminate()
        server.wait()


def started(program: str) -> str:
    """Start a program and stop it again, whatever happens between."""
    return f"{program} >/dev/null 2>&1 & trap 'kill $!' EXIT; sleep 0.5\n"


def test_a_window_manager_alone_does_not_lock(i3: RealSession) -> None:
    assert i3.said("watchword") == ["fail off"]


def test_xautolock_counts_minutes(i3: RealSession) -> None:
    needs("xautolock")
    assert i3.said(started("xautolock -time 4 -locker 'i3lock -n'") + "watchword") == ["pass within_limit"]
    assert i3.said(started("xautolock -time 30 -locker slock") + "watchword") == ["fail too_long"]


def test_a_locker_that_is_halted_does_not_lock(i3: RealSession) -> None:
    needs("xautolock")
    script = started("xautolock -time 4 -locker slock") + "kill -STOP $!; watchword; kill -CONT $!; watchword"
    assert i3.said(script) == ["fail off", "pass within_limit"]


def test_xss_lock_follows_the_displays_own_screen_saver(i3: RealSession) -> None:
    needs("xss-lock")
    said = i3.said(
        started("xss-lock --ignore-sleep -- slock")
        + """
        xset s 300 60; watchword
        xset s 1200 60; watchword
        xset s 0 -dpms; watchword
        """
    )
    assert said in (
        ["warn not_on_suspend", "fail too_long", "fail off"],
        ["warn not_on_suspend", "fail too_long", "unknown unsupported"],  # a display whose power saving stays on
    )


def test_xscreensaver_locks_only_when_it_is_told_to(i3: RealSession) -> None:
    needs("xscreensaver")
    said = i3.said(
        started("xscreensaver --no-splash")
        + """
        watchword
        printf 'timeout:\\t0:05:00\\nlock:\\tTrue\\nlockTimeout:\\t0:00:00\\nmode:\\tblank\\n' > "$HOME/.xscreensaver"
        watchword
        """
    )
    assert said == ["fail no_password", "pass within_limit"]
