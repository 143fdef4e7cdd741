"""The office's deadlines on findings: a date, in calm words, and never another verdict."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Category, Check, Finding, Status
from agent.deadlines import end_of, spoken, with_deadline
from agent.report.build import Frame, build
from agent.round import Round, document
from agent.runner import Outcome
from agent.status import Document, encode, load
from config.loader import default_settings
from config.schema import Deadline
from tests.agent.page.furnished import row
from tests.builders import NOW, computer

LONDON = ZoneInfo("Europe/London")
FRIDAY = date(2027, 1, 15)
ASKED = [Deadline("screen_lock", FRIDAY)]
ENDS = datetime(2027, 1, 15, 23, 59, 59, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN])
def test_what_fails_or_warns_is_asked_for(status: Status) -> None:
    found = with_deadline(row(status=status), ASKED, LONDON)
    assert (found.due_at, found.deadline) == (ENDS, FRIDAY)


@pytest.mark.parametrize("status", sorted({*Status} - {Status.FAIL, Status.WARN}))
def test_what_could_not_be_told_is_well_or_is_off_is_not_asked_for(status: Status) -> None:
    before = row(status=status, due_at=NOW)
    assert with_deadline(before, ASKED, LONDON) == before


def test_another_check_is_not_asked_for() -> None:
    assert with_deadline(row("breach"), ASKED, LONDON).deadline is None


def test_every_account_of_a_check_is_asked_for() -> None:
    rows = [row("two_step", instance=f"i-{number}") for number in range(3)]
    asked = [with_deadline(each, [Deadline("two_step", FRIDAY)], LONDON) for each in rows]
    assert {each.deadline for each in asked} == {FRIDAY}


@given(st.sampled_from(Status), st.none() | moments, st.dates(date(2020, 1, 1), date(2099, 1, 1)))
def test_a_deadline_changes_no_verdict_and_only_brings_a_date_forward(
    status: Status, own: datetime | None, by: date
) -> None:
    before = row(status=status, due_at=own)
    after = with_deadline(before, [Deadline("screen_lock", by)], LONDON)
    assert msgspec.structs.replace(after, due_at=own, deadline=None) == before
    if after.deadline is not None:
        assert after.due_at == min(moment for moment in (own, end_of(by, LONDON)) if moment is not None)


@pytest.mark.parametrize(
    ("zone", "day", "ends"),
    [
        ("Europe/London", date(2027, 7, 1), datetime(2027, 7, 1, 22, 59, 59, tzinfo=UTC)),
        ("America/New_York", FRIDAY, datetime(2027, 1, 16, 4, 59, 59, tzinfo=UTC)),
        # Clocks went back at midnight: the hour before it came twice, and the day ended with the second.
        ("America/Sao_Paulo", date(2018, 2, 17), datetime(2018, 2, 18, 2, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_day_ends_where_the_person_is(zone: str, day: date, ends: datetime) -> None:
    assert end_of(day, ZoneInfo(zone)) == ends


def test_on_this_computer_the_day_ends_by_its_own_clock() -> None:
    local = end_of(FRIDAY).astimezone()
    assert (local.date(), local.hour, local.minute, local.second) == (FRIDAY, 23, 59, 59)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 22), "Your office asks for this by Friday 15 January."),
        (FRIDAY, "Your office asks for this by Friday 15 January."),
        (date(2027, 1, 16), "Your office asked for this by 15 January."),
        (date(2026, 2, 1), "Your office asks for this by Friday 15 January 2027."),
        (date(2027, 9, 1), "Your office asked for this by 15 January 2027."),
    ],
)
def test_it_is_said_calmly_before_and_after(today: date, said: str) -> None:
    now = datetime(today.year, today.month, today.day, 23, 30, tzinfo=LONDON)
    assert spoken(row(deadline=FRIDAY), now, LONDON) == said


def test_without_a_deadline_nothing_is_said_whatever_else_is_due() -> None:
    assert spoken(row(due_at=NOW + timedelta(days=3)), NOW) == ""


def a_round(status: Status, **changes: Any) -> Document:
    """The document of a round of one check, in whose settings its office asks for it."""
    check = Check("screen_lock", "Screen lock", Category.DEVICE, lambda _: (), frozenset({"off"}))
    outcome = Outcome(check, (Finding(status=status, reason="off", **changes),), 0.0, answered=True)
    settings = msgspec.structs.replace(default_settings(), deadlines=tuple(ASKED))
    return document(Round([outcome], {}, NOW), computer(), settings, digest="sha256:" + "0" * 64, device_id=DEVICE)


DEVICE = "6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22"


def test_the_document_of_a_round_has_it_and_reads_back() -> None:
    made = a_round(Status.FAIL)
    (kept,) = load(encode(made)).checks
    assert (kept.deadline, kept.due_at) == (FRIDAY, end_of(FRIDAY))
    assert b'"deadline": "2027-01-15"' in encode(made)


def test_a_checks_own_date_stays_when_it_is_earlier() -> None:
    (kept,) = a_round(Status.WARN, due_at=NOW + timedelta(days=1)).checks
    assert (kept.due_at, kept.deadline) == (NOW + timedelta(days=1), FRIDAY)


def test_the_report_has_the_date_and_not_who_asked() -> None:
    frame = Frame("0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11", 1, "standard", NOW + timedelta(days=1))
    (sent,) = build(a_round(Status.FAIL), frame, catalogue=()).checks
    assert sent.due_at == f"{end_of(FRIDAY):%Y-%m-%dT%H:00:00Z}"
    assert not hasattr(sent, "deadline")


def test_a_document_of_before_there_were_deadlines_is_still_read() -> None:
    old = encode(a_round(Status.FAIL)).replace(b'      "deadline": "2027-01-15",\n', b"")
    assert b"deadline" not in old
    assert load(old).checks[0].deadline is None
