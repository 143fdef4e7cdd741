"""Alerts on a live Windows, as far as one without a screen can show them. The balloon itself: test_balloon.py."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from agent import notify
from agent.alerts.records import Delivery
from agent.notify import child
from agent.notify.windows import POLICY, PUSH, SETTINGS

assert sys.platform == "win32"

import winreg  # noqa: E402  (only there)

HOW = "Windows notification"


@pytest.fixture(autouse=True)
def untouched_registry() -> Iterator[None]:
    yield
    for key, name in ((PUSH, "ToastEnabled"), (SETTINGS, "NOC_GLOBAL_SETTING_TOASTS_ENABLED"), (POLICY, NAME)):
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as handle:
                winreg.DeleteValue(handle, name)
        except FileNotFoundError:
            continue


NAME = "NoToastApplicationNotification"


def switch(key: str, name: str, value: int) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as handle:
        winreg.SetValueEx(handle, name, 0, winreg.REG_DWORD, value)


def test_nothing_speaks_against_an_alert() -> None:
    assert notify.available() == Delivery(shown=None, how=HOW)
    switch(PUSH, "ToastEnabled", 1)
    assert notify.available() == Delivery(shown=None, how=HOW)


@pytest.mark.parametrize(
    ("key", "name", "value", "who"),
    [
        (PUSH, "ToastEnabled", 0, "off_by_user"),
        (SETTINGS, "NOC_GLOBAL_SETTING_TOASTS_ENABLED", 0, "off_by_user"),
        (POLICY, NAME, 1, "off_by_policy"),
    ],
)
def test_switched_off_is_said_and_nothing_is_tried(key: str, name: str, value: int, who: str) -> None:
    switch(key, name, value)
    assert notify.available() == Delivery(shown=False, how=HOW, reason=who)
    assert notify.show("T", "b") == Delivery(shown=False, how=HOW, reason=who)
    assert notify.state(notify.available()) == who


@pytest.mark.parametrize(("title", "body"), [("T", "b"), ("T" * 10_240, "b\U0001f600" * 5_000), ("", "")])
def test_without_a_screen_it_was_not_shown(title: str, body: str) -> None:
    """plyer's own way raises in a thread where nobody hears it, and calls it done."""
    before = time.monotonic()
    assert notify.show(title, body, keys=["screen_lock"]).shown is False
    assert time.monotonic() - before < 30


def test_a_child_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch, own_home: object) -> None:
    from pathlib import Path

    folder = Path(str(own_home))
    (folder / "silent.py").write_text("import time; time.sleep(60)")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert child.ask("silent", {}, 1, how="x") == Delivery(shown=False, how="x", reason="no_answer")
