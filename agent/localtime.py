"""The zone this computer is in now, with its clock changes, as the operating system knows it.

``datetime.astimezone()`` alone gives today's offset, which is wrong for a reminder on the other side of a clock change,
and Windows keeps no zone files that :mod:`zoneinfo` could read.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["LOCAL", "LocalZone", "is_sound"]

ZERO = timedelta(0)
#: Clocks that were never set begin in 1970. Every system can show times up to here, with days to spare on either side.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)
#: Python knows no zone further from UTC; a variable ``TZ`` may say anything.
FURTHEST_SECONDS = 24 * 60 * 60 - 60


class LocalZone(tzinfo):
    """Local time as ``time.localtime`` tells it for each moment."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return ZERO if dt is None else _offset(_at(dt))

    def dst(self, dt: datetime | None) -> timedelta:
        return ZERO if dt is None else timedelta(hours=1 if _at(dt).tm_isdst > 0 else 0)

    def tzname(self, dt: datetime | None) -> str:
        return "local" if dt is None else _at(dt).tm_zone

    def fromutc(self, dt: datetime) -> datetime:
        there = time.localtime(dt.replace(tzinfo=UTC).timestamp())
        local = (dt.replace(tzinfo=None) + _offset(there)).replace(tzinfo=self, fold=0)
        # The second time that the wall shows this: the first would be another moment.
        return local if _offset(_at(local)) == _offset(there) else local.replace(fold=1)


def is_sound(at: datetime) -> bool:
    """Whether a time that was read from somewhere can be reckoned with and shown: it has a zone, and a year of ours."""
    return at.tzinfo is not None and FIRST <= at < LAST


def _at(wall: datetime) -> time.struct_time:
    # A naive datetime's timestamp is that of local time, fold and gap included.
    return time.localtime(wall.replace(tzinfo=None).timestamp())


def _offset(at: time.struct_time) -> timedelta:
    return timedelta(seconds=max(-FURTHEST_SECONDS, min(at.tm_gmtoff, FURTHEST_SECONDS)))


#: Where this computer is.
LOCAL = LocalZone()
