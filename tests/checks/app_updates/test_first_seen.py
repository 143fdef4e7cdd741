"""Since when an update has been lacking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.first_seen import Seen, decode, encode, since, still_lacking, update
from tests.builders import NOW

DAY = timedelta(days=1)


def apt(*pending: Pending) -> ManagerFacts:
    return ManagerFacts("apt", "dpkg", pending, NOW)


def firefox(installed: str, latest: str, held: Held | None = None) -> ManagerFacts:
    return apt(Pending("firefox", installed, latest, held=held))


def after(*rounds: tuple[float, ManagerFacts]) -> Seen:
    """What is remembered after rounds on these days."""
    seen: Seen = {}
    for day, facts in rounds:
        seen = decode(encode(update(seen, [facts], NOW + day * DAY)))
    return seen


def waited_since(seen: Seen) -> float:
    return (since(seen)["apt:firefox"] - NOW) / DAY


def test_an_update_waits_since_it_was_first_seen() -> None:
    assert waited_since(after((0, firefox("1", "2")), (5, firefox("1", "2")))) == 0


def test_a_newer_candidate_does_not_start_the_clock_again() -> None:
    assert waited_since(after((0, firefox("1", "2")), (5, firefox("1", "3")), (9, firefox("1", "4")))) == 0


def test_installing_an_update_starts_the_clock_at_the_first_one_that_is_still_lacking() -> None:
    seen = after((0, firefox("1", "2")), (5, firefox("1", "3")), (9, firefox("2", "4")))
    assert waited_since(seen) == 5


def held(seen: Seen, facts: ManagerFacts) -> Held | None:
    (after,) = still_lacking(seen, [facts])
    assert not isinstance(after.pending, Unreadable)
    return after.pending[0].held


def test_a_roll_out_excuses_nobody_who_lacked_the_version_before() -> None:
    seen = after((0, firefox("1", "2")))
    assert held(seen, firefox("1", "3", Held.DEFERRED)) is None
    assert held(seen, firefox("2", "3", Held.DEFERRED)) is Held.DEFERRED
    assert held(seen, firefox("1", "2", Held.DEFERRED)) is Held.DEFERRED
    assert held({}, firefox("1", "3", Held.DEFERRED)) is Held.DEFERRED
    assert held(seen, firefox("1", "3", Held.HELD)) is Held.HELD


def test_a_manager_without_an_answer_has_nothing_to_excuse() -> None:
    mute = ManagerFacts("apt", "dpkg", Unreadable("timeout"), NOW)
    assert still_lacking(after((0, firefox("1", "2"))), [mute]) == (mute,)


def test_a_package_that_is_up_to_date_is_forgotten() -> None:
    assert after((0, firefox("1", "2")), (5, apt())) == {}


def test_a_manager_that_could_not_answer_keeps_what_is_known() -> None:
    mute = ManagerFacts("apt", "dpkg", Unreadable("timeout"), NOW)
    assert waited_since(after((0, firefox("1", "2")), (5, mute), (6, firefox("1", "2")))) == 0


def test_one_manager_does_not_forget_what_another_has() -> None:
    other = ManagerFacts("flatpak", "appstream", (), NOW)
    assert waited_since(after((0, firefox("1", "2")), (1, other))) == 0


def test_an_update_that_is_being_phased_in_waits_from_when_it_is_offered() -> None:
    assert waited_since(after((0, firefox("1", "2", Held.DEFERRED)), (5, firefox("1", "2")))) == 5


def test_an_update_that_is_kept_back_for_a_day_keeps_its_date() -> None:
    rounds = (0, firefox("1", "2")), (5, firefox("1", "2", Held.DEFERRED)), (6, firefox("1", "2"))
    assert waited_since(after(*rounds)) == 0


def test_a_rebuild_under_the_same_version_waits_too() -> None:
    assert waited_since(after((0, firefox("1", "1")), (5, firefox("1", "1")))) == 0


def test_a_version_that_cannot_be_compared_keeps_its_date_while_nothing_is_installed() -> None:
    assert waited_since(after((0, firefox("abc", "def")), (5, firefox("abc", "xyz")))) == 0


def test_not_knowing_what_is_installed_for_a_round_keeps_the_date() -> None:
    assert waited_since(after((0, firefox("1", "2")), (3, firefox("", "2")), (5, firefox("1", "2")))) == 0


def test_a_date_in_the_future_becomes_now() -> None:
    assert waited_since(after((400, firefox("1", "2")), (5, firefox("1", "2")))) == 5


def test_a_package_that_changes_daily_does_not_fill_the_memory_and_keeps_its_first_date() -> None:
    seen = after(*((day, firefox("1", str(day + 2))) for day in range(100)))
    assert waited_since(seen) == 0
    assert len(seen["apt:firefox"].candidates) < 20


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_a_damaged_memory_counts_as_none(remembered: Any) -> None:
    assert since(update(decode(remembered), [firefox("1", "2")], NOW))["apt:firefox"] <= NOW


def test_a_date_without_a_zone_is_not_believed() -> None:
    assert decode({"apt:firefox": ["1", [["2", "2026-01-01T00:00:00"]]]}) == {}
