"""What a person can be asked to state: the question, the answers, and for how long an answer is good.

The ids and answers are those that the checks read: ``checks/two_step``, ``checks/password_manager``, and each row of
``config/practices.toml``. Events are statements too: they happen, and so end answers early.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec

from agent.attested import LAPTOP, TAKEN_BACK, Said, Statements
from agent.contract import Account, Attestation
from config.platforms import Kind, methods, platform
from config.practices import NOT_SURE, Evidence, Practice, Valid, events, practices
from config.schema import Profile

__all__ = [
    "EVIDENCE",
    "FIND_OUT",
    "HAPPENED",
    "LAPTOP",
    "SOON",
    "Due",
    "OpenQuestions",
    "Statement",
    "about",
    "due",
    "is_unsure",
    "open_questions",
    "read_by",
    "statements",
]

#: How somebody can know what they state. ``none`` is their word alone.
EVIDENCE: tuple[Evidence, ...] = ("none", "looked_at_settings", "second_person", "local_file")
HAPPENED = "happened"
#: The answer that leaves an item of a task open.
NOT_YET = "not_yet"
#: An answer that expires this soon may as well be renewed now (facts: guidance 3c).
SOON = timedelta(days=7)
#: Whoever is not sure is asked again this soon, and may answer at any time before.
FIND_OUT = timedelta(days=7)


class Statement(msgspec.Struct, frozen=True):
    """A question. ``answers`` are in the order they are offered; ``valid`` is a field of ``attestation_days``.

    ``check`` is the id of the check that reads it; an event has none and does not expire. ``kinds`` are the kinds of
    services it is asked about (none: all). ``offer`` marks what is never asked unless the person comes for it.
    ``evidence`` are the ways of knowing that make sense, the best first.
    """

    id: str
    version: int
    subject: Literal["account", "laptop"]
    question: str
    answers: Mapping[str, str]
    valid: Valid | None = None
    check: str = ""
    short: str = ""
    help: str = ""
    checklist: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ("none",)
    kinds: tuple[Kind, ...] = ()
    ends_with: tuple[str, ...] = ()
    opened_by: str = ""
    offer: bool = False

    def good_for_days(self, profile: Profile) -> int | None:
        """For how many days an answer is good; ``None`` for an event, which does not expire."""
        if self.valid is None:
            return None
        days: int = getattr(profile.attestation_days, self.valid)
        return days

    def is_about(self, account: Account | None) -> bool:
        """Whether it can be stated of this account, or of this computer and its person (``None``)."""
        if account is None or self.subject == LAPTOP:
            return account is None and self.subject == LAPTOP
        return not self.kinds or platform(account.service).kind in self.kinds


@dataclass(frozen=True)
class Due:
    """A question to ask now, about an account or (``None``) about this computer, with what was said of it last."""

    statement: Statement
    account: Account | None
    said: Said


@dataclass(frozen=True)
class OpenQuestions:
    """What is not answered: ``due`` is asked now; of ``to_find_out`` the person said lately that they are not sure."""

    due: tuple[Due, ...]
    to_find_out: tuple[Due, ...]


@cache
def statements() -> Mapping[str, Statement]:
    """Every statement by id, the most important first."""
    asked = [one for practice in practices().values() for one in _asked(practice)]
    # Somebody who may still get in comes before all else.
    tasks = [one for one in asked if one.opened_by]
    found = [*tasks, _two_step(), *(one for one in asked if not one.opened_by), *_events()]
    # It is one of the questions about passwords.
    place = 1 + max(place for place, one in enumerate(found) if one.check == "passwords")
    found.insert(place, _password_manager())
    return MappingProxyType({statement.id: statement for statement in found})


def about(account: Account | None) -> list[Statement]:
    """The statements that can be made about an account, or about this computer and its person (``None``)."""
    return [statement for statement in statements().values() if statement.is_about(account)]


def read_by(statement: Statement) -> list[str]:
    """The ids of the checks whose findings an answer can change: its own, or all whose answers an event ends."""
    if statement.check:
        return [statement.check]
    ended = [one.check for one in statements().values() if statement.id in (*one.ends_with, one.opened_by)]
    return list(dict.fromkeys(ended))


def due(
    attestations: Sequence[Attestation],
    accounts: Sequence[Account],
    profile: Profile,
    now: datetime,
    *,
    known_otherwise: Collection[str] = (),
) -> list[Due]:
    """What to ask now: the questions of :func:`open_questions` that are due."""
    return list(open_questions(attestations, accounts, profile, now, known_otherwise=known_otherwise).due)


def open_questions(
    attestations: Sequence[Attestation],
    accounts: Sequence[Account],
    profile: Profile,
    now: datetime,
    *,
    known_otherwise: Collection[str] = (),
) -> OpenQuestions:
    """All that is unanswered, out of date, or so within a week; the most important first.

    Offers are left out, and so are the checks in ``known_otherwise``, which were measured. The items of a task are
    asked while it is open. "Not sure" stays open, and is asked again in a week.
    """
    made = Statements(attestations)
    email_first = sorted(accounts, key=lambda account: platform(account.service).kind != "email")
    asked, unsure = [], []
    for statement in statements().values():
        if statement.offer or statement.valid is None or statement.check in known_otherwise:
            continue
        for account in (None, *email_first):
            if statement.is_about(account):
                said = _said(made, statement, account, profile, now)
                if _is_due(made, statement, said, now):
                    asked.append(Due(statement, account, said))
                elif is_unsure(said):
                    unsure.append(Due(statement, account, said))
    return OpenQuestions(tuple(asked), tuple(unsure))


def is_unsure(said: Said) -> bool:
    """Whether the last word is that the person is not sure."""
    return said.state == "good" and said.made is not None and said.made.answer == NOT_SURE.id


def _said(made: Statements, statement: Statement, account: Account | None, profile: Profile, now: datetime) -> Said:
    return made.about(
        account.id if account else LAPTOP,
        statement.id,
        version=statement.version,
        days=statement.good_for_days(profile) or 0,
        now=now,
        ends_with=statement.ends_with,
    )


def _is_due(made: Statements, statement: Statement, said: Said, now: datetime) -> bool:
    if is_unsure(said) and said.made is not None and now - said.made.at >= FIND_OUT:
        return True
    if not statement.opened_by:
        return said.state != "good" or (said.expires_at is not None and said.expires_at <= now + SOON)
    opened = made.happened(statement.opened_by)
    if not opened:
        return False
    answered = said.made is not None and said.made.answer != NOT_YET and said.state in ("good", "expired")
    return not (answered and made.since(opened[-1], LAPTOP, statement.id, now))


def _two_step() -> Statement:
    return Statement(
        id="two_step.method",
        version=1,
        subject="account",
        question="Which second step is on? Look at the account's security settings.",
        answers={
            **{method.id: method.meaning for method in methods().values()},
            "none": "none: the password alone signs you in",
            "not_sure": "not sure",
        },
        valid="account",
        check="two_step",
        short="second step",
        evidence=("looked_at_settings", "second_person", "none"),
        ends_with=("event.new_phone",),
        links=("https://www.ncsc.gov.uk/guidance/setting-2-step-verification-2sv",),
    )


def _password_manager() -> Statement:
    return Statement(
        id="password_manager.kind",
        version=1,
        subject="laptop",
        question="Where do you keep your passwords?",
        answers={
            "app": "in a password manager",
            "browser": "in the browser or the system, which remembers them",
            "phone": "in a password manager on your phone only",
            "paper": "on paper, somewhere safe",
            "none": "none of these",
        },
        valid="habit",
        check="password_manager",
        short="where passwords are kept",
    )


def _asked(practice: Practice) -> list[Statement]:
    return [
        Statement(
            id=question.id,
            version=question.version,
            subject="account" if question.kinds else "laptop",
            question=question.ask,
            answers={answer.id: answer.words for answer in question.answers},
            valid=question.valid,
            check=practice.id,
            short=question.short,
            help=practice.help,
            checklist=question.checklist,
            links=practice.links,
            evidence=question.evidence,
            kinds=question.kinds,
            ends_with=question.ends_with,
            opened_by=practice.opened_by,
            offer=not practice.alerted,
        )
        for question in practice.question
    ]


def _events() -> list[Statement]:
    return [
        Statement(
            id=event.id,
            version=event.version,
            subject=event.subject,
            question=event.question,
            answers={HAPPENED: "yes", TAKEN_BACK: "no, that was a mistake"},
        )
        for event in events().values()
    ]
