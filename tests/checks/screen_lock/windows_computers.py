"""Windows computers in the recording format, from a few settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.contract import Finding
from checks.screen_lock import CHECK
from checks.screen_lock.settings.power import DISPLAY_OFF, PASSWORD_ON_WAKE, SLEEP
from tests.builders import computer, context

DESKTOP = r"HKCU\Control Panel\Desktop"
DESKTOP_POLICY = r"HKCU\Software\Policies\Microsoft\Windows\Control Panel\Desktop"
LIMITS = r"HKLM64\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
DEVICE_LOCK = r"HKLM64\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"
WINLOGON = r"HKLM64\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
POWER_POLICY = r"HKLM64\SOFTWARE\Policies\Microsoft\Power\PowerSettings"
SCHEMES = r"HKLM\SYSTEM\CurrentControlSet\Control\Power\User\PowerSchemes"
BALANCED = "381b4222-f694-41f0-9685-ff5bb260df2e"
SCR = r"C:\Windows\System32\Mystify.scr"
SETTINGS = {"display": DISPLAY_OFF, "sleep": SLEEP, "password": PASSWORD_ON_WAKE}

Registry = dict[str, dict[str, dict[str, Any]]]


def dword(value: int) -> dict[str, Any]:
    return {"type": "REG_DWORD", "value": value}


def text(value: str) -> dict[str, Any]:
    return {"type": "REG_SZ", "value": value}


def saver(
    active: str = "1", secure: str = "1", timeout: str = "300", program: str = SCR, key: str = DESKTOP
) -> Registry:
    """A screen saver's four values, all good unless said otherwise; an empty one is left out."""
    values = {
        "ScreenSaveActive": active,
        "ScreenSaverIsSecure": secure,
        "ScreenSaveTimeOut": timeout,
        "SCRNSAVE.EXE": program,
    }
    return {key: {name: text(value) for name, value in values.items() if value}}


#: The keys that every Windows session has, with no screen saver.
PLAIN: Registry = {DESKTOP: {"ScreenSaveActive": text("1")}}


def told(
    *,
    modern: bool | None = False,
    battery: bool | None = True,
    older_sleep: bool | None = None,
    **values: int | tuple[int, int],
) -> list[dict[str, Any]]:
    """What Windows tells of its power: ``display``, ``sleep`` (seconds) and ``password``, for mains and battery.

    ``older_sleep`` is whether the computer has any of S1 to S3; ``None`` leaves it out, as older recordings do.
    """
    queries: list[dict[str, Any]] = []
    if modern is not None:
        capabilities = {"modern_standby": modern, "batteries": battery}
        capabilities |= {} if older_sleep is None else {"older_sleep": older_sleep}
        queries.append({"name": "power_capabilities", "value": capabilities})
    elif battery is not None:
        queries.append({"name": "battery_present", "value": battery})
    for name, both in values.items():
        setting = SETTINGS[name]
        pair = (both, both) if isinstance(both, int) else both
        for short, value in zip(("ac", "dc"), pair, strict=True):
            args = [setting.subgroup, setting.guid, short]
            queries.append({"name": "power_setting", "args": args, "value": value})
    return queries


#: A computer whose power plan locks nothing.
NEVER_SLEEPS = told(display=0, sleep=0, password=1)


def finding(
    *registries: Mapping[str, Any],
    queries: list[dict[str, Any]] = NEVER_SLEEPS,
    files: Mapping[str, Any] | None = None,
    under: str = "standard",
    **facts: Any,
) -> Finding:
    """The check's finding on a computer with these keys, laid over each other."""
    merged: Registry = {}
    for registry in registries or (PLAIN,):
        for key, values in registry.items():
            merged.setdefault(key, {}).update(values)
    there = {SCR: {"present": True}} if files is None else files
    host = computer("windows", registry=merged, queries=queries, files=there, **facts)
    (found,) = CHECK.run(context(host, profile=under))
    return found


def said(*registries: Mapping[str, Any], **facts: Any) -> str:
    """Status and reason."""
    found = finding(*registries, **facts)
    return f"{found.status} {found.reason}"
