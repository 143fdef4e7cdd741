"""What counts as a report that says how things are."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent.contract import Status
from agent.report.exporters.entry import Entry, State, overall, worst
from agent.report.model import Report
from tests.agent.report.builders import NOW, report, row
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, stale, well


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(), "current"),
        (timedelta(days=7), "current"),
        (timedelta(days=7, seconds=1), "stale"),
        (timedelta(minutes=-10), "current"),
        (timedelta(minutes=-10, seconds=-1), "future"),
        (timedelta(days=300), "stale"),
    ],
)
def test_a_report_counts_for_a_week(age: timedelta, state: State) -> None:
    made = NOW.replace(second=17) + age
    assert Entry.of(well(), made).state == state


@pytest.mark.parametrize("state", UNKNOWN)
def test_whatever_is_not_current_is_unknown(state: str) -> None:
    assert UNKNOWN[state].state == state
    assert UNKNOWN[state].overall == "unknown"


def test_a_definite_failure_beats_what_nobody_knows_and_that_beats_the_rest() -> None:
    good, act, look = current(well()), current(busy()), current(report(row(status=Status.WARN)))
    assert overall([good, act, stale()]) == "action"
    assert overall([good, look, stale()]) == "unknown"
    assert overall([good, look]) == "attention"
    assert overall([good]) == "ok"
    assert overall([]) == "unknown"


def test_nothing_at_all_is_missing() -> None:
    assert worst([]) == "missing"
    assert worst([current(), UNKNOWN["stale"], UNKNOWN["damaged"]]) == "damaged"


@pytest.mark.parametrize("said", ["ok", "unknown"])
def test_a_good_word_over_counts_with_failures_is_damage(said: str) -> None:
    assert Entry.of(saying(busy(), said), LATER).state == "damaged"


@pytest.mark.parametrize("said", ["attention", "action", "unknown"])
def test_a_bad_word_over_counts_without_any_is_damage(said: str) -> None:
    assert Entry.of(saying(well(), said), LATER).state == "damaged"


def saying(made: Report, said: str) -> Report:
    return msgspec.structs.replace(made, summary=msgspec.structs.replace(made.summary, overall=said))


def test_a_day_that_the_calendar_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="day is out of range"):
        Entry.of(well(generated_at="2026-02-30T10:00:00Z"), LATER)
