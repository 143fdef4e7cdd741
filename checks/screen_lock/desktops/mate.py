"""MATE: its idle delay and lock delay are in **minutes** (mate-screensaver gs-prefs.c, mate-session-manager)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import wayland, x11_lockers
from checks.screen_lock.desktops.gnome import Keys, inverted, screensaver_path
from checks.screen_lock.facts import LockFacts
from checks.screen_lock.session import Display, Session
from checks.screen_lock.settings.gsettings import GSettings

__all__ = ["read"]

IDLE_SCHEMA = "org.mate.session"
SAVER_SCHEMA = "org.mate.screensaver"
LOCKDOWN_SCHEMA = "org.mate.lockdown"
POWER_SCHEMA = "org.mate.power-manager"


def read(host: Host, session: Session) -> LockFacts:
    """MATE's own lock, and any separate locker that runs beside it."""
    if session.display is Display.WAYLAND:
        return wayland.read(host, session)  # mate-screensaver is a program for X11
    settings = GSettings(host)
    keys = Keys(settings, IDLE_SCHEMA, SAVER_SCHEMA, timedelta(minutes=1))
    starts = settings.boolean(SAVER_SCHEMA, "idle-activation-enabled")
    locked_out = settings.optional_boolean(LOCKDOWN_SCHEMA, "disable-lock-screen")
    path = screensaver_path("MATE screen lock", keys, (starts,), locked_out)
    if session.shell_runs and session.running.complete and not session.running.of("mate-screensaver"):
        # Its keys are installed with other packages too: without the program nothing obeys them.
        path = replace(path, idle=Unreadable("no_tool", "mate-screensaver is not running"))
    readings = list(session.readings)
    suspend = settings.optional_boolean(POWER_SCHEMA, "lock-suspend")
    on_suspend: bool | Unreadable | None = None
    if suspend is not None:
        readings.append(suspend.reading("locks before sleep"))
        on_suspend = suspend.value
    if locked_out is not None and inverted(locked_out).value is False:
        on_suspend = False
    others = x11_lockers.read(host, session)
    return LockFacts("MATE", (path, *others.paths), on_suspend, readings=tuple(readings))
