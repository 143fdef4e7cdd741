"""One finding in a line: what was found, how it stands, and how that is known.

Four words for a status and no others: OK, Look at soon, Action needed, Not checked (facts: guidance 4b). What could not
be told, what was switched off and an answer that has expired are all "Not checked", each with its reason: never OK.
What does not apply stands apart and is called so everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agent import deadlines
from agent.alerts.records import Reminder
from agent.contract import Basis, Status
from agent.page.breach_title import BREACH, breach_title
from agent.page.wording import day, moment, on_day
from agent.status import CheckRow

__all__ = ["ASKED_AGAIN", "TO_DO", "WORDS", "Line", "Tone", "line", "name_of", "standing"]

Tone = Literal["action", "soon", "unknown", "ok", "none"]
WORDS: Mapping[Tone, str] = {
    "action": "Action needed",
    "soon": "Look at soon",
    "unknown": "Not checked",
    "ok": "OK",
    "none": "Does not apply",
}
TONES: Mapping[Status, Tone] = {
    Status.FAIL: "action",
    Status.WARN: "soon",
    Status.PASS: "ok",
    Status.NOT_APPLICABLE: "none",
}
URGENCY: Sequence[Tone] = ("action", "soon", "unknown", "ok", "none")
#: What there is something to do about, and what needs nothing.
TO_DO: Sequence[Tone] = ("action", "soon")
WELL: Sequence[Tone] = ("ok", "none")
#: The person did not know: the words about that are the same for each, and so of no use in a list.
UNSURE = frozenset({"find_out", "not_sure"})
#: Why something is asked again before its time, by what happened (``ended_by``).
ASKED_AGAIN: Mapping[str, str] = {
    "new_phone": "Asked again because of your new phone or number",
    "leaver": "Asked again because someone has left",
    "breach": "Asked again because of a data breach",
}


@dataclass(frozen=True)
class Line:
    """One row of a list. ``path`` leads to its own page; ``later`` says until when it is quiet.

    ``asked`` says by when the office asks for it, if it does.
    """

    check_id: str
    account: str | None
    name: str
    said: str
    tone: Tone
    word: str
    known: str
    later: str | None
    asked: str = ""

    @property
    def path(self) -> str:
        """The path of its own page."""
        return f"/item/{self.check_id}" + (f"/{self.account}" if self.account else "")


def line(row: CheckRow, titles: Mapping[str, str], now: datetime, reminder: Reminder | None = None) -> Line:
    """The line for a finding. ``titles`` are the names of checks by id."""
    tone = standing(row, now)
    return Line(
        check_id=row.id,
        account=row.instance,
        name=name_of(row.id, row.label, titles),
        said=_said(row, now),
        tone=tone,
        word=WORDS[tone],
        known=_known(row, now),
        later=f"Set aside until {moment(reminder.due_at, now)}." if reminder and tone not in WELL else None,
        asked=deadlines.spoken(row, now),
    )


def standing(row: CheckRow, now: datetime) -> Tone:
    """How a finding stands now. An answer that has expired since is no answer."""
    if row.status is Status.PASS and row.expires_at is not None and row.expires_at <= now:
        return "unknown"
    return TONES.get(row.status, "unknown")


def name_of(check_id: str, label: str | None, titles: Mapping[str, str]) -> str:
    """What a finding is about: the check, and the account where it is about one."""
    name = titles.get(check_id) or check_id.replace("_", " ").capitalize()
    return f"{name}: {label}" if label else name


def _said(row: CheckRow, now: datetime) -> str:
    """What was found, in a few words."""
    if row.status is Status.DISABLED:
        return "Switched off"
    if row.status is Status.PASS and standing(row, now) != "ok":
        return "Your answer is no longer recent"
    if row.reason in UNSURE:
        return "You were not sure"
    if row.id == BREACH and (named := breach_title(row)):
        return named
    return row.text.title if row.text is not None and row.text.title else row.reason.replace("_", " ").capitalize()


def _known(row: CheckRow, now: datetime) -> str:
    """Where it is known from and since when, in words."""
    if row.status in (Status.DISABLED, Status.NOT_APPLICABLE):
        return ""
    if row.basis is Basis.ATTESTED:
        return _told(row, now)
    how = "Asked of the service" if row.basis is Basis.API else "Checked by Watchword"
    return f"{'Tried' if row.status is Status.UNKNOWN else how} {moment(row.observed_at, now)}"


def _told(row: CheckRow, now: datetime) -> str:
    if again := ASKED_AGAIN.get(str(row.facts.get("ended_by"))):
        return again
    if row.status is Status.UNKNOWN:
        return "Only you can tell us this"
    if row.expires_at is None:
        return "You told us"
    if row.expires_at <= now:
        return f"You told us; it was good until {day(row.expires_at, now)}"
    return f"You told us; we will ask again {on_day(row.expires_at, now)}"
