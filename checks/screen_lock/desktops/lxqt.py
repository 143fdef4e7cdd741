"""LXQt: on X11 xscreensaver, or LXQt's own idleness watcher; on Wayland swayidle."""

from __future__ import annotations

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import wayland, x11_lockers
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Power, Reading, Source
from checks.screen_lock.session import Display, Session
from checks.screen_lock.settings import kconfig

__all__ = ["read"]

#: lxqt-powermanagement: what to do when idle; this one locks the screen.
LOCK_SCREEN = "-2"
WATCHER = "lxqt/lxqt-powermanagement.conf"


def read(host: Host, session: Session) -> LockFacts:
    """What locks this LXQt session, by what draws it and what runs in it."""
    if session.display is Display.WAYLAND:
        return wayland.read(host, session)
    others = x11_lockers.read(host, session)
    paths = [*others.paths, *_watcher(host)]
    if not paths:
        gone = Reading("screen saver", "not running", Source.PROGRAM, "running processes")
        paths.append(LockPath("LXQt screen lock", NEVER, NEVER, (gone,)))
    return LockFacts("LXQt", tuple(paths), others.on_suspend, readings=session.readings)


def _watcher(host: Host) -> list[LockPath]:
    """Paths that might lock. The times are stored in a form that is not confirmed, so they never decide a pass."""
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    text = host.read(f"{own}/{WATCHER}")
    if text is None:
        return []
    if isinstance(text, Unreadable):
        return [LockPath("LXQt idleness watcher", text, text)]
    general = kconfig.parse(text).groups.get("General", {})
    watcher = general.get("enableIdlenessWatcher")
    if watcher is None or watcher.value.lower() != "true":
        return []
    why = Unreadable("unsupported", "LXQt idleness watcher")
    actions = {Power.MAINS: "idlenessACAction", Power.BATTERY: "idlenessBatteryAction"}
    return [
        LockPath("LXQt idleness watcher", why, why, power=power)
        for power, key in actions.items()
        if key in general and general[key].value == LOCK_SCREEN
    ]
