"""Sixty days of a laptop with fifty checks that fail, are put right, come and go: what its person gets to see.

And a hundred and twenty of one on which there is little: answers that expire, and months in which nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from agent.contract import Basis, Finding, Severity, Status
from tests.agent.alerts.builders import DAY, HOUR, LONDON, MINUTE
from tests.agent.alerts.laptop import START, Answer, Fault, Laptop, Shown, lived, most_within

DAYS = 60
CHECKS = 50
SEEDS = range(6)


def busy(seed: int, jumps: Mapping[timedelta, timedelta] | None = None) -> Laptop:
    """A laptop on which there is always something."""
    random = Random(seed)
    faults = [fault(random, number) for number in range(CHECKS)]
    return lived(Laptop(seed, DAYS, faults, jumps=jumps or {}, shares=seed % 2 == 0))


def fault(random: Random, number: int) -> Fault:
    severity = random.choice([Severity.HIGH, Severity.MEDIUM, Severity.MEDIUM, Severity.LOW])
    begins = random.uniform(0, 40) * DAY if number % 2 else timedelta()
    lasts = random.choice([0.1, 1, 4, 9, 20, 90]) * DAY
    basis = random.choice([Basis.MEASURED, Basis.ATTESTED])
    finding = Finding(status=Status.FAIL, reason="off", severity=severity, basis=basis)
    # All are put right ten days before the end, so that the last "Fixed" has the time to be said.
    return Fault(begins, min(begins + lasts, (DAYS - 12) * DAY), finding, flapping=number % 7 == 3)


@pytest.fixture(scope="module", params=SEEDS)
def laptop(request: pytest.FixtureRequest) -> Laptop:
    return busy(request.param)


def test_it_speaks_at_all_and_of_everything(laptop: Laptop) -> None:
    assert {one.utterance.kind for one in laptop.shown} >= {"digest", "weekly", "fixed", "reminder"}
    assert len(laptop.ours()) >= 10


def test_never_more_than_one_alert_a_day_and_three_a_week(laptop: Laptop) -> None:
    times = [one.real for one in laptop.ours()]
    assert most_within(times, DAY) == 1
    assert most_within(times, 7 * DAY) <= 3
    dates = [one.wall.astimezone(LONDON).date() for one in laptop.ours()]
    assert len(dates) == len(set(dates))


def test_what_is_high_is_said_before_anything_else(laptop: Laptop) -> None:
    known: set[str] = set()
    for one in laptop.ours():
        new = {
            id_
            for id_, episode in one.standing.items()
            if episode.severity is Severity.HIGH and episode.closed_at is None and episode.confirmed_at is not None
        } - known
        assert new <= set(one.utterance.episodes)
        severities = [one.standing[id_].severity for id_ in one.utterance.episodes]
        assert severities == sorted(severities, key=list(Severity).index, reverse=True)
        known |= set(one.utterance.episodes)


def test_there_is_silence_in_quiet_hours(laptop: Laptop) -> None:
    for one in laptop.ours():
        local = one.wall.astimezone(LONDON)
        assert 9 <= local.hour < 18
        assert local.weekday() < 5


def test_nobody_is_spoken_to_within_a_quarter_of_an_hour_of_wake(laptop: Laptop) -> None:
    for one in laptop.shown:
        assert one.real - laptop.awake(one.real)[1] >= 15 * MINUTE


def test_low_severity_is_only_in_the_weekly_digest(laptop: Laptop) -> None:
    for one in laptop.ours():
        if one.utterance.kind in ("item", "digest"):
            assert {one.standing[id_].severity for id_ in one.utterance.episodes} <= {Severity.HIGH, Severity.MEDIUM}


def test_an_item_is_said_three_times_at_most(laptop: Laptop) -> None:
    times: dict[str, int] = {}
    for id_ in [*laptop.told("item"), *laptop.told("digest")]:
        times[id_] = times.get(id_, 0) + 1
    assert max(times.values()) <= 3


def test_what_stays_wrong_is_said_however_many_there_are(laptop: Laptop) -> None:
    told = {id_ for one in laptop.shown for id_ in one.utterance.episodes}
    for one in laptop.episodes.values():
        if (one.closed_at or START) - one.opened_at > 14 * DAY:
            assert one.id in told


def test_each_episode_that_was_said_and_put_right_has_exactly_one_fixed(laptop: Laptop) -> None:
    fixed = list(laptop.told("fixed"))
    assert len(fixed) == len(set(fixed)) > 10
    spoken_of = {id_ for kind in ("item", "digest", "weekly", "reminder") for id_ in laptop.told(kind)}
    assert set(fixed) == {id_ for id_ in spoken_of if laptop.episodes[id_].good}


def test_nothing_is_said_again_within_three_days_although_it_comes_and_goes(laptop: Laptop) -> None:
    last: dict[str, timedelta] = {}
    for one in laptop.ours():
        for id_ in one.utterance.episodes if one.utterance.kind in ("item", "digest") else ():
            assert one.real - last.get(id_, -9 * DAY) > 3 * DAY - HOUR
        last |= dict.fromkeys(one.utterance.episodes, one.real)


def test_even_with_so_many_no_fixed_waits_for_ever(laptop: Laptop) -> None:
    for one in laptop.shown:
        closed = {episode.check_id: episode.closed_at for episode in one.standing.values()}  # the last of each check
        for id_ in one.utterance.episodes if one.utterance.kind == "fixed" else ():
            assert one.wall - (closed[one.standing[id_].check_id] or START) < 21 * DAY


def test_the_weekly_digest_is_weekly_at_most(laptop: Laptop) -> None:
    weekly = [one.real for one in laptop.ours() if one.utterance.kind == "weekly"]
    assert all(later - one >= 7 * DAY for one, later in pairwise(weekly))


def test_what_stays_wrong_is_not_forgotten(laptop: Laptop) -> None:
    for episode in laptop.episodes.values():
        told = [one.wall for one in laptop.shown if episode.id in one.utterance.episodes]
        if episode.closed_at is not None:
            moments = [episode.opened_at, *(at for at in told if at < episode.closed_at), episode.closed_at]
            assert all(later - one < 21 * DAY for one, later in pairwise(moments))


def test_it_wakes_a_few_times_a_day_only(laptop: Laptop) -> None:
    assert laptop.woken / DAYS < 40


BACK_8_HOURS = {20 * DAY + 11 * HOUR: -8 * HOUR, 24 * DAY + 16 * HOUR: 8 * HOUR}
AHEAD_A_YEAR = {20 * DAY + 11 * HOUR: 365 * DAY}
AHEAD_AND_BACK = {20 * DAY + 11 * HOUR: 365 * DAY, 20 * DAY + 15 * HOUR: -365 * DAY}


@pytest.mark.parametrize("jumps", [BACK_8_HOURS, AHEAD_A_YEAR, AHEAD_AND_BACK], ids=["back", "ahead", "and_back"])
@pytest.mark.parametrize("seed", SEEDS)
def test_when_the_clock_is_set_nothing_storms_and_nothing_stalls(
    seed: int, jumps: Mapping[timedelta, timedelta]
) -> None:
    laptop = busy(seed, jumps)
    times = [one.real for one in laptop.ours()]
    ahead = [at for at, by in jumps.items() if by > timedelta()]
    for start in times:
        day = sum(start <= at < start + DAY for at in times)
        week = sum(start <= at < start + 7 * DAY for at in times)
        assert day <= 1 + sum(start <= at < start + DAY for at in ahead)
        assert week <= 3 + 3 * sum(start <= at < start + 7 * DAY for at in ahead)
    until = (DAYS - 12) * DAY
    gaps = [later - one for one, later in pairwise(times) if later < until]
    assert max(gaps) < 9 * DAY
    fixed = list(laptop.told("fixed"))
    assert len(fixed) == len(set(fixed))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clock_that_is_only_set_back_never_brings_an_alert_forward(seed: int) -> None:
    days = {day * DAY + 11 * HOUR: -Random(seed * 100 + day).choice([1, 8, 24, 70]) * HOUR for day in range(0, DAYS, 3)}
    times = [one.real for one in busy(seed, days).ours()]
    assert most_within(times, DAY) == 1
    assert most_within(times, 7 * DAY) <= 3
    assert len(times) >= 6


# Four months with little to say

MONTHS = 120
UNHURRIED = ("answers", "all_clear", "welcome", "sharing")
CALM_SEEDS = range(16)


def calm(
    seed: int, jumps: Mapping[timedelta, timedelta] | None = None, *, faulty: bool = True, answers: bool = True
) -> Laptop:
    """A laptop on which something is wrong at first and once later, whose person answered, or (every fourth) did not.

    Every third loses the network for days, so that a check cannot tell. Every second shares reports.
    """
    random = Random(seed)
    faults = [now_and_then(random, begins) for begins in (0, 0, 3, 70, 72)] if faulty else []
    faults += [Fault(random.uniform(30, 60) * DAY, 65 * DAY, OFFLINE)] if seed % 3 == 0 else []
    given = [answer(random) for _ in range(random.randint(1, 6))] if answers and seed % 4 else []
    return lived(Laptop(seed, MONTHS, faults, given, jumps or {}, shares=seed % 2 == 0))


OFFLINE = Finding(status=Status.UNKNOWN, reason="offline")


def now_and_then(random: Random, begins: int) -> Fault:
    severity = random.choice([Severity.HIGH, Severity.MEDIUM, Severity.LOW])
    finding = Finding(status=random.choice([Status.FAIL, Status.WARN]), reason="off", severity=severity)
    return Fault(begins * DAY, (begins + random.choice([1, 4, 9])) * DAY, finding)


def answer(random: Random) -> Answer:
    made_at = random.choice([-80, -80, -79.5, -75, -60, -20]) * DAY
    return Answer(made_at, 90 * DAY, random.choice([Severity.MEDIUM, Severity.LOW]))


@pytest.fixture(scope="module", params=CALM_SEEDS)
def calm_laptop(request: pytest.FixtureRequest) -> Laptop:
    return calm(request.param)


def naming(laptop: Laptop) -> list[Shown]:
    """The alerts that name answers which will expire."""
    return [one for one in laptop.shown if one.utterance.answers]


def test_in_four_months_of_many_laptops_there_is_everything() -> None:
    laptops = [calm(seed) for seed in CALM_SEEDS]
    kinds = {one.utterance.kind for laptop in laptops for one in laptop.shown}
    assert kinds >= {"item", "digest", "weekly", "fixed", "answers", "all_clear", "welcome", "sharing"}
    assert {one.utterance.kind for laptop in laptops for one in telling(laptop)} >= {"all_clear", "sharing"}
    assert any(one.utterance.kind == "weekly" for laptop in laptops for one in naming(laptop))
    assert sum(len(laptop.expired) for laptop in laptops) > 3
    assert any(len(one.utterance.answers) > 1 for laptop in laptops for one in naming(laptop))
    assert sum(len(laptop.of_kind("all_clear")) for laptop in laptops) >= len(CALM_SEEDS)


def test_the_caps_hold_in_quiet_months_too(calm_laptop: Laptop) -> None:
    times = [one.real for one in calm_laptop.ours()]
    assert most_within(times, DAY) <= 1
    assert most_within(times, 7 * DAY) <= 3
    dates = [one.wall.astimezone(LONDON).date() for one in calm_laptop.ours()]
    assert len(dates) == len(set(dates))


def test_none_is_said_in_quiet_hours_or_just_after_wake(calm_laptop: Laptop) -> None:
    for one in calm_laptop.of_kind(*UNHURRIED):
        local = one.wall.astimezone(LONDON)
        assert 9 <= local.hour < 18
        assert local.weekday() < 5
        assert one.real - calm_laptop.awake(one.real)[1] >= 15 * MINUTE


def test_none_is_said_before_something_high_or_overdue(calm_laptop: Laptop) -> None:
    known: set[str] = set()
    for one in calm_laptop.shown:
        standing = {id_: episode for id_, episode in one.standing.items() if episode.closed_at is None}
        if one.utterance.kind in UNHURRIED:
            assert {id_ for id_, episode in standing.items() if episode.severity is Severity.HIGH} <= known
            overdue = [
                id_
                for id_, episode in standing.items()
                if episode.severity is Severity.MEDIUM and one.wall - episode.opened_at >= 2 * DAY
            ]
            assert set(overdue) <= known
        known |= set(one.utterance.episodes)


def test_they_leave_the_last_alert_of_a_week_to_what_is_urgent_unless_it_is_that_or_never(calm_laptop: Laptop) -> None:
    for one in calm_laptop.of_kind(*UNHURRIED):
        before = [other for other in calm_laptop.ours() if one.real - 7 * DAY < other.real < one.real]
        ends = min((each.expires_at for each in one.utterance.answers), default=one.wall + 9 * DAY)
        assert len(before) <= 1 or ends - one.wall <= 4 * DAY


def test_an_answer_is_named_once_for_each_end_in_the_week_before_it(calm_laptop: Laptop) -> None:
    named = [each for one in naming(calm_laptop) for each in one.utterance.answers]
    assert len(named) == len(set(named))
    for one in naming(calm_laptop):
        for each in one.utterance.answers:
            assert timedelta(0) < each.expires_at - one.wall <= 7 * DAY
            assert one.findings[each.check_id].status is Status.PASS
            assert one.findings[each.check_id].expires_at == each.expires_at


def test_all_that_expire_within_the_week_are_named_in_one(calm_laptop: Laptop) -> None:
    named = set()
    for one in naming(calm_laptop):
        named |= set(one.utterance.answers)
        ending = {
            (check_id, finding.expires_at)
            for check_id, finding in one.findings.items()
            if finding.expires_at is not None and timedelta(0) < finding.expires_at - one.wall <= 7 * DAY
        }
        assert ending <= {(each.check_id, each.expires_at) for each in named}


def test_answers_are_named_three_days_apart_at_least_outside_weekly_digests(calm_laptop: Laptop) -> None:
    last = -MONTHS * DAY
    for one in naming(calm_laptop):
        assert one.utterance.kind == "weekly" or one.real - last >= 3 * DAY
        last = one.real


def named_by(laptop: Laptop) -> set[tuple[str, datetime]]:
    return {(each.check_id, each.expires_at) for one in naming(laptop) for each in one.utterance.answers}


@pytest.mark.parametrize("seed", CALM_SEEDS)
def test_where_nothing_else_is_said_no_answer_expires_that_was_not_named(seed: int) -> None:
    laptop = calm(seed, faulty=False)
    assert laptop.expired <= named_by(laptop)


def test_where_much_else_is_said_few_answers_expire_that_were_not_named() -> None:
    laptops = [calm(seed) for seed in CALM_SEEDS]
    expired, unnamed = (
        sum(len(laptop.expired) for laptop in laptops),
        sum(len(laptop.expired - named_by(laptop)) for laptop in laptops),
    )
    assert unnamed <= expired / 4


def test_an_expired_answer_of_low_severity_has_no_alert_of_its_own(calm_laptop: Laptop) -> None:
    for id_ in [*calm_laptop.told("item"), *calm_laptop.told("digest")]:
        assert calm_laptop.episodes[id_].severity is not Severity.LOW


def test_an_expired_answer_has_one_alert_of_its_own_at_most(calm_laptop: Laptop) -> None:
    told = [*calm_laptop.told("item"), *calm_laptop.told("digest")]
    for episode in calm_laptop.episodes.values():
        assert episode.reason != "expired" or told.count(episode.id) <= 1


def test_all_clear_is_said_after_thirty_days_of_silence_and_not_before(calm_laptop: Laptop) -> None:
    last = timedelta()
    for one in calm_laptop.shown:
        assert one.utterance.kind != "all_clear" or one.real - last >= 30 * DAY
        last = one.real
    assert len(calm_laptop.of_kind("all_clear")) <= MONTHS / 30 - 1


def test_all_clear_is_never_said_while_anything_is_open_or_unknown(calm_laptop: Laptop) -> None:
    for one in calm_laptop.of_kind("all_clear"):
        assert [episode for episode in one.standing.values() if episode.closed_at is None] == []
        assert {finding.status for finding in one.findings.values()} == {Status.PASS}


def test_after_all_clear_nothing_that_was_known_then_is_said_for_a_week(calm_laptop: Laptop) -> None:
    for one in calm_laptop.of_kind("all_clear"):
        for later in naming(calm_laptop):
            assert not one.real < later.real < one.real + 7 * DAY


def telling(laptop: Laptop) -> list[Shown]:
    """The alerts that say that reports are shared."""
    return [one for one in laptop.shown if one.utterance.shares]


def test_a_person_is_greeted_once_in_the_first_week(calm_laptop: Laptop) -> None:
    greeted = [one.real for one in calm_laptop.of_kind("welcome")]
    assert len(greeted) <= 1
    assert all(at < 8 * DAY for at in greeted)


def test_where_nothing_is_wrong_the_first_word_is_a_greeting() -> None:
    assert [calm(seed, faulty=False, answers=False).shown[0].utterance.kind for seed in (1, 2)] == ["welcome"] * 2


def test_whoever_shares_reports_is_told_each_month_and_nobody_else_is(calm_laptop: Laptop) -> None:
    told = [one.real for one in telling(calm_laptop)]
    assert told if calm_laptop.shares else not told
    assert all(later - one >= 23 * DAY for one, later in pairwise([timedelta(), *told]))
    assert all(later - one <= 50 * DAY for one, later in pairwise([timedelta(), *told, MONTHS * DAY]) if told)


def test_with_fifty_things_wrong_too_and_with_the_weekly_digest(laptop: Laptop) -> None:
    told = telling(laptop)
    assert bool(told) is laptop.shares
    assert all(30 * DAY <= one.real <= 45 * DAY and one.utterance.kind == "weekly" for one in told[:1])


def test_it_wakes_no_more_often_than_its_rounds_and_alerts_ask_for(calm_laptop: Laptop) -> None:
    without = calm(calm_laptop.seed, answers=False)
    assert calm_laptop.woken <= without.woken + MONTHS
    assert calm_laptop.woken / MONTHS < 12


@pytest.mark.parametrize("seed", CALM_SEEDS)
def test_a_clock_that_is_set_back_brings_neither_a_second_time(seed: int) -> None:
    days = {day * DAY + 11 * HOUR: -Random(seed * 100 + day).choice([1, 8, 24, 70]) * HOUR for day in range(0, 99, 9)}
    laptop = calm(seed, days)
    times = [one.real for one in laptop.ours()]
    assert most_within(times, DAY) <= 1
    assert most_within(times, 7 * DAY) <= 3
    named = [each for one in naming(laptop) for each in one.utterance.answers]
    assert len(named) == len(set(named))
    last = timedelta()
    for one in laptop.shown:
        assert one.utterance.kind != "all_clear" or one.real - last >= 30 * DAY
        last = one.real
