"""What a configured command does to the screen: locks it, asks the session to lock, or neither.

Idle programs run whatever command they are given. A word such as "lock" somewhere in it proves nothing
(``pkill swaylock``), so the command is split as a shell would and each program in it is looked up in tables.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from itertools import pairwise

from checks.screen_lock.facts import waited

__all__ = ["WAYLAND_LOCKERS", "X11_LOCKERS", "Effect", "LockCommand", "effect", "effect_of", "with_resume"]

SECOND = timedelta(seconds=1)


class Effect(Enum):
    """What running the command does."""

    LOCKS = "locks"
    #: ``loginctl lock-session``: only locks if something listens for it.
    ASKS_SESSION = "asks the session to lock"
    #: A script or program that is not in our tables: it might lock.
    UNCLEAR = "unclear"
    NOTHING = "does not lock"


@dataclass(frozen=True)
class LockCommand:
    """An effect, the locker's name where there is one, and how long that locker lets people back in for free."""

    effect: Effect
    locker: str = ""
    grace: timedelta = timedelta(0)


NOTHING = LockCommand(Effect.NOTHING)
UNCLEAR = LockCommand(Effect.UNCLEAR)

#: Programs that cover the screen and let nobody back without the password (their manual pages), by what draws it.
WAYLAND_LOCKERS = frozenset({"gtklock", "hyprlock", "hyprlock --immediate", "swaylock", "waylock"})
X11_LOCKERS = frozenset({"i3lock", "i3lock-color", "slock", "xlock", "xsecurelock"})
LOCKERS = WAYLAND_LOCKERS | X11_LOCKERS | {"physlock"}
#: Lockers that lock on one of these arguments.
LOCKERS_WITH_ARGUMENT = {
    "xscreensaver-command": frozenset({"-lock", "--lock"}),
    "light-locker-command": frozenset({"-l", "--lock"}),
    "cinnamon-screensaver-command": frozenset({"-l", "--lock"}),
    "mate-screensaver-command": frozenset({"-l", "--lock"}),
    "gnome-screensaver-command": frozenset({"-l", "--lock"}),
    "xfce4-screensaver-command": frozenset({"-l", "--lock"}),
    "dm-tool": frozenset({"lock"}),
}
#: Arguments with which a locker only explains itself.
NO_LOCK_ARGUMENTS = frozenset({"-h", "--help", "-v", "--version"})
#: And those with which one locker covers the screen, or only the consoles, but asks for no password.
NO_PASSWORD_ARGUMENTS = {
    "i3lock": frozenset({"--no-verify"}),
    "i3lock-color": frozenset({"--no-verify"}),
    "physlock": frozenset({"-l", "-L"}),
    "xlock": frozenset({"-inroot", "-inwindow", "-nolock"}),
}
GRACE_OPTION = "--grace"
XLOCK_GRACE_OPTION = "-lockdelay"
#: Programs that never lock, whatever their arguments.
HARMLESS = frozenset(
    {":", "[", "brightnessctl", "chayang", "dunstctl", "dunstify", "echo", "false", "hyprctl", "light", "killall"}
    | {"notify-send", "pactl", "pgrep", "pidof", "pkill", "playerctl", "printf", "swaymsg", "systemctl", "test", "true"}
    | {"wlopm", "wlr-randr", "wpctl", "xbacklight", "xset"}
)
#: Of those, the ones that succeed on any working computer: what follows them after ``&&`` does run.
RELIABLE = frozenset(
    {":", "brightnessctl", "dunstify", "echo", "hyprctl", "notify-send", "printf", "sleep", "swaymsg", "true"}
)
#: ``pidof swaylock || swaylock``: do not start a second one.
ALREADY_RUNNING = frozenset({"pgrep", "pidof"})
#: Words that make what follows depend on something we cannot know.
KEYWORDS = frozenset({"!", "case", "do", "else", "for", "function", "if", "then", "until", "while", "{"})
#: Programs that run the rest of their line.
WRAPPERS = frozenset({"builtin", "command", "env", "exec", "nice", "nohup", "setsid"})
SHELLS = frozenset({"bash", "dash", "sh", "zsh"})
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
OPERATOR = re.compile(r"[;&|]+")
KILLERS = re.compile(r"\b(?:kill|killall|pkill)\b")
COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}")
NUMBER = re.compile(r"\d{1,9}")
DEEPEST = 4
#: Longer ones are not read: splitting one up takes seconds.
MAX_TEXT = 16 * 1024


def effect(command: str, depth: int = 0) -> LockCommand:
    """What a shell command does. What cannot be split, or depends on more than we can see, is unclear."""
    words = None if depth > DEEPEST else _words(command)
    if words is None:
        return UNCLEAR
    before = ";"
    previous: list[str] = []
    simple: list[str] = []
    found = [NOTHING]
    delay = timedelta(0)
    for word in [*words, ";"]:
        if not OPERATOR.fullmatch(word):
            simple.append(word)
            continue
        if simple:
            if _undoes(simple) and any(command.effect is not Effect.NOTHING for command in found):
                return UNCLEAR
            done = effect_of(simple, depth)
            if done.effect is not Effect.NOTHING:
                done = replace(done, grace=done.grace + delay) if _runs(before, previous, simple) else UNCLEAR
            found.append(done)
            # "sleep 60; swaylock" locks a minute later.
            delay += _sleep_time(simple)
            previous, simple = simple, []
        before = word
    return _strongest(found)


