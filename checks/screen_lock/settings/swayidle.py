"""What swayidle was told to do: its arguments and its configuration file together (swayidle main.c)."""

from __future__ import annotations

import getopt
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.host import Host, Unreadable
from checks.screen_lock.settings.commands import with_resume

__all__ = ["Events", "config_text", "parse_arguments", "parse_config"]

NUMBER = re.compile(r"\d{1,9}")
#: Events with one command; the last one of each kind counts.
ONE_COMMAND = ("before-sleep", "after-resume", "lock", "unlock")


@dataclass
class Events:
    """The idle times with their commands, in seconds, and the command for each other event."""

    timeouts: list[tuple[int, str]] = field(default_factory=list)
    commands: dict[str, str] = field(default_factory=dict)
    config: str | None = None


def parse_arguments(argv: Sequence[str]) -> Events | Unreadable:
    """The events on a command line, options anywhere among them."""
    try:
        options, words = getopt.gnu_getopt(list(argv[1:]), "C:hdwS:")
    except getopt.GetoptError:
        return Unreadable("malformed", "swayidle's arguments")
    events = Events(config=dict(options).get("-C"))
    while words:
        used = _take(events, words)
        if not used:
            return Unreadable("malformed", "swayidle's arguments")
        words = words[used:]
    return events


def parse_config(text: str, events: Events) -> Unreadable | None:
    """Add the events of a configuration file, one a line. Words behind an event are ignored, as swayidle does."""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            return Unreadable("malformed", "swayidle/config")
        if not words or not _take(events, words):
            return Unreadable("malformed", "swayidle/config")
    return None


def _take(events: Events, words: Sequence[str]) -> int:
    """Take one event from the front; how many words it took, 0 when it is none."""
    kind = words[0]
    if kind in ("timeout", "idlehint"):
        if len(words) < (3 if kind == "timeout" else 2) or not NUMBER.fullmatch(words[1]):
            return 0
        if kind == "idlehint":
            return 2
        # Zero switches the timeout off.
        resume = words[4] if len(words) >= 5 and words[3] == "resume" else ""
        if int(words[1]):
            events.timeouts.append((int(words[1]), with_resume(words[2], resume)))
        return 5 if len(words) >= 5 and words[3] == "resume" else 3
    if kind in ONE_COMMAND and len(words) >= 2:
        events.commands[kind] = words[1]
        return 2
    return 0


def config_text(host: Host) -> str | Unreadable | None:
    """The first configuration file that exists; ``None`` when there is none."""
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    paths = (f"{own}/swayidle/config", f"{host.home}/.swayidle/config", "/etc/swayidle/config")
    return next((text for text in map(host.read, paths) if text is not None), None)
