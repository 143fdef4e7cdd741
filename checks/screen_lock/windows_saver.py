r"""The screen saver of Windows: four values, each the policy's where the policy has it, else the person's.

It locks only if it is active, is secure, has a time, and names a program that is there. Without that program no saver
runs, whatever ``ScreenSaveActive`` says (ADMX ControlPanelDisplay). All four are text, the time in **seconds**.

Microsoft contradicts itself about a policy whose program is not there: the setting is ignored (ADMX, "Force specific
screen saver"), or no screen saver runs (TechNet cc959137, which calls the former a mistake). So beside a good program
of the person it is not certain whether one runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agent.host import Host, Unreadable
from checks.screen_lock.facts import NEVER, LockPath, Never, Reading, Setting, Source, Wait, waited
from checks.screen_lock.settings.registry import Key, opened

__all__ = ["DESKTOP", "Saver", "read_saver"]

SECOND = timedelta(seconds=1)
DESKTOP = r"HKCU\Control Panel\Desktop"
DESKTOP_POLICIES = r"HKCU\Software\Policies\Microsoft\Windows\Control Panel\Desktop"
WINLOGON = r"HKLM64\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
#: Seconds in which a move of the mouse still ends the saver without a password, unless set (TechNet cc785331).
DEFAULT_GRACE_SECONDS = 5
VARIABLE = re.compile(r"%([^%\\/]+)%")
FULL_PATH = re.compile(r"[A-Za-z]:[\\/].+")
BARE_NAME = re.compile(r'[^\\/:*?"<>|]+')


@dataclass(frozen=True)
class Saver:
    """When the saver starts, how long until it wants a password, and whether a policy forbids savers altogether."""

    idle: Wait
    grace: Wait
    forbidden: bool
    readings: tuple[Reading, ...]

    def path(self) -> LockPath:
        """The saver as a way to lock."""
        return LockPath("screen saver", self.idle, self.grace, self.readings)


def read_saver(host: Host) -> Saver:
    """This person's screen saver as it will run."""
    policy, user = opened(host, DESKTOP_POLICIES, Source.POLICY), opened(host, DESKTOP, Source.USER)
    active, secure = _digits("ScreenSaveActive", policy, user), _digits("ScreenSaverIsSecure", policy, user)
    timeout, program = _digits("ScreenSaveTimeOut", policy, user), _text("SCRNSAVE.EXE", policy, user)
    there = _runs(host, program, user)
    grace = _grace(host)
    idle = _idle(active, timeout, there)
    needed = _switch(secure)
    wait: Wait = NEVER if needed is False else needed if isinstance(needed, Unreadable) else _wait(grace)
    idle, wait = _as_it_runs(host.query("screensaver"), idle, wait)
    readings = (
        active.reading("screen saver active (1 is yes)"),
        timeout.reading("screen saver starts after", "seconds"),
        secure.reading("screen saver asks for the password (1 is yes)"),
        Setting(there, program.source, program.where).reading("screen saver program is there"),
        grace.reading("password is needed after a further", "seconds"),
    )
    forbidden = active.source is Source.POLICY and active.value == 0
    return Saver(idle, wait, forbidden, readings)


def _digits(name: str, policy: Key, user: Key) -> Setting[int]:
    """Policy over user, for this value alone. A value that neither has is 0; a person without the key is nonsense."""
    found = policy.digits(name) or user.digits(name)
    if found is not None:
        return found
    return Setting(Unreadable("empty", DESKTOP) if user.values is None else 0, Source.DEFAULT, rf"{DESKTOP}\{name}")


def _text(name: str, policy: Key, user: Key) -> Setting[str]:
    found = policy.text(name) or user.text(name)
    if found is not None:
        return found
    return Setting(Unreadable("empty", DESKTOP) if user.values is None else "", Source.DEFAULT, rf"{DESKTOP}\{name}")


