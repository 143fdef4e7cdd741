"""GNOME, and the desktops that obey GNOME's keys: Ubuntu, Pop before COSMIC, Unity, Budgie on X11.

Keys, units (seconds) and defaults: gsettings-desktop-schemas. ``idle-activation-enabled`` is deprecated and ignored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.catalogue import Family
from checks.screen_lock.desktops import x11_lockers
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Reading, Setting, Source, Wait, WhyOff, shown, waited
from checks.screen_lock.session import Session
from checks.screen_lock.settings.gsettings import GSettings

__all__ = ["Keys", "read", "screensaver_path"]

SECOND = timedelta(seconds=1)
IDLE_SCHEMA = "org.gnome.desktop.session"
SAVER_SCHEMA = "org.gnome.desktop.screensaver"
LOCKDOWN_SCHEMA = "org.gnome.desktop.lockdown"
#: GNOME Shell only locks where this answers on the system bus (gnome-shell js/misc/loginManager.js, canLock).
DISPLAY_MANAGER = "org.gnome.DisplayManager"


GDM = (
    "gdm",
    "gdm3",
    "gdm-session-worker",
    "gdm-session-wor",
    "gdm-x-session",
    "gdm-wayland-session",
    "gdm-wayland-ses",
)
#: There is no system bus, as in a container: that is no sign of another display manager.
NOBODY_TO_ASK = frozenset({"not_recorded", "failed"})
OTHER_DISPLAY_MANAGERS = ("lightdm", "lxdm", "sddm", "slim", "xdm")


class Keys:
    """The keys that GNOME and its relatives share, by schema and by the unit of their numbers."""

    def __init__(self, settings: GSettings, idle: str, saver: str, unit: timedelta) -> None:
        self.idle_delay = settings.number(idle, "idle-delay")
        self.lock_enabled = settings.boolean(saver, "lock-enabled")
        self.lock_delay = settings.number(saver, "lock-delay")
        self.unit = unit
        self.unit_name = "minutes" if unit == timedelta(minutes=1) else "seconds"


def screensaver_path(
    name: str, keys: Keys, switches: tuple[Setting[bool], ...], locked_out: Setting[bool] | None
) -> LockPath:
    """The path of a desktop with an idle delay, a lock switch and a lock delay.

    ``switches`` must all be on for the screen saver to start at all; ``locked_out`` is an administrator's ban on
    locking, where the desktop has such a key.
    """
    idle: Wait
    if isinstance(keys.idle_delay.value, Unreadable):
        idle = keys.idle_delay.value
    else:
        idle = waited(keys.idle_delay.value, keys.unit) if keys.idle_delay.value else NEVER
    idle = gate(idle, *switches)
    grace: Wait = keys.lock_delay.value if isinstance(keys.lock_delay.value, Unreadable) else NEVER
    if not isinstance(keys.lock_delay.value, Unreadable):
        grace = waited(keys.lock_delay.value, keys.unit)
    grace = gate(grace, keys.lock_enabled)
    if locked_out is not None:
        grace = gate(grace, inverted(locked_out))
    readings = [
        keys.idle_delay.reading("idle delay", keys.unit_name),
        keys.lock_enabled.reading("locks the screen"),
        keys.lock_delay.reading("lock delay", keys.unit_name),
        *(switch.reading("screen saver starts when idle") for switch in switches),
    ]
    if locked_out is not None:
        readings.append(locked_out.reading("locking is forbidden"))
    return LockPath(name, idle, grace, tuple(readings))


def gate(wait: Wait, *switches: Setting[bool]) -> Wait:
    """``wait`` if every switch is on; ``NEVER`` if one is off, whatever cannot be read beside it."""
    if any(switch.value is False for switch in switches):
        return NEVER
    unread = [switch.value for switch in switches if isinstance(switch.value, Unreadable)]
    return unread[0] if unread and wait is not NEVER else wait


def inverted(switch: Setting[bool]) -> Setting[bool]:
    """The same switch, for a key that is named after what it forbids."""
    if isinstance(switch.value, Unreadable):
        return switch
    return Setting(not switch.value, switch.source, switch.where)


def every(*switches: Setting[bool]) -> bool | Unreadable:
    """Whether all switches are on: one that is off is an answer, one unread is none."""
    values = [switch.value for switch in switches]
    if False in values:
        return False
    unread = [value for value in values if isinstance(value, Unreadable)]
    return unread[0] if unread else True


def read(host: Host, session: Session) -> LockFacts:
    """GNOME's own lock, and any separate locker that runs beside it on X11."""
    settings = GSettings(host)
    keys = Keys(settings, IDLE_SCHEMA, SAVER_SCHEMA, SECOND)
    locked_out = settings.optional_boolean(LOCKDOWN_SCHEMA, "disable-lock-screen")
    path = screensaver_path(f"{session.desktop.name} screen lock", keys, (), locked_out)
    readings = list(session.readings)
    on_suspend = every(keys.lock_enabled, *([inverted(locked_out)] if locked_out else []))
    # Ubuntu's own switch for what happens before sleep.
    ubuntu = settings.optional_boolean(SAVER_SCHEMA, "ubuntu-lock-on-suspend")
    if ubuntu is not None:
        readings.append(ubuntu.reading("locks before sleep"))
        on_suspend = every(keys.lock_enabled, ubuntu, *([inverted(locked_out)] if locked_out else []))
    if session.desktop.family is Family.GNOME:
        path, reading = _under_display_manager(host, session, path)
        readings.append(reading)
    others = x11_lockers.read(host, session)
    return LockFacts(session.desktop.name, (path, *others.paths), on_suspend, readings=tuple(readings))


def _under_display_manager(host: Host, session: Session, path: LockPath) -> tuple[LockPath, Reading]:
    """GNOME Shell switches its lock off altogether under any display manager but its own."""
    runs = _display_manager_runs(host)
    if runs is False and session.shell_runs:
        path = LockPath(path.name, NEVER, path.grace, path.readings, why_off=WhyOff.CANNOT_LOCK)
    elif runs is False:
        path = replace(path, idle=_unless_never(path.idle, "unsupported"))
    elif isinstance(runs, Unreadable) and runs.reason not in NOBODY_TO_ASK:
        path = replace(path, idle=_unless_never(path.idle, runs.reason))
    text = shown(runs) if isinstance(runs, Unreadable) else ("yes" if runs else "no")
    return path, Reading("GNOME's display manager runs", text, Source.PROGRAM, "system bus or running processes")


def _unless_never(idle: Wait, reason: str) -> Wait:
    return idle if idle is NEVER else Unreadable(reason, "GNOME's display manager")


def _display_manager_runs(host: Host) -> bool | Unreadable:
    """Whether GNOME's display manager runs: by its name on the system bus, else by who signs people in here."""
    owned = host.query("dbus_name_owned", "system", DISPLAY_MANAGER)
    if isinstance(owned, bool):
        return owned
    seen = host.processes(*GDM, *OTHER_DISPLAY_MANAGERS)
    if not isinstance(seen, Unreadable) and seen:
        return any(process.name in GDM for process in seen)
    return owned if isinstance(owned, Unreadable) else Unreadable("malformed", DISPLAY_MANAGER)
