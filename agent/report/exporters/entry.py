"""What an exporter is given: one entry for each file that was looked at, also when there was no report in it.

A report counts only while it is current. Whatever else was found is an entry too, so that no format can pass over it:
its overall word is ``unknown``, whatever the old report in it said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from agent.report.model import Counts, Report
from agent.status import CLOCK_SLACK, CURRENT_FOR

__all__ = ["NOT_KNOWN", "STATES", "Entry", "Overall", "State", "is_sane", "moment", "oldest_hours", "overall", "worst"]

State = Literal["current", "stale", "future", "unreadable", "damaged", "missing"]
#: From the best to the worst. ``stale``: older than a week. ``future``: dated after now. ``unreadable``: a file that
#: may not be read, is too large, or is none. ``damaged``: no status document and no report. ``missing``: nothing there.
STATES: tuple[State, ...] = ("current", "stale", "future", "unreadable", "damaged", "missing")
Overall = Literal["ok", "attention", "action", "unknown"]

#: Stands for a number that nobody knows where a format wants one. It is large, so that a rule "at most" does not hold.
NOT_KNOWN = 99_999
HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Entry:
    """One file. ``report`` is there when it could be read, ``age_hours`` how long ago it was made (never negative)."""

    state: State
    report: Report | None = None
    age_hours: int | None = None

    @classmethod
    def of(cls, report: Report, now: datetime) -> Entry:
        """The entry of a report as it counts at ``now``."""
        if not is_sane(report.summary.overall, report.summary.counts):
            return cls("damaged")
        made = moment(report.generated_at)
        age_hours = max(int((now - made).total_seconds()) // HOUR_SECONDS, 0)
        if made > now + CLOCK_SLACK:
            return cls("future", report, age_hours)
        return cls("current" if now - made <= CURRENT_FOR else "stale", report, age_hours)

    @property
    def current(self) -> Report | None:
        """The report if it still says how things are."""
        return self.report if self.state == "current" else None

    @property
    def overall(self) -> Overall:
        """The whole in one word; ``unknown`` for everything that is not current."""
        return "unknown" if self.current is None else self.current.summary.overall


def moment(text: str) -> datetime:
    """A time of a report.

    Raises:
        ValueError: there is no such day; the pattern of the model does not know the calendar.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def is_sane(said: Overall, counts: Counts) -> bool:
    """Whether the overall word can be true of these counts: nothing that fails is ever "ok"."""
    bad = counts.fail + counts.warn
    allowed = {"ok": bad == 0, "unknown": bad == 0 < counts.unknown, "attention": bad > 0, "action": counts.fail > 0}
    return allowed[said]


def overall(entries: Iterable[Entry]) -> Overall:
    """The word for all of them: a definite failure first, then what nobody knows; nothing at all is unknown."""
    words = {entry.overall for entry in entries}
    return next((word for word in ("action", "unknown", "attention") if word in words), "ok" if words else "unknown")


def worst(entries: Sequence[Entry]) -> State:
    """The worst state among them; ``missing`` when there are none."""
    return max((entry.state for entry in entries), key=STATES.index, default="missing")


def oldest_hours(entries: Iterable[Entry]) -> int | None:
    """How old the oldest report among them is, in hours, or ``None`` when one of them has no time."""
    ages = [entry.age_hours for entry in entries]
    known = [age for age in ages if age is not None]
    return max(known) if known and len(known) == len(ages) else None
