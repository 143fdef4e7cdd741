"""When the first round was: kept once, whatever the clock did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.first_round import first_round_at, note
from agent.paths import Paths
from agent.store import Store

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(Paths.here()) as store:
        yield store


def test_before_any_round_there_is_none(store: Store) -> None:
    assert first_round_at(store) is None


def test_the_first_is_kept_and_later_ones_change_nothing(store: Store) -> None:
    note(store, NOW)
    note(store, NOW + 40 * DAY)
    assert first_round_at(store) == NOW
    with Store.open(Paths.here()) as again:
        assert first_round_at(again) == NOW


def test_one_that_a_wrong_clock_dated_ahead_is_dated_anew(store: Store) -> None:
    note(store, NOW + 365 * DAY)
    note(store, NOW)
    assert first_round_at(store) == NOW
    note(store, NOW - timedelta(minutes=1))
    assert first_round_at(store) == NOW


def test_one_of_a_clock_that_had_lost_its_battery_is_dated_anew(store: Store) -> None:
    note(store, datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    note(store, NOW)
    assert first_round_at(store) == NOW


def test_and_such_a_clock_changes_nothing_later(store: Store) -> None:
    note(store, NOW)
    note(store, datetime(2019, 1, 1, tzinfo=UTC))
    assert first_round_at(store) == NOW


@pytest.mark.parametrize("kept", [17, "yesterday", "2026-11-23T10:00:00", [], {}])
def test_what_we_did_not_write_is_none(store: Store, kept: Any) -> None:
    store.remember({"agent": {"first_round_at": kept}})
    assert first_round_at(store) is None
    note(store, NOW)
    assert first_round_at(store) == NOW
