from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.host import Unreadable
from agent.host.native import dbus


@pytest.mark.parametrize(("name", "answer"), [("org.freedesktop.DBus", "True"), ("org.gnome.DisplayManager", "False")])
def test_a_real_bus_says_whether_a_name_is_owned(name: str, answer: str) -> None:
    if shutil.which("dbus-run-session") is None:
        pytest.skip("dbus-run-session is not installed")
    code = f"from agent.host.native import dbus; print(dbus.name_owned('session', {name!r}))"
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[4],
    )
    assert done.stdout.strip() == answer


@pytest.mark.parametrize("address", ["", "nonsense", "unix:path=/nowhere", "tcp:host=127.0.0.1,port=1"])
def test_no_bus_is_unreadable(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert isinstance(dbus.name_owned("session", "org.freedesktop.DBus"), Unreadable)


def test_another_kind_of_bus_is_not_asked() -> None:
    assert dbus.name_owned("galactic", "a.b") == Unreadable("unsupported", "a.b on the galactic bus")


def test_a_bus_that_never_answers_costs_one_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={path}")
        before = time.monotonic()
        assert isinstance(dbus.name_owned("session", "org.freedesktop.DBus"), Unreadable)
        assert time.monotonic() - before < 3 * dbus.TIME_LIMIT_SECONDS
