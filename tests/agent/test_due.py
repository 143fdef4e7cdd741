"""What is due: each check at its own pace, whatever happens to clocks and batteries."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Category, Check, Finding, Status
from agent.due import CONFIRM, HEAVY_WAIT, RETRY, next_round, next_run, plan
from agent.store.records import LastRun

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def check(check_id: str, *, every: timedelta = 4 * HOUR, heavy: bool = False) -> Check:
    return Check(check_id, check_id, Category.DEVICE, lambda _: [], frozenset(), every=every, heavy=heavy)


def ran(started: timedelta, due: timedelta) -> LastRun:
    """A run, as seen from now."""
    return LastRun(NOW + started, NOW + due)


LIGHT, HEAVY = check("light"), check("heavy", heavy=True)


def chosen(runs: dict[str, LastRun], *, saving_power: bool = False, now: datetime = NOW) -> tuple[str, ...]:
    return plan([LIGHT, HEAVY], runs, now, saving_power=saving_power).run


def test_what_never_ran_is_due() -> None:
    assert chosen({}) == ("light", "heavy")


def test_what_is_due_later_is_not_run() -> None:
    assert chosen({"light": ran(-HOUR, HOUR), "heavy": ran(-HOUR, HOUR)}) == ()


def test_what_is_due_soon_is_run_with_what_is_due_now() -> None:
    soon = ran(-3 * HOUR, timedelta(minutes=9))
    assert chosen({"light": ran(-4 * HOUR, -HOUR), "heavy": soon}) == ("light", "heavy")
    assert chosen({"light": soon, "heavy": soon}) == ()


def test_what_is_due_within_a_tenth_of_its_pace_is_run_with_what_is_due_now() -> None:
    daily = check("daily", every=24 * HOUR)
    for due_in, together in ((2.4 * HOUR, True), (2.5 * HOUR, False)):
        found = plan(
            [LIGHT, daily], {"light": ran(-5 * HOUR, -HOUR), "daily": ran(-HOUR, due_in)}, NOW, saving_power=False
        )
        assert ("daily" in found.run) == together


def test_slow_checks_ride_with_the_rounds_of_quick_ones() -> None:
    quick = [check("hourly", every=HOUR), *(check(f"quick_{number}") for number in range(3))]
    slow = [check(f"slow_{number}", every=12 * HOUR) for number in range(16)]
    assert rounds_a_day([*quick, *slow]) < 1.1 * rounds_a_day(quick)


def rounds_a_day(checks: list[Check], days: int = 20) -> float:
    """How often the agent wakes for these, with spreads drawn as it draws them."""
    chance = random.Random(1)
    runs: dict[str, LastRun] = {}
    now, count = NOW, 0
    while now < NOW + timedelta(days=days):
        ran_now = plan(checks, runs, now, saving_power=False).run
        count += bool(ran_now)
        for each in checks:
            if each.id in ran_now:
                runs[each.id] = LastRun(now, next_run(each, [], now, unconfirmed=(), spread=chance.uniform))
        now = max(next_round(runs.values(), (), now) or now, now + timedelta(seconds=1))
    return count / days


def test_everything_is_due_when_settings_changed() -> None:
    later = ran(-HOUR, HOUR)
    assert plan([LIGHT], {"light": later}, NOW, saving_power=False, everything=True).run == ("light",)


def test_a_heavy_check_waits_while_power_is_saved_and_the_others_do_not() -> None:
    due = ran(-5 * HOUR, -HOUR)
    found = plan([LIGHT, HEAVY], {"light": due, "heavy": due}, NOW, saving_power=True)
    assert (found.run, found.waiting) == (("light",), ("heavy",))


def test_a_heavy_check_does_not_wait_for_ever() -> None:
    assert "heavy" in chosen({"light": ran(-HOUR, HOUR), "heavy": ran(-2 * HEAVY_WAIT, -HEAVY_WAIT)}, saving_power=True)


def test_a_heavy_check_that_never_ran_does_not_wait() -> None:
    assert chosen({}, saving_power=True) == ("light", "heavy")


def test_a_clock_set_back_makes_everything_due_and_only_once() -> None:
    back = NOW - 8 * HOUR
    runs = {"light": ran(-HOUR, 3 * HOUR), "heavy": ran(-HOUR, 3 * HOUR)}
    assert chosen(runs, now=back) == ("light", "heavy")
    after = {name: LastRun(back, back + 4 * HOUR) for name in runs}
    assert chosen(after, now=back) == ()


def test_a_clock_set_forward_a_year_and_back_again_runs_each_once_a_jump() -> None:
    future = NOW + timedelta(days=365)
    runs = {"light": ran(-HOUR, 3 * HOUR), "heavy": ran(-HOUR, 3 * HOUR)}
    assert chosen(runs, now=future) == ("light", "heavy")
    after = {name: LastRun(future, future + 4 * HOUR) for name in runs}
    assert chosen(after, now=future) == ()
    assert chosen(after, now=NOW) == ("light", "heavy")


def test_the_next_run_is_a_tenth_either_way_of_the_pace() -> None:
    passed = [Finding(status=Status.PASS, reason="fine")]
    early = next_run(LIGHT, passed, NOW, unconfirmed=(), spread=lambda low, _: low)
    late = next_run(LIGHT, passed, NOW, unconfirmed=(), spread=lambda _, high: high)
    assert (early - NOW, late - NOW) == (0.9 * 4 * HOUR, 1.1 * 4 * HOUR)


def test_what_had_no_network_is_tried_again_within_the_hour() -> None:
    offline = [Finding(status=Status.UNKNOWN, reason="offline")]
    assert next_run(LIGHT, offline, NOW, unconfirmed=(), spread=lambda low, _: low) - NOW == 0.9 * RETRY


def test_what_will_not_pass_by_itself_is_not_tried_more_often() -> None:
    no_key = [Finding(status=Status.UNKNOWN, reason="no_key")]
    assert next_run(LIGHT, no_key, NOW, unconfirmed=(), spread=lambda *_: 1.0) - NOW == 4 * HOUR


@pytest.mark.parametrize(("category", "again"), [(Category.DEVICE, RETRY), (Category.ACCOUNT, 4 * HOUR)])
def test_a_server_that_gave_no_answer_is_asked_again_soon_and_a_person_is_not(
    category: Category, again: timedelta
) -> None:
    asked = dataclasses.replace(LIGHT, category=category)
    unanswered = [Finding(status=Status.UNKNOWN, reason="no_answer")]
    assert next_run(asked, unanswered, NOW, unconfirmed=(), spread=lambda *_: 1.0) - NOW == again


def test_a_bad_finding_gets_its_second_look_soon() -> None:
    bad = [Finding(status=Status.FAIL, reason="off")]
    assert next_run(LIGHT, bad, NOW, unconfirmed=(None,), spread=lambda *_: 1.0) - NOW == CONFIRM


def test_the_next_round_is_the_first_check_that_is_due_and_never_in_the_past() -> None:
    assert next_round([ran(-HOUR, HOUR), ran(-HOUR, 2 * HOUR)], (), NOW) == NOW + HOUR
    assert next_round([ran(-HOUR, -HOUR)], (), NOW) == NOW
    assert next_round([], (), NOW) is None


def test_one_that_waits_for_power_is_looked_at_again_in_half_an_hour() -> None:
    assert next_round([ran(-HOUR, HOUR)], ("heavy",), NOW) == NOW + timedelta(minutes=30)


moments = st.timedeltas(min_value=timedelta(days=-800), max_value=timedelta(days=800))


@given(started=moments, due=moments, power=st.booleans())
def test_after_a_run_nothing_is_due_at_the_same_moment(started: timedelta, due: timedelta, power: bool) -> None:
    first = plan([LIGHT, HEAVY], {"light": ran(started, due), "heavy": ran(due, started)}, NOW, saving_power=power)
    again = {
        each.id: LastRun(NOW, next_run(each, [], NOW, unconfirmed=(), spread=lambda *_: 1.0)) for each in (LIGHT, HEAVY)
    }
    assert plan([LIGHT, HEAVY], again, NOW, saving_power=power).run == ()
    assert not set(first.run) & set(first.waiting)
