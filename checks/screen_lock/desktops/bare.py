"""Plain window managers on X11, which lock only by a separate locker, and desktops whose own lock we cannot read."""

from __future__ import annotations

from dataclasses import replace

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import wayland, x11_lockers
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Reading, Source
from checks.screen_lock.session import Display, Session

__all__ = ["read", "read_unknown"]


def read(host: Host, session: Session) -> LockFacts:
    """A window manager: with no locker running, nothing locks."""
    facts = x11_lockers.read(host, session)
    if not facts.paths:
        gone = Reading("locker", "not running", Source.PROGRAM, "running processes")
        facts = replace(facts, paths=(LockPath("separate locker", NEVER, NEVER, (gone,)),))
    return replace(facts, readings=session.readings)


def read_unknown(host: Host, session: Session) -> LockFacts:
    """A desktop that may lock by itself in a way we do not know: only a separate locker can be judged."""
    known = wayland.read(host, session) if session.display is Display.WAYLAND else x11_lockers.read(host, session)
    why = Unreadable("unsupported", f"the screen lock of {session.desktop.name}")
    own = LockPath(f"{session.desktop.name} screen lock", why, why)
    return replace(known, paths=(own, *known.paths), on_suspend=None, readings=session.readings)
