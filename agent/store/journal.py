"""The journal: an append-only file of what the person stated, from which a lost store is rebuilt.

One event a line: ``{"sum": "<16 hex>", "event": {...}}``, the sum over the event's exact bytes. A line that was cut
short by a crash, or changed on the disk, does not match its sum and is passed over: it never becomes a statement.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

import msgspec

from agent.contract import Attestation
from agent.files import read_regular
from agent.store.errors import StoreError

__all__ = ["AccountKept", "Attested", "DeviceKept", "Event", "Journal", "JournalContent", "decode", "encode"]

#: A journal of 16 MiB holds about 50,000 statements; more than that is not ours.
MAX_BYTES = 16 * 1024 * 1024


class Attested(msgspec.Struct, frozen=True, tag="attestation", tag_field="kind"):
    """A statement was made. ``key`` is random and tells two like statements apart."""

    key: str
    attestation: Attestation


class AccountKept(msgspec.Struct, frozen=True, tag="account", tag_field="kind"):
    """An account as it was after a change; the highest ``revision`` is the latest. It holds no address."""

    id: str
    service: str
    label: str
    origin: str
    occurrence: int
    has_address: bool
    added_at: datetime
    removed_at: datetime | None
    revision: int


class DeviceKept(msgspec.Struct, frozen=True, tag="device", tag_field="kind"):
    """This computer's random id."""

    id: str


Event = Attested | AccountKept | DeviceKept


class JournalContent(msgspec.Struct, frozen=True):
    """What a journal holds: its events in order, and how many complete lines could not be read."""

    events: tuple[Event, ...]
    damaged_lines: int


class _Line(msgspec.Struct, frozen=True):
    sum: str
    event: msgspec.Raw


def encode(event: Event) -> bytes:
    """One line of the journal, with its line end."""
    body = msgspec.json.encode(event)
    return b'{"sum":"%s","event":%s}\n' % (_sum(body), body)


def decode(data: bytes) -> JournalContent:
    """Read a journal. Never raises: a line that makes no sense is counted, a last line that was cut short is not."""
    *lines, last = data.split(b"\n")
    found = [_event(line) for line in lines if line.strip()]
    unfinished = _event(last)
    events = [event for event in (*found, unfinished) if event is not None]
    return JournalContent(tuple(events), found.count(None))


class Journal:
    """The journal file. Whoever writes it holds the store's write lock."""

    def __init__(self, path: str) -> None:
        self.path = path

    def size(self) -> int:
        """Its length in bytes, 0 when there is none."""
        try:
            return os.stat(self.path).st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._error("read", error) from error

    def read(self) -> JournalContent:
        """Everything in it.

        Raises:
            StoreError: it is there and cannot be read.
        """
        try:
            data = read_regular(self.path, MAX_BYTES)
        except FileNotFoundError:
            return JournalContent((), 0)
        except OSError as error:
            raise self._error("read", error) from error
        return decode(data)

    def append(self, events: Iterable[Event]) -> int:
        """Write events to the disk, all or none as far as the disk allows; returns the new length in bytes.

        Raises:
            StoreError: they are not on the disk.
        """
        try:
            # O_RDWR: the last byte is read first, to see whether a crash left a line unfinished.
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise self._error("write", error) from error
        with os.fdopen(handle, "r+b", buffering=0) as file:
            before = os.fstat(handle).st_size
            try:
                if sys.platform != "win32" and os.fstat(handle).st_mode & 0o077:
                    os.fchmod(handle, 0o600)
                data = b"".join(map(encode, events))
                if before and _last_byte(handle, before) != b"\n":
                    data = b"\n" + data
                while data:
                    data = data[os.write(handle, data) :]
                os.fsync(handle)
                return os.fstat(handle).st_size
            except OSError as error:
                with suppress(OSError):
                    file.truncate(before)  # a full disk may have taken half a line
                raise self._error("write", error) from error

    def take_back(self, size: int) -> None:
        """Cut it back to ``size`` bytes: what was appended after that did not come about."""
        with suppress(OSError):
            os.truncate(self.path, size)

    def _error(self, verb: str, error: OSError) -> StoreError:
        return StoreError(f"The journal {self.path} could not be {_PARTICIPLE[verb]}: {error.strerror or error}.")


_PARTICIPLE = {"read": "read", "write": "written"}


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode("ascii")


def _event(line: bytes) -> Event | None:
    try:
        parsed = msgspec.json.decode(line, type=_Line)
        body = bytes(parsed.event)
        if parsed.sum.encode("utf-8") != _sum(body):
            return None
        event: Event = msgspec.json.decode(body, type=Event)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    aware = not isinstance(event, Attested) or event.attestation.at.tzinfo is not None
    return event if aware else None


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)
