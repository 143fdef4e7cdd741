"""What a person's word about something is worth now: unanswered, out of date, or good and until when. Pure.

Statements come in the order in which they were made, and that order decides which of two came first wherever it can:
the clock may have been wrong for either.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from agent.contract import Attestation

__all__ = [
    "CLOCK_TOLERANCE",
    "LAPTOP",
    "NOTED",
    "SERVICE_CHANGED",
    "TAKEN_BACK",
    "Happened",
    "Said",
    "State",
    "Statements",
]

#: The subject of statements about this computer and the person, where others name an account.
LAPTOP = "laptop"
#: The answer that takes the last event of its kind back. Any other answer about an event says that it happened.
TAKEN_BACK = "taken_back"
#: The agent's own note of an event that it saw. Nobody said it, so nobody can take it back.
NOTED = "new"
#: An account was put on another service: what was said of it before was said of something else.
SERVICE_CHANGED = "event.service"
#: A statement may be this much ahead of the clock: time servers correct clocks by seconds.
CLOCK_TOLERANCE = timedelta(minutes=5)

#: ``reworded``: the answer was to another wording of the question. ``clock``: it has a date in the future.
State = Literal["no_answer", "reworded", "clock", "expired", "good"]


@dataclass(frozen=True)
class Said:
    """The last word about one question. ``ended_by`` names the event, if one ended it before its time."""

    state: State
    made: Attestation | None = None
    expires_at: datetime | None = None
    ended_by: str = ""


@dataclass(frozen=True)
class Happened:
    """An event that was stated and not taken back. ``position`` is its place among all statements."""

    position: int
    made: Attestation


class Statements:
    """Everything a person stated, in the order in which they did."""

    def __init__(self, made: Sequence[Attestation]) -> None:
        self._last: dict[tuple[str, str], tuple[int, Attestation]] = {}
        self._events: dict[str, list[Happened]] = {}
        for position, one in enumerate(made):
            self._last[one.subject, one.statement] = (position, one)
            if one.statement.startswith("event."):
                self._note(Happened(position, one))

    def _note(self, event: Happened) -> None:
        earlier = self._events.setdefault(event.made.statement, [])
        if event.made.answer != TAKEN_BACK:
            earlier.append(event)
            return
        same = [one for one in earlier if one.made.subject == event.made.subject and one.made.answer != NOTED]
        if same:
            earlier.remove(same[-1])

    def happened(self, event: str) -> Sequence[Happened]:
        """Every event of this kind that was not taken back, in the order in which they were stated."""
        return self._events.get(event, ())

    def since(self, event: Happened, subject: str, statement: str, now: datetime) -> bool:
        """Whether the last word about a question came after an event."""
        if (subject, statement) not in self._last:
            return False
        return not _came_after(event, *self._last[subject, statement], now)

    def about(
        self,
        subject: str,
        statement: str,
        *,
        version: int,
        days: int,
        now: datetime,
        ends_with: Collection[str] = (),
    ) -> Said:
        """The last word about a question.

        Args:
            subject: ``laptop``, or the id of an account.
            statement: the id of the question.
            version: that of its wording. An answer to another one is no answer to this one.
            days: for how many days an answer is good. On the last moment it is so no longer.
            now: the time, aware.
            ends_with: the events that end an answer before its time.
        """
        if (subject, statement) not in self._last:
            return Said("no_answer")
        position, made = self._last[subject, statement]
        moved = (one for one in self.happened(SERVICE_CHANGED) if one.made.subject == subject)
        if any(_came_after(one, position, made, now) for one in moved):
            return Said("no_answer")
        if made.statement_version != version:
            return Said("reworded", made)
        if made.at > now + CLOCK_TOLERANCE:
            # Nobody can have said this yet: the clock was moved, then or now, and no age can be trusted.
            return Said("clock", made)
        expires_at = made.at + timedelta(days=days)
        for event in (one for kind in ends_with for one in self.happened(kind)):
            if _came_after(event, position, made, now):
                return Said("expired", made, min(expires_at, max(event.made.at, made.at), now), event.made.statement)
        return Said("expired" if now >= expires_at else "good", made, expires_at)


def _came_after(event: Happened, position: int, made: Attestation, now: datetime) -> bool:
    """Whether an event that concerns a statement came after it.

    One about the laptop concerns everything, one about an account that account and what is said of all together. It
    came after by its place; or by its date, because statements that were restored may have a later place than they had.
    A date in the future says nothing.
    """
    if not (event.made.subject in (LAPTOP, made.subject) or made.subject == LAPTOP):
        return False
    dated_after = made.at < event.made.at <= now + CLOCK_TOLERANCE
    return event.position > position or dated_after
