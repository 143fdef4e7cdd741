"""The open hours of a week, and the moments a person can choose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts.calendar import CHOICES, Choice, is_open, next_day, next_open, reminder_at
from config.schema import AlertsSettings
from tests.agent.alerts.builders import ALWAYS, LONDON, SETTINGS

ZONES = ["Europe/London", "Europe/Brussels", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC",
         "America/Havana", "Asia/Kathmandu"]  # fmt: skip
MOMENTS = st.integers(1_293_840_000, 1_956_528_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
SETTINGS_OF_ANYBODY = st.builds(
    AlertsSettings, enabled=st.just(True), quiet_from=TIMES, quiet_to=TIMES, quiet_weekends=st.booleans()
)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def quiet(quiet_from: str, quiet_to: str, *, weekends: bool = False) -> AlertsSettings:
    return AlertsSettings(
        enabled=True, quiet_from=quiet_from, quiet_to=quiet_to, quiet_weekends=weekends, all_clear=True
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 17:59:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-23 23:30", False),
        ("2026-11-24 00:30", False),
        ("2026-11-27 17:59", True),
        ("2026-11-28 12:00", False),
        ("2026-11-29 12:00", False),
        ("2026-07-06 09:00", True),
        ("2026-07-06 18:00", False),
    ],
)
def test_usual_quiet_hours_are_evenings_nights_and_weekends(at: str, expected: bool) -> None:
    assert is_open(london(at), LONDON, SETTINGS) is expected


@pytest.mark.parametrize("at", ["2026-11-23 00:00", "2026-11-23 03:00", "2026-11-28 12:00"])
def test_equal_times_mean_no_quiet_hours(at: str) -> None:
    assert is_open(london(at), LONDON, ALWAYS)


def test_quiet_hours_may_lie_within_a_day() -> None:
    lunch = quiet("12:00", "14:00")
    assert [is_open(london(f"2026-11-23 {at}"), LONDON, lunch) for at in ("11:59", "12:00", "13:59", "14:00")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_what_is_open_opens_now() -> None:
    now = london("2026-11-23 12:34:56")
    assert next_open(now, LONDON, SETTINGS) == now


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23 18:00", "2026-11-24 09:00"),
        ("2026-11-24 03:00", "2026-11-24 09:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),
        ("2026-11-28 10:00", "2026-11-30 09:00"),
        # The clocks go forward and back on these weekends.
        ("2026-03-27 18:00", "2026-03-30 09:00"),
        ("2026-10-23 18:00", "2026-10-26 09:00"),
    ],
)
def test_quiet_ends_on_the_next_working_morning(now: str, expected: str) -> None:
    assert next_open(london(now), LONDON, SETTINGS) == london(expected)


def test_a_quiet_end_that_the_clocks_jump_over_is_the_jump() -> None:
    # On 29 March 2026 there is no 01:30 in London: 00:59:59 is followed by 02:00:00, which is 01:00 UTC.
    opens = next_open(london("2026-03-29 00:10"), LONDON, quiet("20:00", "01:30"))
    assert opens == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_clocks_that_go_back_can_end_quiet_hours() -> None:
    # Quiet from 01:30 on 25 October 2026; at 02:00 it is 01:00 again.
    opens = next_open(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), LONDON, quiet("01:30", "09:00"))
    assert opens == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


def test_somebody_who_travels_has_the_hours_of_where_they_are() -> None:
    now = london("2026-11-23 17:30")
    assert is_open(now, LONDON, SETTINGS)
    assert not is_open(now, ZoneInfo("Europe/Brussels"), SETTINGS)


@given(MOMENTS, st.sampled_from(ZONES), SETTINGS_OF_ANYBODY, st.floats(0, 1))
def test_nothing_opens_before_the_next_opening(now: datetime, zone: str, settings: AlertsSettings, part: float) -> None:
    here = ZoneInfo(zone)
    opens = next_open(now, here, settings)
    assert is_open(opens, here, settings)
    assert now <= opens <= now + timedelta(days=4)
    if opens > now:
        between = now + (opens - now) * part * 0.999
        assert not is_open(between, here, settings)
        assert not is_open(opens - timedelta(seconds=1), here, settings)


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_next_day_is_the_first_moment_of_a_later_date(now: datetime, zone: str) -> None:
    here = ZoneInfo(zone)
    begins = next_day(now, here)
    assert now < begins <= now + timedelta(hours=26)
    assert begins.astimezone(here).date() > now.astimezone(here).date()


@pytest.mark.parametrize(
    ("choice", "now", "expected"),
    [
        ("hour", "2026-11-23 10:00", "2026-11-23 11:00"),
        ("evening", "2026-11-23 10:00", "2026-11-23 17:30"),
        ("evening", "2026-11-23 17:00", "2026-11-23 17:30"),
        ("evening", "2026-11-23 17:01", "2026-11-23 20:00"),
        ("evening", "2026-11-23 22:00", "2026-11-24 09:30"),
        ("evening", "2026-11-24 01:00", "2026-11-24 09:30"),
        ("tomorrow", "2026-11-23 10:00", "2026-11-24 09:30"),
        ("tomorrow", "2026-11-24 01:00", "2026-11-24 09:30"),
        ("tomorrow", "2026-11-24 05:00", "2026-11-25 09:30"),
        ("tomorrow", "2026-11-27 10:00", "2026-11-28 09:30"),
        ("tomorrow", "2026-03-28 10:00", "2026-03-29 09:30"),
        ("friday", "2026-11-23 10:00", "2026-11-27 09:30"),
        ("friday", "2026-11-26 23:00", "2026-11-27 09:30"),
        ("friday", "2026-11-27 08:00", "2026-12-04 09:30"),
        ("friday", "2026-11-28 10:00", "2026-12-04 09:30"),
    ],
)
def test_a_choice_means_a_moment_by_the_wall(choice: Choice, now: str, expected: str) -> None:
    assert reminder_at(choice, london(now), LONDON) == london(expected)


@given(st.sampled_from(CHOICES), MOMENTS, st.sampled_from(ZONES))
def test_a_choice_is_always_soon_but_not_now(choice: Choice, now: datetime, zone: str) -> None:
    at = reminder_at(choice, now, ZoneInfo(zone))
    assert now + timedelta(minutes=30) <= at <= now + timedelta(days=8, hours=2)
