"""Budgie: GNOME's keys through budgie-screensaver up to 10.9; from 10.10, on Wayland, swayidle with a locker."""

from __future__ import annotations

from dataclasses import replace

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import gnome, wayland
from checks.screen_lock.facts import LockFacts
from checks.screen_lock.session import Display, Session

__all__ = ["read"]


def read(host: Host, session: Session) -> LockFacts:
    """What locks this Budgie session, by what draws it and what runs in it."""
    if session.display is Display.WAYLAND or session.running.of("swayidle"):
        return wayland.read(host, session)
    facts = gnome.read(host, session)
    savers = session.running.of("budgie-screensaver", "gnome-screensaver")
    if session.shell_runs and session.running.complete and not savers:
        # Its keys stay behind when the screen saver that obeys them is removed.
        gone = Unreadable("no_tool", "budgie-screensaver is not running")
        return replace(facts, paths=(replace(facts.paths[0], idle=gone), *facts.paths[1:]))
    return facts
