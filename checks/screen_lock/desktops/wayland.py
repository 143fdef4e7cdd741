"""sway, Hyprland and other Wayland compositors: they lock when swayidle or hypridle runs a locker for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.host import Host, Process, Unreadable
from checks.screen_lock.desktops.x11_lockers import strongest
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Reading, Source, Wait, shown, waited
from checks.screen_lock.session import Session
from checks.screen_lock.settings import hypridle, swayconfig, swayidle
from checks.screen_lock.settings.commands import X11_LOCKERS, Effect, LockCommand, effect

__all__ = ["read"]

SECOND = timedelta(seconds=1)
#: Programs that can lock by themselves, in ways that we do not read.
UNCLEAR_PROGRAMS = ("stasis", "quickshell", "qs", "xfce4-screensaver", "mate-screensaver", "xscreensaver")
#: Lockers whose own configuration may let people back in for a while.
GRACES = {"hyprlock": hypridle.hyprlock_grace, "swaylock": swayconfig.swaylock_grace}


@dataclass(frozen=True)
class Idler:
    """One idle program as it runs: when it runs which command, and what it does on request and before sleep."""

    program: str
    timeouts: tuple[tuple[int, str], ...] | Unreadable
    on_lock: str = ""
    before_sleep: str = ""


def read(host: Host, session: Session) -> LockFacts:
    """The paths of every idle program that runs; none running means that nothing locks."""
    running = session.running
    idlers = [_swayidle(host, process) for process in running.of("swayidle")]
    idlers += [_hypridle(host, process) for process in running.of("hypridle")]
    unclear = [name for name in UNCLEAR_PROGRAMS if running.of(name)]
    asked = _answer_to_lock_request(host, idlers, unclear)
    paths = [path for idler in idlers for path in _paths(host, idler, asked)]
    paths += [LockPath(name, Unreadable("unsupported", name), Unreadable("unsupported", name)) for name in unclear]
    if not idlers and not running.processes and _configured(host):
        # Set up, but no process list to see it running by.
        why = Unreadable("not_recorded", "running processes")
        paths.append(LockPath("idle program", why, why))
    if not paths:
        gone = Reading("idle program", "not running", Source.PROGRAM, "running processes")
        paths.append(LockPath("swayidle or hypridle", NEVER, NEVER, (gone,)))
    answers = [_on_suspend(host, idler, asked) for idler in idlers]
    if unclear and True not in answers:
        return LockFacts(session.desktop.name, tuple(paths), None, readings=session.readings)
    return LockFacts(session.desktop.name, tuple(paths), strongest(answers), readings=session.readings)


def _swayidle(host: Host, process: Process) -> Idler:
    argv: Sequence[str] = process.argv
    if not argv:
        # Its own arguments could not be read; the compositor's may say how it was started.
        started = swayconfig.read(host, "swayidle")
        if len(started) != 1:
            return Idler("swayidle", Unreadable("denied", "swayidle's arguments"))
        argv = started[0]
    events = swayidle.parse_arguments(argv)
    if isinstance(events, Unreadable):
        return Idler("swayidle", events)
    if events.config is not None:
        text = host.read(events.config) if events.config.startswith("/") else Unreadable("unsupported", "swayidle -C")
    else:
        text = swayidle.config_text(host)
    trouble = text if isinstance(text, Unreadable) else swayidle.parse_config(text or "", events)
    if trouble is not None:
        return Idler("swayidle", trouble)
    commands = events.commands
    return Idler("swayidle", tuple(events.timeouts), commands.get("lock", ""), commands.get("before-sleep", ""))


def _hypridle(host: Host, process: Process) -> Idler:
    given = [value for name, value in zip(process.argv, process.argv[1:], strict=False) if name in ("-c", "--config")]
    idle = hypridle.read(host, given[-1] if given else None)
    if idle is None:
        # It does not run without one, so it reads one that we do not see.
        idle = Unreadable("not_recorded", "hypridle.conf")
    if isinstance(idle, Unreadable):
        return Idler("hypridle", idle)
    return Idler("hypridle", idle.timeouts, idle.lock_command, idle.before_sleep)


def _configured(host: Host) -> bool:
    return (
        bool(swayconfig.read(host, "swayidle"))
        or swayidle.config_text(host) is not None
        or hypridle.read(host, None) is not None
    )


def _answer_to_lock_request(host: Host, idlers: Sequence[Idler], unclear: Sequence[str]) -> Wait:
    """How long after ``loginctl lock-session`` the password is needed; ``NEVER`` when nobody listens for it."""
    answers = [_password(host, effect(idler.on_lock), NEVER) for idler in idlers]
    known = [answer for answer in answers if isinstance(answer, timedelta)]
    if known:
        return min(known)
    unread = [answer for answer in answers if isinstance(answer, Unreadable)]
    unread += [idler.timeouts for idler in idlers if isinstance(idler.timeouts, Unreadable)]
    unread += [Unreadable("unsupported", name) for name in unclear]
    return unread[0] if unread else NEVER


def _password(host: Host, command: LockCommand, asked: Wait) -> Wait:
    """How long after the command started the password is needed."""
    if command.effect is Effect.ASKS_SESSION:
        return asked if not isinstance(asked, timedelta) else asked + command.grace
    if command.effect is Effect.UNCLEAR:
        return Unreadable("unsupported", "a command of one's own")
    if command.effect is Effect.NOTHING:
        return NEVER
    if command.locker in GRACES:
        grace = GRACES[command.locker](host)
        return grace if isinstance(grace, Unreadable) else max(grace, command.grace)
    if command.locker.endswith("-command") or command.locker in X11_LOCKERS:
        return Unreadable("unsupported", command.locker)  # a program for X11, or speaks to one
    return command.grace


def _paths(host: Host, idler: Idler, asked: Wait) -> list[LockPath]:
    """One path for each timeout that locks, or might."""
    if isinstance(idler.timeouts, Unreadable):
        return [LockPath(idler.program, idler.timeouts, idler.timeouts)]
    found = []
    for seconds, text in idler.timeouts:
        command = effect(text)
        idle = waited(seconds, SECOND)
        if command.effect is not Effect.NOTHING:
            what = command.locker or command.effect.value
            reading = Reading(f"after {shown(idle)}", what, Source.PROGRAM, idler.program)
            found.append(LockPath(idler.program, idle, _password(host, command, asked), (reading,)))
    none = Reading("locks when idle", "no", Source.PROGRAM, idler.program)
    return found or [LockPath(idler.program, NEVER, NEVER, (none,))]


def _on_suspend(host: Host, idler: Idler, asked: Wait) -> bool | Unreadable:
    if isinstance(idler.timeouts, Unreadable):
        return idler.timeouts
    password = _password(host, effect(idler.before_sleep), asked)
    return password if isinstance(password, Unreadable) else password is not NEVER
