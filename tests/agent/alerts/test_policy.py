"""What is said, what waits, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts.calendar import is_open
from agent.alerts.due import finished
from agent.alerts.history import put_right
from agent.alerts.policy import decide
from agent.alerts.records import Decision, Episode, Outlook, Presence, Reminder, Said, Utterance
from agent.contract import Severity, Status
from tests.agent.alerts.builders import (
    ALWAYS,
    DAY,
    FREE,
    HOUR,
    LONDON,
    MINUTE,
    MONDAY,
    NOTHING,
    SETTINGS,
    decided,
    episode,
    expiring,
    reminder,
    said,
)

HIGH, MEDIUM, LOW, INFO = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO


def say(kind: Any, *ids: str, variant: int = 0) -> Utterance:
    return Utterance(kind=kind, episodes=ids, variant=variant)


def fixed(id_: str = "e1", *, closed_at: datetime = MONDAY - HOUR, good: bool = True, **changes: Any) -> Episode:
    return episode(id_, closed_at=closed_at, good=good, **changes)


# What there is to say


def test_with_nothing_wrong_nothing_is_said_and_nothing_is_worth_asking_for() -> None:
    assert decided() == Decision()


def test_something_high_is_said_at_once() -> None:
    assert decided([episode(opened_at=MONDAY)]).say == say("item", "e1")


def test_what_is_not_confirmed_is_not_said() -> None:
    assert decided([episode(confirmed_at=None)]) == Decision()


@pytest.mark.parametrize(("age", "expected"), [(2 * DAY, say("item", "e1")), (2 * DAY - MINUTE, None)])
def test_something_medium_is_said_after_two_days(age: timedelta, expected: Utterance | None) -> None:
    decision = decided([episode(severity=MEDIUM, opened_at=MONDAY - age)])
    assert decision.say == expected
    assert expected or decision.next_at == MONDAY + MINUTE


@pytest.mark.parametrize("severity", [LOW, INFO])
def test_something_low_is_said_in_the_weekly_digest_only(severity: Severity) -> None:
    assert decided([episode(severity=severity)]).say == say("weekly", "e1")
    assert decided([episode(severity=severity, opened_at=MONDAY - DAY)]).say is None


def test_several_that_are_due_are_one_digest_gravest_first() -> None:
    episodes = [
        episode("new", opened_at=MONDAY - DAY),
        episode("medium", severity=MEDIUM),
        episode("low", severity=LOW, opened_at=MONDAY - 8 * DAY),
        episode("old", opened_at=MONDAY - 9 * DAY),
        episode("later", severity=MEDIUM, opened_at=MONDAY - DAY),
    ]
    assert decided(episodes).say == say("digest", "old", "new", "medium")


def test_something_high_goes_before_what_has_waited_longer() -> None:
    low = episode("low", severity=LOW, opened_at=MONDAY - 8 * DAY)
    episodes = [fixed("f", closed_at=MONDAY - 2 * DAY), episode("high", opened_at=MONDAY), low]
    assert decided(episodes, [said(MONDAY - 9 * DAY, "f")]).say == say("item", "high")


def test_a_fixed_that_has_waited_for_days_goes_before_what_was_said_before() -> None:
    told = [said(MONDAY - 9 * DAY, "f"), said(MONDAY - 9 * DAY, "high")]
    episodes = [fixed("f", closed_at=MONDAY - 3 * DAY), episode("high")]
    assert decided(episodes, told).say == say("fixed", "f")
    episodes = [fixed("f", closed_at=MONDAY - 2 * DAY), episode("high")]
    assert decided(episodes, told).say == say("item", "high", variant=1)
    new = [fixed("f", closed_at=MONDAY - 9 * DAY), episode("high"), episode("new")]
    assert decided(new, told).say == say("digest", "high", "new")


def test_without_anything_high_what_has_waited_longest_is_first() -> None:
    medium = episode("m", severity=MEDIUM, opened_at=MONDAY - 4 * DAY)
    told = [said(MONDAY - 9 * DAY, "f")]
    assert decided([fixed("f", closed_at=MONDAY - 3 * DAY), medium], told).say == say("fixed", "f")
    assert decided([fixed("f", closed_at=MONDAY - 1 * DAY), medium], told).say == say("item", "m")


def test_what_no_round_has_seen_for_a_week_is_not_said() -> None:
    assert decided([episode(seen_at=MONDAY - 8 * DAY)]) == Decision()


# Repeats


@pytest.mark.parametrize(
    ("told_days_ago", "said_again"),
    [([1], False), ([2], False), ([3], True), ([6, 3], False), ([7, 4], True), ([7, 2], False), ([13, 10, 6], False)],
)
def test_the_same_item_is_said_on_days_0_3_and_7(told_days_ago: Sequence[int], said_again: bool) -> None:
    told = [said(MONDAY - days * DAY, "e1") for days in told_days_ago]
    expected = say("item", "e1", variant=len(told_days_ago)) if said_again else None
    assert decided([episode(opened_at=MONDAY - 40 * DAY)], told).say == expected


def test_after_three_times_it_is_in_the_weekly_digest_only() -> None:
    told = [said(MONDAY - days * DAY, "e1") for days in (14, 11, 7)]
    assert decided([episode(opened_at=MONDAY - 40 * DAY)], told).say == say("weekly", "e1")


def test_a_digest_counts_as_saying_each_of_its_items() -> None:
    told = [said(MONDAY - 2 * DAY, "e1", "e2", kind="digest")]
    decision = decided([episode("e1"), episode("e2")], told)
    assert (decision.say, decision.next_at) == (None, MONDAY + DAY)


def test_a_late_repeat_keeps_its_distance_from_the_one_before() -> None:
    assert decided([episode()], [said(MONDAY - 7 * DAY, "e1"), said(MONDAY - DAY, "e1")]).say is None


def test_an_expired_statement_is_said_once() -> None:
    expired = episode(severity=MEDIUM, status=Status.UNKNOWN, reason="expired")
    assert decided([expired]).say == say("item", "e1")
    assert decided([expired], [said(MONDAY - 5 * DAY, "e1")]).say is None
    assert decided([expired], [said(MONDAY - 7 * DAY, "e1")]).say == say("weekly", "e1")


def test_what_has_risen_to_high_is_said_anew() -> None:
    told = [said(MONDAY - days * DAY, "e1") for days in (14, 11, 7)]
    assert decided([episode(rose_at=MONDAY - HOUR)], told).say == say("item", "e1", variant=3)


def test_what_low_items_were_said_weekly_does_not_count_when_they_rise() -> None:
    told = [said(MONDAY - 2 * DAY, "e1", kind="weekly")]
    assert decided([episode(rose_at=MONDAY - HOUR)], told).say == say("item", "e1", variant=1)


# The weekly digest


def test_the_weekly_digest_comes_a_week_after_the_last() -> None:
    low = episode(severity=LOW, opened_at=MONDAY - 40 * DAY)
    assert decided([low], [said(MONDAY - 7 * DAY, "e1", kind="weekly")]).say == say("weekly", "e1", variant=1)
    decision = decided([low], [said(MONDAY - 7 * DAY + MINUTE, "e1", kind="weekly")])
    assert (decision.say, decision.next_at) == (None, MONDAY + MINUTE)


def test_a_new_low_item_waits_for_the_next_weekly_digest() -> None:
    episodes = [episode("old", severity=LOW), episode("new", severity=LOW)]
    assert decided(episodes, [said(MONDAY - 4 * DAY, "old", kind="weekly")]).say is None


def test_the_weekly_digest_is_about_everything_open_but_what_is_new() -> None:
    told = [said(MONDAY - 2 * DAY, "b", kind="item")]
    episodes = [episode("a", severity=LOW), episode("b"), episode("c", severity=MEDIUM, opened_at=MONDAY - DAY)]
    assert decided(episodes, told).say == say("weekly", "b", "a")


def test_what_is_due_with_the_weekly_digest_is_part_of_it() -> None:
    told = [said(MONDAY - 4 * DAY, "high")]
    episodes = [episode("low", severity=LOW), episode("high"), episode("medium", severity=MEDIUM)]
    assert decided(episodes, told).say == say("weekly", "high", "medium", "low")


def test_what_is_high_and_new_does_not_go_under_in_the_weekly_digest() -> None:
    episodes = [episode("low", severity=LOW, opened_at=MONDAY - 8 * DAY), episode("high")]
    assert decided(episodes).say == say("item", "high")


def test_the_weekly_digest_is_not_put_off_for_ever_by_what_is_high_and_new() -> None:
    episodes = [episode("low", severity=LOW, opened_at=MONDAY - 9 * DAY), episode("high")]
    assert decided(episodes).say == say("weekly", "high", "low")


def test_a_weekly_digest_counts_as_saying_each_of_its_items() -> None:
    told = [said(MONDAY - 2 * DAY, "e1", "e2", kind="weekly")]
    assert decided([episode("e1"), episode("e2", severity=MEDIUM)], told).next_at == MONDAY + DAY


def test_without_anything_that_was_not_said_this_week_there_is_no_weekly_digest() -> None:
    told = [said(MONDAY - days * DAY, "e1") for days in (12, 9, 5)]
    assert decided([episode()], told).say is None


# Fixed


def test_what_we_spoke_of_and_is_good_again_is_said_once() -> None:
    told = [said(MONDAY - 5 * DAY, "e1")]
    assert decided([fixed()], told).say == say("fixed", "e1")
    assert decided([fixed()], [*told, said(MONDAY - 2 * DAY, "e1", kind="fixed")]) == Decision()


def test_several_that_are_good_again_are_said_together() -> None:
    told = [said(MONDAY - 5 * DAY, "a", "b", kind="digest")]
    assert decided([fixed("a"), fixed("b")], told).say == say("fixed", "a", "b")


def test_what_we_never_spoke_of_is_fixed_in_silence() -> None:
    assert decided([fixed()]) == Decision()
    assert decided([fixed()], [said(MONDAY - 5 * DAY, "e1", delivered=False)]) == Decision()


def test_what_only_stopped_to_apply_is_not_called_fixed() -> None:
    assert decided([fixed(good=False)], [said(MONDAY - 5 * DAY, "e1")]) == Decision()


def test_what_is_wrong_once_more_is_not_called_fixed() -> None:
    again = episode("again", check_id="e1", severity=MEDIUM, opened_at=MONDAY - HOUR)
    assert decided([fixed(), again], [said(MONDAY - 5 * DAY, "e1")]).say is None


# Caps


@pytest.mark.parametrize("kind", ["item", "digest", "weekly", "fixed"])
def test_one_alert_a_day_of_whatever_kind(kind: str) -> None:
    decision = decided([episode()], [said(MONDAY - 23 * HOUR, "other", kind=kind)], settings=ALWAYS)
    assert (decision.say, decision.held, decision.next_at) == (None, "day_cap", MONDAY + HOUR)


def test_a_long_day_of_25_hours_has_one_alert_too() -> None:
    # The clocks go back on 25 October 2026.
    midnight, eleven = datetime(2026, 10, 25, tzinfo=LONDON), datetime(2026, 10, 25, 23, tzinfo=LONDON)
    late = episode(opened_at=midnight, seen_at=midnight)
    decision = decided([late], [said(midnight, "other")], now=eleven, settings=ALWAYS)
    assert (decision.say, decision.held) == (None, "day_cap")
    assert decision.next_at == datetime(2026, 10, 26, tzinfo=LONDON)


def test_three_alerts_in_seven_days() -> None:
    told = [said(MONDAY - days * DAY, "other") for days in (6, 4, 2)]
    decision = decided([episode()], told)
    assert (decision.say, decision.held, decision.next_at) == (None, "week_cap", MONDAY + DAY)
    assert decided([episode()], told, now=MONDAY + DAY).say is not None


def test_a_reminder_that_was_asked_for_does_not_count() -> None:
    told = [said(MONDAY - 3 * HOUR, "other", kind="reminder")]
    assert decided([episode()], told).say == say("item", "e1")


def test_but_nothing_is_said_within_an_hour_of_it() -> None:
    decision = decided([episode()], [said(MONDAY - 10 * MINUTE, "other", kind="reminder")])
    assert (decision.say, decision.held, decision.next_at) == (None, "reminder", MONDAY + 50 * MINUTE)


def test_one_that_was_cut_short_counts_as_said() -> None:
    assert decided([episode()], [said(MONDAY - HOUR, "e1", delivered=None)]).held is None
    assert decided([episode("e2")], [said(MONDAY - HOUR, "e1", delivered=None)]).held == "day_cap"


# What could not be shown


@pytest.mark.parametrize(
    ("failures_hours_ago", "waits_hours"),
    [([0], 1), ([1, 0], 2), ([3, 1, 0], 4), ([9, 8, 7, 5, 0], 16), ([9, 8, 7, 6, 5, 4, 0], 24)],
)
def test_after_one_that_could_not_be_shown_it_waits_longer_each_time(
    failures_hours_ago: Sequence[int], waits_hours: int
) -> None:
    told = [said(MONDAY - hours * HOUR, "e1", delivered=False) for hours in failures_hours_ago]
    decision = decided([episode()], told, settings=ALWAYS)
    assert (decision.say, decision.held, decision.next_at) == (None, "retry", MONDAY + waits_hours * HOUR)
    assert decided([episode()], told, now=MONDAY + waits_hours * HOUR, settings=ALWAYS).say == say("item", "e1")


def test_one_that_was_shown_ends_the_waiting() -> None:
    told = [said(MONDAY - 3 * DAY, "e1", delivered=False), said(MONDAY - 2 * DAY, "e2")]
    assert decided([episode()], told).say == say("item", "e1")


# Quiet hours and the person's moment


def test_nothing_is_said_in_quiet_hours() -> None:
    evening = MONDAY.replace(hour=18)
    decision = decided([episode()], now=evening)
    assert (decision.say, decision.held, decision.next_at) == (None, "quiet_hours", evening + 15 * HOUR)


@pytest.mark.parametrize("busy", ["no_session", "locked", "presenting", "full_screen", "do_not_disturb"])
def test_nobody_is_interrupted(busy: Any) -> None:
    decision = decided([episode()], presence=Presence(busy=busy))
    assert (decision.say, decision.held, decision.next_at) == (None, busy, MONDAY + 20 * MINUTE)


def test_on_a_low_battery_nothing_is_said() -> None:
    decision = decided([episode()], presence=Presence(battery_low=True))
    assert (decision.say, decision.held) == (None, "battery_low")


def test_just_after_wake_nothing_is_said() -> None:
    decision = decided([episode()], presence=Presence(present_since=MONDAY - 14 * MINUTE))
    assert (decision.say, decision.held, decision.next_at) == (None, "just_woke", MONDAY + MINUTE)
    assert decided([episode()], presence=Presence(present_since=MONDAY - 15 * MINUTE)).say is not None


def test_a_wake_in_the_future_is_a_clock_set_back_and_holds_nothing() -> None:
    assert decided([episode()], presence=Presence(present_since=MONDAY + DAY)).say is not None


def test_what_is_not_known_of_the_moment_holds_nothing() -> None:
    assert decided([episode()], presence=Presence(unknown=("full_screen",))).say is not None


def test_who_is_busy_until_quiet_hours_is_asked_again_after_them() -> None:
    late = MONDAY.replace(hour=17, minute=50)
    decision = decided([episode()], now=late, presence=Presence(busy="presenting"))
    assert decision.next_at == MONDAY + 23 * HOUR


def test_switched_off_says_nothing_not_even_a_reminder() -> None:
    off = msgspec.structs.replace(SETTINGS, enabled=False)
    assert decided([episode()], reminders=[reminder(MONDAY)], settings=off) == Decision(held="switched_off")


# Reminders


def test_an_item_is_quiet_until_its_reminder_is_due() -> None:
    decision = decided([episode()], reminders=[reminder(MONDAY + HOUR)])
    assert (decision.say, decision.held, decision.next_at) == (None, None, MONDAY + HOUR)


def test_a_reminder_keeps_its_item_out_of_digests() -> None:
    episodes = [episode("e1"), episode("e2"), episode("e3", severity=LOW, opened_at=MONDAY - 8 * DAY)]
    told = [said(MONDAY - 2 * DAY, "e2")]
    assert decided(episodes, reminders=[reminder(MONDAY + HOUR)]).say == say("item", "e2")
    assert decided(episodes, told, [reminder(MONDAY + HOUR)]).say == say("weekly", "e2", "e3")


def test_what_was_asked_for_is_said_in_quiet_hours_on_a_low_battery_and_beyond_the_caps() -> None:
    night = MONDAY.replace(hour=23)
    told = [said(night - days * DAY - MINUTE, "other") for days in range(3)]
    decision = decided([episode()], told, [reminder(night)], now=night, presence=Presence(battery_low=True))
    assert decision.say == say("reminder", "e1")


@pytest.mark.parametrize("presence", [Presence(busy="locked"), Presence(busy="presenting")])
def test_what_was_asked_for_waits_while_nobody_looks(presence: Presence) -> None:
    decision = decided([episode()], reminders=[reminder(MONDAY)], presence=presence)
    assert (decision.say, decision.held, decision.next_at) == (None, presence.busy, MONDAY + 20 * MINUTE)


def test_a_reminder_is_said_of_low_items_too() -> None:
    assert decided([episode(severity=LOW)], reminders=[reminder(MONDAY)]).say == say("reminder", "e1")


def test_several_reminders_that_are_due_are_one() -> None:
    reminders = [reminder(MONDAY, about="e1"), reminder(MONDAY - MINUTE, about="e2")]
    assert decided([episode("e1"), episode("e2")], reminders=reminders).say == say("reminder", "e1", "e2")


def test_a_reminder_is_said_once_and_its_item_stays_quiet_for_days() -> None:
    told = [said(MONDAY - HOUR * 2, "e1", kind="reminder")]
    one = reminder(MONDAY - 3 * HOUR, chosen_at=MONDAY - 4 * HOUR)
    decision = decided([episode()], told, [one])
    assert (decision.say, decision.next_at) == (None, MONDAY + DAY)  # asked again daily at the latest
    assert finished([one], [episode()], told, MONDAY) == [one]


def test_a_reminder_that_could_not_be_shown_is_said_again() -> None:
    told = [said(MONDAY - 2 * HOUR, "e1", kind="reminder", delivered=False)]
    one = reminder(MONDAY - 3 * HOUR, chosen_at=MONDAY - 4 * HOUR)
    assert decided([episode()], told, [one]).say == say("reminder", "e1")
    assert finished([one], [episode()], told, MONDAY) == []


def test_the_reminder_of_an_item_that_was_fixed_meanwhile_is_dropped() -> None:
    one = reminder(MONDAY)
    assert decided([fixed()], reminders=[one]) == Decision()
    assert finished([one], [fixed()], [], MONDAY) == [one]


def test_the_last_choice_counts() -> None:
    first = reminder(MONDAY, chosen_at=MONDAY - 2 * HOUR)
    second = reminder(MONDAY + HOUR, chosen_at=MONDAY - HOUR)
    assert decided([episode()], reminders=[second, first]).next_at == MONDAY + HOUR
    assert finished([first, second], [episode()], [], MONDAY) == [first]


@pytest.mark.parametrize(("severity", "days"), [(HIGH, 3), (MEDIUM, 14)])
def test_nothing_can_be_put_off_for_ever(severity: Severity, days: int) -> None:
    one = reminder(MONDAY + 400 * DAY, chosen_at=MONDAY - days * DAY)
    assert decided([episode(severity=severity)], reminders=[one]).say == say("reminder", "e1")


# Clocks


@pytest.mark.parametrize("back", [8 * HOUR, 3 * DAY, 400 * DAY])
def test_a_clock_set_back_brings_no_alert_forward_and_delays_none_for_long(back: timedelta) -> None:
    now = MONDAY - back
    told, _ = put_right([said(MONDAY - MINUTE, "other")], [], now)
    assert decided([episode(opened_at=now)], told, now=now, settings=ALWAYS).held == "day_cap"
    assert decided([episode(opened_at=now)], told, now=now + 25 * HOUR, settings=ALWAYS).say is not None


def test_what_is_put_right_keeps_its_order_and_distance() -> None:
    told = [said(MONDAY + 300 * DAY, "a"), said(MONDAY + 301 * DAY, "b"), said(MONDAY - DAY, "c")]
    chosen = reminder(MONDAY + 301 * DAY + HOUR, chosen_at=MONDAY + 300 * DAY + HOUR)
    moved, reminders = put_right(told, [chosen], MONDAY)
    assert [(one.at, one.revision) for one in moved] == [(MONDAY - DAY, 2), (MONDAY, 2)]
    assert [(one.chosen_at, one.due_at) for one in reminders] == [(MONDAY - 23 * HOUR, MONDAY + HOUR)]


def test_a_correction_by_seconds_needs_no_putting_right() -> None:
    assert put_right([said(MONDAY + 3 * MINUTE, "a")], [reminder(MONDAY)], MONDAY) == ([], [])


def test_even_without_being_put_right_a_date_a_year_ahead_stalls_nothing() -> None:
    told = [said(MONDAY + 365 * DAY, "e1"), said(MONDAY + 365 * DAY, "e1", kind="weekly")]
    assert decided([episode()], told).say is not None
    one = reminder(MONDAY + 366 * DAY, chosen_at=MONDAY + 365 * DAY)
    assert decided([episode()], reminders=[one]).say == say("item", "e1")


# Properties

SEVERITIES = st.sampled_from([HIGH, HIGH, MEDIUM, LOW, INFO])
MOMENTS = st.timedeltas(-12 * DAY, 0 * DAY).map(lambda before: MONDAY + before)


#: Episodes, what was said, reminders, the time, the person's moment, the outlook.
Situation = tuple[list[Episode], list[Said], list[Reminder], datetime, Presence, Outlook]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    ids = ["a", "b", "c", "d"]
    answers = draw(st.lists(st.builds(expiring, st.timedeltas(-2 * DAY, 16 * DAY), st.sampled_from(ids)), max_size=4))
    now = MONDAY + draw(st.timedeltas(0 * DAY, 7 * DAY))
    episodes = []
    for id_ in ids[: draw(st.integers(0, 4))]:
        opened_at = draw(MOMENTS)
        closed_at = draw(st.none() | st.just(MONDAY))
        status = draw(st.sampled_from([Status.FAIL, Status.UNKNOWN]))
        confirmed_at = draw(st.just(opened_at) | st.none())
        episodes.append(
            episode(id_, severity=draw(SEVERITIES), status=status, opened_at=opened_at, seen_at=now,
                    confirmed_at=confirmed_at, closed_at=closed_at, good=closed_at is not None)
        )  # fmt: skip
    kinds = st.sampled_from(["item", "digest", "weekly", "reminder", "fixed"])
    delivered = st.sampled_from([True, None, False])
    named = st.lists(st.sampled_from(answers), max_size=2) if answers else st.just([])
    told = draw(st.lists(st.builds(said, MOMENTS, st.sampled_from(ids), kind=kinds, delivered=delivered), max_size=5))
    told += draw(st.lists(st.builds(said, MOMENTS, kind=st.just("answers"), answers=named), max_size=1))
    told += draw(st.lists(st.builds(said, MOMENTS, kind=st.just("all_clear"), shares=st.booleans()), max_size=1))
    told += draw(st.lists(st.builds(said, MOMENTS, kind=st.just("welcome")), max_size=1))
    told += draw(st.lists(st.builds(said, MOMENTS, kind=st.just("sharing"), shares=st.just(True)), max_size=1))
    reminders = draw(
        st.lists(
            st.builds(
                reminder,
                st.timedeltas(-2 * DAY, 3 * DAY).map(lambda by: MONDAY + by),
                about=st.sampled_from(ids),
                chosen_at=MOMENTS,
            ),
            max_size=2,
        )
    )
    busy: Any = draw(st.sampled_from([None, None, None, "locked"]))
    presence = Presence(busy=busy, present_since=draw(st.none() | MOMENTS))
    clear_since = draw(st.none() | st.timedeltas(20 * DAY, 40 * DAY).map(lambda before: MONDAY - before))
    begun_at = clear_since or draw(st.none() | MOMENTS)
    shared_since = draw(st.none() | st.timedeltas(-1 * DAY, 50 * DAY).map(lambda before: MONDAY - before))
    outlook = Outlook(answers=tuple(answers), clear_since=clear_since, begun_at=begun_at, shared_since=shared_since)
    return episodes, told, reminders, now, presence, outlook


@given(situations(), st.lists(st.floats(0, 1, exclude_max=True), max_size=5))
def test_asking_before_the_next_moment_changes_nothing(situation: Situation, parts: list[float]) -> None:
    episodes, told, reminders, now, presence, outlook = situation
    decision = decide(episodes, told, reminders, SETTINGS, now, LONDON, presence, outlook)
    if decision.say is not None:
        told = [*told, Said(id="new", at=now, utterance=decision.say)]
        again = decide(episodes, told, reminders, SETTINGS, now, LONDON, presence, outlook)
        assert again.say is None
        assert again.next_at == decision.next_at
    if decision.next_at is None:
        return
    assert now < decision.next_at <= now + DAY + timedelta(seconds=1)
    for part in parts:
        before = now + (decision.next_at - timedelta(seconds=1) - now) * part
        if before > now:
            assert decide(episodes, told, reminders, SETTINGS, before, LONDON, presence, outlook).say is None
    if decision.next_at < now + DAY and presence.busy is None:
        assert decide(episodes, told, reminders, SETTINGS, decision.next_at, LONDON, presence, outlook).say is not None


@given(situations())
def test_only_what_was_asked_for_is_said_in_quiet_hours(
    situation: Situation,
) -> None:
    episodes, told, reminders, now, presence, outlook = situation
    utterance = decide(episodes, told, reminders, SETTINGS, now, LONDON, presence, outlook).say
    if utterance is None:
        return
    assert presence.busy is None
    assert utterance.kind == "reminder" or is_open(now, LONDON, SETTINGS)
    by_id = {one.id: one for one in episodes}
    severities = [by_id[id_].severity for id_ in utterance.episodes]
    assert severities == sorted(severities, key=list(Severity).index, reverse=True)
    assert len(set(utterance.episodes)) == len(utterance.episodes)
    assert (utterance.kind in ("answers", "all_clear", "welcome", "sharing")) == (utterance.episodes == ())
    assert not utterance.shares or outlook.shared_since is not None
    assert (utterance.kind == "answers") <= (utterance.answers != ())
    assert all(now < answer.expires_at <= now + 7 * DAY for answer in utterance.answers)
    assert utterance.kind != "all_clear" or all(one.closed_at is not None for one in episodes)
    if utterance.kind in ("item", "digest"):
        assert {Severity.LOW, Severity.INFO}.isdisjoint(severities)


class Life:
    """Calls over any sequence of jumps, with the caps counted by a clock that nobody sets."""

    def __init__(self) -> None:
        self.real = timedelta()
        self.wall = MONDAY
        self.told: list[Said] = []
        self.spoken: list[tuple[timedelta, str]] = []
        self.forward: list[timedelta] = []
        self.episodes: list[Episode] = []

    def step(self, after: timedelta, jump: timedelta, delivered: bool | None, severity: Severity) -> None:
        self.real += after
        self.wall += after + jump
        if jump > timedelta():
            self.forward.append(self.real)
        id_ = str(len(self.episodes))
        self.episodes.append(episode(id_, severity=severity, opened_at=self.wall - 3 * DAY, seen_at=self.wall))
        moved, _ = put_right(self.told, [], self.wall)
        self.told = [*(one for one in self.told if one.id not in {new.id for new in moved}), *moved]
        utterance = decide(self.episodes, self.told, [], ALWAYS, self.wall, LONDON, FREE, NOTHING).say
        if utterance is not None:
            self.told.append(Said(id=f"s{len(self.spoken)}", at=self.wall, utterance=utterance, delivered=delivered))
            self.spoken.append((self.real, utterance.kind if delivered is not False else "refused"))

    def most_within(self, length: timedelta) -> None:
        """No more than the cap in any such time, but for one more with each jump forward."""
        cap = 1 if length == DAY else 3
        shown = [at for at, kind in self.spoken if kind != "refused"]
        for start in shown:
            jumps = sum(start < at < start + length for at in self.forward)
            assert sum(start <= at < start + length for at in shown) <= cap + jumps


STEP = st.tuples(
    st.sampled_from([MINUTE, HOUR, 5 * HOUR, 11 * HOUR]) | st.timedeltas(MINUTE, DAY),
    st.just(0 * HOUR),
    st.sampled_from([True, True, None, False]),
    SEVERITIES,
)
JUMPS = st.sampled_from([0, 0, 0, 0, -8 * 60, -3 * 1440, -400 * 1440, 8 * 60, 365 * 1440]).map(
    lambda minutes: minutes * MINUTE
)


@given(st.lists(STEP, max_size=40))
def test_never_more_than_one_alert_a_day_and_three_a_week(steps: list[Any]) -> None:
    life = Life()
    for step in steps:
        life.step(*step)
    life.most_within(DAY)
    life.most_within(7 * DAY)


@given(st.lists(st.tuples(STEP, JUMPS), max_size=40))
def test_a_clock_set_back_brings_no_alert_forward_and_each_jump_ahead_at_most_one(steps: list[Any]) -> None:
    life = Life()
    for (after, _, delivered, severity), jump in steps:
        life.step(after, jump, delivered, severity)
    life.most_within(DAY)
