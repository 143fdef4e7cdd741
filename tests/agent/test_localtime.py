"""Local time as the operating system knows it agrees with the zone database, on both sides of a clock change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.localtime import LOCAL

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be chosen here")
ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield ZoneInfo(request.param)
    monkeypatch.undo()
    time.tzset()


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=moments)
def test_every_moment_has_the_same_local_time(zone: ZoneInfo, at: datetime) -> None:
    ours, theirs = at.astimezone(LOCAL), at.astimezone(zone)
    assert (ours.replace(tzinfo=None), ours.utcoffset(), ours.fold) == (
        theirs.replace(tzinfo=None),
        theirs.utcoffset(),
        theirs.fold,
    )
    assert ours.astimezone(UTC) == at


def test_a_reminder_for_the_morning_after_the_clocks_change_is_at_that_mornings_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    try:
        friday = datetime(2026, 3, 27, 12, tzinfo=UTC)
        monday = friday.astimezone(LOCAL) + timedelta(days=3)
        assert monday.astimezone(UTC) == datetime(2026, 3, 30, 11, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("variable", ["XXX9999999", "XXX-9999999", "XXX24:59:59", ":/nowhere", "nonsense", ""])
def test_a_zone_that_makes_no_sense_can_still_be_counted_with(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", variable)
    time.tzset()
    try:
        at = datetime(2026, 11, 22, 10, tzinfo=UTC)
        local = at.astimezone(LOCAL)
        assert abs(local.utcoffset() or timedelta()) < timedelta(days=1)
        assert abs(local - at) < timedelta(days=2)
    finally:
        monkeypatch.undo()
        time.tzset()
