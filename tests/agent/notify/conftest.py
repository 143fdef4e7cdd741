from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.agent.notify.desktop import listeners, message_bus, running, screen, until


class Dunst:
    """A running dunst and what it was given."""

    def __init__(self, printed: Path, menu: Path) -> None:
        self._printed = printed
        self._menu = menu

    def said(self) -> str:
        return self._printed.read_text(errors="replace")

    def press(self, label: str) -> None:
        """Choose an action by its label in dunst's own menu."""
        self._menu.write_text(label)
        subprocess.run(["dunstctl", "context"], check=True, timeout=10)

    def press_it(self) -> None:
        """Press the notification itself."""
        subprocess.run(["dunstctl", "action", "0"], check=True, timeout=10)

    def close_it(self) -> None:
        subprocess.run(["dunstctl", "close"], check=True, timeout=10)

    def displayed(self) -> int:
        done = subprocess.run(["dunstctl", "count", "displayed"], check=True, timeout=10, capture_output=True)
        return int(done.stdout)


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A session bus with nobody on it. Whatever still waits for a button at the end is ended."""
    (tmp_path / "services").mkdir()
    with message_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address
        for pid in listeners(address):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A screen."""
    with screen() as name:
        monkeypatch.setenv("DISPLAY", name)
        yield name


@pytest.fixture
def dunst(bus: str, display: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Dunst]:
    """A real notification server, which reads markup unless a test says ``no``."""
    from tests.agent.notify.desktop import has_server, needs

    del display
    needs("dunst", "dunstctl", "dbus-send")
    printed, menu = tmp_path / "dunst.txt", tmp_path / "menu.txt"
    chooser = tmp_path / "chooser"
    chooser.write_text(f'#!/bin/sh\ngrep -F "$(cat {menu})" | head -1\n')
    chooser.chmod(0o755)
    config = tmp_path / "dunstrc"
    markup = getattr(request, "param", "full")
    config.write_text(f"[global]\ndmenu = {chooser}\nmarkup = {markup}\n[urgency_normal]\ntimeout = 0\n")
    with (
        printed.open("wb") as output,
        running(["dunst", "-print", "-config", str(config)], os.environ, stdout=output, stderr=subprocess.DEVNULL),
    ):
        until(lambda: has_server(bus))
        yield Dunst(printed, menu)
