"""Making database and journal agree, and the journal small again.

What is in one of them only is brought into the other. A journal grows with every change; when it is large it is
written anew, without what was superseded or forgotten. Statements are never left out, nor is what a newer program
wrote; lines that cannot be read are put aside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from agent.store import forgetting, kept, rows
from agent.store.events import AccountKept, Attested, DeviceKept, Event, encode, identity, latest, lines
from agent.store.journal import Journal
from agent.store.moments import moment, text

__all__ = ["LARGE_BYTES", "compact", "compaction_is_due", "not_in", "restore"]

#: About 3,000 events. Reading that many takes some 10 ms, and they are read after a crash only.
LARGE_BYTES = 1024 * 1024
#: Making it smaller again is worth it once it has grown by half ...
GROWN = 1.5
#: ... and at most once a day, unless it is growing as nothing of ours should.
OFTEN = timedelta(days=1)
RUNAWAY = 4


def restore(connection: sqlite3.Connection, events: Iterable[Event]) -> int:
    """Bring into the database what only the journal has; returns how many statements that were."""
    known = {event.key for event in rows.attested(connection)}
    revisions = {account.id: account.revision for account in rows.accounts(connection)}
    restored = 0
    for event in latest(events):
        match event:
            case Attested():
                if event.key not in known:
                    rows.insert_attestation(connection, event)
                    restored += 1
            case AccountKept():
                if event.revision > revisions.get(event.id, 0):
                    rows.put_account(connection, event)
            case DeviceKept():
                if rows.meta(connection, "device_id") is None:
                    rows.set_meta(connection, "device_id", event.id)
            case _:
                kept.restore(connection, event)
    forgetting.forget_again(connection)
    return restored


def not_in(events: Sequence[Event], connection: sqlite3.Connection) -> list[Event]:
    """What the database has and a journal with these events lacks."""
    there = {identity(event) for event in events}
    device = rows.meta(connection, "device_id")
    ours: list[Event] = [*rows.accounts(connection), *rows.attested(connection), *kept.everything(connection)]
    missing = [event for event in ours if identity(event) not in there]
    if device is not None and not any(isinstance(event, DeviceKept) for event in events):
        missing.append(DeviceKept(device))
    return missing


def compaction_is_due(connection: sqlite3.Connection, size: int, now: datetime) -> bool:
    """Whether a journal of so many bytes should be written anew."""
    if size <= LARGE_BYTES:
        return False
    before = max(int(rows.meta(connection, "compacted_size") or 0), LARGE_BYTES)
    written = rows.meta(connection, "compacted_at")
    # abs: a clock that was a year ahead for a while must not put it off for a year.
    rested = written is None or abs(now - moment(written)) >= OFTEN
    return size > before * RUNAWAY or (rested and (written is None or size > before * GROWN))


def compact(connection: sqlite3.Connection, journal: Journal, now: datetime) -> int:
    """Write the journal anew, as the database has it, and return its length in bytes.

    Works within its caller's transaction. If that does not come about after all, the two agree all the same: nothing
    that the database holds is missing from the new journal.

    Raises:
        StoreError: the journal is as it was.
    """
    read = journal.read_bytes()
    found = lines(read)
    events = [line.event for line in found if line.event is not None]
    restore(connection, events)
    is_kept = kept.holds(connection)
    wanted = {id(event) for event in latest(events) if _stays(event) or is_kept(event)}
    # Lines as they were written, not written again: a newer program may have put more into them.
    good = [line.data for line in found if line.whole and (line.event is None or id(line.event) in wanted)]
    missing = [encode(event).rstrip(b"\n") for event in not_in(events, connection)]
    damaged = [line.data for line in found if not line.whole]
    size = journal.replace(read, [*good, *missing], damaged)
    rows.set_meta(connection, "compacted_at", text(now.astimezone(UTC)))
    rows.set_meta(connection, "compacted_size", str(size))
    return size


def _stays(event: Event) -> bool:
    """Whether it stays whatever the database says: bit rot there must not reach what carries a sum here."""
    return isinstance(event, Attested | AccountKept | DeviceKept)
