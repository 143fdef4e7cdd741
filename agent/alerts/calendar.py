"""When alerts may be shown: the open hours of a person's week, and the moments they can choose to be reminded at.

Everything is asked anew in the zone where the laptop is *now*: somebody who flies to Brussels has Brussels' evening.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, get_args

from config.schema import AlertsSettings

__all__ = ["CHOICES", "Choice", "is_open", "next_day", "next_open", "reminder_at"]

#: What a person can choose when now is not a good time (facts: rigid choices weaken the effect of a promise).
Choice = Literal["hour", "evening", "tomorrow", "friday"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

#: "This evening": before the usual working day ends, or after supper when that is past or close.
EVENINGS = (time(17, 30), time(20, 0))
#: A reminder sooner than this is none.
AT_LEAST = timedelta(minutes=30)
#: "Tomorrow morning" and "Friday".
MORNING = time(9, 30)
#: Somebody still up at 2 who says "tomorrow" means after they have slept.
DAY_STARTS = timedelta(hours=4)

SATURDAY = 5
#: No quiet time is longer: it leaves a part of each day open, and weekends have two days. One more for a clock change.
FAR_ENOUGH_DAYS = 5
SECOND = timedelta(seconds=1)


def is_open(now: datetime, zone: tzinfo, settings: AlertsSettings) -> bool:
    """Whether an alert may be shown at ``now``, by the clock on the wall in ``zone``."""
    local = now.astimezone(zone)
    if settings.quiet_weekends and local.weekday() >= SATURDAY:
        return False
    quiet_from, quiet_to = _time(settings.quiet_from), _time(settings.quiet_to)
    at = local.time()
    if quiet_from <= quiet_to:
        return not quiet_from <= at < quiet_to
    return quiet_to <= at < quiet_from


def next_open(now: datetime, zone: tzinfo, settings: AlertsSettings) -> datetime:
    """The first moment from ``now`` on at which an alert may be shown; ``now`` itself when it may."""
    if is_open(now, zone, settings):
        return now
    candidates = sorted(moment for moment in _changes(now, zone, _time(settings.quiet_to)) if moment > now)
    return next(moment for moment in candidates if is_open(moment, zone, settings))


def next_day(moment: datetime, zone: tzinfo) -> datetime:
    """The first moment of the local day after the one ``moment`` lies in."""
    return _moment(datetime.combine(moment.astimezone(zone).date() + timedelta(days=1), time()), zone)


def reminder_at(choice: Choice, now: datetime, zone: tzinfo) -> datetime:
    """The moment a choice means, in UTC.

    It may lie in quiet hours: those are for what the person did not ask for.
    """
    local = now.astimezone(zone)
    if choice == "hour":
        return now.astimezone(UTC) + timedelta(hours=1)
    today = (local.replace(tzinfo=None) - DAY_STARTS).date()
    morning = _moment(datetime.combine(today + timedelta(days=1), MORNING), zone)
    if choice == "evening":
        evenings = (_moment(datetime.combine(today, evening), zone) for evening in EVENINGS)
        return next((evening for evening in evenings if evening >= now + AT_LEAST), morning)
    if choice == "friday":
        days = (4 - today.weekday() - 1) % 7 + 1
        return _moment(datetime.combine(today + timedelta(days=days), MORNING), zone)
    return morning


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _moment(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which the wall shows this, the first if twice; if never, as if the clocks had not changed yet."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _changes(now: datetime, zone: tzinfo, quiet_to: time) -> Iterator[datetime]:
    """Every moment of the next days at which quiet may end: a midnight, the end of quiet hours, a clock change."""
    today = now.astimezone(zone).date()
    for days in range(FAR_ENOUGH_DAYS + 1):
        for at in (time(), quiet_to):
            wall = datetime.combine(today + timedelta(days=days), at)
            for fold in (0, 1):
                yield wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        start = now.astimezone(UTC) + timedelta(days=days)
        end = start + timedelta(days=1)
        if _offset(start, zone) != _offset(end, zone):
            yield _clock_change(start, end, zone)


def _clock_change(start: datetime, end: datetime, zone: tzinfo) -> datetime:
    """The first whole second between the two that no longer has the offset of ``start``."""
    start = start.replace(microsecond=0)
    low, high = 0, int((end - start).total_seconds()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(start + middle * SECOND, zone) == _offset(start, zone):
            low = middle
        else:
            high = middle
    return start + high * SECOND


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
