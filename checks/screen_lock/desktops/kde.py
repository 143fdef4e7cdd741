"""KDE Plasma 5 and 6: ``kscreenlockerrc``, group ``[Daemon]`` (kscreenlocker's kcfg and ksldapp.cpp).

``Timeout`` is in minutes, with a fraction since Plasma 6.3; ``LockGrace`` in seconds. A missing file is Plasma's
defaults, which lock after five minutes.
"""

from __future__ import annotations

import re
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import x11_lockers
from checks.screen_lock.desktops.gnome import every, gate
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Setting, Source, Wait, waited
from checks.screen_lock.session import Session
from checks.screen_lock.settings.kconfig import asked, cascade

__all__ = ["read"]

FILE = "kscreenlockerrc"
GROUP = "Daemon"
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,9})?")
SWITCHES = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}


class Values:
    """The configuration's values: by its files, or by KDE's own reader where there is no file at all."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._files = cascade(host, FILE)

    def text(self, key: str, default: str) -> Setting[str] | None:
        """The value as written; ``None`` when nobody set it."""
        return self._files.text(GROUP, key) if self._files.layers else asked(self._host, FILE, GROUP, key, default)


def read(host: Host, session: Session) -> LockFacts:
    """Plasma's own lock, and any separate locker that runs beside it on X11."""
    values = Values(host)
    autolock = _switch(values, "Autolock", True)
    timeout = _number(values, "Timeout", 5)
    grace_seconds = _number(values, "LockGrace", 5)
    lock = _switch(values, "Lock", True)
    password = _switch(values, "RequirePassword", True)
    on_resume = _switch(values, "LockOnResume", True)
    idle = gate(_wait(timeout, MINUTE), autolock)
    # A negative grace time, like Lock=false, lets people back in for ever without the password.
    grace = gate(_wait(grace_seconds, SECOND, zero=timedelta(0)), lock, password)
    readings = (
        autolock.reading("locks the screen automatically"),
        timeout.reading("locks after", "minutes"),
        grace_seconds.reading("no password needed for", "seconds"),
        lock.reading("lock needs a password"),
        password.reading("password required"),
        on_resume.reading("locks before sleep"),
    )
    others = x11_lockers.read(host, session)
    path = LockPath("KDE screen lock", idle, grace, readings)
    return LockFacts("KDE", (path, *others.paths), every(on_resume, password), readings=session.readings)


def _wait(number: Setting[float], unit: timedelta, zero: timedelta | None = None) -> Wait:
    """The number as a wait. Below zero, and at zero unless ``zero`` says otherwise, it never comes."""
    value = number.value
    if isinstance(value, Unreadable):
        return value
    if value == 0 and zero is not None:
        return zero
    return waited(value, unit) if value > 0 else NEVER


def _switch(values: Values, key: str, default: bool) -> Setting[bool]:
    found = values.text(key, str(default).lower())
    if found is None:
        return Setting(default, Source.DEFAULT, f"{FILE} [{GROUP}] {key}")
    if isinstance(found.value, Unreadable):
        return Setting(found.value, found.source, found.where)
    known = SWITCHES.get(found.value.lower())
    return Setting(Unreadable("malformed", found.where) if known is None else known, found.source, found.where)


def _number(values: Values, key: str, default: int) -> Setting[float]:
    found = values.text(key, str(default))
    if found is None:
        return Setting(default, Source.DEFAULT, f"{FILE} [{GROUP}] {key}")
    if isinstance(found.value, Unreadable):
        return Setting(found.value, found.source, found.where)
    if not NUMBER.fullmatch(found.value):
        return Setting(Unreadable("malformed", found.where), found.source, found.where)
    return Setting(float(found.value), found.source, found.where)
