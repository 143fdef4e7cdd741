"""Asking all that only the person can tell, one question after the other. They may stop at any of them."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from agent.accounts import known_accounts
from agent.cli.question import WIDTH, ask, say
from agent.cli.rounds import last_document, round_in
from agent.cli.session import Session, open_session
from agent.cli.where import command_for
from agent.contract import Account, Attestation, Basis, Status
from agent.errors import WatchwordError
from agent.host.live import LiveHost
from agent.paths import Paths
from agent.questions import about_whom, minutes
from agent.statements import LAPTOP, Due, OpenQuestions, Statement, open_questions
from agent.store import StoreError
from agent.words import APP_NAME, catalogue, fill
from config.practices import practices

__all__ = ["ABOUT_ACCOUNTS", "Asked", "ask_what_is_due", "how_many_are_due", "take_in", "what_is_due", "what_is_open"]

#: What rests on the list of accounts and on what was stated, and is judged in a moment.
ABOUT_ACCOUNTS = ("two_step", *(practice.id for practice in practices().values() if practice.kinds))
#: What a look at this computer may answer: asked only where a look has found nothing.
MEASURED_FIRST = frozenset({"password_manager"})


@dataclass(frozen=True)
class Asked:
    """A question put about an account, or (``None``) about this computer and its person."""

    statement: Statement
    account: Account | None

    def answered(self, answer: str, at: datetime, evidence: str = "none") -> Attestation:
        """The statement that this answer makes."""
        return Attestation(
            subject=self.account.id if self.account else LAPTOP,
            statement=self.statement.id,
            statement_version=self.statement.version,
            answer=answer,
            at=at,
            evidence=evidence,
        )


def ask_what_is_due(
    session: Session, stdin: IO[str], stdout: IO[str], stderr: IO[str], *, only: Collection[str] | None = None
) -> int:
    """Ask everything that is unanswered, out of date or about to be; the most important first. Returns the exit code.

    Each answer is kept as it is given. Where nobody can be asked, the questions are listed. ``only`` names checks.

    Raises:
        StoreError: an answer could not be kept.
    """
    questions = what_is_due(session, only)
    if not questions:
        unsure = _unsure(session, only)
        print(
            f"There is nothing to ask now. {unsure} to find out: we ask again in a week."
            if unsure
            else "There is nothing to ask: every answer is good for at least another week.",
            file=stdout,
        )
        return 0
    if not stdin.isatty():
        for one in questions:
            subject = one.account.id if one.account else LAPTOP
            print(f"{subject}  {one.statement.id}  {one.statement.question}", file=stdout)
        return 0
    if not session.store.keeps:
        raise StoreError("your answers could not be kept.")
    taking = minutes(one.statement for one in questions)
    print(f"{_counted(len(questions), 'question')}, about {_counted(taking, 'minute')}.", file=stderr)
    print("Enter leaves a question for another time, q stops. What you have answered is kept.", file=stderr)
    kept: list[str] = []
    left = 0
    try:
        for number, one in enumerate(questions, 1):
            print(f"\n{number} of {len(questions)} · {about_whom(one.account)}", file=stderr)
            answer = ask(one.statement, one.account, stdin, stderr)
            if answer is None:
                break
            if not answer:
                left += 1
                continue
            session.store.attest(Asked(one.statement, one.account).answered(answer, datetime.now(UTC)))
            kept.append(one.statement.check)
            _help(one.statement, answer, stderr)
    finally:
        take_in(session, kept)
        left_over = _left(len(questions) - len(kept), _unsure(session, only))
        print(f"\nKept: {_counted(len(kept), 'answer')}.", left_over, file=stdout)
    return 0


def take_in(session: Session, checks: Sequence[str]) -> None:
    """Judge these checks anew, so that what is shown next knows the answers. Before a first round there is no need."""
    names = [name for name in dict.fromkeys(checks) if name]
    if names and session.store.keeps and last_document(session.paths) is not None:
        round_in(session, names, fresh=False, host=LiveHost())


def what_is_due(session: Session, only: Collection[str] | None = None) -> list[Due]:
    """The questions to ask now, the most important first. ``only`` names checks."""
    return [one for one in what_is_open(session).due if only is None or one.statement.check in only]


def what_is_open(session: Session) -> OpenQuestions:
    """Every question that is not answered: the one count of them, wherever they are counted.

    What was measured is not asked, nor what may yet be, nor what a check would use that is switched off.
    """
    settings, store = session.loaded.settings, session.store
    accounts = known_accounts(settings, store).accounts
    last = last_document(session.paths)
    looked_at = {row.id for row in last.checks} if last else set()
    measured = {
        row.id
        for row in (last.checks if last else ())
        if row.status is Status.PASS and row.basis is Basis.MEASURED and row.instance is None
    }
    not_asked = {*measured, *(MEASURED_FIRST - looked_at), *settings.checks.disabled}
    return open_questions(
        store.attestations(), accounts, settings.profile, datetime.now(UTC), known_otherwise=not_asked
    )


def how_many_are_due(config: str | None = None) -> int | None:
    """How many questions there are to ask now; ``None`` where nothing is kept yet, or that cannot be told."""
    paths = Paths.here()
    if not os.path.exists(paths.store):
        return None
    try:
        session = open_session(config, last_good=True)
        with session.store:
            return len(what_is_open(session).due)
    except WatchwordError:
        return None


def _help(statement: Statement, answer: str, stderr: IO[str]) -> None:
    """What to do now, when an answer shows that there is something to do or to find out."""
    practice = practices().get(statement.check)
    for question in practice.question if practice else ():
        found = question.answer(answer)
        if question.id != statement.id or found is None or found.status in ("pass", "not_applicable"):
            continue
        words = catalogue().get(f"{statement.check}.{found.reason}")
        if words is not None and statement.opened_by == "":
            say(fill(words.body, {"app": APP_NAME}), stderr)
            for step in next(iter(words.steps.values()), ()):
                print(textwrap.fill(fill(step, {"app": APP_NAME}), WIDTH, initial_indent="  - "), file=stderr)
            if command := command_for(statement.check, found.reason):
                print(f"  - or in a terminal: {command}", file=stderr)


def _unsure(session: Session, only: Collection[str] | None) -> int:
    """How many questions there are of which the person said lately that they are not sure."""
    return sum(only is None or one.statement.check in only for one in what_is_open(session).to_find_out)


def _left(number: int, unsure: int) -> str:
    parts = [
        f"{_counted(number, 'question')} left for another time." if number else "",
        f"{unsure} to find out: we ask again in a week." if unsure else "",
    ]
    return " ".join(filter(None, parts)) or "That is all."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
