"""What the page about one finding shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from agent.alerts.calendar import CHOICES, reminder_at
from agent.alerts.records import Reminder
from agent.contract import Basis, Check, Evidence, Finding, Status
from agent.host import System
from agent.localtime import LOCAL
from agent.page.found import Found, found
from agent.page.lines import Line, line, standing
from agent.page.wording import moment
from agent.statements import LAPTOP, statements
from agent.status import CheckRow
from agent.words import catalogue, text_for
from checks.two_step import CHECK as TWO_STEP
from config.practices import practices

__all__ = ["Answer", "Detail", "ItemView", "Link", "Steps", "Telling", "Time", "item", "known_links"]

SYSTEMS = {System.WINDOWS: "Windows", System.MACOS: "macOS", System.LINUX: "Linux"}
TIMES = {"hour": "In an hour", "evening": "This evening", "tomorrow": "Tomorrow morning", "friday": "On Friday morning"}
#: Of several answers the first of these is the one to look at.
WORST = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE, Status.DISABLED)
NO_ACCOUNTS = "no_accounts"
#: Where the items of a task are told.
TASK = "/left"


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
class Telling:
    """How the person tells us how it is: the words of a button, and the path that it leads to.

    ``done`` says that there was something to do, so that the button is what to press after that.
    """

    words: str
    path: str
    done: bool = False


@dataclass(frozen=True)
class ItemView:
    """The page. ``off`` says that the check is switched off, ``held`` that office IT decides that.

    ``tell`` is there where only the person can tell; ``look`` says that looking again may find something else.
    """

    line: Line
    title: str
    body: str
    steps: tuple[str, ...]
    others: tuple[Steps, ...]
    links: tuple[Link, ...]
    heading: str
    found: Found
    details: tuple[Detail, ...]
    evidence: tuple[Evidence, ...]
    times: tuple[Time, ...]
    off: bool
    held: bool
    needs_doing: bool
    answers: tuple[Answer, ...]
    tell: Telling | None
    look: bool
    adds_account: bool


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
        heading=_heading(row),
        found=found(row),
        details=_details(row),
        evidence=tuple(evidence),
        times=_times(now) if can_wait else (),
        off=off,
        held=held,
        needs_doing=row.status in (Status.FAIL, Status.WARN),
        answers=() if _is_task(row) else _answers(row),
        tell=_telling(row, now),
        look=not _is_told(row) and row.status not in (Status.DISABLED, Status.NOT_APPLICABLE),
        adds_account=row.reason == NO_ACCOUNTS and row.status is Status.UNKNOWN,
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


def _is_told(row: CheckRow) -> bool:
    """Whether it rests on what the person says and on nothing else: looking again finds nothing new."""
    return row.id == TWO_STEP.id or row.id in practices()


def _is_task(row: CheckRow) -> bool:
    return row.id in practices() and bool(practices()[row.id].opened_by)


def _heading(row: CheckRow) -> str:
    if _is_task(row):
        return "What there is to do"
    return "What you told us" if row.basis is Basis.ATTESTED else "What we found"


def _telling(row: CheckRow, now: datetime) -> Telling | None:
    """The way to tell us, for what only the person can tell."""
    answers = _answers(row)
    if not _is_told(row) or not answers:
        return None
    to_do = row.status in (Status.FAIL, Status.WARN)
    if _is_task(row):
        words = (
            "Go to the three things" if row.items and row.status is not Status.NOT_APPLICABLE else "Someone has left"
        )
        return Telling(words, TASK, done=to_do)
    if to_do:
        return Telling("I have done it", _worst(row, answers).path, done=True)
    never = row.status is Status.UNKNOWN or standing(row, now) == "unknown"
    return Telling("Answer" if never else "Answer again", _worst(row, answers).path)


def _worst(row: CheckRow, answers: Sequence[Answer]) -> Answer:
    """The question that decides: of several, the first that is not well."""
    short = {f"/statements/{row.instance or LAPTOP}/{one.id}": one.short for one in statements().values()}
    status = {item.name: item.status for item in row.items}
    return min(answers, key=lambda one: WORST.index(status.get(short[one.path], Status.PASS)))


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
