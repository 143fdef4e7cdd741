"""What there is to keep of reports: the agreement, the last number and how sending goes. All of it single values.

The agreement and the number are in the journal as well: nothing may be sent because it was forgotten that the person
stopped it, and a collector takes no number twice. Every function works within its caller's transaction.
"""

from __future__ import annotations

import sqlite3
from typing import TypeVar

import msgspec

from agent.store.errors import StoreError
from agent.store.events import Event, Numbered, SharingKept
from agent.store.meta import meta, set_meta
from agent.store.moments import in_utc
from agent.store.records import Sending, Sharing

__all__ = ["everything", "keep_number", "keep_sending", "keep_sharing", "number", "restore", "sending", "sharing"]
__all__ += ["verify"]

SHARING, SENDING, NUMBER = "sharing", "sending", "report_number"

R = TypeVar("R", Sharing, Sending)


def sharing(connection: sqlite3.Connection) -> Sharing | None:
    """The agreement as it stands, ``None`` when there never was one."""
    return _read(connection, SHARING, Sharing)


def keep_sharing(connection: sqlite3.Connection, given: Sharing) -> Event:
    """Put an agreement in the place of the one there was. What comes back belongs in the journal."""
    known = sharing(connection)
    kept = in_utc(msgspec.structs.replace(given, revision=known.revision + 1 if known else 1))
    _write(connection, SHARING, kept)
    return SharingKept(kept)


def number(connection: sqlite3.Connection) -> int:
    """The number of the last report, 0 before the first."""
    return int(meta(connection, NUMBER) or 0)


def keep_number(connection: sqlite3.Connection, given: int) -> Event | None:
    """Note that a number was given out. What comes back belongs in the journal.

    Raises:
        StoreError: it was given out before, so another report must get another one.
    """
    if given <= number(connection):
        raise StoreError(f"A report of the number {given} or later was made by another Watchword.")
    set_meta(connection, NUMBER, str(given))
    return Numbered(given)


def sending(connection: sqlite3.Connection) -> Sending:
    """How sending goes."""
    return _read(connection, SENDING, Sending) or Sending()


def keep_sending(connection: sqlite3.Connection, given: Sending) -> None:
    """Keep how sending goes."""
    _write(connection, SENDING, in_utc(given))


def restore(connection: sqlite3.Connection, event: SharingKept | Numbered) -> None:
    """Bring in what an event says, if it is later than what is known."""
    match event:
        case SharingKept(given):
            known = sharing(connection)
            if known is None or given.revision > known.revision:
                _write(connection, SHARING, in_utc(given))
        case Numbered(given_number):
            if given_number > number(connection):
                set_meta(connection, NUMBER, str(given_number))


def everything(connection: sqlite3.Connection) -> list[Event]:
    """What is in the journal too, as the events that would bring it back."""
    agreed, last = sharing(connection), number(connection)
    return [*([SharingKept(agreed)] if agreed else []), *([Numbered(last)] if last else [])]


def verify(connection: sqlite3.Connection) -> None:
    """Read every value once.

    Raises:
        ValueError: there is something that no Watchword wrote.
    """
    sharing(connection)
    sending(connection)
    if number(connection) < 0:
        raise ValueError("a number of a report below 0")


def _read(connection: sqlite3.Connection, key: str, kind: type[R]) -> R | None:
    value = meta(connection, key)
    return in_utc(msgspec.json.decode(value, type=kind)) if value else None


def _write(connection: sqlite3.Connection, key: str, value: msgspec.Struct) -> None:
    set_meta(connection, key, msgspec.json.encode(value).decode())