def _switch(setting: Setting[int]) -> bool | Unreadable:
    if isinstance(setting.value, Unreadable):
        return setting.value
    return setting.value == 1 if setting.value in (0, 1) else Unreadable("malformed", setting.where)


def _idle(active: Setting[int], timeout: Setting[int], there: bool | Unreadable) -> Wait:
    """One switch that is off is enough for never; one that cannot be read is enough for not knowing."""
    answers = (_switch(active), there, timeout.value)
    if False in answers[:2] or timeout.value == 0:
        return NEVER
    unread = next((answer for answer in answers if isinstance(answer, Unreadable)), None)
    return _wait(timeout) if unread is None else unread


def _wait(setting: Setting[int]) -> Wait:
    return setting.value if isinstance(setting.value, Unreadable) else waited(setting.value, SECOND)


def _grace(host: Host) -> Setting[int]:
    """``ScreenSaverGracePeriod``: text, which is what Windows reads, or a number, which is what its manual says."""
    key = opened(host, WINLOGON, Source.SYSTEM)
    text, number = key.digits("screensavergraceperiod"), key.number("screensavergraceperiod")
    if text is None or number is None:
        return Setting(DEFAULT_GRACE_SECONDS, Source.DEFAULT, rf"{WINLOGON}\ScreenSaverGracePeriod")
    return number if isinstance(text.value, Unreadable) else text


def _runs(host: Host, program: Setting[str], user: Key) -> bool | Unreadable:
    """Whether a saver's program is there to run; not certain where only the one that policy passes over is."""
    there = _is_there(host, program)
    own = user.text("SCRNSAVE.EXE") if there is False and program.source is Source.POLICY else None
    if own is None or _is_there(host, own) is False:
        return there
    return Unreadable("unsupported", program.where)


def _is_there(host: Host, program: Setting[str]) -> bool | Unreadable:
    """Whether the saver's program exists. A bare name is one in System32 (ADMX "Force specific screen saver")."""
    if isinstance(program.value, Unreadable):
        return program.value
    text = program.value.strip().strip('"').strip()
    if not text:
        return False
    variables = {name.upper(): value for name, value in host.env.items()}
    root = variables.get("SYSTEMROOT") or variables.get("WINDIR") or r"C:\Windows"
    variables |= {"SYSTEMROOT": root, "WINDIR": root}
    path = VARIABLE.sub(lambda match: variables.get(match[1].upper(), match[0]), text)
    if BARE_NAME.fullmatch(path):
        path = rf"{root}\System32\{path}"
    if not FULL_PATH.fullmatch(path) or "\0" in path or VARIABLE.search(path):
        # A path on the network, or one that only Windows could make out.
        return Unreadable("unsupported", program.where)
    there = _exists(host, path)
    if there is True and not path.lower().endswith(".scr"):
        return Unreadable("unsupported", program.where)
    return there


def _exists(host: Host, path: str) -> bool | Unreadable:
    changed = host.query("mtime", path)
    if not isinstance(changed, Unreadable):
        return changed is not None
    if changed.reason not in ("not_recorded", "unsupported"):
        return changed
    return bool(host.glob("".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)))


def _as_it_runs(answer: Any, idle: Wait, grace: Wait) -> tuple[Wait, Wait]:
    """What the session itself says (SystemParametersInfo) can only take away: a program may have switched it off."""
    told = answer if isinstance(answer, Mapping) else {}
    where = "SystemParametersInfo"
    seconds = told.get("timeout_seconds", told.get("timeout"))
    late = type(seconds) is int and isinstance(idle, timedelta) and (seconds <= 0 or waited(seconds, SECOND) > idle)
    if (told.get("active") is False or late) and not isinstance(idle, Never):
        idle = Unreadable("failed", f"{where} differs from the registry")
    if told.get("secure") is False and not isinstance(grace, Never):
        grace = Unreadable("failed", f"{where} differs from the registry")
    return idle, grace
