"""What may be said and never presses: answers that will expire, and that all is clear (facts: guidance 3c).

And what people are owed who have such a program on their computer: that it is there, and that it reports (5b).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.alerts.history import History
from agent.alerts.records import Expiring, Key, Outlook
from agent.contract import Basis, Status
from agent.status import CLOCK_SLACK, CURRENT_FOR, CheckRow

__all__ = [
    "AT_THE_LATEST",
    "MONTH",
    "DueAnswer",
    "all_clear_at",
    "due_answers",
    "is_last_call",
    "named_now",
    "outlook",
    "sharing_at",
    "welcome_until",
]

#: An answer is named this long before it expires ...
BEFORE = timedelta(days=7)
#: ... or later, for company: in a weekly digest that comes anyway, or a week after others were named. But with so much
#: time left: there may be a quiet weekend in it, and a day on which the computer is not used.
AT_THE_LATEST = timedelta(days=4)
WEEK = timedelta(days=7)
#: So long after the first round, and after the last word of whatever kind, it may be said that all is clear.
MONTH = timedelta(days=30)
#: Whoever was not greeted within it has seen the program by now, or was spoken to.
GREETED = timedelta(days=7)
#: So long it waits for company to be said that reports are shared.
COMPANY = timedelta(days=14)
#: What asks for nothing. What is not known may: "nothing needs you" is only said of what we know.
CLEAR = frozenset({Status.PASS, Status.NOT_APPLICABLE, Status.DISABLED})


@dataclass(frozen=True)
class DueAnswer:
    """An answer that was not named yet, and from when it may be."""

    at: datetime
    answer: Expiring


def outlook(
    rows: Mapping[Key, CheckRow],
    now: datetime,
    *,
    asked_again: Collection[str],
    first_round_at: datetime | None,
    shared_since: datetime | None = None,
) -> Outlook:
    """What the findings, as they stand, say beside the episodes.

    Args:
        rows: every finding.
        now: the time, aware.
        asked_again: the checks whose answers a person is asked to renew. Offers are not among them: nobody is reminded
            of looking for themselves on the web (facts: guidance 3c, wellbeing).
        first_round_at: when the first round was, ``None`` before it.
        shared_since: when the person agreed to the reports that office IT get, ``None`` if they get none.
    """
    answers = [
        Expiring(check_id=key.check_id, subject=key.subject, expires_at=row.expires_at.astimezone(UTC))
        for key, row in rows.items()
        if row.expires_at is not None
        and row.basis is Basis.ATTESTED
        and row.status is Status.PASS
        and key.check_id in asked_again
    ]
    answers.sort(key=lambda one: (one.expires_at, one.check_id, one.subject or ""))
    # With every check switched off nothing is wrong either, and nothing is known.
    clear = any(row.status is Status.PASS for row in rows.values()) and all(
        row.status in CLEAR and now - CURRENT_FOR <= row.observed_at <= now + CLOCK_SLACK for row in rows.values()
    )
    return Outlook(
        answers=tuple(answers),
        clear_since=first_round_at if clear else None,
        begun_at=first_round_at,
        shared_since=shared_since,
    )


def due_answers(
    answers: Sequence[Expiring], history: History, now: datetime, weekly_at: datetime | None
) -> list[DueAnswer]:
    """The answers that were not named yet, the first to expire first. ``weekly_at`` is when the next digest is due."""
    last = max((told.at for told in history.told if told.utterance.answers), default=None)
    company = [at for at in (weekly_at, last + WEEK if last is not None else None) if at is not None]
    return [
        DueAnswer(max([one.expires_at - BEFORE, *(min(at, one.expires_at - AT_THE_LATEST) for at in company)]), one)
        for one in _unnamed(answers, history, now)
    ]


def is_last_call(answers: Sequence[DueAnswer], now: datetime) -> bool:
    """Whether one of them should wait no longer."""
    return any(one.answer.expires_at - AT_THE_LATEST <= now for one in answers)


def named_now(answers: Sequence[DueAnswer], now: datetime) -> tuple[Expiring, ...]:
    """All that are named when one is."""
    return tuple(one.answer for one in answers if one.answer.expires_at - BEFORE <= now)


def all_clear_at(clear_since: datetime, history: History) -> datetime:
    """From when it may be said that all is clear."""
    return max([clear_since, *(told.at for told in history.told[-1:])]) + MONTH


def welcome_until(begun_at: datetime, history: History) -> datetime | None:
    """Until when the person may be greeted, ``None`` if they were.

    Whoever was spoken to before has had the program for as long: then the first round was forgotten with a lost store.
    """
    if any(told.utterance.kind == "welcome" for told in history.told):
        return None
    return min([begun_at, *(told.at for told in history.told[:1])]) + GREETED


def sharing_at(shared_since: datetime, history: History, clear_at: datetime | None) -> datetime:
    """From when it may be said again that reports are shared: with the word that all is clear, if that is due soon."""
    at = max([shared_since, *(told.at for told in history.told if told.utterance.shares)]) + MONTH
    return clear_at if clear_at is not None and at <= clear_at <= at + COMPANY else at


def _unnamed(answers: Sequence[Expiring], history: History, now: datetime) -> list[Expiring]:
    named = {one for told in history.told for one in told.utterance.answers}
    return sorted((one for one in answers if one.expires_at > now and one not in named), key=lambda one: one.expires_at)
