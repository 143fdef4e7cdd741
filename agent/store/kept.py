"""What alerts are decided from, and what the person chose: tables whose rows the journal holds as well.

Every function works within its caller's transaction. A row is a record with a revision, which grows with each change;
what is over (a closed episode, an alert that was shown, a reminder that was kept) does not come back to life because a
program that read it earlier writes it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from agent.alerts.records import Episode, Reminder, Said
from agent.store import reported
from agent.store.events import (
    ChoiceKept,
    EpisodeKept,
    Event,
    Numbered,
    ReminderKept,
    SaidKept,
    SharingKept,
    identity,
)
from agent.store.moments import in_utc, moment, text
from agent.store.records import Choice

__all__ = [
    "EPISODES",
    "REMINDERS",
    "SAID",
    "choices",
    "choose",
    "everything",
    "forget",
    "holds",
    "limit",
    "restore",
    "verify",
]

R = TypeVar("R", Episode, Said, Reminder)

#: A table that reaches so many rows loses the least important ones, whatever has gone wrong. At the pace that the
#: policy allows, 90 days bring about 100 alerts; a check that fails and recovers every four hours has 270 episodes.
MOST_ROWS = 2000
MOST_CHOICES = 500


@dataclass(frozen=True)
class Table(Generic[R]):
    """One kind of record. ``begin`` and ``end`` name its times (``end`` may be unset: it is not over yet).

    ``passing`` names what changes in every round and means nothing by itself: the journal is spared that.
    """

    name: str
    type: type[R]
    event: Callable[[R], Event]
    begin: str
    end: str
    over: Callable[[R], bool]
    passing: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """The times that have a column."""
        return tuple(dict.fromkeys((self.begin, self.end)))

    def get(self, connection: sqlite3.Connection, record_id: str) -> R | None:
        """The record of that id."""
        found = connection.execute(f"SELECT record FROM {self.name} WHERE id = ?", (record_id,))  # noqa: S608
        row = found.fetchone()
        return self._decoded(row[0]) if row else None

    def select(self, connection: sqlite3.Connection, where: str = "TRUE", *values: str) -> list[R]:
        """The records that satisfy a condition on the columns, the earliest first."""
        query = f"SELECT record FROM {self.name} WHERE {where} ORDER BY {self.begin}, id"  # noqa: S608
        return [self._decoded(record) for (record,) in connection.execute(query, values)]

    def put(self, connection: sqlite3.Connection, record: R) -> None:
        """Keep a record just as it is."""
        row = self._row(record)
        marks = ", ".join("?" * len(row))
        connection.execute(
            f"INSERT OR REPLACE INTO {self.name} (id, revision, {', '.join(self.columns)}, record) VALUES ({marks})",  # noqa: S608
            row,
        )

    def keep(self, connection: sqlite3.Connection, record: R) -> Event | None:
        """Keep what is new in a record. What comes back belongs in the journal."""
        given = in_utc(record)
        known = self.get(connection, given.id)
        if known is not None:
            if self.over(known) and not self.over(given) and given.revision < known.revision:
                return None
            same = msgspec.structs.replace(given, revision=known.revision)
            if same == known:
                return None
            if msgspec.structs.replace(same, **{name: getattr(known, name) for name in self.passing}) == known:
                self.put(connection, same)
                return None
            given = msgspec.structs.replace(given, revision=max(given.revision, known.revision + 1))
        self.put(connection, given)
        if known is None:
            self.limit(connection)
        return self.event(given)

    def verify(self, connection: sqlite3.Connection) -> None:
        """Read every row, and see that its columns say what its record says.

        Raises:
            ValueError: there is something that no Watchword wrote.
        """
        for found in connection.execute(f"SELECT id, revision, {', '.join(self.columns)}, record FROM {self.name}"):  # noqa: S608
            # Not the record's own text: an earlier program did not write the fields that this one has.
            if not isinstance(found[-1], str) or found[:-1] != self._row(in_utc(self._decoded(found[-1])))[:-1]:
                raise ValueError(f"columns that differ from their record, in {self.name}")

    def forget(self, connection: sqlite3.Connection, before: str) -> None:
        """Drop what was over before that time."""
        connection.execute(f"DELETE FROM {self.name} WHERE {self.end} < ?", (before,))  # noqa: S608

    def limit(self, connection: sqlite3.Connection) -> None:
        """Drop what is over, the oldest first, and then the oldest, until there are no more than the most."""
        keep = f"SELECT id FROM {self.name} ORDER BY {self.end} IS NOT NULL, {self.end} DESC, {self.begin} DESC"  # noqa: S608
        if connection.execute(f"SELECT COUNT(*) FROM {self.name}").fetchone()[0] > MOST_ROWS:  # noqa: S608
            connection.execute(
                f"DELETE FROM {self.name} WHERE id NOT IN ({keep} LIMIT ?)",  # noqa: S608
                (MOST_ROWS,),
            )

    def _row(self, record: R) -> tuple[str | int | None, ...]:
        times: list[datetime | None] = [getattr(record, column) for column in self.columns]
        written = msgspec.json.encode(record).decode()
        return record.id, record.revision, *(text(at) if at else None for at in times), written

    def _decoded(self, record: str) -> R:
        decoded: R = _decoder(self.type).decode(record)
        return decoded


EPISODES = Table(
    "episodes",
    Episode,
    EpisodeKept,
    begin="opened_at",
    end="closed_at",
    over=lambda episode: episode.closed_at is not None,
    passing=frozenset({"seen_at"}),
)
SAID = Table("said", Said, SaidKept, begin="at", end="at", over=lambda said: said.delivered is not None)
REMINDERS = Table(
    "reminders",
    Reminder,
    ReminderKept,
    begin="due_at",
    end="done_at",
    over=lambda reminder: reminder.done_at is not None,
)


def choices(connection: sqlite3.Connection) -> list[Choice]:
    """The latest choice about every setting, also those that were taken back."""
    found = connection.execute("SELECT key, value, at, revision FROM choices ORDER BY key")
    return [
        Choice(key, None if value is None else msgspec.json.decode(value), moment(at), number)
        for key, value, at, number in found
    ]


def choose(connection: sqlite3.Connection, key: str, value: Any, now: datetime) -> Event | None:
    """Keep a choice, or with ``None`` take it back. What comes back belongs in the journal."""
    known = {choice.key: choice for choice in choices(connection)}.get(key)
    if (known.value if known else None) == value and type(known.value if known else None) is type(value):
        return None
    choice = in_utc(Choice(key, value, now, known.revision + 1 if known else 1))
    _put_choice(connection, choice)
    return ChoiceKept(choice)


def restore(connection: sqlite3.Connection, event: Event) -> None:
    """Bring in what an event says, if it is later than what is known."""
    match event:
        case EpisodeKept(episode):
            _restore(connection, EPISODES, episode)
        case SaidKept(said):
            _restore(connection, SAID, said)
        case ReminderKept(reminder):
            _restore(connection, REMINDERS, reminder)
        case ChoiceKept(choice):
            found = connection.execute("SELECT revision FROM choices WHERE key = ?", (choice.key,)).fetchone()
            if found is None or choice.revision > found[0]:
                _put_choice(connection, in_utc(choice))
        case SharingKept() | Numbered():
            reported.restore(connection, event)


def everything(connection: sqlite3.Connection) -> list[Event]:
    """All rows as the events that would bring them back."""
    events: list[Event] = [EpisodeKept(episode) for episode in EPISODES.select(connection)]
    events.extend(SaidKept(said) for said in SAID.select(connection))
    events.extend(ReminderKept(reminder) for reminder in REMINDERS.select(connection))
    events.extend(ChoiceKept(choice) for choice in choices(connection))
    events.extend(reported.everything(connection))
    return events


def holds(connection: sqlite3.Connection) -> Callable[[Event], bool]:
    """A question: does the database have what this event is about, in that revision?"""
    there = {identity(event) for event in everything(connection)}
    return lambda event: identity(event) in there


def verify(connection: sqlite3.Connection) -> None:
    """Read every row once.

    Raises:
        ValueError, TypeError: there is something that no Watchword wrote.
    """
    for table in (EPISODES, SAID, REMINDERS):
        table.verify(connection)
    if not all(isinstance(choice.key, str) for choice in choices(connection)):
        raise ValueError("bytes where text should be, in choices")


def forget(connection: sqlite3.Connection, before: str) -> None:
    """Drop what was over before that time."""
    for table in (EPISODES, SAID, REMINDERS):
        table.forget(connection, before)


def limit(connection: sqlite3.Connection) -> None:
    """Hold every table to its most rows."""
    for table in (EPISODES, SAID, REMINDERS):
        table.limit(connection)
    if connection.execute("SELECT COUNT(*) FROM choices").fetchone()[0] > MOST_CHOICES:
        keep = "SELECT key FROM choices ORDER BY value IS NULL, at DESC LIMIT ?"
        connection.execute(f"DELETE FROM choices WHERE key NOT IN ({keep})", (MOST_CHOICES,))  # noqa: S608


def _restore(connection: sqlite3.Connection, table: Table[R], record: R) -> None:
    known = table.get(connection, record.id)
    if known is None or record.revision > known.revision:
        table.put(connection, in_utc(record))


def _put_choice(connection: sqlite3.Connection, choice: Choice) -> None:
    value = None if choice.value is None else msgspec.json.encode(choice.value).decode()
    connection.execute(
        "INSERT OR REPLACE INTO choices (key, revision, at, value) VALUES (?, ?, ?, ?)",
        (choice.key, choice.revision, text(choice.at), value),
    )
    limit(connection)


@cache
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
