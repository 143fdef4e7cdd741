"""What the page about one finding shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from agent.alerts.calendar import CHOICES, reminder_at
from agent.alerts.records import Reminder
from agent.contract import Check, Evidence, Finding, Status
from agent.host import System
from agent.localtime import LOCAL
from agent.page.found import Found, found
from agent.page.lines import Line, line
from agent.page.wording import moment
from agent.statements import LAPTOP, statements
from agent.status import CheckRow
from agent.words import catalogue, text_for

__all__ = ["Answer", "Detail", "ItemView", "Link", "Steps", "Time", "item", "known_links"]

SYSTEMS = {System.WINDOWS: "Windows", System.MACOS: "macOS", System.LINUX: "Linux"}
TIMES = {"hour": "In an hour", "evening": "This evening", "tomorrow": "Tomorrow morning", "friday": "On Friday morning"}


@dataclass(frozen=True)
class Link:
    """A link to an official page. ``host`` is shown in full, so that one can see where it leads before going there."""

    address: str
    host: str
    path: str


@dataclass(frozen=True)
class Steps:
    """The steps on one kind of system."""

    system: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Time:
    """A time that can be picked: its value in the form, and its words."""

    value: str
    words: str


@dataclass(frozen=True)
class Detail:
    """One line of the details for IT."""

    name: str
    value: str


@dataclass(frozen=True)
class Answer:
    """A question that the finding rests on, and the path of its form."""

    question: str
    path: str


@dataclass(frozen=True)
class ItemView:
    """The page. ``off`` says that the check is switched off, ``held`` that office IT decides that."""

    line: Line
    title: str
    body: str
    steps: tuple[str, ...]
    others: tuple[Steps, ...]
    links: tuple[Link, ...]
    found: Found
    details: tuple[Detail, ...]
    evidence: tuple[Evidence, ...]
    times: tuple[Time, ...]
    off: bool
    held: bool
    needs_doing: bool
    answers: tuple[Answer, ...]


def item(
    row: CheckRow,
    *,
    title: str,
    check: Check | None,
    system: System,
    now: datetime,
    evidence: Sequence[Evidence] = (),
    reminder: Reminder | None = None,
    can_wait: bool = False,
    off: bool = False,
    held: bool = False,
) -> ItemView:
    """The page about a finding. ``check`` is known for built-in checks; steps for other systems come from it."""
    text = row.text
    # Something may be worth doing that is not due yet: what is OK has steps where its words have some.
    steps = text.steps if text is not None and row.status is not Status.DISABLED else ()
    return ItemView(
        line=line(row, {row.id: title}, now, reminder),
        title=title,
        body=text.body if text is not None else "",
        steps=steps,
        others=_elsewhere(row, check, system, steps) if steps else (),
        links=tuple(map(_link, known_links(text.links if text is not None else ()))),
        found=found(row),
        details=_details(row),
        evidence=tuple(evidence),
        times=_times(now) if can_wait else (),
        off=off,
        held=held,
        needs_doing=row.status in (Status.FAIL, Status.WARN),
        answers=_answers(row),
    )


def known_links(links: Sequence[str]) -> list[str]:
    """Those that our own words have. A check from elsewhere sends nobody anywhere."""
    return [link for link in links if link in _ours() and link.startswith("https://")]


@cache
def _ours() -> frozenset[str]:
    return frozenset(link for words in catalogue().values() for link in words.links)


def _link(address: str) -> Link:
    parts = urlsplit(address)
    return Link(address, parts.netloc, parts.path if parts.path != "/" else "")


def _answers(row: CheckRow) -> tuple[Answer, ...]:
    """What can be answered about it here. Questions about accounts need one."""
    about = "laptop" if row.instance is None else "account"
    return tuple(
        Answer(statement.question, f"/statements/{row.instance or LAPTOP}/{statement.id}")
        for statement in statements().values()
        if statement.check == row.id and statement.subject == about
    )


def _elsewhere(row: CheckRow, check: Check | None, here: System, steps: tuple[str, ...]) -> tuple[Steps, ...]:
    if check is None:
        return ()
    finding = Finding(
        status=row.status, reason=row.reason, severity=row.severity, basis=row.basis, facts=dict(row.facts)
    )
    found = [(system, text_for(check, finding, system).steps) for system in SYSTEMS if system is not here]
    return tuple(Steps(SYSTEMS[system], other) for system, other in found if other and other != steps)


def _times(now: datetime) -> tuple[Time, ...]:
    """The times that can be picked. "This evening" and "Friday" may mean tomorrow morning, which is there once."""
    moments = {choice: reminder_at(choice, now, LOCAL) for choice in CHOICES}
    return tuple(
        Time(choice, f"{TIMES[choice]} ({moment(at, now)})")
        for choice, at in moments.items()
        if choice == "tomorrow" or at != moments["tomorrow"]
    )


def _details(row: CheckRow) -> tuple[Detail, ...]:
    facts = [
        Detail(name, ", ".join(value) if isinstance(value, list) else str(value).lower())
        for name, value in sorted(row.facts.items())
    ]
    moments = [("since", row.since), ("due", row.due_at), ("good until", row.expires_at)]
    return (
        Detail("check", f"{row.id} (version {row.version})"),
        Detail("result", f"{row.status.value}, {row.reason}"),
        Detail("severity", row.severity.value),
        Detail("known by", row.basis.value),
        Detail("observed", row.observed_at.isoformat()),
        *(Detail(name, at.isoformat()) for name, at in moments if at is not None),
        *([Detail("office's deadline", row.deadline.isoformat())] if row.deadline else []),
        *([Detail("error", row.error)] if row.error else []),
        *([Detail("advice", ", ".join(row.refs))] if row.refs else []),
        *facts,
    )
