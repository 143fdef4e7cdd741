"""The moment as a real session bus, a real X server with a window manager, and programs on the buses tell it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent import presence
from agent.alerts.records import Presence
from agent.host.live import LiveHost
from agent.host.recording import encode, load
from agent.host.replay import ReplayHost
from agent.host.watch import WatchingHost
from tests.agent.notify.desktop import message_bus, needs, running, screen, until

LOGIND = "org.freedesktop.login1"
OPEN = {"Get Active": ["v", ["b", True]], "Get LockedHint": ["v", ["b", False]], "Get Type": ["v", ["s", "x11"]],
        "Get Class": ["v", ["s", "user"]], "ListInhibitors": ["a(ssssuu)", [[]]]}  # fmt: skip


@contextmanager
def service(bus: str, names: str, replies: Mapping[str, Any]) -> Iterator[None]:
    argv = [sys.executable, str(Path(__file__).with_name("service.py")), bus.upper(), names, json.dumps(replies)]
    host = LiveHost()
    with running(argv, os.environ, stderr=subprocess.DEVNULL):
        until(lambda: host.query("dbus_name_owned", bus, names.rsplit(",", maxsplit=1)[-1]) is True)
        yield


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    """Two buses with nobody on them, and a screen."""
    with ExitStack() as stack:
        for name in ("session", "system"):
            (tmp_path / name / "services").mkdir(parents=True)
            address = stack.enter_context(message_bus(tmp_path / name))
            monkeypatch.setenv(f"DBUS_{name.upper()}_BUS_ADDRESS", address)
        monkeypatch.setenv("DISPLAY", stack.enter_context(screen()))
        yield stack


def now() -> Presence:
    """Read live, and once more from the recording of that."""
    watched = WatchingHost(LiveHost())
    found = presence.read(watched, present_since=None)
    saving = presence.saving_power(watched)
    replayed = ReplayHost(load(encode(watched.to_recording())))
    assert presence.read(replayed, present_since=None) == found
    assert type(presence.saving_power(replayed)) is type(saving)
    return found


def test_nothing_known_holds_nothing_back(desktop: ExitStack) -> None:
    assert now() == Presence(unknown=("do_not_disturb", "full_screen", "locked", "presenting"))


def test_an_open_session_is_open(desktop: ExitStack) -> None:
    desktop.enter_context(service("system", LOGIND, OPEN))
    assert now() == Presence(unknown=("do_not_disturb", "full_screen"))


@pytest.mark.parametrize(
    ("change", "busy"),
    [
        ({"Get LockedHint": ["v", ["b", True]]}, "locked"),
        ({"Get Active": ["v", ["b", False]]}, "no_session"),
        (
            {"ListInhibitors": ["a(ssssuu)", [[["sleep:idle", "Film", "Playing", "block", os.getuid(), 7]]]]},
            "presenting",
        ),
        ({"ListInhibitors": ["a(ssssuu)", [[["idle", "Update", "x", "block", os.getuid() + 1, 7]]]]}, None),
        ({"ListInhibitors": ["a(ssssuu)", [[["sleep", "NetworkManager", "x", "block", os.getuid(), 7]]]]}, None),
        ({"Get LockedHint": ["v", ["s", "true"]]}, None),
    ],
)
def test_what_logind_says_is_believed(desktop: ExitStack, change: Mapping[str, Any], busy: str | None) -> None:
    desktop.enter_context(service("system", LOGIND, {**OPEN, **change}))
    found = now()
    assert found.busy == busy
    assert ("locked" in found.unknown) == (change.get("Get LockedHint") == ["v", ["s", "true"]])


@pytest.mark.parametrize(
    ("name", "method", "busy"),
    [
        ("org.freedesktop.ScreenSaver", "GetActive", "locked"),
        ("org.gnome.ScreenSaver", "GetActive", "locked"),
        ("org.cinnamon.ScreenSaver", "GetActive", "locked"),
        ("org.mate.ScreenSaver", "GetActive", "locked"),
        ("org.xfce.ScreenSaver", "GetActive", "locked"),
        ("org.gnome.SessionManager", "IsInhibited", "presenting"),
    ],
)
@pytest.mark.parametrize("answer", [True, False])
def test_what_the_desktop_says_is_believed(desktop: ExitStack, name: str, method: str, busy: str, answer: bool) -> None:
    desktop.enter_context(service("session", name, {method: ["b", [answer]]}))
    found = now()
    assert found.busy == (busy if answer else None)
    assert busy not in found.unknown


def test_a_program_that_does_not_answer_is_not_waited_for_twice(desktop: ExitStack) -> None:
    import time

    names = "org.freedesktop.ScreenSaver,org.gnome.ScreenSaver,org.mate.ScreenSaver,org.freedesktop.Notifications"
    desktop.enter_context(service("session", names, {"GetActive": None, "GetServerInformation": None}))
    before = time.monotonic()
    assert presence.read(LiveHost(), present_since=None).busy is None
    assert time.monotonic() - before < 5


@pytest.mark.parametrize(("profile", "saving"), [("power-saver", True), ("balanced", False)])
@pytest.mark.parametrize("name", ["net.hadess.PowerProfiles", "org.freedesktop.UPower.PowerProfiles"])
def test_a_power_saver_is_seen(desktop: ExitStack, name: str, profile: str, saving: bool) -> None:
    desktop.enter_context(service("system", name, {"Get ActiveProfile": ["v", ["s", profile]]}))
    assert presence.saving_power(LiveHost()) is saving


@pytest.mark.parametrize("paused", [True, False])
def test_dunst_that_is_paused_is_do_not_disturb(desktop: ExitStack, paused: bool) -> None:
    needs("dunst", "dunstctl", "dbus-send")
    desktop.enter_context(running(["dunst"], os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    until(lambda: LiveHost().query("dbus_name_owned", "session", "org.freedesktop.Notifications") is True)
    subprocess.run(["dunstctl", "set-paused", str(paused).lower()], check=True, timeout=10)
    found = now()
    assert (found.busy, "do_not_disturb" in found.unknown) == ("do_not_disturb" if paused else None, False)


def test_a_window_that_fills_the_screen_is_seen(desktop: ExitStack) -> None:
    needs("openbox", "wmctrl", "xprop", "xev")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    desktop.enter_context(running(["openbox"], os.environ, **quiet))
    until(lambda: "full_screen" not in now().unknown)
    desktop.enter_context(running(["xev"], os.environ, **quiet))

    def filled() -> bool:
        # Again and again: a window manager that has just begun drops what it is asked about a window it does not know.
        for steps in (["-a", "Event Tester"], ["-r", "Event Tester", "-b", "add,fullscreen"]):
            subprocess.run(["wmctrl", *steps], check=False, capture_output=True)
        return now().busy == "full_screen"

    until(filled, 60)
    subprocess.run(["wmctrl", "-r", "Event Tester", "-b", "remove,fullscreen"], check=True)
    until(lambda: now().busy is None)
