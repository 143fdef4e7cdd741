"""The screen lock of macOS 12 to 26: it locks when the screen saver starts or the screen goes off, after the delay.

Nothing here makes macOS ask the person for a permission: two commands that tell a setting, one preference, and the
files that a device management service leaves for everybody to read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.host import Host, Unreadable, plists
from checks.screen_lock.facts import (
    NEVER,
    LockFacts,
    LockPath,
    Power,
    Reading,
    Setting,
    Source,
    Wait,
    shown,
    waited,
)
from checks.screen_lock.settings import pmset, sysadminctl

__all__ = ["parse_idle_time", "read"]

SECOND = timedelta(seconds=1)
TIME_LIMIT_SECONDS = 5.0
IDLE_TIME = ("defaults", "-currentHost", "read", "com.apple.screensaver", "idleTime")
#: Seconds until the screen saver starts when nothing was ever set (CIS benchmark for macOS 10.15).
DEFAULT_IDLE_SECONDS = 1200
#: For the person first, then for the whole computer; binary or XML (macOS Security Compliance Project).
MANAGED = ("/Library/Managed Preferences/{user}/", "/Library/Managed Preferences/")
DOMAIN = "com.apple.screensaver.plist"
NUMBER = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?")
#: ``defaults`` says so in English on every Mac.
ABSENT = re.compile(r".*\bdoes not exist\.?")
SHOWN = {Power.MAINS: "plugged in", Power.BATTERY: "on battery", Power.UPS: "on a UPS"}


@dataclass(frozen=True)
class Managed:
    """What the office set for the screen saver: its values by key, with the file of each, and what is unreadable."""

    values: Mapping[str, tuple[object, str]]
    trouble: Unreadable | None = None


def read(host: Host) -> LockFacts | Unreadable:
    """Every way this person's session locks by itself."""
    if host.user.uid == 0:
        # Settings would be those of root, and the delay nobody's.
        return Unreadable("unsupported", "the session of root")
    if host.env.get("SSH_CONNECTION"):
        return Unreadable("failed", "a session over the network")
    managed = _managed(host)
    saver = _idle_time(host, managed)
    grace, note = _grace(host, managed)
    needed = Reading("password is needed after", shown(grace), Source.SETTING, " ".join(sysadminctl.COMMAND))
    idle = saver.value if isinstance(saver.value, Unreadable) else _idle(saver.value)
    starts = Reading("screen saver starts after", shown(idle), saver.source, saver.where)
    paths = [LockPath("screen saver", idle, grace, (starts, needed))]
    displays = pmset.read(host)
    if isinstance(displays, Unreadable):
        paths.append(LockPath("screen goes off", displays, grace))
        return LockFacts("macOS", tuple(paths), readings=note)
    for power, wait in displays.items():
        seen = Reading(f"screen goes off, {SHOWN[power]}", shown(wait), Source.SETTING, " ".join(pmset.COMMAND))
        paths.append(LockPath(f"screen goes off, {SHOWN[power]}", wait, grace, (seen, needed), power))
    # A Mac without a battery has no section for one.
    return LockFacts("macOS", tuple(paths), has_battery=Power.BATTERY in displays, readings=note)


def parse_idle_time(stdout: str, stderr: str, exit_code: int) -> float | Unreadable | None:
    """What ``defaults read`` says: seconds, or ``None`` when the value was never set."""
    where = " ".join(IDLE_TIME)
    if exit_code == 0:
        number = NUMBER.fullmatch(stdout.strip())
        return float(number[0]) if number else Unreadable("malformed" if stdout.strip() else "empty", where)
    if exit_code == 1 and any(ABSENT.fullmatch(line.strip()) for line in stderr.splitlines()):
        return None
    return Unreadable("failed", where)


def _idle_time(host: Host, managed: Managed) -> Setting[float]:
    """The office's value, else the person's, else the default."""
    if "idleTime" in managed.values:
        value, path = managed.values["idleTime"]
        seconds = _seconds(value)
        return Setting(Unreadable("malformed", path) if seconds is None else seconds, Source.POLICY, path)
    if managed.trouble is not None:
        return Setting(managed.trouble, Source.POLICY, managed.trouble.where)
    where = " ".join(IDLE_TIME)
    done = host.run(IDLE_TIME, timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return Setting(done, Source.USER, where)
    found = parse_idle_time(done.stdout, done.stderr, done.exit)
    return Setting(DEFAULT_IDLE_SECONDS, Source.DEFAULT, where) if found is None else Setting(found, Source.USER, where)


def _idle(seconds: float) -> Wait:
    return waited(seconds, SECOND) if seconds > 0 else NEVER


def _grace(host: Host, managed: Managed) -> tuple[Wait, tuple[Reading, ...]]:
    """The delay as macOS tells it, unless the office's own settings say that it is longer, or that there is none."""
    grace = sysadminctl.read(host)
    notes: list[Reading] = []
    if "askForPassword" in managed.values:
        asked, path = managed.values["askForPassword"]
        answer = "yes" if asked in (True, 1) else "no" if asked in (False, 0) else "not clear"
        notes.append(Reading("the office asks for the password", answer, Source.POLICY, path))
        if answer != "yes" and isinstance(grace, timedelta):
            grace = Unreadable("failed", f"{path} does not say to ask for a password, macOS says {shown(grace)}")
    if "askForPasswordDelay" in managed.values:
        value, path = managed.values["askForPasswordDelay"]
        seconds = _seconds(value)
        delay: Wait = Unreadable("malformed", path) if seconds is None else waited(seconds, SECOND)
        notes.append(Reading("the office's delay for the password", shown(delay), Source.POLICY, path))
        if isinstance(grace, timedelta) and not (isinstance(delay, timedelta) and delay <= grace):
            grace = Unreadable("failed", f"{path} says {shown(delay)}, macOS says {shown(grace)}")
    return grace, tuple(notes)


def _seconds(value: object) -> float | None:
    """A number of seconds from a property list; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared first: a whole number in a property list may be longer than any float.
    return float(value) if 0 <= value < 1e10 else None


def _managed(host: Host) -> Managed:
    """The office's values, those for this person before those for the whole computer."""
    values: dict[str, tuple[object, str]] = {}
    trouble: Unreadable | None = None
    for path in _files(host.user.name):
        data = host.read_bytes(path)
        if data is None:
            continue
        if isinstance(data, Unreadable):
            trouble = trouble or data
            continue
        try:
            found = plists.parse(data)
        except plists.BadPlistError:
            trouble = trouble or Unreadable("malformed", path)
            continue
        if trouble is None:
            # A value for everybody counts only where the one for this person was looked for.
            values |= {key: (value, path) for key, value in found.items() if key not in values}
    return Managed(values, trouble)


def _files(user: str) -> Sequence[str]:
    named = bool(user) and "/" not in user and user not in (".", "..") and "\0" not in user
    return [f"{folder.format(user=user)}{DOMAIN}" for folder in MANAGED if named or "{user}" not in folder]
