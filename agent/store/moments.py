"""Times as the store keeps them: aware, in UTC, as text that sorts as time does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

__all__ = ["in_utc", "moment", "text"]

Record = TypeVar("Record", bound=msgspec.Struct)


def text(at: datetime) -> str:
    """A time as it is kept: UTC, with a fixed number of digits."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(written: str) -> datetime:
    """A time as it was kept.

    Raises:
        ValueError: no Watchword wrote it.
    """
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError(f"a time without a time zone: {written!r}")
    return at


def in_utc(record: Record) -> Record:
    """A record with its times in UTC.

    Raises:
        ValueError: one of them has no time zone.
    """
    times = {name: getattr(record, name) for name in record.__struct_fields__}
    times = {name: at for name, at in times.items() if isinstance(at, datetime)}
    if any(at.tzinfo is None for at in times.values()):
        raise ValueError(f"a time without a time zone in {record!r}")
    return msgspec.structs.replace(record, **{name: at.astimezone(UTC) for name, at in times.items()})
