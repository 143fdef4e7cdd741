"""Since when an update has been lacking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.first_seen import (
    Looks,
    Seen,
    decode,
    decode_looks,
    encode,
    first_sights,
    looked,
    only,
    still_lacking,
    update,
)
from tests.builders import NOW

DAY = timedelta(days=1)


def apt(*pending: Pending) -> ManagerFacts:
    return ManagerFacts("apt", "dpkg", pending, NOW)


def firefox(installed: str, latest: str, held: Held | None = None) -> ManagerFacts:
    return apt(Pending("firefox", installed, latest, held=held))


def after(*rounds: tuple[float, ManagerFacts]) -> Seen:
    """What is remembered after rounds on these days."""
    seen: Seen = {}
    looks: Looks = {}
    for day, facts in rounds:
        now = NOW + day * DAY
        seen = decode(encode(update(seen, [facts], now, looks)))
        looks = decode_looks(encode(looked(looks, [facts], now, longest=400 * DAY)))
    return seen


def waited_since(seen: Seen) -> float:
    return (first_sights(seen)["apt:firefox"].at - NOW) / DAY


def looked_before(seen: Seen) -> float | None:
    """The day of the last look that did not see it."""
    before = first_sights(seen)["apt:firefox"].before
    return None if before is None else (before - NOW) / DAY


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
    looks = decode_looks(remembered)
    assert first_sights(update(decode(remembered), [firefox("1", "2")], NOW, looks))["apt:firefox"].at <= NOW


def test_a_date_without_a_zone_is_not_believed() -> None:
    assert decode({"apt:firefox": ["1", [["2", "2026-01-01T00:00:00"]]]}) == {}


def test_nothing_was_looked_at_before_a_first_look() -> None:
    assert looked_before(after((0, firefox("1", "2")))) is None
    assert looked_before(after((0, firefox("1", "2")), (5, firefox("1", "3")))) is None


def test_what_comes_after_a_look_was_not_there_at_that_look() -> None:
    assert looked_before(after((0, apt()), (1, apt()), (5, firefox("1", "2")), (6, firefox("1", "2")))) == 1


def test_an_update_after_another_one_has_the_look_before_itself() -> None:
    assert looked_before(after((0, firefox("1", "2")), (5, firefox("1", "3")), (9, firefox("2", "3")))) == 0


def test_a_manager_that_could_not_answer_has_not_been_looked_at() -> None:
    mute = ManagerFacts("apt", "dpkg", Unreadable("timeout"), NOW)
    assert looked(looked({}, [apt()], NOW, longest=DAY), [mute], NOW + DAY, longest=DAY) == {"apt": NOW}


def test_old_lists_are_no_look() -> None:
    old = ManagerFacts("apt", "dpkg", (), NOW - 8 * DAY)
    undated = ManagerFacts("apt", "dpkg", (), Unreadable("denied"))
    assert looked({}, [old, undated], NOW, longest=7 * DAY) == {}
    assert looked({}, [old], NOW, longest=8 * DAY) == {"apt": NOW}


def test_a_manager_that_always_answers_for_now_has_been_looked_at() -> None:
    assert looked({}, [ManagerFacts("snap", "snap", (), None)], NOW, longest=DAY) == {"snap": NOW}


def test_a_look_in_the_future_becomes_now() -> None:
    assert looked({"apt": NOW + 400 * DAY}, [], NOW, longest=DAY) == {"apt": NOW}
    seen = update({}, [firefox("1", "2")], NOW, {"apt": NOW + 400 * DAY})
    assert looked_before(seen) == 0


def test_looks_at_what_has_gone_are_forgotten() -> None:
    assert only({"chrome Chrome": NOW, "zoom Zoom": NOW}, {"zoom Zoom"}) == {"zoom Zoom": NOW}


def test_what_an_older_version_remembered_is_kept_without_a_look_before_it() -> None:
    seen = decode({"apt:firefox": ["1", [["2", "2026-11-01T00:00:00Z"]]]})
    assert first_sights(seen)["apt:firefox"].before is None
    assert len(first_sights(seen)) == 1
