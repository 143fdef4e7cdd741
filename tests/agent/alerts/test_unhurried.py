"""What never presses: the answers that will expire, and that all is clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.alerts.episodes import episodes_after
from agent.alerts.records import Decision, Episode, Expiring, Key, Outlook, Presence, Said, Utterance
from agent.alerts.unhurried import outlook
from agent.contract import Account, Attestation, Basis, Category, Finding, Severity, Status
from agent.status import CheckRow
from checks.practices.judge import judge as practice_findings
from checks.two_step import judge as two_step_findings
from config.loader import default_settings
from config.platforms import platforms
from config.practices import practices
from tests.agent.alerts.builders import (
    ALWAYS,
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    SETTINGS,
    decided,
    episode,
    expiring,
    reminder,
    said,
)

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
SOON = expiring(6 * DAY)


def with_answers(*answers: Expiring) -> Outlook:
    return Outlook(answers=answers)


def named(*answers: Expiring, variant: int = 0) -> Utterance:
    return Utterance(kind="answers", answers=answers, variant=variant)


def weekly(*answers: Expiring, about: Sequence[str] = ("low",)) -> Utterance:
    return Utterance(kind="weekly", episodes=tuple(about), answers=answers)


def told_of(at: datetime, *answers: Expiring) -> Said:
    return said(at, kind="answers", answers=answers)


# Answers that will expire


@pytest.mark.parametrize(("left", "expected"), [(7 * DAY, True), (7 * DAY + MINUTE, False)])
def test_an_answer_is_named_within_a_week_of_its_end(left: timedelta, expected: bool) -> None:
    answer = expiring(left)
    decision = decided(outlook=with_answers(answer))
    assert decision.say == (named(answer) if expected else None)
    assert expected or decision.next_at == MONDAY + MINUTE


def test_several_are_always_one_message() -> None:
    answers = [expiring(hours * HOUR, f"a{hours}") for hours in (30, 50, 100)]
    assert decided(outlook=with_answers(*answers, expiring(8 * DAY, "later"))).say == named(*answers)


def test_without_any_nothing_is_said() -> None:
    assert decided(outlook=with_answers()) == Decision()
    assert decided(outlook=with_answers(expiring(timedelta(0)), expiring(-DAY, "a2"))) == Decision()


def test_an_answer_is_named_once_for_each_end_it_has() -> None:
    told = [told_of(MONDAY - 2 * DAY, SOON)]
    assert decided(told=told, outlook=with_answers(SOON)) == Decision()
    renewed = msgspec.structs.replace(SOON, expires_at=SOON.expires_at + 30 * DAY)
    decision = decided(told=told, outlook=with_answers(renewed), now=MONDAY + 30 * DAY)
    assert decision.say == named(renewed, variant=1)


def test_one_that_could_not_be_shown_has_named_nothing() -> None:
    refused = msgspec.structs.replace(told_of(MONDAY - 3 * HOUR, SOON), delivered=False)
    assert decided(told=[refused], outlook=with_answers(SOON)).say == named(SOON)


def test_one_that_was_cut_short_has_named_it() -> None:
    cut_short = msgspec.structs.replace(told_of(MONDAY - 3 * DAY, SOON), delivered=None)
    assert decided(told=[cut_short], outlook=with_answers(SOON)) == Decision()


@pytest.mark.parametrize(
    ("left", "others_days_ago", "waits"),
    [(5 * DAY, 4, DAY), (7 * DAY, 4, 3 * DAY), (7 * DAY, 6, DAY), (4 * DAY, 4, 0 * DAY), (DAY, 1, 0 * DAY)],
)
def test_the_next_ones_wait_for_a_week_to_go_by_but_not_when_only_four_days_are_left(
    left: timedelta, others_days_ago: int, waits: timedelta
) -> None:
    told, answer = [told_of(MONDAY - others_days_ago * DAY, expiring(-DAY, "before"))], expiring(left)

    def at(now: datetime) -> Decision:
        return decided(told=told, outlook=with_answers(answer), now=now)

    assert at(MONDAY + waits).say == named(answer, variant=1)
    if waits:
        assert at(MONDAY + waits - MINUTE).say is None
        assert at(MONDAY).next_at == MONDAY + DAY  # asked again daily at the latest


def test_they_are_named_in_the_weekly_digest_when_that_is_due() -> None:
    low = episode("low", severity=LOW)
    assert decided([low], outlook=with_answers(SOON)).say == weekly(SOON)
    assert decided(
        [low], [said(MONDAY - 8 * DAY, "low", kind="weekly", answers=[SOON])], outlook=with_answers(SOON)
    ).say
    told = [said(MONDAY - 8 * DAY, "low", kind="weekly"), told_of(MONDAY - 2 * DAY, SOON)]
    assert decided([low], told, outlook=with_answers(SOON)).say == msgspec.structs.replace(weekly(), variant=1)


def test_they_wait_for_a_weekly_digest_that_comes_in_time() -> None:
    low = episode("low", severity=LOW, opened_at=MONDAY - 40 * DAY)
    told = [said(MONDAY - 6 * DAY, "low", kind="weekly")]
    decision = decided([low], told, outlook=with_answers(SOON))
    assert (decision.say, decision.next_at) == (None, MONDAY + DAY)
    at = MONDAY + DAY
    expected = msgspec.structs.replace(weekly(SOON), variant=1)
    assert decided([msgspec.structs.replace(low, seen_at=at)], told, outlook=with_answers(SOON), now=at).say == expected


def test_they_do_not_wait_for_one_that_comes_too_late() -> None:
    low = episode("low", severity=LOW, opened_at=MONDAY - 40 * DAY)
    told = [said(MONDAY - 2 * DAY, "low", kind="weekly")]
    answer = expiring(4 * DAY)
    assert decided([low], told, outlook=with_answers(answer)).say == named(answer)


@pytest.mark.parametrize("severity", [HIGH, MEDIUM])
def test_what_is_wrong_goes_before(severity: Severity) -> None:
    due = episode("due", severity=severity)
    assert decided([due], outlook=with_answers(SOON)).say == Utterance(kind="item", episodes=("due",))


def test_they_are_not_named_on_the_day_before_something_else_is_due() -> None:
    medium = episode("m", severity=MEDIUM, opened_at=MONDAY - 36 * HOUR)
    decision = decided([medium], outlook=with_answers(SOON), settings=ALWAYS)
    assert (decision.say, decision.next_at) == (None, MONDAY + 12 * HOUR)
    later = episode("m", severity=MEDIUM, opened_at=MONDAY - 20 * HOUR)
    assert decided([later], outlook=with_answers(SOON), settings=ALWAYS).say == named(SOON)


def test_they_wait_while_something_high_is_not_yet_sure() -> None:
    unsure = episode("u", opened_at=MONDAY, confirmed_at=None)
    assert decided([unsure], outlook=with_answers(SOON)).say is None
    assert decided([episode("u", opened_at=MONDAY, confirmed_at=None, severity=LOW)], outlook=with_answers(SOON)).say


def test_a_fixed_goes_before_unless_an_answer_would_be_gone_by_then() -> None:
    good, told = episode("f", closed_at=MONDAY - HOUR, good=True), [said(MONDAY - 5 * DAY, "f")]
    fixed = Utterance(kind="fixed", episodes=("f",))
    assert decided([good], told, outlook=with_answers(SOON)).say == fixed
    answer = expiring(4 * DAY)
    assert decided([good], told, outlook=with_answers(answer)).say == named(answer)
    assert decided([good], [*told, told_of(MONDAY - 3 * DAY, answer)], outlook=with_answers(answer)).say == fixed


def test_but_no_answer_goes_before_what_is_wrong_because_a_fixed_is_due_too() -> None:
    good = episode("f", closed_at=MONDAY - 5 * DAY, good=True)
    medium, answer = episode("m", severity=MEDIUM, opened_at=MONDAY - 4 * DAY), expiring(DAY)
    utterance = decided([good, medium], [said(MONDAY - 6 * DAY, "f")], outlook=with_answers(answer)).say
    assert utterance == Utterance(kind="fixed", episodes=("f",))


def test_the_last_alert_of_a_week_is_left_to_what_is_urgent() -> None:
    told = [said(MONDAY - days * DAY, "gone") for days in (5, 3)]
    decision = decided(told=told, outlook=with_answers(SOON))
    assert (decision.say, decision.held, decision.next_at) == (None, "week_cap", MONDAY + DAY)
    assert decided([episode()], told, outlook=with_answers(SOON)).say == Utterance(kind="item", episodes=("e1",))
    assert decided(told=told, outlook=with_answers(expiring(4 * DAY))).say == named(expiring(4 * DAY))


def test_but_never_a_fourth_is_said() -> None:
    told = [said(MONDAY - days * DAY, "gone") for days in (5, 3, 2)]
    assert decided(told=told, outlook=with_answers(expiring(4 * DAY))).held == "week_cap"


@pytest.mark.parametrize("kind", ["answers", "all_clear", "welcome", "sharing"])
def test_they_count_for_the_day_and_the_week_like_any_other(kind: str) -> None:
    assert decided([episode()], [said(MONDAY - 23 * HOUR, kind=kind)], settings=ALWAYS).held == "day_cap"
    told = [said(MONDAY - days * DAY, kind=kind) for days in (6, 4, 2)]
    assert decided([episode()], told).held == "week_cap"


@pytest.mark.parametrize(
    ("now", "presence", "held"),
    [
        (MONDAY.replace(hour=19), Presence(), "quiet_hours"),
        (MONDAY + 5 * DAY, Presence(), "quiet_hours"),
        (MONDAY, Presence(busy="presenting"), "presenting"),
        (MONDAY, Presence(battery_low=True), "battery_low"),
        (MONDAY, Presence(present_since=MONDAY - MINUTE), "just_woke"),
    ],
)
@pytest.mark.parametrize(
    "what",
    [
        with_answers(expiring(7 * DAY)),
        Outlook(clear_since=MONDAY - 30 * DAY),
        Outlook(begun_at=MONDAY),
        Outlook(shared_since=MONDAY - 30 * DAY),
    ],
    ids=["answers", "clear", "welcome", "sharing"],
)
def test_nobody_is_interrupted_by_them(what: Outlook, now: datetime, presence: Presence, held: str) -> None:
    decision = decided(outlook=what, now=now, presence=presence)
    assert (decision.say, decision.held) == (None, held)
    assert decision.next_at is not None
    assert decision.next_at > now


def test_what_has_expired_before_it_could_be_named_is_not_woken_for() -> None:
    friday_evening = MONDAY + 4 * DAY + 9 * HOUR
    assert decided(outlook=with_answers(expiring(5 * DAY)), now=friday_evening) == Decision()
    both = with_answers(expiring(5 * DAY), expiring(9 * DAY, "a2"))
    decision = decided(outlook=both, now=friday_evening)
    assert (decision.say, decision.held) == (None, "quiet_hours")


def test_switched_off_says_nothing_of_either() -> None:
    off = msgspec.structs.replace(SETTINGS, enabled=False)
    both = Outlook(answers=(SOON,), clear_since=MONDAY - 90 * DAY)
    assert decided(outlook=both, settings=off) == Decision(held="switched_off")


# An answer that has expired is an episode like any other


def expired(severity: Severity) -> Episode:
    finding = Finding(status=Status.UNKNOWN, reason="expired", severity=severity, basis=Basis.ATTESTED)
    (found,) = episodes_after([], [("c", finding)], {"c"}, MONDAY, lambda: "e")
    return found


def said_over_weeks(one: Episode, days: int) -> list[str]:
    """What is said of it, asked once a day at ten."""
    told: list[Said] = []
    for day in range(days):
        now = MONDAY + day * DAY
        decision = decided([msgspec.structs.replace(one, seen_at=now)], told, now=now)
        if decision.say is not None:
            told.append(Said(id=str(day), at=now, utterance=decision.say, delivered=True))
    return [entry.utterance.kind for entry in told]


def test_a_medium_one_has_one_alert_of_its_own_and_then_the_weekly_digest() -> None:
    kinds = said_over_weeks(expired(MEDIUM), 40)
    assert kinds[0] == "item"
    assert set(kinds[1:]) == {"weekly"}
    assert len(kinds) >= 4


def test_a_low_one_has_the_weekly_digest_only() -> None:
    assert set(said_over_weeks(expired(LOW), 40)) == {"weekly"}


def stated(subject: str, statement: str, answer: str, version: int = 1) -> Attestation:
    return Attestation(subject=subject, statement=statement, statement_version=version, answer=answer, at=MONDAY - HOUR)


@pytest.mark.parametrize(
    "check_id", sorted(name for name, one in practices().items() if one.alerted and not one.opened_by)
)
def test_the_answer_to_a_practice_is_named_and_then_an_episode_that_is_medium_at_most(check_id: str) -> None:
    practice, profile = practices()[check_id], default_settings().profile
    kind = min(practice.kinds, default=None)
    service = next((one.id for one in platforms().values() if one.kind == kind), "")
    accounts = [Account(id="i-1", service=service, label="Work")] if kind else []
    made = [
        stated(
            "i-1" if kind else "laptop",
            question.id,
            next(answer.id for answer in question.answers if answer.status == "pass"),
            question.version,
        )
        for question in practice.question
    ]
    (good,) = practice_findings(practice, made, accounts, profile, MONDAY)
    (answer,) = seen(row_of(check_id, good)).answers
    assert MONDAY < answer.expires_at < MONDAY + 366 * DAY
    (old,) = practice_findings(practice, made, accounts, profile, answer.expires_at)
    (opened,) = episodes_after([], [(check_id, old)], {check_id}, answer.expires_at, lambda: "e")
    assert (opened.key, opened.confirmed_at) == (answer.key, answer.expires_at)
    assert opened.severity in (LOW, MEDIUM)


def test_the_answer_about_a_second_step_is_named_and_then_an_episode_that_is_low() -> None:
    profile, account = default_settings().profile, Account(id="i-1", service="google", label="Work")
    made = [stated("i-1", "two_step.method", "passkey")]
    (good,) = two_step_findings([account], made, profile, MONDAY)
    (answer,) = seen(row_of("two_step", good)).answers
    (old,) = two_step_findings([account], made, profile, answer.expires_at)
    (opened,) = episodes_after([], [("two_step", old)], {"two_step"}, answer.expires_at, lambda: "e")
    assert (opened.key, opened.severity) == (answer.key, LOW)


# All clear

CLEAR = Outlook(clear_since=MONDAY - 30 * DAY)


def test_a_month_after_the_first_round_it_is_said_that_all_is_clear() -> None:
    assert decided(outlook=CLEAR).say == Utterance(kind="all_clear")
    decision = decided(outlook=Outlook(clear_since=MONDAY - 30 * DAY + MINUTE))
    assert (decision.say, decision.next_at) == (None, MONDAY + MINUTE)


@pytest.mark.parametrize("kind", ["item", "weekly", "fixed", "reminder", "answers", "all_clear"])
def test_a_month_after_the_last_word_of_any_kind(kind: str) -> None:
    since = Outlook(clear_since=MONDAY - 300 * DAY)
    decision = decided(told=[said(MONDAY - 30 * DAY + MINUTE, "gone", kind=kind)], outlook=since)
    assert (decision.say, decision.next_at) == (None, MONDAY + MINUTE)
    assert decided(told=[said(MONDAY - 30 * DAY, "gone", kind=kind)], outlook=since).say is not None


def test_one_that_was_cut_short_is_not_said_again_for_a_month() -> None:
    told = [said(MONDAY - 2 * DAY, kind="all_clear", delivered=None)]
    assert decided(told=told, outlook=CLEAR) == Decision(next_at=MONDAY + DAY)


def test_one_that_was_refused_is_tried_again_and_not_at_once() -> None:
    told = [said(MONDAY, kind="all_clear", delivered=False)]
    decision = decided(told=told, outlook=CLEAR)
    assert (decision.say, decision.held, decision.next_at) == (None, "retry", MONDAY + HOUR)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"severity": LOW},
        {"severity": Severity.INFO},
        {"confirmed_at": None},
        {"seen_at": MONDAY - 20 * DAY},
        {"status": Status.UNKNOWN, "reason": "expired"},
    ],
)
def test_while_anything_is_open_all_is_not_clear(changes: dict[str, Any]) -> None:
    told = [said(MONDAY - 31 * DAY, "e1"), said(MONDAY - 31 * DAY, "e1", kind="weekly")]
    utterance = decided([episode(**changes)], told, outlook=CLEAR).say
    assert utterance is None or utterance.kind != "all_clear"


def test_what_the_person_put_off_is_open_too() -> None:
    decision = decided([episode()], reminders=[reminder(MONDAY + HOUR)], outlook=CLEAR)
    assert (decision.say, decision.next_at) == (None, MONDAY + HOUR)


def test_who_does_not_want_to_hear_it_does_not() -> None:
    without = msgspec.structs.replace(SETTINGS, all_clear=False)
    assert decided(outlook=CLEAR, settings=without) == Decision()
    both = msgspec.structs.replace(CLEAR, answers=(SOON,))
    assert decided(outlook=both, settings=without).say == named(SOON)


def test_answers_that_get_old_are_said_instead() -> None:
    assert decided(outlook=msgspec.structs.replace(CLEAR, answers=(SOON,))).say == named(SOON)


@pytest.mark.parametrize(("left", "expected"), [(13 * DAY, None), (15 * DAY, Utterance(kind="all_clear"))])
def test_nothing_needs_you_is_not_followed_within_a_week_by_something_that_does(
    left: timedelta, expected: Utterance | None
) -> None:
    assert decided(outlook=msgspec.structs.replace(CLEAR, answers=(expiring(left),))).say == expected


# That the program is here

NEW = Outlook(begun_at=MONDAY)
WELCOME = Utterance(kind="welcome")


def test_after_the_first_round_the_person_is_greeted_once() -> None:
    assert decided(outlook=NEW).say == WELCOME
    for delivered in (True, None):
        greeted = [said(MONDAY, kind="welcome", delivered=delivered)]
        assert decided(told=greeted, now=MONDAY + 2 * DAY, outlook=NEW).say is None


@pytest.mark.parametrize(("after", "expected"), [(7 * DAY - MINUTE, WELCOME), (7 * DAY, None)])
def test_whoever_has_had_it_for_a_week_is_not_greeted_any_more(after: timedelta, expected: Utterance | None) -> None:
    assert decided(now=MONDAY + after, outlook=NEW).say == expected


def test_a_greeting_for_which_there_is_no_time_in_the_first_week_is_not_waited_for() -> None:
    installed = MONDAY + 4 * DAY + 9 * HOUR
    assert decided(now=installed + 6 * DAY + 23 * HOUR, outlook=Outlook(begun_at=installed)) == Decision()


def test_what_is_high_goes_before_a_greeting_also_when_it_is_not_sure_yet() -> None:
    assert decided([episode(opened_at=MONDAY)], outlook=NEW).say == Utterance(kind="item", episodes=("e1",))
    assert decided([episode(opened_at=MONDAY, confirmed_at=None)], outlook=NEW).say is None


def test_a_clock_that_was_ahead_at_the_first_round_takes_no_greeting_away() -> None:
    assert decided(outlook=Outlook(begun_at=MONDAY + 300 * DAY)).say == WELCOME


@pytest.mark.parametrize(("ago", "expected"), [(7 * DAY - HOUR, WELCOME), (7 * DAY, None)])
def test_whoever_was_spoken_to_a_week_ago_is_not_greeted_although_the_first_round_was_forgotten(
    ago: timedelta, expected: Utterance | None
) -> None:
    # A store that was lost; or one of a program that knew no greetings.
    assert decided(told=[said(MONDAY - ago, kind="all_clear")], outlook=NEW).say == expected


# That reports are shared

SHARES = Outlook(shared_since=MONDAY - 30 * DAY)
SHARING = Utterance(kind="sharing", shares=True)


def test_a_month_after_the_person_agreed_they_are_reminded_that_they_share() -> None:
    assert decided(outlook=SHARES).say == SHARING
    decision = decided(outlook=Outlook(shared_since=MONDAY - 30 * DAY + MINUTE))
    assert (decision.say, decision.next_at) == (None, MONDAY + MINUTE)


@pytest.mark.parametrize("kind", ["sharing", "all_clear", "weekly"])
def test_and_a_month_after_the_last_time_that_it_was_said(kind: str) -> None:
    since = Outlook(shared_since=MONDAY - 300 * DAY)
    assert decided(told=[said(MONDAY - 29 * DAY, kind=kind, shares=True)], outlook=since).say is None
    assert decided(told=[said(MONDAY - 30 * DAY, kind=kind, shares=True)], outlook=since).say == SHARING
    assert decided(told=[said(MONDAY - 29 * DAY, kind=kind)], outlook=since).say == SHARING


def test_where_all_is_clear_both_are_one_alert() -> None:
    both = msgspec.structs.replace(CLEAR, shared_since=MONDAY - 30 * DAY)
    assert decided(outlook=both).say == Utterance(kind="all_clear", shares=True)
    soon = msgspec.structs.replace(CLEAR, shared_since=MONDAY - 23 * DAY)
    assert decided(outlook=soon).say == Utterance(kind="all_clear", shares=True)
    later = msgspec.structs.replace(CLEAR, shared_since=MONDAY - 23 * DAY + MINUTE)
    assert decided(outlook=later).say == Utterance(kind="all_clear")


@pytest.mark.parametrize(("clear_in", "expected"), [(14 * DAY, None), (14 * DAY + MINUTE, SHARING)])
def test_it_waits_for_the_word_that_all_is_clear_if_that_is_due_soon(
    clear_in: timedelta, expected: Utterance | None
) -> None:
    both = Outlook(shared_since=MONDAY - 30 * DAY, clear_since=MONDAY - 30 * DAY + clear_in)
    assert decided(outlook=both).say == expected


def test_who_does_not_want_to_hear_that_all_is_clear_is_reminded_all_the_same() -> None:
    without = msgspec.structs.replace(SETTINGS, all_clear=False)
    both = msgspec.structs.replace(CLEAR, shared_since=MONDAY - 30 * DAY)
    assert decided(outlook=both, settings=without).say == SHARING


def test_it_is_said_with_a_weekly_digest_that_is_due() -> None:
    low = episode("low", severity=LOW)
    assert decided([low], outlook=SHARES).say == msgspec.structs.replace(weekly(), shares=True)
    assert decided([low], outlook=Outlook(shared_since=MONDAY - 29 * DAY)).say == weekly()


def test_agreed_to_under_a_clock_that_was_ahead_it_is_rather_said_early_than_never() -> None:
    assert decided(outlook=Outlook(shared_since=MONDAY + 300 * DAY)).say == SHARING
    assert decided(outlook=Outlook(shared_since=MONDAY + MINUTE)).say is None


# What the findings say


def row(check_id: str = "screen_lock", status: Status = Status.PASS, **changes: Any) -> CheckRow:
    values: dict[str, Any] = {"version": 1, "category": Category.DEVICE, "severity": Severity.INFO, "reason": "fine"}
    values |= {"basis": Basis.MEASURED, "observed_at": MONDAY - HOUR} | changes
    return CheckRow(id=check_id, status=status, **values)


def row_of(check_id: str, finding: Finding) -> CheckRow:
    return row(check_id, finding.status, basis=finding.basis, expires_at=finding.expires_at, instance=finding.subject)


def answered(check_id: str = "recovery_plan", **changes: Any) -> CheckRow:
    values: dict[str, Any] = {"basis": Basis.ATTESTED, "expires_at": MONDAY + 3 * DAY} | changes
    return row(check_id, **values)


def seen(*rows: CheckRow, asked_again: Sequence[str] | None = None, first: datetime | None = MONDAY) -> Outlook:
    by_key = {Key(one.id, one.instance): one for one in rows}
    asked = [one.id for one in rows] if asked_again is None else asked_again
    return outlook(by_key, MONDAY, asked_again=asked, first_round_at=first)


def test_the_answers_are_the_good_ones_that_the_person_gave_the_first_to_expire_first() -> None:
    rows = [
        row(),
        answered("b", instance="i-1"),
        answered("a", expires_at=MONDAY + 90 * DAY),
        answered("measured", basis=Basis.MEASURED),
        answered("bad", status=Status.FAIL),
        answered("old", status=Status.UNKNOWN),
        answered("lasting", expires_at=None),
    ]
    assert [one.key for one in seen(*rows).answers] == [Key("b", "i-1"), Key("a", None)]


def test_what_nobody_is_asked_for_again_is_not_named() -> None:
    assert seen(answered("self_search"), asked_again=["recovery_plan"]).answers == ()


@pytest.mark.parametrize("status", [Status.PASS, Status.NOT_APPLICABLE, Status.DISABLED])
def test_all_is_clear_with_nothing_but_what_asks_for_nothing(status: Status) -> None:
    assert seen(row(), row("b", status)).clear_since == MONDAY
    assert seen(row(), row("b", status), first=None).clear_since is None


@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN, Status.UNKNOWN])
def test_all_is_not_clear_with_anything_wrong_or_not_known(status: Status) -> None:
    assert seen(row(), row("b", status)).clear_since is None


@pytest.mark.parametrize("rows", [(), (row("b", Status.DISABLED),), (row("b", Status.NOT_APPLICABLE),)])
def test_where_nothing_is_known_to_be_good_all_is_not_clear(rows: tuple[CheckRow, ...]) -> None:
    assert seen(*rows).clear_since is None


@pytest.mark.parametrize("observed_at", [MONDAY - 8 * DAY, MONDAY + DAY])
def test_a_finding_of_another_time_says_nothing_about_now(observed_at: datetime) -> None:
    assert seen(row(), row("b", observed_at=observed_at)).clear_since is None
