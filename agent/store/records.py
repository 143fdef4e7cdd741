"""What the store gives back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from agent.contract import Status

__all__ = ["Choice", "HistoryRow", "LastReal", "LastRun", "Origin", "Standing", "StoredAccount"]

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
