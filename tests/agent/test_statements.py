"""Every statement is known with its wording, answers and validity; what is due is asked, the most important first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agent.attested import LAPTOP, TAKEN_BACK
from agent.contract import Account, Attestation
from agent.discovery import builtin_checks
from agent.statements import EVIDENCE, Statement, about, due, open_questions, read_by, statements
from checks.password_manager.judge import KINDS
from checks.password_manager.judge import STATEMENT_VERSION as KIND_VERSION
from checks.two_step import ENDS_WITH, STATEMENT_VERSION
from config.loader import profile
from config.practices import events, practices
from tests.builders import NOW

STANDARD = profile("standard")
MAIL, X = (Account(id=f"i-{name}", service=name, label=name) for name in ("google", "x"))
every = pytest.mark.parametrize("statement", statements().values(), ids=list(statements()))


def said(statement: str, answer: str, days_ago: float = 1, subject: str = LAPTOP) -> Attestation:
    return Attestation(subject=subject, statement=statement, answer=answer, at=NOW - timedelta(days_ago))


def asked(*made: Attestation, accounts: tuple[Account, ...] = (), **more: Any) -> list[str]:
    found = due(made, accounts, STANDARD, NOW, **more)
    return [one.statement.id + (f" {one.account.service}" if one.account else "") for one in found]


def everything() -> list[Attestation]:
    return [said(one.id, next(iter(one.answers))) for one in about(None) if one.valid]


@every
def test_each_is_read_by_a_check_that_exists_or_is_an_event(statement: Statement) -> None:
    assert statement.check in {check.id for check in builtin_checks()} or statement.id in events()
    assert set(statement.evidence) <= set(EVIDENCE)
    assert len(statement.answers) >= 2


@every
def test_not_sure_is_an_answer_wherever_one_may_not_know(statement: Statement) -> None:
    without = statement.offer or statement.opened_by or statement.id in events()
    assert without or "not_sure" in statement.answers or statement.id == "password_manager.kind"


def test_wordings_and_answers_are_those_that_the_checks_read() -> None:
    assert statements()["two_step.method"].version == STATEMENT_VERSION
    assert statements()["two_step.method"].ends_with == ENDS_WITH
    assert statements()["password_manager.kind"].version == KIND_VERSION
    assert {"none", *KINDS} == set(statements()["password_manager.kind"].answers)
    for practice in practices().values():
        for question in practice.question:
            assert list(statements()[question.id].answers) == [answer.id for answer in question.answers]


def test_validity_is_that_of_the_profile_and_an_event_has_none() -> None:
    days = {name: statements()[name].good_for_days(STANDARD) for name in ("two_step.method", "mail_forwarding.rules")}
    assert days == {"two_step.method": 90, "mail_forwarding.rules": 30}
    assert statements()["event.leaver"].good_for_days(STANDARD) is None


def test_what_is_stated_of_an_account_depends_on_its_kind() -> None:
    assert [one.id for one in about(MAIL)] == ["two_step.method", "mail_forwarding.rules", "event.breach"]
    assert [one.id for one in about(X)] == [
        "two_step.method",
        "account_access.people",
        "posting_tool.sharing",
        "event.breach",
    ]
    assert "event.leaver" in [one.id for one in about(None)]


def test_at_first_all_is_asked_email_first_and_no_offer_event_or_task() -> None:
    found = asked(accounts=(X, MAIL))
    assert found[:3] == ["two_step.method google", "two_step.method x", "mail_forwarding.rules google"]
    assert not [name for name in found if name.startswith(("self_search", "event.", "leaver"))]


def test_nothing_is_asked_when_all_is_answered() -> None:
    assert asked(*everything()) == []


def test_an_answer_is_asked_again_in_its_last_week() -> None:
    for days_ago, expected in ((180 - 7.1, []), (180 - 7, ["recovery_plan.plan"]), (400, ["recovery_plan.plan"])):
        assert asked(*everything(), said("recovery_plan.plan", "checked", days_ago)) == expected


def test_not_sure_is_not_asked_again_at_once() -> None:
    assert asked(*everything(), said("recovery_plan.plan", "not_sure")) == []


def test_what_was_measured_is_not_asked() -> None:
    assert "password_manager.kind" in asked()
    assert "password_manager.kind" not in asked(known_otherwise={"password_manager"})


def test_a_leaver_is_asked_about_before_all_else_until_all_is_done() -> None:
    happened = said("event.leaver", "happened", 0.5)
    found = asked(*everything(), happened)
    assert found == ["leaver.access", "leaver.passwords", "leaver.recovery", "recovery_plan.plan"]
    some = [said("leaver.access", "done", 0.1), said("leaver.passwords", "not_yet", 0.1)]
    assert asked(*everything(), happened, *some)[:2] == ["leaver.passwords", "leaver.recovery"]
    assert asked(*everything(), happened, said("event.leaver", TAKEN_BACK, 0)) == []


def test_not_sure_stays_open_and_is_asked_again_in_a_week() -> None:
    def unsure(days_ago: float) -> tuple[list[str], list[str]]:
        made = [*everything(), said("recovery_plan.plan", "not_sure", days_ago)]
        made.append(said("two_step.method", "not_sure", days_ago, X.id))
        others = [said("posting_tool.sharing", "own_way", 1, X.id), said("account_access.people", "only_me", 1, X.id)]
        found = open_questions([*made, *others], (X,), STANDARD, NOW)
        return [one.statement.id for one in found.due], [one.statement.id for one in found.to_find_out]

    both = ["two_step.method", "recovery_plan.plan"]
    assert unsure(6.9) == ([], both)
    assert unsure(7) == (both, [])


def test_a_new_phone_asks_for_second_steps_anew() -> None:
    made = [*everything(), said("two_step.method", "app", 5, X.id), said("posting_tool.sharing", "own_way", 5, X.id)]
    made.append(said("account_access.people", "only_me", 5, X.id))
    assert asked(*made, accounts=(X,)) == []
    assert asked(*made, said("event.new_phone", "happened", 1), accounts=(X,)) == ["two_step.method x"]


def test_an_answer_is_read_by_its_check_and_an_event_by_all_whose_answers_it_ends() -> None:
    assert read_by(statements()["passwords.length"]) == ["passwords"]
    assert read_by(statements()["event.leaver"]) == [
        "leaver",
        "mail_forwarding",
        "account_access",
        "recovery_plan",
        "posting_tool",
    ]
    assert read_by(statements()["event.new_phone"]) == ["two_step", "linked_devices"]
