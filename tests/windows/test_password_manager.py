"""Real profiles of browsers and real Uninstall keys on a live Windows, in a home whose name no code page can spell."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.contract import Finding
from agent.host.live import LiveHost
from checks.password_manager import CHECK
from tests.builders import context
from tests.checks.password_manager.computers import BITWARDEN, BITWARDEN_IN_FIREFOX, KEEPASSXC, add_on, extension

assert sys.platform == "win32"


@pytest.fixture
def chrome(own_home: Path) -> Path:
    return own_home / "AppData" / "Local" / "Google" / "Chrome" / "User Data"


@pytest.fixture
def firefox(own_home: Path) -> Path:
    return own_home / "AppData" / "Roaming" / "Mozilla" / "Firefox"


def lay(folder: Path, files: dict[str, Any]) -> None:
    """Write files, named below ``/``, as they lie in a profile that was used some minutes ago."""
    used = (datetime.now(UTC) - timedelta(minutes=5)).timestamp()
    for name, text in files.items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (used, used))


def verdict() -> Finding:
    (finding,) = CHECK.run(context(LiveHost(), now=datetime.now(UTC)))
    return finding


@pytest.mark.parametrize("profile", ["Default", "Profile 2"])
@pytest.mark.parametrize("key", [BITWARDEN, KEEPASSXC])
def test_an_extension_that_is_on_in_any_profile_of_chrome_is_found(chrome: Path, profile: str, key: str) -> None:
    lay(chrome, extension(f"/{profile}", key))
    assert verdict().status.value == "pass"


def test_an_extension_that_is_switched_off_does_not_pass(chrome: Path) -> None:
    lay(chrome, extension("/Default", disable_reasons=[1]))
    assert verdict().status.value != "pass"


def test_an_add_on_of_firefox_is_found(firefox: Path) -> None:
    lay(firefox, add_on("", "Profiles/abc.default"))
    assert verdict().status.value == "pass"


def test_an_add_on_that_is_off_does_not_pass(firefox: Path) -> None:
    lay(firefox, add_on("", "Profiles/abc.default", active=False, userDisabled=True))
    assert verdict().status.value != "pass"
    assert BITWARDEN_IN_FIREFOX in (firefox / "Profiles" / "abc.default" / "extensions.json").read_text()


def test_a_profile_with_names_in_any_letters_is_read(chrome: Path) -> None:
    files = extension("/Profile 1")
    preferences = json.loads(files["/Profile 1/Preferences"])
    preferences["profile"] = {"name": "Zoë, 仕事"}
    lay(chrome, {**files, "/Profile 1/Preferences": json.dumps(preferences, ensure_ascii=False)})
    assert verdict().status.value == "pass"


def test_a_leftover_folder_is_no_extension(chrome: Path) -> None:
    lay(chrome, {f"/Default/Extensions/{BITWARDEN}/1.0_0/manifest.json": "{}"})
    assert verdict().status.value != "pass"


def test_preferences_that_a_browser_keeps_locked_are_not_a_browser_without_extensions(chrome: Path) -> None:
    from tests.windows.test_files import kept_to_itself

    lay(chrome, extension("/Default"))
    with kept_to_itself(chrome / "Default" / "Preferences"):
        assert verdict().status.value == "unknown"


@pytest.mark.parametrize("view", ["64", "32"])
def test_an_installed_app_is_found_in_either_view(reg: Callable[..., None], view: str) -> None:
    key = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\Watchword test KeePassXC"
    try:
        for name, value in (("DisplayName", "KeePassXC"), ("DisplayVersion", "2.7.9"), ("Publisher", "KeePassXC Team")):
            reg("add", key, "/v", name, "/t", "REG_SZ", "/d", value, "/f", f"/reg:{view}")
        found = verdict()
        assert "KeePassXC" in [item.name for item in found.items]
    finally:
        reg("delete", key, "/f", f"/reg:{view}")
