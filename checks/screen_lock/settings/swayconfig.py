"""sway's configuration, how it starts a program (``exec`` lines with ``$variables`` filled in), and swaylock's."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import waited

__all__ = ["read", "started", "swaylock_grace"]

SET = re.compile(r"set\s+(\$[\w-]+)\s+(.*)")
EXEC = re.compile(r"(?:exec|exec_always)\s+(?:--no-startup-id\s+)?(.*)")
GRACE = re.compile(r"(?:--)?grace\s*=\s*(.*)")
NUMBER = re.compile(r"\d{1,9}")
VARIABLE = re.compile(r"\$[\w-]+")
#: Variables that hold each other twice over would double in length with every line.
MAX_TEXT = 16 * 1024


def started(text: str, program: str) -> list[tuple[str, ...]]:
    """The command lines with which the configuration starts ``program`` itself, not through a script."""
    variables: dict[str, str] = {}
    found = []
    for line in (line.strip() for line in text.replace("\\\n", " ").splitlines()):
        if match := SET.fullmatch(line):
            variables[match[1]] = _filled(match[2], variables)
        elif match := EXEC.fullmatch(line):
            try:
                words = shlex.split(_filled(match[1], variables))
            except ValueError:
                continue
            if words[:1] == ["exec"]:
                words = words[1:]
            if words and words[0].rsplit("/", 1)[-1] == program:
                found.append(tuple(words[:-1] if words[-1] == "&" else words))
    return found


def read(host: Host, program: str) -> list[tuple[str, ...]]:
    """How sway's configuration and the files in its folder start ``program``. Unreadable files start nothing."""
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    main = next((path for path in (f"{own}/sway/config", "/etc/sway/config") if host.read(path) is not None), None)
    paths = ([main] if main else []) + host.glob(f"{own}/sway/config.d/*") + host.glob("/etc/sway/config.d/*")
    texts = (host.read(path) for path in paths)
    return [words for text in texts if text and not isinstance(text, Unreadable) for words in started(text, program)]


def swaylock_grace(host: Host) -> timedelta | Unreadable:
    """How long swaylock lets people back in without the password: ``grace`` in its file, which swaylock-effects has."""
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    paths = (f"{host.home}/.swaylock/config", f"{own}/swaylock/config", "/etc/swaylock/config")
    text = next((text for text in map(host.read, paths) if text is not None), "")
    if isinstance(text, Unreadable):
        return text
    graces = [found[1] for line in text.splitlines() if (found := GRACE.fullmatch(line.strip()))]
    if not all(NUMBER.fullmatch(grace) for grace in graces):
        return Unreadable("malformed", "swaylock/config grace")
    return waited(max(map(int, graces), default=0), timedelta(seconds=1))


def _filled(text: str, variables: dict[str, str]) -> str:
    if len(text) > MAX_TEXT or sum(len(variables.get(name, "")) for name in VARIABLE.findall(text)) > MAX_TEXT:
        return ""
    return VARIABLE.sub(lambda name: variables.get(name[0], name[0]), text)
