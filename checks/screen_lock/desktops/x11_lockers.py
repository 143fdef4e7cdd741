"""Separate lockers on X11: xscreensaver, light-locker, xautolock, xss-lock. They lock only while they run."""

from __future__ import annotations

import getopt
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise

from agent.host import Host, Process, Unreadable
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Reading, Setting, Source, Wait, shown, waited
from checks.screen_lock.session import Display, Running, Session
from checks.screen_lock.settings import xscreensaver, xset
from checks.screen_lock.settings.commands import WAYLAND_LOCKERS, Effect, LockCommand, effect, effect_of
from checks.screen_lock.settings.gsettings import GSettings

__all__ = ["read"]

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NUMBER = re.compile(r"\d{1,9}")
ZERO = timedelta(0)
#: Options of xscreensaver 5 that count more than its file.
OVERRIDES = ("lock", "no-lock", "mode", "timeout")

Saver = Callable[[], xset.XSaver | Unreadable]


def read(host: Host, session: Session) -> LockFacts:
    """A path for each locker that runs. On Wayland none of them sees whether the person is idle."""
    names = ("xscreensaver", "light-locker", "xss-lock", "xautolock", "xidlehook")
    if session.display is Display.WAYLAND:
        paths = tuple(
            _unclear(name, Unreadable("unsupported", f"{name} on Wayland"))
            for name in names
            if session.running.of(name)
        )
        return LockFacts(session.desktop.name, paths)
    saver = cache(lambda: xset.read(host))
    found: list[tuple[LockPath, bool | Unreadable | None]] = []
    if session.running.of("xscreensaver"):
        found.append(_xscreensaver(host, session.running))
    found += [_light_locker(host, process, saver) for process in session.running.of("light-locker")]
    found += [_xss_lock(process, saver, session.running) for process in session.running.of("xss-lock")]
    found += [(_xautolock(process, session.running), None) for process in session.running.of("xautolock")]
    if session.running.of("xidlehook"):
        found.append((_unclear("xidlehook", Unreadable("unsupported", "xidlehook")), None))
    answers = [on_suspend for _, on_suspend in found if on_suspend is not None]
    return LockFacts(session.desktop.name, tuple(path for path, _ in found), strongest(answers))


def strongest(answers: Sequence[bool | Unreadable]) -> bool | Unreadable | None:
    """Whether anything locks before sleep: one that does is enough, one unread may be the one that does."""
    if True in answers:
        return True
    unread = [answer for answer in answers if isinstance(answer, Unreadable)]
    return unread[0] if unread else (False if answers else None)


def command_grace(command: LockCommand, running: Running) -> Wait:
    """How long after the command started the password is needed."""
    if command.effect is Effect.LOCKS:
        program = command.locker.removesuffix("-command")
        if program != command.locker and not running.of(program):
            return Unreadable("unsupported", f"{command.locker} without {program}")
        if command.locker in WAYLAND_LOCKERS:
            return Unreadable("unsupported", f"{command.locker} on X11")
        return command.grace
    if command.effect is Effect.NOTHING:
        return NEVER
    return Unreadable("unsupported", f"a command that {command.effect.value}")


def _unclear(name: str, why: Unreadable) -> LockPath:
    return LockPath(name, why, why)


def _xscreensaver(host: Host, running: Running) -> tuple[LockPath, bool | Unreadable | None]:
    settings = xscreensaver.read(host)
    idle = _seconds(settings.timeout)
    if settings.runs.value is not True:
        idle = NEVER if settings.runs.value is False else settings.runs.value
    grace = _seconds(settings.lock_timeout)
    if settings.lock.value is not True:
        grace = NEVER if settings.lock.value is False else settings.lock.value
    readings = (
        settings.runs.reading("screen saver is on"),
        settings.timeout.reading("screen saver starts after", "seconds"),
        settings.lock.reading("locks the screen"),
        settings.lock_timeout.reading("lock delay", "seconds"),
    )
    started = [word for process in running.of("xscreensaver") for word in process.argv[1:]]
    if any(word.lstrip("-").startswith(OVERRIDES) for word in started):
        grace = Unreadable("unsupported", "xscreensaver's options")  # older versions can be told otherwise here
    # Its helper of that name is what listens for sleep.
    on_suspend = settings.lock.value if running.of("xscreensaver-systemd") else None
    return LockPath("xscreensaver", idle, grace, readings), on_suspend


def _seconds(number: Setting[int]) -> Wait:
    if isinstance(number.value, Unreadable):
        return number.value
    return waited(number.value, SECOND)


