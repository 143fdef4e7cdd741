"""Times as the store keeps them: aware, in UTC, as text that sorts as time does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from agent.localtime import LAST, is_sound
from agent.store.errors import StoreError

__all__ = ["in_utc", "moment", "text"]

Record = TypeVar("Record", bound=msgspec.Struct)


def text(at: datetime) -> str:
    """A time as it is kept: UTC, with a fixed number of digits.

    Raises:
        StoreError: it would not be taken back (:func:`moment`), and a store that holds it would count as damaged.
    """
    if at >= LAST:
        raise StoreError("This computer's clock is centuries ahead. Set it right; nothing can be kept until then.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(written: str) -> datetime:
    """A time as it was kept.

    Raises:
        ValueError: no Watchword wrote it.
    """
    at = datetime.fromisoformat(written)
    if not is_sound(at):
        raise ValueError(f"a time without a time zone or of no year of ours: {written!r}")
    return at


def in_utc(record: Record) -> Record:
    """A record with its times in UTC.

    Raises:
        ValueError: one of them has no time zone, or is of no year of ours.
    """
    times = {name: getattr(record, name) for name in record.__struct_fields__}
    times = {name: at for name, at in times.items() if isinstance(at, datetime)}
    if not all(map(is_sound, times.values())):
        raise ValueError(f"a time without a time zone or of no year of ours in {record!r}")
    return msgspec.structs.replace(record, **{name: at.astimezone(UTC) for name, at in times.items()})
