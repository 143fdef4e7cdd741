"""A question as the page puts it, and what is to be done when an answer shows that there is something to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.attested import Said, Statements
from agent.contract import Account, Attestation, Basis, Check, Finding, Severity, Status
from agent.host import System
from agent.page.forms.links import links_to
from agent.page.item_view import Link
from agent.page.wording import on_day
from agent.questions import about_whom, put
from agent.statements import FIND_OUT, LAPTOP, Statement, is_unsure
from agent.status import Text
from agent.words import text_for
from checks import two_step
from checks.practices import check_of
from config.platforms import platform
from config.practices import NOT_SURE, practices
from config.schema import Profile

__all__ = ["Option", "Question", "advice", "in_short", "question", "said_about"]

ENDED: Mapping[str, str] = {
    "event.leaver": "Someone has left since then, so please look again.",
    "event.new_phone": "You have had a new phone or number since then, so please look again.",
    "event.breach": "There has been a data breach since then, so please look again.",
}


@dataclass(frozen=True)
class Option:
    """One answer: its value in the form, its words, and more about it."""

    value: str
    words: str
    more: str = ""


@dataclass(frozen=True)
class Question:
    """One question. ``before`` is what was said last, in words; ``chosen`` is that answer where it may be repeated."""

    statement: str
    check: str
    subject: str
    whom: str
    short: str
    text: str
    help: str
    whose: str
    checklist: tuple[str, ...]
    path: str
    places: tuple[Link, ...]
    links: tuple[Link, ...]
    options: tuple[Option, ...]
    evidence: tuple[Option, ...]
    chosen: str
    before: str
    days: int | None


def question(statement: Statement, account: Account | None, said: Said, profile: Profile, now: datetime) -> Question:
    """A question about an account, or (``None``) about this computer and its person."""
    asked = put(statement, account)
    # An answer that something has put an end to is to be looked at anew, not confirmed.
    again = said.made is not None and said.state in ("good", "expired") and not said.ended_by
    return Question(
        statement=statement.id,
        check=statement.check,
        subject=account.id if account else LAPTOP,
        whom=about_whom(account),
        short=statement.short,
        text=statement.question,
        help=asked.help,
        whose=asked.whose,
        checklist=statement.checklist,
        path=asked.path,
        places=links_to(asked.places),
        links=links_to(asked.links),
        options=tuple(_option(value, words) for value, words in asked.answers.items()),
        evidence=tuple(Option(kind, words) for kind, words in asked.ways.items()),
        chosen=said.made.answer if again and said.made is not None and said.made.answer in asked.answers else "",
        before=said_about(statement, said, now),
        days=statement.good_for_days(profile),
    )


def said_about(statement: Statement, said: Said, now: datetime) -> str:
    """What was said last and how long that is good for, in words; nothing when nothing was said."""
    if said.made is None:
        return ""
    when = on_day(said.made.at, now)
    words = statement.answers.get(said.made.answer)
    told = f"You told us {when}: {in_short(words)}." if words else f"You told us something {when}."
    if said.state == "clock":
        return "You told us something with a date that is still to come, so the clock of this computer was wrong."
    return told if statement.opened_by else f"{told} {_worth(said, now)}"


def _worth(said: Said, now: datetime) -> str:
    """What an answer is worth now, in words."""
    if said.state == "reworded" or said.expires_at is None:
        return "The question has changed since then."
    if said.ended_by:
        return ENDED.get(said.ended_by, "Please look again.")
    if said.state == "expired":
        return "That is a while ago."
    again = said.expires_at
    if is_unsure(said) and said.made is not None:
        again = min(again, said.made.at + FIND_OUT)
    return f"We will ask again {on_day(again, now)}."


def advice(
    statement: Statement,
    account: Account | None,
    attestations: Sequence[Attestation],
    *,
    profile: Profile,
    system: System,
    now: datetime,
) -> tuple[Status, Text] | None:
    """What to do now, if the last answer shows that there is something to do or to find out; with how it stands."""
    found = _found(statement, account, attestations, profile, now)
    if found is None or found[1].status in (Status.PASS, Status.NOT_APPLICABLE):
        return None
    check, finding = found
    return finding.status, text_for(check, finding, system)


def _found(
    statement: Statement,
    account: Account | None,
    attestations: Sequence[Attestation],
    profile: Profile,
    now: datetime,
) -> tuple[Check, Finding] | None:
    if statement.id == two_step.STATEMENT and account is not None:
        return two_step.CHECK, two_step.judge([account], attestations, profile, now)[0]
    practice = practices().get(statement.check)
    subject = account.id if account else LAPTOP
    made = Statements(attestations).about(
        subject,
        statement.id,
        version=statement.version,
        days=statement.good_for_days(profile) or 0,
        now=now,
        ends_with=statement.ends_with,
    )
    if practice is None or practice.opened_by or made.made is None:
        return None
    asked = next(question for question in practice.question if question.id == statement.id)
    answer = asked.answer(made.made.answer)
    if answer is None:
        return None
    finding = Finding(
        status=Status(answer.status),
        reason=answer.reason,
        severity=Severity(answer.severity),
        basis=Basis.ATTESTED,
        facts={"service": platform(account.service).name} if account else {},
    )
    return check_of(practice), finding


def _option(value: str, words: str) -> Option:
    name, _, more = words.partition(": ")
    if value == NOT_SURE.id:
        more = "That is fine. We will help you to find out."
    return Option(value, _capital(name), _capital(more))


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def in_short(words: str) -> str:
    """An answer without what explains it."""
    return words.partition(":")[0]
