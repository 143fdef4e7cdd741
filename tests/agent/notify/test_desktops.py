"""Real alerts in the notification servers of two desktops, and a press of a real pointer on their buttons."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent import notify
from agent.notify import linux
from tests.agent.notify.desktop import (
    NOTIFICATION_DAEMON,
    XFCE4_NOTIFYD,
    has_server,
    listeners,
    needs,
    running,
    until,
)

TITLE = "Your screen does not lock itself"


@contextmanager
def server(program: str, bus: str) -> Iterator[None]:
    needs(program, "xdotool", "import")
    # GTK would look for services of a desktop that is not there.
    env = {**os.environ, "NO_AT_BRIDGE": "1", "GTK_A11Y": "none", "GSETTINGS_BACKEND": "memory"}
    with running([program], env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        until(lambda: has_server(bus))
        yield


def windows(owner: str) -> list[tuple[int, int, int, int]]:
    """The places (x, y, width, height) of a program's windows that are large enough to be a notification."""
    found = []
    search = ["xdotool", "search", "--onlyvisible", "--class", owner]
    ids = subprocess.run(search, capture_output=True, text=True, check=False, timeout=10).stdout.split()
    for window in ids:
        shape = ["xdotool", "getwindowgeometry", "--shell", window]
        said = subprocess.run(shape, capture_output=True, text=True, check=False, timeout=10).stdout
        values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        if int(values.get("WIDTH", 0)) > 200:
            found.append((int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])))
    return found


def press(x: int, y: int) -> None:
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True, timeout=10)


def picture(path: Path) -> Path:
    """A picture of the screen, to be looked at when a test fails."""
    subprocess.run(["import", "-window", "root", str(path)], check=True, timeout=20)
    return path


def test_xfce_shows_it_with_two_buttons_and_later_asks_when(bus: str, display: str, tmp_path: Path) -> None:
    del display
    with server(XFCE4_NOTIFYD, bus):
        delivery = notify.show(TITLE, "If you <b>step</b> away, someone & could use it.", keys=["screen_lock"])
        assert (delivery.shown, delivery.how.startswith("Xfce Notify Daemon")) == (True, True)
        x, y, width, height = until(lambda: windows("xfce4-notifyd"))[0]
        picture(tmp_path / "xfce.png")
        press(x + width * 3 // 4, y + height - 30)  # the right one of two: "Later"
        until(lambda: windows("xfce4-notifyd") not in ([], [(x, y, width, height)]))
        picture(tmp_path / "xfce-when.png")
        assert listeners(bus)


def test_gnome_classic_shows_it_and_later_asks_when(bus: str, display: str, tmp_path: Path) -> None:
    del display
    with server(NOTIFICATION_DAEMON, bus):
        delivery = notify.show(TITLE, "If you <b>step</b> away, someone & could use it.", keys=["screen_lock"])
        assert (delivery.shown, delivery.how.startswith("Notification Daemon")) == (True, True)
        x, y, width, height = until(lambda: windows("notification-daemon"))[0]
        picture(tmp_path / "daemon.png")
        press(x + 318, y + height - 38)
        until(lambda: windows("notification-daemon") not in ([], [(x, y, width, height)]))
        picture(tmp_path / "daemon-when.png")
        assert listeners(bus)


def test_a_server_that_ends_takes_the_waiting_with_it(bus: str, display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    del display
    monkeypatch.setattr(linux, "WAIT_SECONDS", 60.0)
    with server(NOTIFICATION_DAEMON, bus):
        notify.show(TITLE, "x", keys=["screen_lock"])
        assert until(lambda: listeners(bus))
    until(lambda: not listeners(bus))
