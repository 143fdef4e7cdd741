"""Cinnamon: seconds; keys and defaults from cinnamon-desktop and cinnamon-settings-daemon.

Its screen saver starts when the session is idle and starts the lock delay only if locking is enabled
(cinnamon-screensaver manager.py). ``lock-on-suspend`` is off unless the distribution changed it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import x11_lockers
from checks.screen_lock.desktops.gnome import Keys, every, inverted, screensaver_path
from checks.screen_lock.facts import LockFacts
from checks.screen_lock.session import Display, Session
from checks.screen_lock.settings.gsettings import GSettings

__all__ = ["read"]

IDLE_SCHEMA = "org.cinnamon.desktop.session"
SAVER_SCHEMA = "org.cinnamon.desktop.screensaver"
LOCKDOWN_SCHEMA = "org.cinnamon.desktop.lockdown"
POWER_SCHEMA = "org.cinnamon.settings-daemon.plugins.power"


def read(host: Host, session: Session) -> LockFacts:
    """Cinnamon's own lock, and any separate locker that runs beside it on X11."""
    settings = GSettings(host)
    keys = Keys(settings, IDLE_SCHEMA, SAVER_SCHEMA, timedelta(seconds=1))
    locked_out = settings.optional_boolean(LOCKDOWN_SCHEMA, "disable-lock-screen")
    path = screensaver_path("Cinnamon screen lock", keys, (), locked_out)
    if session.display is Display.WAYLAND:
        # Whether its screen saver locks there is not confirmed.
        path = replace(path, idle=Unreadable("unsupported", "Cinnamon on Wayland"))
    readings = list(session.readings)
    suspend = settings.optional_boolean(POWER_SCHEMA, "lock-on-suspend")
    on_suspend = None
    if suspend is not None:
        readings.append(suspend.reading("locks before sleep"))
        on_suspend = every(suspend, *([inverted(locked_out)] if locked_out else []))
    others = x11_lockers.read(host, session)
    return LockFacts("Cinnamon", (path, *others.paths), on_suspend, readings=tuple(readings))
