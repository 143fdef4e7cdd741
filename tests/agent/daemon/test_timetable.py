"""The timetable: what `schedule` does when things go wrong does not reach the agent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.daemon.timetable import MAX_WAIT_SECONDS, Timetable


class Clocks:
    """Local time as `schedule` reads it, and a monotonic clock, both moved by hand."""

    def __init__(self) -> None:
        self.local = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001  (`schedule` knows no time zones)
        self.seconds = 0.0

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        self.local += timedelta(seconds=seconds)

    def set_clock(self, by: timedelta) -> None:
        self.local += by


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            assert tz is None
            return clocks.local

    monkeypatch.setattr("schedule.datetime.datetime", Frozen)
    return clocks


def timetable(clocks: Clocks, errors: list[str] | None = None) -> Timetable:
    kept = [] if errors is None else errors
    return Timetable(lambda name, error: kept.append(f"{name}: {type(error).__name__}"), lambda: clocks.seconds)


def test_a_job_runs_once_when_its_time_has_come(clocks: Clocks) -> None:
    ran: list[str] = []
    table = timetable(clocks)
    table.set("round", 60, lambda: ran.append("round"))
    clocks.pass_(59)
    table.run_pending()
    assert ran == []
    clocks.pass_(1)
    table.run_pending()
    clocks.pass_(3600)
    table.run_pending()
    assert ran == ["round"]


def test_a_job_that_raises_is_told_and_the_others_run(clocks: Clocks) -> None:
    ran: list[str] = []
    errors: list[str] = []
    table = timetable(clocks, errors)

    def fails() -> None:
        raise RuntimeError

    table.set("first", 10, fails)
    table.set("second", 20, lambda: ran.append("second"))
    clocks.pass_(30)
    table.run_pending()
    table.run_pending()
    assert (errors, ran) == (["first: RuntimeError"], ["second"])


def test_without_jobs_the_wait_is_the_longest_one(clocks: Clocks) -> None:
    assert timetable(clocks).wait_seconds() == MAX_WAIT_SECONDS


def test_no_wait_is_longer_than_the_longest_one(clocks: Clocks) -> None:
    table = timetable(clocks)
    table.set("round", 86400, lambda: None)
    assert table.wait_seconds() == MAX_WAIT_SECONDS


def test_a_job_set_again_replaces_the_one_before(clocks: Clocks) -> None:
    ran: list[int] = []
    table = timetable(clocks)
    table.set("round", 10, lambda: ran.append(1))
    table.set("round", 20, lambda: ran.append(2))
    clocks.pass_(60)
    table.run_pending()
    assert ran == [2]


def test_a_clock_set_back_eight_hours_stalls_nothing(clocks: Clocks) -> None:
    ran: list[str] = []
    table = timetable(clocks)
    table.set("round", 600, lambda: ran.append("round"))
    clocks.pass_(300)
    clocks.set_clock(timedelta(hours=-8))
    table.again()
    clocks.pass_(299)
    table.run_pending()
    assert ran == []
    clocks.pass_(1)
    table.run_pending()
    assert ran == ["round"]


def test_a_clock_set_forward_a_year_runs_each_job_once(clocks: Clocks) -> None:
    ran: list[str] = []
    table = timetable(clocks)
    table.set("round", 600, lambda: ran.append("round"))
    clocks.set_clock(timedelta(days=365))
    table.again()
    table.run_pending()
    assert ran == []
    clocks.pass_(600)
    for _ in range(5):
        table.run_pending()
    assert ran == ["round"]


def test_a_job_may_set_itself_anew(clocks: Clocks) -> None:
    ran: list[float] = []
    table = timetable(clocks)

    def again() -> None:
        ran.append(clocks.seconds)
        table.set("look", 900, again)

    table.set("look", 900, again)
    for _ in range(40):
        clocks.pass_(100)
        table.run_pending()
    assert ran == [900, 1800, 2700, 3600]
