"""Apps that have an entry in the desktop's menu, as the Desktop Entry Specification 1.5 has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.host import Host, Unreadable
from checks.password_manager.packages import Installed
from checks.password_manager.remembered import Files

GROUP = "Desktop Entry"
#: What these start is a flatpak or a snap, which has better evidence of its own; the entry outlives both.
STARTERS = frozenset({"flatpak", "snap"})
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def installed(files: Files, names: Iterable[str]) -> Installed | Unreadable:
    """The menu entries whose program is there."""
    found: dict[str, str | None] = {}
    directories = data_directories(files.host)
    for name in names:
        for directory in directories:
            text = files.host.read(f"{directory}/applications/{name}")
            if isinstance(text, Unreadable):
                return text
            if text is None:
                continue
            program = parse_program(text)
            there = _is_there(files, program) if program else False
            if isinstance(there, Unreadable):
                return there
            if there:
                found[name] = None
            # The first entry of a name hides those of later directories, even when it hides the app itself.
            break
    return Installed(found)


def data_directories(host: Host) -> Sequence[str]:
    """The directories of the XDG Base Directory Specification, the person's own first."""
    own = host.env.get("XDG_DATA_HOME", "")
    shared = host.env.get("XDG_DATA_DIRS", "") or "/usr/local/share:/usr/share"
    directories = [own if own.startswith("/") else f"{host.home}/.local/share", *shared.split(":")]
    return list(dict.fromkeys(directory.rstrip("/") for directory in directories if directory.startswith("/")))


def parse_program(text: str) -> str | None:
    """The program that an entry starts; ``None`` if it is hidden, no application, or starts a flatpak or snap."""
    keys: dict[str, str] = {}
    group = ""
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            group = stripped[1:-1]
        elif group == GROUP and "=" in stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition("=")
            keys.setdefault(key.strip(), value.strip())
    if keys.get("Type") != "Application" or keys.get("Hidden") == "true":
        return None
    tokens = [quoted or plain for quoted, plain in TOKEN.findall(keys.get("Exec", ""))]
    if tokens and tokens[0].rpartition("/")[2] == "env":
        tokens = tokens[1:]
        while tokens and "=" in tokens[0]:
            tokens = tokens[1:]
    program = tokens[0] if tokens else ""
    if not program or "\0" in program or program.rpartition("/")[2] in STARTERS:
        return None
    return program


def _is_there(files: Files, program: str) -> bool | Unreadable:
    return files.exists(program) if program.startswith("/") else files.host.which(program) is not None
