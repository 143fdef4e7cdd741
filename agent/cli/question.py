"""One question at a terminal: what is asked, where to look, the answers by number; and what was answered."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping
from typing import IO

from agent.cli.ask import one_line
from agent.contract import Account
from agent.questions import put
from agent.statements import Statement

__all__ = ["WIDTH", "ask", "ask_how_known", "say"]

WIDTH = 88
STOP = frozenset({"q", "quit", "stop"})


def ask(statement: Statement, account: Account | None, stdin: IO[str], stderr: IO[str]) -> str | None:
    """The answer; nothing to leave the question, ``None`` to stop. What is no answer is asked again."""
    asked = put(statement, account)
    for words in (statement.question, asked.help, asked.whose):
        say(words, stderr)
    for item in statement.checklist:
        print(f"  - {item}", file=stderr)
    _list("Where to look: ", [*([asked.path] if asked.path else []), *asked.places], stderr)
    _list("About it: ", asked.links, stderr)
    return _chosen(asked.answers, statement.answers, "Enter leaves the question.", stdin, stderr)


def ask_how_known(statement: Statement, account: Account | None, stdin: IO[str], stderr: IO[str]) -> str:
    """How the person knows what they have just answered; ``none`` when they leave that out."""
    ways = {str(kind): words for kind, words in put(statement, account).ways.items()}
    if not ways:
        return "none"
    print("How do you know?", file=stderr)
    return _chosen(ways, ways, "Enter leaves it out.", stdin, stderr) or "none"


def say(words: str, stderr: IO[str]) -> None:
    """Print some words, if there are any."""
    if words:
        print(textwrap.fill(words, WIDTH), file=stderr)


def _list(name: str, entries: Iterable[str], stderr: IO[str]) -> None:
    for number, entry in enumerate(entries):
        print(f"{' ' * len(name) if number else name}{entry}", file=stderr)


def _chosen(
    offered: Mapping[str, str],
    taken: Collection[str],
    leaving: str,
    stdin: IO[str],
    stderr: IO[str],
) -> str | None:
    """One of several by its number, or by its name in scripts; nothing for an empty line, ``None`` to stop."""
    for number, meaning in enumerate(offered.values(), start=1):
        print(f"  {number:>2}  {meaning}", file=stderr)
    while True:
        given = one_line(f"Number, 1 to {len(offered)}:", stdin, stderr)
        if given is None or given.casefold() in STOP:
            return None
        if not given:
            return ""
        word = given.casefold().replace(" ", "_").replace("-", "_")
        if word in taken:
            return word
        if given.isascii() and given.isdigit() and 1 <= int(given[:3]) <= len(offered):
            return list(offered)[int(given[:3]) - 1]
        print(f"That is none of the answers. {leaving}", file=stderr)
