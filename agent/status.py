"""The status document ``watchword.status/1``: one typed model for the file, the published schema and the screen.

It is written to a temporary file, flushed to disk and put in place in one step, so that whoever reads it finds
either the last document or this one, whole.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from agent.contract import Basis, Category, Fact, Item, Severity, Status
from agent.errors import WatchwordError
from agent.localtime import is_sound

__all__ = [
    "AgentPart",
    "CheckRow",
    "Counts",
    "DevicePart",
    "Document",
    "Notifications",
    "PolicyPart",
    "StatusError",
    "Summary",
    "Text",
    "encode",
    "exit_code",
    "is_current",
    "is_open_question",
    "json_schema",
    "load",
    "summarise",
    "write",
]

#: A time with its zone; written in UTC, to the second.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
#: How long a finding may be unknown, after it was known, before the whole is (facts: Intune keeps a state for 7 days).
UNKNOWN_GRACE = timedelta(days=7)

#: A document says how things are for as long. After that nothing in it is known any more: a round is due every hour.
CURRENT_FOR = UNKNOWN_GRACE
#: How far ahead of the clock a document may be dated: clocks are put right by a little now and then.
CLOCK_SLACK = timedelta(minutes=10)

#: What a document is called until it is whole. One that a killed process left goes after a day: nobody writes so long.
PREFIX, SUFFIX = ".status-", ".tmp"
LEFT_SECONDS = 24 * 60 * 60

#: How long others may keep the document open on Windows before a new one is given up.
IN_USE_SECONDS = 5.0

#: Whether alerts can be shown: ``unavailable`` is the system's doing, the others somebody's.
Notifications = Literal["working", "unavailable", "off_by_user", "off_by_policy"]


class StatusError(WatchwordError):
    """A status document that is absent, damaged or cannot be written; the message says which and where."""


class Text(msgspec.Struct, frozen=True):
    """The words for one finding, for the person's eyes only.

    ``more`` says where to go from here: an alert has it after ``body``, whatever shows the steps as well leaves it out.
    """

    title: str
    body: str
    steps: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    more: str = ""


class AgentPart(msgspec.Struct, frozen=True):
    """The agent itself: ``health`` is ``ok`` or ``degraded``; ``notifications`` whether alerts can be shown."""

    version: str
    health: Literal["ok", "degraded"]
    notifications: Notifications


class DevicePart(msgspec.Struct, frozen=True):
    """The computer: a random id, the label its owner gave it, and its system. Never its name or serial number."""

    id: str
    label: str
    platform: str
    os_version: str


class PolicyPart(msgspec.Struct, frozen=True):
    """The thresholds in force, and a digest of the settings that decide verdicts."""

    profile: str
    digest: str


class Counts(msgspec.Struct, frozen=True):
    """How many findings have each status. They add up to the rows of the document."""

    pass_: int = msgspec.field(name="pass", default=0)
    warn: int = 0
    fail: int = 0
    unknown: int = 0
    not_applicable: int = 0
    disabled: int = 0


class Summary(msgspec.Struct, frozen=True):
    """The whole in one word, and the counts."""

    overall: Literal["ok", "attention", "action", "unknown"]
    counts: Counts


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of one check. ``instance`` and ``label`` name the account when it is about one.

    ``deadline`` is the day by whose end the office asks for it; ``due_at`` is never later than that.
    """

    id: str
    version: int
    category: Category
    status: Status
    severity: Severity
    basis: Basis
    reason: str
    observed_at: Moment
    instance: str | None = None
    label: str | None = None
    since: Moment | None = None
    due_at: Moment | None = None
    deadline: date | None = None
    expires_at: Moment | None = None
    notified: int = 0
    facts: dict[str, Fact] = {}
    items: tuple[Item, ...] = ()
    refs: tuple[str, ...] = ()
    error: str | None = None
    text: Text | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document."""

    schema: Literal["watchword.status/1"] = "watchword.status/1"
    generated_at: Moment
    agent: AgentPart
    device: DevicePart
    policy: PolicyPart
    summary: Summary
    checks: tuple[CheckRow, ...]


def summarise(rows: Iterable[CheckRow], now: datetime, known_before: Iterable[tuple[str, str | None]] = ()) -> Summary:
    """The overall word and the counts.

    A failure of medium or high severity asks for action; any other failure, or a warning, for attention. Something
    unknown makes the whole unknown when it has been so for over seven days or was never known: a first round that
    could read nothing is not "ok". ``known_before`` names the findings that had a real status once. Questions that the
    person has not answered yet are counted as unknown, and nothing more (:func:`is_open_question`).
    """
    rows = tuple(rows)
    known = set(known_before)
    failing = [row for row in rows if row.status is Status.FAIL]
    overall: Literal["ok", "attention", "action", "unknown"] = "ok"
    if any(row.severity in (Severity.MEDIUM, Severity.HIGH) for row in failing):
        overall = "action"
    elif failing or any(row.status is Status.WARN for row in rows):
        overall = "attention"
    elif any(row.status is Status.UNKNOWN and _too_long(row, now, known) for row in rows):
        overall = "unknown"
    tally = {status: sum(row.status is status for row in rows) for status in Status}
    return Summary(
        overall,
        Counts(
            pass_=tally[Status.PASS],
            warn=tally[Status.WARN],
            fail=tally[Status.FAIL],
            unknown=tally[Status.UNKNOWN],
            not_applicable=tally[Status.NOT_APPLICABLE],
            disabled=tally[Status.DISABLED],
        ),
    )


#: Reasons for which something that only the person can tell has never been told.
UNASKED = frozenset({"no_answer", "no_accounts", "find_out"})


def is_open_question(row: CheckRow) -> bool:
    """Whether a row is a question that the person has not answered, or to which they said "not sure".

    A new computer has a dozen of them, and some people never answer any. If they made the whole unknown, it would be so
    for ever, and nobody would see the day on which the computer itself can no longer be read; and "not sure", which is
    an honest answer, would cost more than none. They stay what they are, unknown, in the counts and in the exit code.
    What was answered once and is too old, has another wording or a wrong date is no open question: it was known, so it
    makes the whole unknown like anything else. Neither is the second step of an account, which rests on statements too:
    its unanswered rows are not marked ``attested``, for nobody should read "ok" while their email has none.
    """
    return row.status is Status.UNKNOWN and row.basis is Basis.ATTESTED and row.reason in UNASKED


def _too_long(row: CheckRow, now: datetime, known: set[tuple[str, str | None]]) -> bool:
    if is_open_question(row):
        return False
    return (row.id, row.instance) not in known or row.since is None or now - row.since > UNKNOWN_GRACE


def is_current(document: Document, now: datetime) -> bool:
    """Whether the document still says how things are: neither too old nor, but for a little, from the future."""
    return now - CURRENT_FOR <= document.generated_at <= now + CLOCK_SLACK


def exit_code(statuses: Iterable[Status], *, current: bool = True) -> int:
    """The exit code of ``check`` and ``status``: 1 something fails, 3 nothing fails but something is unknown, or 0.

    All of a document that is no longer ``current`` is unknown, but for what failed.
    """
    seen = set(statuses)
    if Status.FAIL in seen:
        return 1
    return 3 if Status.UNKNOWN in seen or not current else 0


def encode(document: Document) -> bytes:
    """The document as JSON, indented for people, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def load(data: bytes, name: str = "status.json") -> Document:
    """Read a status document.

    Raises:
        StatusError: it is damaged or of another format; the message says where.
    """
    try:
        document = msgspec.json.decode(data, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise StatusError(f"{name} is damaged ({error}). Run `watchword check` to write it anew.") from error
    for moment in _moments(document):
        if not is_sound(moment):
            raise StatusError(f"{name} is damaged (the year {moment.year}). Run `watchword check` to write it anew.")
    return document


def _moments(document: Document) -> Iterator[datetime]:
    yield document.generated_at
    for row in document.checks:
        dates = (row.observed_at, row.since, row.due_at, row.expires_at, *(item.since for item in row.items))
        yield from (date for date in dates if date is not None)


def write(document: Document, path: Path) -> None:
    """Put the document in place in one step, readable by its owner only.

    Raises:
        StatusError: the disk is full, the directory cannot be written, or the name is taken by something else.
    """
    temporary = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=PREFIX, suffix=SUFFIX)  # 0600, O_EXCL
        with os.fdopen(descriptor, "wb") as file:
            file.write(encode(document))
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(temporary, path)
        _sweep(path.parent)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise StatusError(f"{path} could not be written: {error.strerror}") from error


def _put_in_place(temporary: str, path: Path) -> None:
    """Replace the old document. Windows refuses while anybody, a virus scanner say, has it open, so wait a little."""
    deadline = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            os.replace(temporary, path)
        except PermissionError:
            if sys.platform != "win32" or path.is_dir() or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _sweep(folder: Path) -> None:
    """Take away what processes left that were killed while they wrote."""
    before = time.time() - LEFT_SECONDS
    for left in folder.glob(f"{PREFIX}*{SUFFIX}"):
        with suppress(OSError):  # somebody else was first, or has it open
            if left.lstat().st_mtime < before:
                left.unlink()


def json_schema() -> dict[str, Any]:
    """The document's JSON Schema (2020-12), made from the types above."""
    schema = msgspec.json.schema(Document)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Watchword status document", **schema}
