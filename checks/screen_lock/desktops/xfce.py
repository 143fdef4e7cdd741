"""XFCE: xfce4-screensaver by its xfconf channel (**minutes**), or light-locker, xscreensaver or xss-lock in its place.

On Wayland, where none of those sees whether the person is idle, swayidle as in any other compositor. Paths and
defaults: xfce4-screensaver and xfce4-power-manager sources. All four switches must be on for a lock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.desktops import wayland, x11_lockers
from checks.screen_lock.desktops.gnome import gate
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Reading, Setting, Source, Wait, WhyOff, waited
from checks.screen_lock.session import Display, Session
from checks.screen_lock.settings.xfconf import Channel

__all__ = ["read"]

MINUTE = timedelta(minutes=1)
SAVER = "xfce4-screensaver"
POWER = "xfce4-power-manager"


def read(host: Host, session: Session) -> LockFacts:
    """Whatever locks this XFCE session, by which programs run."""
    if session.display is Display.WAYLAND:
        return wayland.read(host, session)
    others = x11_lockers.read(host, session)
    power = Channel(host, POWER)
    saver_runs = bool(session.running.of(SAVER))
    if others.paths and not saver_runs:
        # Another locker took its place: its channel is left over.
        facts = others
    elif not saver_runs and session.shell_runs and session.running.complete:
        gone = Reading("screen saver", "not running", Source.PROGRAM, "running processes")
        facts = LockFacts(session.desktop.name, (LockPath("XFCE screen saver", NEVER, NEVER, (gone,)),))
    else:
        facts = _screensaver(Channel(host, SAVER), power, others, saver_runs)
    presenting = power.boolean(f"/{POWER}/presentation-mode", False)
    manager_gone = session.shell_runs and session.running.complete and not session.running.of(POWER)
    if presenting.value is True and not manager_gone:
        paths = tuple(replace(path, idle=NEVER, why_off=WhyOff.PRESENTATION) for path in facts.paths)
        facts = replace(facts, paths=paths, readings=(*facts.readings, presenting.reading("presentation mode")))
    return replace(facts, readings=(*session.readings, *facts.readings))


def _screensaver(channel: Channel, power: Channel, others: LockFacts, saver_runs: bool) -> LockFacts:
    saver = channel.boolean("/saver/enabled", True)
    starts = channel.boolean("/saver/idle-activation/enabled", True)
    delay = channel.number("/saver/idle-activation/delay", 5)
    lock = channel.boolean("/lock/enabled", True)
    locks_saver = channel.boolean("/lock/saver-activation/enabled", True)
    lock_delay = channel.number("/lock/saver-activation/delay", 0)
    on_sleep = channel.boolean("/lock/sleep-activation", True)
    settings: tuple[Setting[bool] | Setting[int], ...] = (saver, starts, delay, lock, locks_saver, lock_delay)
    idle = gate(_minutes(delay, least=1), saver, starts)
    if not saver_runs and all(setting.source is Source.DEFAULT for setting in settings):
        # Nothing set and nothing running: a default of a program that may not even be installed says nothing.
        idle = Unreadable("no_tool", f"{SAVER} is not running")
    grace = gate(_minutes(lock_delay, least=0), lock, locks_saver)
    readings = (
        saver.reading("screen saver is on"),
        starts.reading("screen saver starts when idle"),
        delay.reading("screen saver starts after", "minutes"),
        lock.reading("locks the screen"),
        locks_saver.reading("locks with the screen saver"),
        lock_delay.reading("lock delay", "minutes"),
    )
    path = LockPath("XFCE screen saver", idle, grace, readings)
    on_suspend = _on_suspend(power, lock, on_sleep)
    evidence = (on_sleep.reading("locks before sleep"),)
    return LockFacts(others.desktop, (path, *others.paths), on_suspend, readings=evidence)


def _minutes(number: Setting[int], least: int) -> Wait:
    """The number as minutes; below what the program accepts it is not a setting but a mistake."""
    if isinstance(number.value, Unreadable):
        return number.value
    return waited(number.value, MINUTE) if number.value >= least else Unreadable("malformed", number.where)


def _on_suspend(power: Channel, lock: Setting[bool], on_sleep: Setting[bool]) -> bool | Unreadable | None:
    """Either the screen saver or the power manager may lock before sleep; it is off only where both are."""
    if lock.value is not True:
        return None
    if on_sleep.value is True:
        return True
    manager = power.boolean(f"/{POWER}/lock-screen-suspend-hibernate", True)
    return False if on_sleep.value is False and manager.value is False else None
