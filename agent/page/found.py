"""What a finding rests on, as a short list: five lines, and the others folded away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.contract import Item, Status
from agent.page.breach_title import BREACH
from agent.page.wording import sentences
from agent.status import CheckRow

__all__ = ["SHOWN", "Found", "FoundLine", "found", "lines_of"]

#: As many lines are seen at a glance; a laptop can have hundreds of updates.
SHOWN = 5


@dataclass(frozen=True)
class FoundLine:
    """One line. ``what`` follows its name, ``more`` are sentences, ``to_do`` is what to do about it."""

    name: str
    what: str
    more: str
    to_do: str
    status: Status


@dataclass(frozen=True)
class Found:
    """The lines to see, those that are folded away, and how many more there are that nobody listed."""

    lines: tuple[FoundLine, ...]
    folded: tuple[FoundLine, ...]
    unlisted: int


def found(row: CheckRow) -> Found:
    """What this finding rests on."""
    lines = lines_of(row.id, row.items)
    pending = row.facts.get("pending", 0)  # only so many lines are kept of the updates that are counted there
    unlisted = max(0, pending - len(row.items)) if isinstance(pending, int) else 0
    return Found(lines[:SHOWN], lines[SHOWN:], unlisted)


def lines_of(check_id: str, items: Iterable[Item]) -> tuple[FoundLine, ...]:
    """One line for each thing. What was found in several places is one thing."""
    things: dict[tuple[str, Status, str | None], list[Item]] = {}
    for item in items:
        things.setdefault((item.name, item.status, item.latest), []).append(item)
    return tuple(_line(check_id, places) for places in things.values())


def _line(check_id: str, places: Sequence[Item]) -> FoundLine:
    item = places[0]
    return FoundLine(
        name=item.name,
        what="".join(_what(check_id, places)),
        more=sentences(dict.fromkeys(detail for place in places for detail in place.details)),
        to_do=sentences([item.to_do] if item.to_do else []),
        status=item.status,
    )


def _what(check_id: str, places: Sequence[Item]) -> Iterable[str]:
    item = places[0]
    if len(places) > 1:
        yield ": " + ", ".join(dict.fromkeys(filter(None, (_place(place) for place in places))))
    elif item.installed and item.latest and item.latest != item.installed:
        yield f": {item.installed} is installed, {item.latest} is out"
    elif item.installed:
        yield f": {item.installed}"
    if item.security:
        yield " (a security update)"
    if item.since is not None and check_id == BREACH:
        yield f", {item.since:%B %Y}"  # when it happened, which is often a guess
    elif item.since is not None:
        yield f", since {item.since.day} {item.since:%B %Y}"


def _place(item: Item) -> str:
    return " ".join(filter(None, (item.source, item.installed)))
