"""Whether alerts can be shown, where only showing one tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from agent import tried
from agent.alerts.records import Delivery, Said, Utterance
from agent.notify import state
from agent.paths import Paths
from agent.store import Store
from tests.builders import NOW

PERHAPS = Delivery(shown=None, how="a server that the session starts when it is needed")
FAILED = Delivery(shown=False, how="D-Bus", reason="no_server")
SHOWN = Delivery(shown=True, how="dunst 1.9")
DAY = timedelta(days=1)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(Paths.here()) as store:
        yield store


def test_before_anything_was_tried_nobody_knows(store: Store) -> None:
    assert tried.believed(PERHAPS, store, NOW) == PERHAPS


@pytest.mark.parametrize(("came", "said"), [(FAILED, "unavailable"), (SHOWN, "working")])
def test_what_the_last_try_showed_is_believed(store: Store, came: Delivery, said: str) -> None:
    tried.keep(store, came, NOW - DAY)
    assert tried.believed(PERHAPS, store, NOW) == came
    assert state(tried.believed(PERHAPS, store, NOW)) == said


def test_a_later_try_counts_and_not_an_earlier_one(store: Store) -> None:
    tried.keep(store, FAILED, NOW - 2 * DAY)
    tried.keep(store, SHOWN, NOW - DAY)
    assert tried.believed(PERHAPS, store, NOW).shown


@pytest.mark.parametrize("delivered", [True, False])
def test_a_real_alert_is_a_try_as_well(store: Store, delivered: bool) -> None:
    tried.keep(store, FAILED if delivered else SHOWN, NOW - 2 * DAY)
    about = Utterance(kind="item", episodes=())
    store.keep_said(Said(id="s" * 32, at=NOW - DAY, utterance=about, delivered=delivered))
    assert tried.believed(PERHAPS, store, NOW).shown is delivered


@pytest.mark.parametrize("at", [NOW - tried.RECENT, NOW + timedelta(minutes=1)])
def test_one_of_long_ago_or_of_the_future_says_nothing(store: Store, at: datetime) -> None:
    tried.keep(store, FAILED, at)
    assert tried.believed(PERHAPS, store, NOW) == PERHAPS


def test_what_is_known_now_needs_no_try(store: Store) -> None:
    tried.keep(store, FAILED, NOW - DAY)
    assert tried.believed(SHOWN, store, NOW) == SHOWN
    tried.keep(store, SHOWN, NOW - DAY)
    assert tried.believed(FAILED, store, NOW) == FAILED


@pytest.mark.parametrize("damage", ["x", 5, {"at": "x"}, {"shown": True}])
def test_a_damaged_record_is_none(store: Store, damage: object) -> None:
    store.remember({"alerts": {"tried": damage}})
    assert tried.last(store, NOW) is None
