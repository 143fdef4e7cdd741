"""What the first page says of findings: the order, the four words, and never more than is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.alerts.records import Key, Reminder
from agent.attested import Said
from agent.contract import Account, Basis, Category, Severity, Status
from agent.page.groups import Group
from agent.page.lines import line, standing
from agent.page.view import Home, home
from agent.page.wording import day, moment, on_day
from agent.paths import Paths
from agent.statements import Due, OpenQuestions, statements
from agent.status import CheckRow, Text, write
from tests.agent.page.client import Client
from tests.agent.page.furnished import _closed, _episode, document, furnish, row
from tests.agent.page.markup import read

TITLES = {"screen_lock": "Screen lock", "app_updates": "App updates", "two_step": "Two-step verification"}


def shown(*rows: CheckRow, **more: Any) -> Home:
    return home(document(*rows) if rows else None, titles=TITLES, now=datetime.now(UTC), **more)


def asked(check: str = "recovery_plan", status: Status = Status.UNKNOWN, **changes: Any) -> CheckRow:
    return row(check, status, category=Category.PRACTICE, basis=Basis.ATTESTED, **changes)


def due(*names: str, to_find_out: tuple[str, ...] = (), account: Account | None = None) -> OpenQuestions:
    """These questions are open."""
    found = [
        tuple(Due(statements()[name], account, Said("no_answer")) for name in each) for each in (names, to_find_out)
    ]
    return OpenQuestions(*found)


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([], "Nothing has been checked yet"),
        ([row()], "1 thing to look at"),
        (
            [row(), row("app_updates", Status.WARN), row("two_step", Status.UNKNOWN)],
            "2 things to look at and 1 thing not checked",
        ),
        ([row(status=Status.PASS)], "Nothing needs doing"),
        ([row(status=Status.PASS), row("app_updates", Status.UNKNOWN)], "1 thing was not checked"),
        ([row(status=Status.DISABLED)], "1 thing was not checked"),
        ([row(status=Status.PASS), asked()], "1 thing was not checked"),
        ([row(status=Status.NOT_APPLICABLE)], "Nothing has been checked yet"),
    ],
)
def test_the_title_says_how_it_is(rows: list[CheckRow], title: str) -> None:
    assert shown(*rows).title == title


def test_what_is_asked_is_counted_once_and_nothing_needs_doing_only_when_nothing_is_open() -> None:
    rows = [row(status=Status.PASS), asked(), asked("team_hours")]
    assert shown(*rows, questions=due("recovery_plan.plan", "team_hours.agreed")).title == "2 questions for you"
    unsure = due("recovery_plan.plan", to_find_out=("team_hours.agreed",))
    assert shown(*rows, questions=unsure).title == "1 question and 1 to find out"
    assert shown(row(status=Status.PASS), questions=due(to_find_out=("team_hours.agreed",))).title == "1 to find out"
    mixed = shown(*rows, row("app_updates", Status.UNKNOWN), questions=unsure)
    assert mixed.title == "1 question, 1 to find out and 1 thing not checked"


def test_a_question_about_one_account_covers_no_finding_about_another() -> None:
    about = [row("two_step", Status.UNKNOWN, instance=name, category=Category.ACCOUNT) for name in ("i-1", "i-2")]
    questions = due("two_step.method", account=Account(id="i-1", service="x", label="X"))
    page = shown(*about, questions=questions, labels={"i-1": "X", "i-2": "Y"})
    assert page.title == "1 question and 1 thing not checked"


def test_before_the_first_account_is_listed_that_is_what_to_do() -> None:
    none = [row("two_step", Status.UNKNOWN, reason="no_accounts"), row("breach", Status.UNKNOWN, reason="no_accounts")]
    questions = due("recovery_plan.plan", "team_hours.agreed")
    page = shown(row(status=Status.PASS), *none, asked(), asked("team_hours"), questions=questions, labels={})
    assert page.title == "Just starting: add your first account, then 2 questions"
    also = shown(row("app_updates", Status.UNKNOWN), *none, questions=questions, labels={})
    assert also.title == "Just starting: add your first account, then 2 questions; 1 thing was not checked"
    failing = shown(row(), *none, questions=questions, labels={})
    assert failing.title == "1 thing to look at, a first account to add and 2 questions"


def test_what_said_that_no_accounts_are_listed_is_overtaken_by_the_first() -> None:
    none = row("breach", Status.UNKNOWN, reason="no_accounts", category=Category.ACCOUNT, text=Text("None listed", ""))
    (before,) = shown(none, labels={}).groups[1].lines
    assert before.said == "None listed"
    (after,) = shown(none, labels={"i-1": "X"}).groups[1].lines
    assert after.said == "Breach: not checked yet"
    practice = row("mail_forwarding", Status.UNKNOWN, reason="no_accounts", category=Category.ACCOUNT)
    (still,) = shown(practice, labels={"i-1": "X"}).groups[1].lines
    assert still.said == "No accounts", "there may be accounts, and no mailbox among them"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.PASS, "OK"),
        (Status.WARN, "Look at soon"),
        (Status.FAIL, "Action needed"),
        (Status.UNKNOWN, "Not checked"),
        (Status.DISABLED, "Not checked"),
        (Status.NOT_APPLICABLE, "Does not apply"),
    ],
)
def test_there_are_four_words_and_one_for_what_does_not_apply_and_only_a_pass_is_ok(status: Status, word: str) -> None:
    assert line(row(status=status), TITLES, datetime.now(UTC)).word == word


def test_an_answer_that_has_expired_since_is_no_longer_ok() -> None:
    now = datetime.now(UTC)
    told = row(status=Status.PASS, basis=Basis.ATTESTED, expires_at=now)
    assert standing(told, now - timedelta(seconds=1)) == "ok"
    assert standing(told, now) == "unknown"
    assert line(told, TITLES, now).said == "Your answer is no longer recent"
    assert shown(told).title == "1 thing was not checked"


def test_what_is_worst_comes_first() -> None:
    rows = [
        row("a", Status.PASS),
        row("b", Status.UNKNOWN),
        row("c", Status.WARN, severity=Severity.HIGH),
        row("d", Status.FAIL, severity=Severity.LOW),
        row("e", Status.FAIL, severity=Severity.HIGH),
    ]
    page = shown(*rows)
    assert [one.check_id for one in page.groups[0].lines] == ["e", "d", "c", "b", "a"]
    assert page.first is not None
    assert page.first.line.check_id == "e"


def test_the_groups_and_their_order() -> None:
    assert [group.heading for group in shown().groups] == ["This laptop", "My accounts", "Our team", "This app"]


def test_what_waits_for_a_time_that_was_picked_is_not_first_but_is_still_listed() -> None:
    now = datetime.now(UTC)
    later = Reminder(id="r", check_id="screen_lock", subject=None, due_at=now + timedelta(hours=1), chosen_at=now)
    page = shown(row(severity=Severity.HIGH), row("app_updates", Status.WARN), reminders=[later])
    assert page.first is not None
    assert page.first.line.check_id == "app_updates"
    (waiting, _) = page.groups[0].lines
    assert waiting.later is not None
    assert waiting.word == "Action needed"


def test_a_reminder_that_is_due_holds_nothing_back() -> None:
    now = datetime.now(UTC)
    due = Reminder(id="r", check_id="screen_lock", subject=None, due_at=now - timedelta(hours=1), chosen_at=now)
    page = shown(row(), reminders=[due])
    assert page.first is not None


def test_with_nothing_to_do_nothing_is_first() -> None:
    assert shown(row(status=Status.PASS), row("b", Status.UNKNOWN)).first is None


def test_a_time_can_be_picked_only_for_what_is_open() -> None:
    now = datetime.now(UTC)
    without, having = shown(row()).first, shown(row(), episodes=[_episode("screen_lock", now)]).first
    assert without is not None
    assert having is not None
    assert (without.can_wait, having.can_wait) == (False, True)


def test_what_was_found_about_an_account_that_has_gone_is_not_shown() -> None:
    gone = row("two_step", instance="i-gone", label="Old", category=Category.ACCOUNT)
    page = shown(gone, row(status=Status.PASS), labels={})
    assert page.groups[1].lines == ()
    assert page.title == "Just starting: add your first account"


def test_what_does_not_apply_is_apart() -> None:
    page = shown(row(status=Status.NOT_APPLICABLE), row("app_updates", Status.DISABLED))
    assert [one.check_id for one in page.groups[0].apart] == ["screen_lock"]
    assert [one.said for one in page.groups[0].lines] == ["Switched off"]


def test_what_was_put_right_this_month_is_told_once() -> None:
    now = datetime.now(UTC)
    ended = [
        _closed(_episode("screen_lock", now), now - timedelta(days=20)),
        _closed(_episode("screen_lock", now), now - timedelta(days=2)),
        _closed(_episode("app_updates", now), now - timedelta(days=40)),
        _closed(_episode("two_step", now, subject="i-gone"), now),
    ]
    (fixed,) = shown(row(), episodes=ended).fixed
    assert fixed.name == "Screen lock"
    assert fixed.when == on_day(now - timedelta(days=2), now)


def test_after_a_day_it_says_that_this_is_a_while_ago() -> None:
    now = datetime.now(UTC)
    assert not home(document(row(), age=timedelta(hours=23)), titles={}, now=now).stale
    assert home(document(row(), age=timedelta(hours=25)), titles={}, now=now).stale


def test_the_questions_begin_with_the_most_important() -> None:
    account = Account(id="i-1", service="google", label="Work email")
    questions = shown(questions=due("two_step.method", account=account)).questions
    assert questions is not None
    assert questions.first is not None
    assert (questions.count, questions.first.path) == (1, "/statements/i-1/two_step.method")


def test_what_is_to_be_found_out_is_no_question_and_still_there() -> None:
    questions = shown(questions=due(to_find_out=("recovery_plan.plan",))).questions
    assert questions is not None
    assert (questions.count, questions.first) == (0, None)
    assert [one.path for one in questions.to_find_out] == ["/statements/laptop/recovery_plan.plan"]


def test_a_way_into_an_account_comes_before_a_habit_of_the_team() -> None:
    rows = [
        row("recovery_plan", Status.WARN, severity=Severity.MEDIUM, category=Category.PRACTICE),
        row("team_hours", Status.WARN, severity=Severity.HIGH, category=Category.PRACTICE),
        row("screen_lock", Status.WARN, severity=Severity.HIGH),
        row("two_step", Status.WARN, severity=Severity.LOW, category=Category.ACCOUNT, instance="i-1"),
    ]
    for turned in (rows, rows[::-1], [rows[1], rows[3], rows[0], rows[2]]):
        page = shown(*turned)
        assert page.first is not None
        assert page.first.line.check_id == "two_step", "whatever was checked last"
    assert [one.line.check_id for one in page.open] == ["two_step", "screen_lock", "team_hours", "recovery_plan"]


def test_what_fails_comes_before_what_can_wait_whatever_it_is() -> None:
    page = shown(row("two_step", Status.WARN, severity=Severity.HIGH), row(severity=Severity.LOW))
    assert page.first is not None
    assert page.first.line.check_id == "screen_lock"


def test_of_what_is_well_nobody_says_that_it_is_set_aside() -> None:
    now = datetime.now(UTC)
    later = Reminder(id="r", check_id="screen_lock", subject=None, due_at=now + timedelta(hours=1), chosen_at=now)
    assert line(row(status=Status.PASS), TITLES, now, later).later is None
    assert line(row(status=Status.UNKNOWN), TITLES, now, later).later, "an answer that has expired can wait too"


def test_a_finding_without_words_is_still_named() -> None:
    shown_line = line(row("some_plugin", text=Text("", "")), {}, datetime.now(UTC))
    assert (shown_line.name, shown_line.said) == ("Some plugin", "Off")


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, "Checked by Watchword"),
        ({"status": Status.UNKNOWN}, "Tried"),
        ({"basis": Basis.API}, "Asked of the service"),
        ({"basis": Basis.ATTESTED, "status": Status.UNKNOWN}, "Only you can tell us this"),
        ({"basis": Basis.ATTESTED}, "You told us"),
        ({"status": Status.DISABLED}, ""),
    ],
)
def test_how_it_is_known_is_said_in_words(changes: dict[str, Any], known: str) -> None:
    said = line(row(**changes), {}, datetime.now(UTC)).known
    assert said.startswith(known)
    assert bool(said) == bool(known)


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.WARN])
def test_what_is_asked_again_before_its_time_says_why(status: Status) -> None:
    again = row("two_step", status, basis=Basis.ATTESTED, facts={"ended_by": "new_phone"})
    assert line(again, TITLES, datetime.now(UTC)).known == "Asked again because of your new phone or number"
    old = row("two_step", Status.UNKNOWN, basis=Basis.ATTESTED, facts={"ended_by": "age"})
    assert line(old, TITLES, datetime.now(UTC)).known == "Only you can tell us this"


def test_days_as_they_are_said() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert [day(now + timedelta(days=days), now) for days in (0, -1, 1)] == ["today", "yesterday", "tomorrow"]
    assert day(now - timedelta(days=19), now) == "3 November"
    assert on_day(now + timedelta(days=70), now) == "on 31 January 2027"
    assert moment(now, now).startswith("today at ")


def test_a_key_is_what_a_path_says() -> None:
    assert line(row(), {}, datetime.now(UTC)).path == "/item/screen_lock"
    about = line(row("two_step", instance="i-1"), {}, datetime.now(UTC))
    assert (about.path, Key(about.check_id, about.account)) == ("/item/two_step/i-1", Key("two_step", "i-1"))


PRACTICES = ("recovery_plan", "reporting", "team_hours", "public_rules")


def group(category: Category, *rows: CheckRow) -> Group:
    return next(one for one in shown(*rows).groups if one.id == category.value)


def test_what_lacks_an_answer_or_is_fine_is_folded_away_once_there_are_several() -> None:
    fine = [row(check, Status.PASS, category=Category.PRACTICE) for check in ("passwords", "team_briefing", "leaver")]
    bad = row("ncsc_services", Status.WARN, category=Category.PRACTICE)
    found = group(Category.PRACTICE, *fine, bad, *map(asked, PRACTICES))
    assert [one.check_id for one in found.lines] == ["ncsc_services"]
    assert {one.check_id for one in found.to_tell} == set(PRACTICES)
    assert len(found.fine) == 3
    assert set(found.unknown) == set(found.to_tell)


def test_a_few_lines_are_not_worth_folding() -> None:
    fine, bad = (row(status=status, category=Category.PRACTICE) for status in (Status.PASS, Status.FAIL))
    found = group(Category.PRACTICE, bad, asked(), fine)
    assert (len(found.lines), found.to_tell, found.fine) == (3, (), ())


def test_what_could_not_be_looked_at_or_is_switched_off_is_never_folded_away() -> None:
    blind = [row(check, Status.UNKNOWN) for check in ("screen_lock", "app_updates", "two_step", "firewall")]
    fine = [row(str(number), Status.PASS) for number in range(9)]
    off = [asked(check, status=Status.DISABLED) for check in PRACTICES]
    assert len(group(Category.DEVICE, *blind, *fine).lines) == 4
    assert len(group(Category.PRACTICE, *off).lines) == 4


def test_who_was_not_sure_reads_of_what_and_not_the_same_words_each_time() -> None:
    text = Text("Let us find out together", "")
    lines = [line(asked(check, reason="find_out", text=text), TITLES, datetime.now(UTC)) for check in PRACTICES]
    assert {one.said for one in lines} == {"You were not sure"}
    assert len({one.name for one in lines}) == len(lines)


def test_what_is_folded_away_is_on_the_page_with_its_number() -> None:
    furnish()
    write(document(*map(asked, PRACTICES)), Path(Paths.here().status))
    page = read(Client().get("/").text)
    (folded,) = [one for one in page.all("details") if "Only you can tell us" in one.text]
    assert folded.all("summary")[0].text.endswith("(4)")
    assert len(folded.all("li")) == 4
    assert "Not checked: Our team" in read(Client().get("/print").text).text


def test_what_could_not_be_told_of_many_accounts_for_one_reason_is_one_line() -> None:
    rows = [
        row("breach", Status.UNKNOWN, category=Category.ACCOUNT, instance=f"i-{name}", label=name, reason=reason)
        for name, reason in (("a", "offline"), ("b", "offline"), ("c", "no_address"), ("d", "offline"))
    ]
    lines = group(Category.ACCOUNT, *rows).lines
    assert [(one.name, one.path) for one in lines] == [
        ("Breach: 3 accounts", "/item/breach"),
        ("Breach: c", "/item/breach/i-c"),
    ]


def test_what_fails_is_a_line_for_each_account() -> None:
    rows = [
        row("two_step", Status.FAIL, category=Category.ACCOUNT, instance=f"i-{name}", label=name) for name in "abcd"
    ]
    assert len(group(Category.ACCOUNT, *rows).lines) == 4


def test_a_question_that_is_open_is_enough_to_be_folded_away() -> None:
    account = Account(id="i-1", service="x", label="Campaign")
    rows = [
        row("two_step", Status.UNKNOWN, category=Category.ACCOUNT, instance="i-1", label="Campaign"),
        *(row(name, Status.PASS, category=Category.ACCOUNT) for name in ("passwords", "password_manager")),
    ]
    found = next(
        one
        for one in shown(*rows, questions=due("two_step.method", account=account)).groups
        if one.id == Category.ACCOUNT.value
    )
    assert [one.check_id for one in found.to_tell] == ["two_step"]
    assert found.lines == ()


def test_what_was_known_once_and_may_be_alerted_is_seen_with_until_when_it_is_set_aside() -> None:
    rows = [asked(check, reason="expired") for check in PRACTICES]
    now = datetime.now(UTC)
    due_at = now + timedelta(days=1)
    reminder = Reminder(id="r", check_id=PRACTICES[0], subject=None, due_at=due_at, chosen_at=now)
    page = shown(*rows, episodes=[_episode(PRACTICES[0], now)], reminders=[reminder])
    (found,) = [one for one in page.groups if one.id == Category.PRACTICE.value]
    assert [one.check_id for one in found.lines] == [PRACTICES[0]]
    assert len(found.to_tell) == 3
    assert (found.lines[0].later or "").startswith("Set aside until")


def test_one_that_can_be_set_aside_keeps_a_line_of_its_own() -> None:
    rows = [
        row("two_step", Status.UNKNOWN, category=Category.ACCOUNT, instance=f"i-{name}", label=name, reason="expired")
        for name in "abcd"
    ]
    page = shown(*rows, episodes=[_episode("two_step", datetime.now(UTC), subject="i-d")])
    (found,) = [one for one in page.groups if one.id == Category.ACCOUNT.value]
    assert [one.name for one in found.lines] == ["Two-step verification: 3 accounts", "Two-step verification: d"]