def _light_locker(host: Host, process: Process, saver: Saver) -> tuple[LockPath, bool | Unreadable | None]:
    """``lock-after-screensaver``: seconds after the X screen saver starts, 0 for not at all; flags beat settings."""
    flags = dict(_flags(process.argv[1:]))
    settings = GSettings(host)
    delay: Setting[int]
    if "lock-after-screensaver" in flags:
        text = flags["lock-after-screensaver"]
        value = int(text) if NUMBER.fullmatch(text) else Unreadable("malformed", "light-locker")
        delay = Setting(value, Source.PROGRAM, "light-locker --lock-after-screensaver")
    elif "no-lock-after-screensaver" in flags:
        delay = Setting(0, Source.PROGRAM, "light-locker --no-lock-after-screensaver")
    else:
        delay = settings.number("apps.light-locker", "lock-after-screensaver")
    on_suspend: bool | Unreadable
    if "no-lock-on-suspend" in flags:
        on_suspend = False
    elif "lock-on-suspend" in flags:
        on_suspend = True
    else:
        on_suspend = settings.boolean("apps.light-locker", "lock-on-suspend").value
    grace: Wait = _seconds(delay) if delay.value != 0 else NEVER
    idle, reading = _x_idle(saver())
    if not process.argv:
        grace = Unreadable("denied", "light-locker's arguments")
    return LockPath("light-locker", idle, grace, (reading, delay.reading("lock delay", "seconds"))), on_suspend


def _flags(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Long options, with the value after ``=`` or in the next argument."""
    found = []
    for index, word in enumerate(arguments):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            found.append((name, value if equals else following))
    return found


def _x_idle(saver: xset.XSaver | Unreadable) -> tuple[Wait, Reading]:
    """When the X screen saver starts. Switched off, the display's power saving may still start it: unclear."""
    if isinstance(saver, Unreadable):
        return saver, Reading("X screen saver starts after", shown(saver), Source.SETTING, "xset q")
    reading = Reading("X screen saver starts after", shown(saver.timeout), Source.SETTING, "xset q")
    if saver.timeout is NEVER and saver.forced:
        return Unreadable("unsupported", "screen saver by display power saving"), reading
    return saver.timeout, reading


def _xss_lock(process: Process, saver: Saver, running: Running) -> tuple[LockPath, bool | Unreadable | None]:
    """Runs its locker when the X screen saver starts; with a notifier, one saver cycle later; and before sleep."""
    try:
        options, locker = getopt.getopt(
            list(process.argv[1:]),
            "n:s:lvq",
            ["notifier=", "session=", "ignore-sleep", "transfer-sleep-lock", "verbose", "quiet"],
        )
    except getopt.GetoptError:
        options, locker = [], []
    if not locker:
        why = Unreadable("denied" if not process.argv else "malformed", "xss-lock's arguments")
        return _unclear("xss-lock", why), why
    names = {name for name, _ in options}
    command = effect_of(locker)
    answer = saver()
    idle, reading = _x_idle(answer)
    if isinstance(idle, timedelta) and isinstance(answer, xset.XSaver) and names & {"-n", "--notifier"}:
        idle += answer.cycle
    locks = _locks(command)
    on_suspend: bool | Unreadable = False if "--ignore-sleep" in names else locks
    shows = Reading("locker", command.locker or command.effect.value, Source.PROGRAM, "xss-lock")
    return LockPath("xss-lock", idle, command_grace(command, running), (reading, shows)), on_suspend


def _locks(command: LockCommand) -> bool | Unreadable:
    if command.effect in (Effect.LOCKS, Effect.NOTHING):
        return command.effect is Effect.LOCKS
    return Unreadable("unsupported", "locker")


def _xautolock(process: Process, running: Running) -> LockPath:
    """``-time`` minutes, 10 unless given and at least 1; ``-locker`` a shell command, xlock unless given."""
    arguments = list(process.argv[1:])
    given = {name: value for name, value in pairwise(arguments) if name in ("-time", "-locker")}
    minutes = given.get("-time", "10")
    command = effect(given.get("-locker", "xlock"))
    idle: Wait = Unreadable("malformed", "xautolock -time")
    if not process.argv:
        idle = Unreadable("denied", "xautolock's arguments")
    elif NUMBER.fullmatch(minutes) and int(minutes) >= 1:
        idle = waited(int(minutes), MINUTE)
    source = Source.PROGRAM if "-time" in given else Source.DEFAULT
    readings = (
        Reading("locks after", shown(idle), source, "xautolock -time"),
        Reading("locker", command.locker or command.effect.value, source, "xautolock -locker"),
    )
    grace = command_grace(command, running)
    return LockPath("xautolock", idle, grace, readings)
