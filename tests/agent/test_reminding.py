"""Picking a time: kept, replaced, taken back, and never for longer than an item may wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts.calendar import CHOICES, Choice
from agent.alerts.records import Key
from agent.contract import Severity
from agent.paths import Paths
from agent.reminding import LONGEST, LONGEST_HIGH, TooLateError, cancel, remember, remind_at, spoken
from agent.store import Store
from tests.agent.alerts.builders import DAY, HOUR, LONDON, MONDAY, episode

LOCK = Key("screen_lock", None)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(Paths.here()) as store:
        store.keep_episodes([episode("screen_lock", severity=Severity.MEDIUM, opened_at=MONDAY - HOUR)])
        yield store


def test_a_chosen_time_is_kept(store: Store) -> None:
    (made,) = remember(store, [LOCK], "tomorrow", MONDAY, LONDON)
    assert store.reminders() == (made,)
    assert spoken(made.due_at, LONDON) == "Tuesday 24 November at 09:30"


def test_a_second_choice_replaces_the_first(store: Store) -> None:
    remember(store, [LOCK], "tomorrow", MONDAY, LONDON)
    remember(store, [LOCK], "hour", MONDAY, LONDON)
    (kept,) = store.reminders()
    assert kept.due_at == MONDAY + HOUR


def test_the_same_item_named_twice_is_one_reminder(store: Store) -> None:
    assert len(remember(store, [LOCK, LOCK], "hour", MONDAY, LONDON)) == 1


def test_it_can_be_taken_back(store: Store) -> None:
    remember(store, [LOCK], "hour", MONDAY, LONDON)
    assert cancel(store, LOCK, MONDAY)
    assert store.reminders() == ()
    assert not cancel(store, LOCK, MONDAY)


def test_a_moment_that_has_gone_by_is_refused(store: Store) -> None:
    with pytest.raises(TooLateError, match="gone by"):
        remind_at(store, [LOCK], MONDAY - HOUR, MONDAY)
    assert store.reminders() == ()


def test_a_moment_after_two_weeks_is_refused_and_the_last_one_is_named(store: Store) -> None:
    with pytest.raises(TooLateError, match="until Monday 7 December at 10:00"):
        remind_at(store, [LOCK], (MONDAY + LONGEST + HOUR).astimezone(LONDON), MONDAY)


def test_what_matters_most_waits_three_days_at_most(store: Store) -> None:
    (known,) = store.episodes()
    store.keep_episodes([msgspec.structs.replace(known, severity=Severity.HIGH)])
    with pytest.raises(TooLateError):
        remind_at(store, [LOCK], MONDAY + LONGEST_HIGH + HOUR, MONDAY)


def test_a_button_cannot_argue_so_it_takes_the_last_moment_there_is(store: Store) -> None:
    (known,) = store.episodes()
    store.keep_episodes([msgspec.structs.replace(known, severity=Severity.HIGH)])
    (made,) = remember(store, [LOCK], "friday", MONDAY, LONDON)
    assert made.due_at == MONDAY + LONGEST_HIGH


def test_putting_off_again_and_again_does_not_add_up(store: Store) -> None:
    now = MONDAY
    for _ in range(20):
        (made,) = remember(store, [LOCK], "friday", now, LONDON)
        now = made.due_at + timedelta(minutes=1)
        store.keep_reminder(msgspec.structs.replace(made, done_at=made.due_at))
        if made.due_at >= MONDAY + LONGEST:
            break
    (last,) = remember(store, [LOCK], "friday", now, LONDON)
    assert last.due_at <= now + timedelta(minutes=1)


@given(choice=st.sampled_from(CHOICES), hours=st.integers(0, 24 * 400))
def test_every_choice_is_ahead_and_within_a_week(choice: Choice, hours: int) -> None:
    now = MONDAY + hours * HOUR
    with Store.in_memory() as store:
        (made,) = remember(store, [Key("app_updates", None)], choice, now, LONDON)
    assert now < made.due_at <= now + 8 * DAY
    assert made.due_at.tzinfo is UTC