def with_resume(command: str, resume: str) -> str:
    """A command with the one for when the person is back, if that may undo it before any password is asked for."""
    return f"{command}; {resume}" if _undoes(resume.split()) else command


def _undoes(words: Sequence[str]) -> bool:
    """Whether a command ends a locker or opens the session."""
    text = " ".join(words)
    ends = bool(KILLERS.search(text)) and any(locker in text for locker in LOCKERS)
    return ends or "unlock-session" in text


def _words(command: str) -> list[str] | None:
    """The words and operators of a command; ``None`` when only a shell could tell what it does."""
    if len(command) > MAX_TEXT or "\n" in command or "`" in command or "$(" in command:
        return None
    lexer = shlex.shlex(command, posix=True, punctuation_chars=";&|<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = [word for word in lexer if word not in ("(", ")")]
    except ValueError:
        return None
    comment = any(word.startswith("#") and not COLOUR.fullmatch(word) for word in words)
    return None if comment or not KEYWORDS.isdisjoint(words) else words


def _runs(operator: str, previous: Sequence[str], current: Sequence[str]) -> bool:
    """Whether the command after ``operator`` is sure to run, given the one before it."""
    if operator in (";", "&"):
        return True
    if not previous:
        return False
    if operator == "&&":
        return previous[0] in RELIABLE
    return operator == "||" and previous[0] in ALREADY_RUNNING and current[0] in previous


def _sleep_time(words: Sequence[str]) -> timedelta:
    """How long ``sleep N`` waits; a form we do not read counts as for ever."""
    if words[0] != "sleep":
        return timedelta(0)
    return waited(int(words[1]) if len(words) == 2 and NUMBER.fullmatch(words[1]) else 10**9, SECOND)


def effect_of(argv: Sequence[str], depth: int = 0) -> LockCommand:
    """What one program with its arguments does."""
    words = list(argv)
    while words and (ASSIGNMENT.fullmatch(words[0]) or words[0] in WRAPPERS):
        words = words[1:]
    if not words:
        return NOTHING
    program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
    if program in SHELLS:
        scripts = [script for flag, script in pairwise(arguments) if flag in ("-c", "-lc")]
        return effect(scripts[0], depth + 1) if scripts else UNCLEAR
    if program in ("swaymsg", "hyprctl"):
        return _through_compositor(arguments, depth)
    if program in LOCKERS:
        return _locker(program, arguments)
    return _by_table(program, arguments)


def _by_table(program: str, arguments: Sequence[str]) -> LockCommand:
    if program in LOCKERS_WITH_ARGUMENT:
        locks = not LOCKERS_WITH_ARGUMENT[program].isdisjoint(arguments)
        return LockCommand(Effect.LOCKS, program) if locks else NOTHING
    if program == "loginctl":
        asks = not {"lock-session", "lock-sessions"}.isdisjoint(arguments)
        return LockCommand(Effect.ASKS_SESSION) if asks else NOTHING
    if program == "sleep" or (program in HARMLESS and not _suspends(program, arguments)):
        return NOTHING
    return UNCLEAR


def _locker(program: str, arguments: Sequence[str]) -> LockCommand:
    if not NO_LOCK_ARGUMENTS.union(NO_PASSWORD_ARGUMENTS.get(program, ())).isdisjoint(arguments):
        return NOTHING
    if program == "xlock" and XLOCK_GRACE_OPTION in arguments:
        return UNCLEAR
    if program == "hyprlock" and "--immediate" in arguments:
        return LockCommand(Effect.LOCKS, "hyprlock --immediate")  # whatever its configuration says
    grace = timedelta(0)
    for index, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == GRACE_OPTION:
            text = value or (arguments[index + 1] if index + 1 < len(arguments) else "")
            if not NUMBER.fullmatch(text):
                return UNCLEAR
            grace = waited(int(text), SECOND)
    return LockCommand(Effect.LOCKS, program, grace)


def _through_compositor(arguments: Sequence[str], depth: int) -> LockCommand:
    """``swaymsg exec CMD`` and ``hyprctl dispatch exec CMD`` start programs; the rest moves windows and outputs."""
    words = " ".join(arguments).split()
    words = words[1:] if words[:1] == ["dispatch"] else words
    return effect(" ".join(words[1:]), depth + 1) if words[:1] == ["exec"] else NOTHING


def _suspends(program: str, arguments: Sequence[str]) -> bool:
    """Sleeping locks the screen where the session locks before sleep, which is not certain enough to count."""
    return program == "systemctl" and any(
        word.startswith(("suspend", "hibernate", "hybrid", "start")) for word in arguments
    )


def _strongest(found: Sequence[LockCommand]) -> LockCommand:
    """Of several programs the one that does most counts; among several lockers the one with the longest grace."""
    for wanted in (Effect.LOCKS, Effect.ASKS_SESSION, Effect.UNCLEAR):
        matching = [command for command in found if command.effect is wanted]
        if matching:
            return max(matching, key=lambda command: command.grace)
    return NOTHING
