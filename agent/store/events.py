"""The journal's lines: what an event is, how it is written, and what can be read back.

One event a line: ``{"sum": "<16 hex>", "event": {...}}``, the sum over the event's exact bytes. A line that was cut
short by a crash, or changed on the disk, does not match its sum and is passed over: it never becomes an event. A whole
line that this program does not understand was written by a newer one; it is passed over too, and kept as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import NamedTuple

import msgspec

from agent.alerts.records import Episode, Reminder, Said
from agent.contract import Attestation
from agent.localtime import is_sound
from agent.store.records import Choice, Sharing

__all__ = [
    "AccountKept",
    "Attested",
    "ChoiceKept",
    "DeviceKept",
    "EpisodeKept",
    "Event",
    "JournalContent",
    "Line",
    "Numbered",
    "ReminderKept",
    "SaidKept",
    "SharingKept",
    "about",
    "decode",
    "encode",
    "identity",
    "latest",
    "lines",
]


class Attested(msgspec.Struct, frozen=True, tag="attestation", tag_field="kind"):
    """A statement was made. ``key`` is random and tells two like statements apart."""

    key: str
    attestation: Attestation

    @property
    def id(self) -> str:
        """What it is about: itself."""
        return self.key

    @property
    def revision(self) -> int:
        """A statement never changes."""
        return 1


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
    """This computer's random id. The first one counts."""

    id: str

    @property
    def revision(self) -> int:
        """It never changes."""
        return 1


class EpisodeKept(msgspec.Struct, frozen=True, tag="episode", tag_field="kind"):
    """An episode as it was after a change other than having been seen once more."""

    episode: Episode

    @property
    def id(self) -> str:
        """What it is about."""
        return self.episode.id

    @property
    def revision(self) -> int:
        """The latest has the highest."""
        return self.episode.revision


class SaidKept(msgspec.Struct, frozen=True, tag="said", tag_field="kind"):
    """An alert that is about to be shown, or what came of it."""

    said: Said

    @property
    def id(self) -> str:
        """What it is about."""
        return self.said.id

    @property
    def revision(self) -> int:
        """The latest has the highest."""
        return self.said.revision


class ReminderKept(msgspec.Struct, frozen=True, tag="reminder", tag_field="kind"):
    """The person picked a time, or it has been kept."""

    reminder: Reminder

    @property
    def id(self) -> str:
        """What it is about."""
        return self.reminder.id

    @property
    def revision(self) -> int:
        """The latest has the highest."""
        return self.reminder.revision


class ChoiceKept(msgspec.Struct, frozen=True, tag="choice", tag_field="kind"):
    """The person chose a value for a setting, or took that back."""

    choice: Choice

    @property
    def id(self) -> str:
        """What it is about."""
        return self.choice.key

    @property
    def revision(self) -> int:
        """The latest has the highest."""
        return self.choice.revision


class SharingKept(msgspec.Struct, frozen=True, tag="sharing", tag_field="kind"):
    """What the person agreed that their office may have, or that it has ended."""

    sharing: Sharing

    @property
    def id(self) -> str:
        """There is one agreement."""
        return "sharing"

    @property
    def revision(self) -> int:
        """The latest has the highest."""
        return self.sharing.revision


class Numbered(msgspec.Struct, frozen=True, tag="report", tag_field="kind"):
    """A report was given this number, which must not be given out twice."""

    number: int

    @property
    def id(self) -> str:
        """There is one row of numbers."""
        return "report"

    @property
    def revision(self) -> int:
        """The latest has the highest."""
        return self.number


Event = (
    Attested | AccountKept | DeviceKept | EpisodeKept | SaidKept | ReminderKept | ChoiceKept | SharingKept | Numbered
)


class JournalContent(msgspec.Struct, frozen=True):
    """What a journal holds: its events in order, and how many complete lines could not be read."""

    events: tuple[Event, ...]
    damaged_lines: int


class Line(NamedTuple):
    """One line without its end. ``whole``: it is as it was written. ``event`` is what it says to this program."""

    data: bytes
    whole: bool
    event: Event | None


class _Line(msgspec.Struct, frozen=True):
    sum: str
    event: msgspec.Raw


class _Kind(msgspec.Struct, frozen=True):
    kind: str


def encode(event: Event) -> bytes:
    """One line of the journal, with its line end."""
    body = msgspec.json.encode(event)
    return b'{"sum":"%s","event":%s}\n' % (_sum(body), body)


def lines(data: bytes) -> list[Line]:
    """Every line that is not empty. Never raises."""
    return [_line(line) for line in data.split(b"\n") if line.strip()]


def decode(data: bytes) -> JournalContent:
    """Read a journal. Never raises: a line that makes no sense is counted, a last line that was cut short is not."""
    found = lines(data)
    events = tuple(line.event for line in found if line.event is not None)
    damaged = sum(not line.whole for line in found)
    cut_short = bool(data[data.rfind(b"\n") + 1 :].strip()) and not found[-1].whole
    return JournalContent(events, damaged - cut_short)


def identity(event: Event) -> tuple[str, str, int]:
    """What tells an event from every other: its kind, what it is about, and the revision of that."""
    return (*about(event), event.revision)


def about(event: Event) -> tuple[str, str]:
    """What an event is about: the latest one takes the place of earlier ones."""
    return str(event.__struct_config__.tag), event.id


def latest(events: Iterable[Event]) -> list[Event]:
    """The latest event about each thing, in the order in which the things first came up.

    Of two with the same revision the later counts: a process that died before its commit may have left the earlier.
    """
    newest: dict[tuple[str, str], Event] = {}
    for event in events:
        known = newest.get(about(event))
        if known is None or event.revision >= known.revision:
            newest[about(event)] = event
    return list(newest.values())


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode("ascii")


@cache
def _decoders() -> tuple[msgspec.json.Decoder[_Line], msgspec.json.Decoder[Event], msgspec.json.Decoder[_Kind]]:
    """Made when a journal is read, which is seldom."""
    return msgspec.json.Decoder(_Line), msgspec.json.Decoder(Event), msgspec.json.Decoder(_Kind)


def _line(line: bytes) -> Line:
    whole, known, kind = _decoders()
    try:
        parsed = whole.decode(line)
        body = bytes(parsed.event)
        if parsed.sum.encode("utf-8") != _sum(body):
            return Line(line, whole=False, event=None)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Line(line, whole=False, event=None)
    try:
        event = known.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Line(line, whole=_has_kind(body, kind), event=None)
    return Line(line, whole=True, event=event) if _in_time(event) else Line(line, whole=False, event=None)


def _has_kind(body: bytes, kind: msgspec.json.Decoder[_Kind]) -> bool:
    try:
        kind.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


def _in_time(record: msgspec.Struct) -> bool:
    """Whether every time in it is one: with a time zone, and of a year that the store takes back."""
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, datetime) and not is_sound(value):
            return False
        if isinstance(value, msgspec.Struct) and not _in_time(value):
            return False
    return True
