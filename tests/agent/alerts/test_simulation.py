"""Sixty days of a laptop with fifty checks that fail, are put right, come and go: what its person gets to see.

The laptop sleeps at night and over lunch, its alerts are refused or cut short at times, and its person picks times to
be reminded. Only the store's contents live on from one waking to the next, as they do in a worker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise
from random import Random

import msgspec
import pytest

from agent.alerts.calendar import CHOICES, reminder_at
from agent.alerts.due import finished
from agent.alerts.episodes import confirmable_at, episodes_after
from agent.alerts.history import put_right
from agent.alerts.policy import decide
from agent.alerts.records import Episode, Presence, Reminder, Said, Utterance
from agent.contract import Basis, Finding, Severity, Status
from tests.agent.alerts.builders import DAY, HOUR, LONDON, MINUTE, MONDAY, SETTINGS

START = MONDAY.replace(hour=0)
DAYS = 60
CHECKS = 50
SEEDS = range(6)
PASS = Finding(status=Status.PASS, reason="fine")
ROUND_EVERY = 4 * HOUR


@dataclass(frozen=True)
class Fault:
    """From when to when, in time that nobody sets, a check fails; a flapping one is good every other three hours."""

    begins: timedelta
    ends: timedelta
    finding: Finding
    flapping: bool = False

    def finding_at(self, real: timedelta) -> Finding:
        bad = self.begins <= real < self.ends and not (self.flapping and real // (3 * HOUR) % 2)
        return self.finding if bad else PASS


@dataclass(frozen=True)
class Shown:
    """An alert that was not refused, with what the person's wall and a clock that nobody sets showed."""

    real: timedelta
    wall: datetime
    utterance: Utterance
    standing: Mapping[str, Episode]


@dataclass
class Laptop:
    """The laptop. ``jumps`` are set on its clock at these real times."""

    seed: int
    jumps: Mapping[timedelta, timedelta] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    reminders: dict[str, Reminder] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    woken: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.ids = map(str, count())
        self.faults = [self._fault(number) for number in range(CHECKS)]
        self.pending = dict(self.jumps)
        self.offset = timedelta()

    def _fault(self, number: int) -> Fault:
        severity = self.random.choice([Severity.HIGH, Severity.MEDIUM, Severity.MEDIUM, Severity.LOW])
        begins = self.random.uniform(0, 40) * DAY if number % 2 else timedelta()
        lasts = self.random.choice([0.1, 1, 4, 9, 20, 90]) * DAY
        basis = self.random.choice([Basis.MEASURED, Basis.ATTESTED])
        finding = Finding(status=Status.FAIL, reason="off", severity=severity, basis=basis)
        # All are put right ten days before the end, so that the last "Fixed" has the time to be said.
        return Fault(begins, min(begins + lasts, (DAYS - 12) * DAY), finding, flapping=number % 7 == 3)

    def awake(self, real: timedelta) -> tuple[timedelta, timedelta]:
        """The real time from which the laptop is awake next, ``real`` itself if it is, and since when it was."""
        for day in range(real // DAY, real // DAY + 5):
            opened = Random(self.seed * 1000 + day)
            morning = day * DAY + (7 + opened.random() * 2) * HOUR
            spans = [
                (morning, day * DAY + 12 * HOUR),
                (day * DAY + 13 * HOUR, day * DAY + (17 + opened.random() * 6) * HOUR),
            ]
            for begins, ends in spans if opened.random() > 0.1 else []:
                if real < ends:
                    return max(real, begins), begins
        raise AssertionError("it sleeps for ever")

    def live(self) -> None:
        """All of it."""
        real, next_round, next_word = timedelta(), timedelta(), timedelta()
        while True:
            real, since = self.awake(max(real, min(next_round, next_word)))
            if real >= DAYS * DAY:
                return
            self.woken += 1
            for set_at in [one for one in self.pending if one <= real]:
                self.offset += self.pending.pop(set_at)
            now = START + real + self.offset
            if real >= next_round:
                self._round(real, now)
                confirm = [at for one in self.episodes.values() if (at := confirmable_at(one)) is not None]
                next_round = real + min([ROUND_EVERY, *(max(at - now, MINUTE) + MINUTE for at in confirm)])
            busy = self.random.random() < 0.2
            next_at = self._speak(real, now, Presence(
                busy="presenting" if busy else None, present_since=START + since + self.offset
            ))  # fmt: skip
            next_word = real + (max(next_at - now, timedelta(seconds=1)) if next_at is not None else DAY)

    def _round(self, real: timedelta, now: datetime) -> None:
        findings = [(f"check_{number}", fault.finding_at(real)) for number, fault in enumerate(self.faults)]
        ran = {check_id for check_id, _ in findings}
        for one in episodes_after(list(self.episodes.values()), findings, ran, now, lambda: next(self.ids)):
            self.episodes[one.id] = one

    def _speak(self, real: timedelta, now: datetime, presence: Presence) -> datetime | None:
        said, reminders = put_right(self.said.values(), self.reminders.values(), now)
        self.said |= {one.id: one for one in said}
        self.reminders |= {one.id: one for one in reminders}
        for one in finished(self.reminders.values(), self.episodes.values(), self.said.values(), now):
            self.reminders[one.id] = msgspec.structs.replace(one, done_at=now)
        undone = [one for one in self.reminders.values() if one.done_at is None]
        recent = [one for one in self.episodes.values() if one.closed_at is None or now - one.closed_at < 30 * DAY]
        decision = decide(recent, list(self.said.values()), undone, SETTINGS, now, LONDON, presence)
        if decision.say is None:
            return decision.next_at
        kept = Said(id=f"said_{len(self.said)}", at=now, utterance=decision.say)
        luck = self.random.random()
        delivered = None if luck < 0.1 else luck > 0.2  # None: cut short between keeping and showing
        self.said[kept.id] = msgspec.structs.replace(kept, delivered=delivered)
        if delivered is False:
            return now + HOUR
        self.shown.append(Shown(real, now, decision.say, dict(self.episodes)))
        if self.random.random() < 0.5 and decision.say.kind in ("item", "digest"):
            about = self.episodes[decision.say.episodes[0]]
            due_at = reminder_at(self.random.choice(CHOICES), now, LONDON)
            chosen = Reminder(id=f"r{real}", check_id=about.check_id, subject=None, due_at=due_at, chosen_at=now)
            self.reminders[chosen.id] = chosen
        return decision.next_at

    def ours(self) -> list[Shown]:
        """What was said without having been asked for."""
        return [one for one in self.shown if one.utterance.kind != "reminder"]

    def told(self, kind: str) -> Iterator[str]:
        return (id_ for one in self.shown if one.utterance.kind == kind for id_ in one.utterance.episodes)


def lived(seed: int, jumps: Mapping[timedelta, timedelta] | None = None) -> Laptop:
    laptop = Laptop(seed, jumps or {})
    laptop.live()
    return laptop


def most_within(times: list[timedelta], length: timedelta) -> int:
    return max(sum(start <= at < start + length for at in times) for start in times)


@pytest.fixture(scope="module", params=SEEDS)
def laptop(request: pytest.FixtureRequest) -> Laptop:
    return lived(request.param)


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
    laptop = lived(seed, jumps)
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
    times = [one.real for one in lived(seed, days).ours()]
    assert most_within(times, DAY) == 1
    assert most_within(times, 7 * DAY) <= 3
    assert len(times) >= 6
