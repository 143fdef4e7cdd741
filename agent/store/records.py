"""What the store gives back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from agent.contract import Status

__all__ = ["Choice", "HistoryRow", "LastReal", "LastRun", "Origin", "Sending", "Sharing", "Standing"]
__all__ += ["StoredAccount"]

#: Who listed an account: the person (page, command line) or a settings file.
Origin = Literal["person", "settings"]


class StoredAccount(msgspec.Struct, frozen=True):
    """An account without its address. ``occurrence`` tells settings entries of the same service and label apart."""

    id: str
    service: str
    label: str
    origin: Origin
    has_address: bool
    added_at: datetime
    removed_at: datetime | None = None
    occurrence: int = 0


class LastReal(msgspec.Struct, frozen=True):
    """The last answer other than ``unknown``, with its own date."""

    status: Status
    reason: str
    at: datetime


class Standing(msgspec.Struct, frozen=True):
    """Where one check stands about one subject: since when it has had this status, and its last real answer."""

    status: Status
    reason: str
    since: datetime
    observed_at: datetime
    last_real: LastReal | None


class HistoryRow(msgspec.Struct, frozen=True):
    """From ``at`` on a check answered so about a subject (``None``: the laptop itself)."""

    at: datetime
    check_id: str
    subject: str | None
    status: Status
    reason: str


class LastRun(msgspec.Struct, frozen=True):
    """When a check was last started, and when it is due again."""

    started_at: datetime
    next_at: datetime


class Choice(msgspec.Struct, frozen=True):
    """What the person chose for a setting (a dotted key), and when. ``None``: they took an earlier choice back."""

    key: str
    value: Any
    at: datetime
    revision: int = 1


class Sharing(msgspec.Struct, frozen=True):
    """What the person agreed that their office may have, or that it has ended.

    ``level`` is the most they agreed to, ``None`` when nothing may leave (any more); ``ended_by`` then says who ended
    it. ``url``, ``drop`` and ``office`` are what the machine policy said when they agreed: if it says something else
    now, they have not agreed to that.
    """

    at: datetime
    level: Literal["summary", "standard", "detailed"] | None
    url: str = ""
    drop: str = ""
    office: str = ""
    ended_by: Literal["person", "office"] | None = None
    revision: int = 1


class Sending(msgspec.Struct, frozen=True):
    """How sending goes. Nothing that could not be found out again by sending.

    ``next_at`` is when the next report is made, ``not_before`` when the next attempt may be. ``failures`` counts the
    attempts since the last success, ``problem`` is why the last one failed, ``waiting`` that office IT have yet to
    approve this computer. ``sent_at`` is when the collector last took a report, ``put_at`` when one was last put into
    the folder.
    """

    next_at: datetime | None = None
    not_before: datetime | None = None
    failures: int = 0
    problem: str | None = None
    waiting: bool = False
    sent_at: datetime | None = None
    put_at: datetime | None = None
    put_problem: str | None = None
