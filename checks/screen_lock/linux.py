"""The screen lock of a Linux desktop: first which desktop, then its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.host import Host, Unreadable
from checks.screen_lock.catalogue import Family
from checks.screen_lock.desktops import bare, budgie, cinnamon, gnome, kde, lxqt, mate, wayland, xfce
from checks.screen_lock.facts import LockFacts, NoSession
from checks.screen_lock.session import Session, decide

__all__ = ["read"]

READERS: Mapping[Family, Callable[[Host, Session], LockFacts]] = {
    Family.GNOME: gnome.read,
    Family.GNOME_KEYS: gnome.read,
    Family.BUDGIE: budgie.read,
    Family.CINNAMON: cinnamon.read,
    Family.MATE: mate.read,
    Family.KDE: kde.read,
    Family.XFCE: xfce.read,
    Family.LXQT: lxqt.read,
    Family.HYPRLAND: wayland.read,
    Family.WAYLAND: wayland.read,
    Family.X11: bare.read,
    Family.UNKNOWN: bare.read_unknown,
}


def read(host: Host) -> LockFacts | NoSession | Unreadable:
    """Every way this person's session locks by itself."""
    session = decide(host)
    if not isinstance(session, Session):
        return session
    return READERS[session.desktop.family](host, session)
