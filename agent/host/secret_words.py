"""Recognising secrets in command lines and variables by the names they go by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.host.standins import REMOVED

__all__ = ["is_secret_name", "without_secrets"]

NAME = re.compile(
    r"(?:^|[^a-z])(?:pass(?:wd|word|phrase|code)?|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|auth|authorization"
    r"|bearer|credentials?|cookie|session[_-]?key|psk|pin)(?:$|[^a-z])",
    re.IGNORECASE,
)
#: Names that hold such a word and no secret.
HARMLESS = re.compile(r"pass(?:word)?[_-]?(?:store|manager)|authority|auth[_-]?sock", re.IGNORECASE)
ASSIGNED = re.compile(r"(?P<name>-{0,2}[\w.-]+)(?P<equals>[=:])(?P<value>.+)", re.DOTALL)
#: Long runs of mixed letters and digits, as keys and tokens are written.
TOKEN = re.compile(r"(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_+=.-]{32,}")


def is_secret_name(name: str) -> bool:
    """Whether a variable or option of this name holds a secret."""
    # `userPassword` and `API_TOKEN` alike.
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return bool(NAME.search(spaced)) and not HARMLESS.search(name)


def without_secrets(argv: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """A command line with its secrets removed, and how many there were."""
    kept = list(argv[:1])
    removed = 0
    follows = False
    for word in argv[1:]:
        new = word
        assigned = ASSIGNED.fullmatch(word)
        if follows and not word.startswith("-"):
            new = REMOVED
        elif assigned and (is_secret_name(assigned["name"]) or TOKEN.fullmatch(assigned["value"])):
            new = f"{assigned['name']}{assigned['equals']}{REMOVED}"
        elif TOKEN.fullmatch(word) and not word.startswith("-"):
            new = REMOVED
        follows = word.startswith("-") and not assigned and is_secret_name(word)
        removed += new != word
        kept.append(new)
    return tuple(kept), removed
