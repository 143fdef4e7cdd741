"""Which answers are asked for again, and what that takes."""

from __future__ import annotations

from datetime import timedelta

from agent.alerts.records import Key
from agent.confirming import asked_again, questions
from agent.contract import Attestation
from agent.store import Store
from config.loader import default_settings
from config.practices import practices
from tests.agent.alerts.builders import DAY, MONDAY

SETTINGS = default_settings()
DAYS = SETTINGS.profile.attestation_days


def test_offers_and_tasks_are_not_asked_for_again() -> None:
    left_out = {name for name, one in practices().items() if not one.alerted or one.opened_by}
    assert left_out
    assert asked_again() == practices().keys() - left_out | {"two_step", "password_manager"}


def stated(store: Store, subject: str, statement: str, answer: str, *, left: timedelta, days: int) -> None:
    at = MONDAY + left - timedelta(days=days)
    store.attest(Attestation(subject=subject, statement=statement, answer=answer, at=at))


def test_a_question_counts_when_its_answer_expires_within_the_week() -> None:
    with Store.in_memory() as store:
        account = store.add_account("google", "Work", now=MONDAY - 300 * DAY)
        stated(store, account.id, "two_step.method", "passkey", left=3 * DAY, days=DAYS.account)
        stated(store, "laptop", "password_manager.kind", "app", left=8 * DAY, days=DAYS.habit)
        keys = [Key("two_step", account.id), Key("password_manager", None)]
        assert [one.id for one in questions(store, SETTINGS, keys, MONDAY)] == ["two_step.method"]
        assert [one.id for one in questions(store, SETTINGS, keys, MONDAY + DAY)] == [
            "two_step.method",
            "password_manager.kind",
        ]
        assert questions(store, SETTINGS, keys, MONDAY + 9 * DAY) == []


def test_of_a_check_with_several_questions_those_that_expire_count() -> None:
    practice = next(
        one for one in practices().values() if len(one.question) > 1 and not one.kinds and not one.opened_by
    )
    first, *others = practice.question
    with Store.in_memory() as store:
        for question in practice.question:
            left = 2 * DAY if question is first else 20 * DAY
            days = getattr(DAYS, question.valid)
            stated(store, "laptop", question.id, question.answers[0].id, left=left, days=days)
        assert others
        found = questions(store, SETTINGS, [Key(practice.id, None)], MONDAY)
        assert [one.id for one in found] == [first.id]


def test_other_checks_and_other_accounts_do_not_count() -> None:
    with Store.in_memory() as store:
        account = store.add_account("google", "Work", now=MONDAY - 300 * DAY)
        stated(store, account.id, "two_step.method", "passkey", left=3 * DAY, days=DAYS.account)
        assert questions(store, SETTINGS, [Key("two_step", "i-000000000000"), Key("passwords", None)], MONDAY) == []
