"""The probes against a live Windows: its registry, its files and its own calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.host import RegistryValue
from agent.host.live import LiveHost
from checks.password_manager import CHECK as PASSWORD_MANAGER
from checks.screen_lock.facts import LockFacts
from checks.screen_lock.windows import read
from checks.screen_lock.windows_saver import DESKTOP, DESKTOP_POLICIES, WINLOGON, read_saver
from tests.builders import NOW, context
from tests.checks.password_manager.computers import add_on, extension, said

Reg = Callable[..., None]


@pytest.fixture
def write(reg: Reg, host: LiveHost) -> Iterator[Callable[..., None]]:
    """Write a value as an administrator would; afterwards it is what it was."""
    before: list[tuple[str, str, RegistryValue | None]] = []

    def run(key: str, name: str, value: str, kind: str = "REG_SZ") -> None:
        values = host.registry(key)
        before.append((key, name, values.get(name.lower()) if isinstance(values, dict) else None))
        reg("add", key.replace("HKLM64", "HKLM"), "/v", name, "/t", kind, "/d", value, "/f", "/reg:64")

    yield run
    for key, name, old in reversed(before):
        plain = key.replace("HKLM64", "HKLM")
        if old is None:
            reg("delete", plain, "/v", name, "/f", "/reg:64")
        else:
            reg("add", plain, "/v", name, "/t", old.type, "/d", str(old.value), "/f", "/reg:64")


def paths(facts: LockFacts) -> dict[str, str]:
    return {path.name: str(path.idle) for path in facts.paths}


def test_a_screen_saver_that_is_set_is_read_with_its_program(
    write: Callable[..., None], host: LiveHost, tmp_path: Path
) -> None:
    program = tmp_path / "Zoë's saver.scr"
    program.write_bytes(b"MZ")
    for name, value in {"ScreenSaveActive": "1", "ScreenSaverIsSecure": "1", "ScreenSaveTimeOut": "300"}.items():
        write(DESKTOP, name, value)
    write(DESKTOP, "SCRNSAVE.EXE", str(program))
    write(WINLOGON, "ScreenSaverGracePeriod", "0")
    shown = {line.what: line.value for line in read_saver(host).readings}
    assert shown["screen saver starts after"] == "300 seconds"
    assert shown["screen saver program is there"] == "yes"
    assert shown["password is needed after a further"] == "0 seconds"
    program.unlink()
    assert str(read_saver(host).idle) == "Never.NEVER"


def test_policy_beats_the_person_in_the_real_registry(write: Callable[..., None], host: LiveHost) -> None:
    write(DESKTOP, "ScreenSaveTimeOut", "3600")
    write(DESKTOP_POLICIES, "ScreenSaveTimeOut", "240")
    line = next(line for line in read_saver(host).readings if line.what == "screen saver starts after")
    assert (line.value, line.source.value) == ("240 seconds", "policy")


def test_the_inactivity_limit_is_read_from_the_64_bit_registry(write: Callable[..., None], host: LiveHost) -> None:
    key = r"HKLM64\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
    write(key, "InactivityTimeoutSecs", "600", "REG_DWORD")
    assert paths(read(host))["machine inactivity limit"] == "0:10:00"


def test_an_app_that_can_be_uninstalled_is_found_while_its_program_is_there(
    write: Callable[..., None], host: LiveHost, tmp_path: Path
) -> None:
    program = tmp_path / "Zoë [Büro]" / "KeePassXC.exe"
    lay({str(program): "MZ"})
    key = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Watchword test"
    write(key, "DisplayName", "KeePassXC")
    write(key, "DisplayVersion", "2.7.10")
    write(key, "DisplayIcon", f"{program},0")
    (finding,) = PASSWORD_MANAGER.run(context(host))
    assert said(finding) == ("pass", "found")
    assert finding.items[0].installed == "2.7.10"
    program.unlink()
    (finding,) = PASSWORD_MANAGER.run(context(host))
    assert finding.status.value != "pass"


@pytest.mark.parametrize("browser", ["Google/Chrome/User Data", "Vivaldi/User Data"])
def test_an_extension_is_found_below_a_folder_of_any_name(
    browser: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = tmp_path / "Zoë [Büro]" / "Local"
    lay(extension(f"{local.as_posix()}/{browser}/Profile 1"))
    monkeypatch.setenv("LOCALAPPDATA", str(local))
    (finding,) = PASSWORD_MANAGER.run(context(LiveHost()))
    assert said(finding) == ("pass", "found")


def test_an_add_on_is_found_in_the_firefox_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "Packages" / "Mozilla.Firefox_n80bbvh6b1yt2" / "LocalCache" / "Roaming" / "Mozilla" / "Firefox"
    lay(add_on(root.as_posix(), "Profiles/abc.default-release"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    (finding,) = PASSWORD_MANAGER.run(context(LiveHost()))
    assert said(finding) == ("pass", "found")


def lay(files: dict[str, str]) -> None:
    """Write files as a browser does: UTF-8, whatever the code page."""
    for path, text in files.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
