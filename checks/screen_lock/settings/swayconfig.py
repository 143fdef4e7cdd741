"""How a sway configuration starts a program: its ``exec`` lines, with ``$variables`` filled in."""

from __future__ import annotations

import re
import shlex

from agent.host import Host, Unreadable

__all__ = ["read", "started"]

SET = re.compile(r"set\s+(\$[\w-]+)\s+(.*)")
EXEC = re.compile(r"(?:exec|exec_always)\s+(?:--no-startup-id\s+)?(.*)")
VARIABLE = re.compile(r"\$[\w-]+")


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


def _filled(text: str, variables: dict[str, str]) -> str:
    return VARIABLE.sub(lambda name: variables.get(name[0], name[0]), text)
