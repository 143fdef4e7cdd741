"""Asking what is due in a terminal: what is said when nothing is, and how many questions there are."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from agent.cli.asking import ask_what_is_due, how_many_are_due
from agent.cli.session import open_session
from agent.contract import Attestation
from agent.statements import LAPTOP, about


def said(unsure_of: str = "") -> str:
    """What is said once everything about the team was answered, with "not sure" to the questions of one check."""
    session, out = open_session(), io.StringIO()
    with session.store:
        for statement in about(None):
            if statement.valid is None or statement.offer or statement.opened_by:
                continue
            unsure = statement.check == unsure_of and "not_sure" in statement.answers
            answer = "not_sure" if unsure else next(iter(statement.answers))
            made = Attestation(subject=LAPTOP, statement=statement.id, answer=answer, at=datetime.now(UTC))
            session.store.attest(made)
        assert ask_what_is_due(session, io.StringIO(), out, io.StringIO()) == 0
    return out.getvalue().strip()


def test_when_everything_is_answered_there_is_nothing_to_ask() -> None:
    assert said() == "There is nothing to ask: every answer is good for at least another week."


def test_what_somebody_was_not_sure_of_is_not_forgotten() -> None:
    number = sum(statement.check == "passwords" for statement in about(None))
    assert said("passwords") == f"There is nothing to ask now. {number} to find out: we ask again in a week."


def test_before_anything_is_kept_nobody_has_counted() -> None:
    assert how_many_are_due() is None


def test_what_this_computer_may_tell_is_not_counted_before_it_was_looked_at() -> None:
    with open_session().store:
        pass
    asked = [one for one in about(None) if one.valid is not None and not one.offer and not one.opened_by]
    assert how_many_are_due() == len(asked) - 1
