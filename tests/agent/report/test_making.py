"""A report with what the store adds: what was stated, what was put off, and which names may be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.alerts.records import Reminder
from agent.contract import Attestation, Basis, Category, Status
from agent.report.build import Frame
from agent.report.making import UNSENT, next_report_by, preview, published_names, report_of
from agent.report.model import LEVELS, Level, Row
from agent.store import Store
from tests.agent.report import builders
from tests.agent.report.builders import ACCOUNT, NOW


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.in_memory()


def frame(level: Level = "standard") -> Frame:
    return Frame(builders.REPORT, 7, level, NOW + timedelta(days=1))


def only(store: Store) -> Row:
    """The row of a report about an account's second step, as the person told."""
    told = builders.row(
        "two_step", Status.FAIL, category=Category.ACCOUNT, basis=Basis.ATTESTED, instance=ACCOUNT, reason="none"
    )
    (row,) = report_of(builders.document(told), store, frame()).checks
    return row


def said(account: str, version: int, at: datetime) -> Attestation:
    return Attestation(subject=account, statement="two_step.method", answer="none", at=at, statement_version=version)


def test_what_was_stated_about_an_account_is_told_by_question_and_day_and_not_by_answer(store: Store) -> None:
    assert only(store).attestation is None
    at = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
    store.attest(said(ACCOUNT, 1, at - timedelta(days=9)))
    store.attest(said(ACCOUNT, 2, at))
    store.attest(said("i-000000000000", 3, at))
    found = only(store).attestation
    assert found is not None
    assert (found.statement, found.statement_version, found.at) == ("two_step.method", 2, "2026-11-20T09:00:00Z")


def test_what_the_person_put_off_is_told_to_the_hour(store: Store) -> None:
    until = datetime(2026, 11, 25, 14, 59, tzinfo=UTC)
    store.keep_reminder(Reminder(id="r1", check_id="two_step", subject=ACCOUNT, due_at=until, chosen_at=NOW))
    assert only(store).snoozed_until == "2026-11-25T14:00:00Z"


@pytest.mark.parametrize("level", LEVELS)
def test_only_the_level_detailed_may_name_apps(level: Level) -> None:
    assert bool(published_names(level)) is (level == "detailed")


@pytest.mark.parametrize("level", LEVELS)
def test_a_preview_is_the_report_without_a_number_of_its_own(store: Store, level: Level) -> None:
    found = preview(builders.document(), store, level, 24)
    assert found is not None
    assert (found.report_id, found.sequence, found.privacy.level) == (UNSENT, 1, level)
    assert found.summary == report_of(builders.document(), store, frame(level)).summary


def test_of_a_document_that_somebody_edited_there_may_be_no_preview(store: Store) -> None:
    document = builders.document()
    policy = msgspec.structs.replace(document.policy, profile="lax")
    assert preview(msgspec.structs.replace(document, policy=policy), store, "standard", 24) is None


@pytest.mark.parametrize(("hours", "slack"), [(1, timedelta(minutes=75)), (24, timedelta(hours=30))])
def test_the_next_one_is_missed_a_quarter_of_its_pace_later(hours: int, slack: timedelta) -> None:
    assert next_report_by(NOW, hours) == NOW + slack
