"""The office's deadlines: which finding has one, what that does to its date, and how it is said. Pure.

A deadline sets a date and nothing else: judging knows none, so it never makes a pass or a failure, and no alert comes
because of one. Only what fails or warns is asked for. What could not be told is not: nobody could do anything about it,
or they have not answered yet, for which there is a way of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo

import msgspec

from agent.contract import Status
from agent.localtime import LOCAL
from agent.status import CheckRow
from config.schema import Deadline

__all__ = ["end_of", "spoken", "with_deadline"]

ASKED_FOR = frozenset({Status.FAIL, Status.WARN})
#: A day this far away, in days, is named with its year: the next or the last one of that name is meant otherwise.
HALF_A_YEAR = 182


def with_deadline(row: CheckRow, deadlines: Iterable[Deadline], zone: tzinfo = LOCAL) -> CheckRow:
    """The row of a finding with what the office asks: its ``due_at`` is the earlier of its own and the deadline."""
    if row.status not in ASKED_FOR:
        return row
    for deadline in deadlines:
        if deadline.check == row.id:
            ends = end_of(deadline.by, zone)
            due_at = ends if row.due_at is None else min(row.due_at, ends)
            return msgspec.structs.replace(row, due_at=due_at, deadline=deadline.by)
    return row


def end_of(day: date, zone: tzinfo = LOCAL) -> datetime:
    """The last second of a day where this computer is, which is still that day for whoever reads the date alone."""
    # fold: where clocks are put back at midnight, the last hour of the day comes twice.
    return datetime.combine(day, time(23, 59, 59, fold=1), zone).astimezone(UTC)


def spoken(row: CheckRow, now: datetime, zone: tzinfo = LOCAL) -> str:
    """What the office asks about a finding, in a sentence; nothing when it asks nothing."""
    day = row.deadline
    if day is None:
        return ""
    today = now.astimezone(zone).date()
    said = f"{day.day} {day:%B}" + (f" {day.year}" if abs((day - today).days) > HALF_A_YEAR else "")
    if day < today:
        return f"Your office asked for this by {said}."
    return f"Your office asks for this by {day:%A} {said}."
