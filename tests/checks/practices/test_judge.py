"""What a person stated about a practice, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.attested import LAPTOP, TAKEN_BACK
from agent.contract import Account, Attestation, Basis, Finding, Status
from agent.discovery import builtin_checks
from agent.runner import checked
from checks.practices import check_of
from checks.practices.judge import judge, one_working_day_after, reasons
from config.loader import profile
from config.practices import Practice, practices
from tests.builders import NOW, computer, context

MAIL, X, CHAT, TOOL = (
    Account(id=f"i-{number}", service=service, label=service)
    for number, service in enumerate(["google", "x", "whatsapp", "hootsuite"])
)
ACCOUNTS = (MAIL, X, CHAT, TOOL)
every = pytest.mark.parametrize("practice", practices().values(), ids=list(practices()))


def said(statement: str, answer: str, days_ago: float = 1, subject: str = LAPTOP, **changes: Any) -> Attestation:
    made: dict[str, Any] = {
        "subject": subject,
        "statement": statement,
        "answer": answer,
        "at": NOW - timedelta(days_ago),
    }
    return Attestation(**(made | changes))


def left(days_ago: float, answer: str = "happened") -> Attestation:
    return said("event.leaver", answer, days_ago)


def found(
    practice: str, *made: Attestation, accounts: tuple[Account, ...] = ACCOUNTS, now: datetime = NOW
) -> list[Finding]:
    return judge(practices()[practice], made, accounts, profile("standard"), now)


def summary(practice: str, *made: Attestation, **more: Any) -> str:
    (finding,) = found(practice, *made, **more)
    return f"{finding.status} {finding.reason} {finding.severity}"


@pytest.mark.parametrize(
    ("practice", "answers", "expected"),
    [
        ("recovery_plan", {}, "unknown no_answer info"),
        ("recovery_plan", {"plan": "checked"}, "pass confirmed info"),
        ("recovery_plan", {"plan": "old"}, "warn review_due low"),
        ("recovery_plan", {"plan": "no"}, "warn missing medium"),
        ("recovery_plan", {"plan": "not_sure"}, "unknown find_out info"),
        ("recovery_plan", {"plan": "perhaps"}, "unknown unreadable info"),
        ("passwords", {"unique": "yes", "length": "yes"}, "unknown no_answer info"),
        ("passwords", {"unique": "yes", "length": "yes", "personal": "yes"}, "pass confirmed info"),
        ("passwords", {"unique": "no"}, "warn needs_work medium"),
        ("passwords", {"unique": "not_sure", "length": "yes"}, "unknown find_out info"),
        ("work_accounts", {"separate": "yes", "old_posts": "not_needed"}, "pass confirmed info"),
        ("work_accounts", {"separate": "yes", "old_posts": "no"}, "warn needs_work low"),
        ("public_rules", {"bio": "decided", "published": "decided"}, "not_applicable decided info"),
        ("team_hours", {"agreed": "decided"}, "not_applicable decided info"),
        ("ncsc_services", {"signed_up": "no_thanks"}, "not_applicable declined info"),
        ("self_search", {}, "not_applicable when_ready info"),
        ("self_search", {"done": "yes"}, "pass confirmed info"),
        ("self_search", {"done": "not_now"}, "not_applicable when_ready info"),
    ],
)
def test_what_answers_are_worth(practice: str, answers: dict[str, str], expected: str) -> None:
    made = [said(f"{practice}.{question}", answer) for question, answer in answers.items()]
    assert summary(practice, *made) == expected


@pytest.mark.parametrize(
    ("practice", "question", "account", "answer", "expected"),
    [
        ("mail_forwarding", "rules", MAIL, "only_mine", "pass confirmed high"),
        ("mail_forwarding", "rules", MAIL, "something_else", "fail found high"),
        ("linked_devices", "devices", CHAT, "something_else", "fail found high"),
        ("linked_devices", "devices", CHAT, "no_list", "not_applicable no_list info"),
        ("account_access", "people", X, "too_many", "warn too_many medium"),
        ("posting_tool", "sharing", X, "shared", "warn shared medium"),
        ("posting_tool", "sharing", X, "nobody", "not_applicable nobody_posts info"),
        ("posting_tool", "log", TOOL, "off", "warn log_off low"),
    ],
)
def test_what_answers_about_an_account_are_worth(
    practice: str, question: str, account: Account, answer: str, expected: str
) -> None:
    (finding,) = found(practice, said(f"{practice}.{question}", answer, subject=account.id), accounts=(account,))
    assert finding.subject == account.id
    assert f"{finding.status} {finding.reason}" == expected.rpartition(" ")[0]
    if finding.status is not Status.PASS:
        assert finding.severity == expected.rpartition(" ")[2]


@pytest.mark.parametrize(
    ("practice", "asked"),
    [
        ("mail_forwarding", [MAIL]),
        ("linked_devices", [CHAT]),
        ("account_access", [X, TOOL]),
        ("posting_tool", [X, TOOL]),
    ],
)
def test_each_account_of_its_kinds_is_asked_about_and_no_other(practice: str, asked: list[Account]) -> None:
    assert [finding.subject for finding in found(practice)] == [account.id for account in asked]


def test_without_such_accounts_it_does_not_apply_but_nobody_has_no_mailbox() -> None:
    assert summary("linked_devices", accounts=(MAIL,)) == "not_applicable no_accounts info"
    assert summary("mail_forwarding", accounts=(X,)) == "unknown no_accounts info"


def test_an_answer_about_one_account_says_nothing_of_another() -> None:
    other = Account(id="i-9", service="google", label="Other")
    about_one = said("mail_forwarding.rules", "only_mine", subject=MAIL.id)
    assert [one.status for one in found("mail_forwarding", about_one, accounts=(MAIL, other))] == ["pass", "unknown"]


def test_a_fault_beside_an_answer_that_has_expired_is_a_fault() -> None:
    made = [said("passwords.unique", "no"), said("passwords.length", "yes", 200)]
    assert summary("passwords", *made) == "warn needs_work medium"


def test_one_answer_that_has_expired_keeps_the_others_from_passing() -> None:
    made = [said(f"passwords.{name}", "yes") for name in ("unique", "personal")]
    (finding,) = found("passwords", *made, said("passwords.length", "yes", 181))
    assert (finding.status, finding.reason, finding.facts["days_since"]) == ("unknown", "expired", 181)


def test_a_finding_holds_until_the_first_of_its_answers_expires() -> None:
    made = [said(f"passwords.{name}", "yes", ago) for name, ago in (("unique", 5), ("length", 50), ("personal", 9))]
    (finding,) = found("passwords", *made)
    assert (finding.expires_at, finding.facts["days_left"]) == (NOW + timedelta(130), 130)


@pytest.mark.parametrize(("practice", "severity"), [("mail_forwarding", "medium"), ("posting_tool", "low")])
def test_how_grave_an_old_answer_is_depends_on_what_it_is_about(practice: str, severity: str) -> None:
    account = MAIL if practice == "mail_forwarding" else X
    question, answer = ("rules", "only_mine") if account is MAIL else ("sharing", "own_way")
    made = said(f"{practice}.{question}", answer, 181, account.id)
    assert summary(practice, made, accounts=(account,)) == f"unknown expired {severity}"


@pytest.mark.parametrize(("name", "days"), [("toolkit", 90), ("standard", 30), ("heightened", 14)])
def test_the_profile_says_for_how_long_an_answer_is_good(name: str, days: int) -> None:
    made = said("mail_forwarding.rules", "only_mine", days, MAIL.id)
    for now, status in ((NOW, "unknown"), (NOW - timedelta(seconds=1), "pass")):
        (finding,) = judge(practices()["mail_forwarding"], [made], [MAIL], profile(name), now)
        assert finding.status == status


@pytest.mark.parametrize(
    ("practice", "question", "answer", "subject", "event"),
    [
        ("account_access", "people", "only_me", X.id, ("event.leaver", LAPTOP)),
        ("recovery_plan", "plan", "checked", LAPTOP, ("event.leaver", LAPTOP)),
        ("linked_devices", "devices", "all_mine", CHAT.id, ("event.new_phone", LAPTOP)),
        ("mail_forwarding", "rules", "only_mine", MAIL.id, ("event.breach", MAIL.id)),
        ("passwords", "unique", "yes", LAPTOP, ("event.breach", X.id)),
    ],
)
def test_an_event_ends_an_answer_before_its_time(
    practice: str, question: str, answer: str, subject: str, event: tuple[str, str]
) -> None:
    before = said(f"{practice}.{question}", answer, 3, subject)
    others = [said(f"passwords.{name}", "yes") for name in ("length", "personal")]
    happened = said(event[0], "happened", 2, event[1])
    account = tuple(one for one in ACCOUNTS if one.id == subject)
    (finding,) = found(practice, *others, before, happened, accounts=account)
    assert (finding.status, finding.reason) == ("unknown", "expired")
    assert finding.facts["ended_by"] == event[0].removeprefix("event.")
    (finding,) = found(
        practice, *others, before, happened, said(before.statement, answer, 0, subject), accounts=account
    )
    assert finding.status == "pass"


def test_a_fault_that_was_found_is_no_better_for_an_event_after_it() -> None:
    fault = said("mail_forwarding.rules", "something_else", 5, MAIL.id)
    for event in (left(2), said("event.breach", "new", 2, MAIL.id)):
        assert summary("mail_forwarding", fault, event, accounts=(MAIL,)) == "fail found high"
    assert summary("recovery_plan", said("recovery_plan.plan", "no", 5), left(2)) == "warn missing medium"
    (asked_again,) = found("mail_forwarding", fault, left(2), accounts=(MAIL,))
    assert asked_again.facts["ended_by"] == "leaver"
    old = said("mail_forwarding.rules", "something_else", 31, MAIL.id)
    assert summary("mail_forwarding", old, left(2), accounts=(MAIL,)) == "unknown expired medium"


ITEMS = ("access", "passwords", "recovery")


def done(*items: str, days_ago: float) -> list[Attestation]:
    return [said(f"leaver.{item}", "done", days_ago) for item in items]


def test_until_somebody_leaves_there_is_no_task() -> None:
    assert summary("leaver") == "not_applicable nobody info"
    assert summary("leaver", left(2), left(1, TAKEN_BACK)) == "not_applicable nobody info"


FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 18, 15, tzinfo=UTC), datetime(2026, 11, 19, 15, tzinfo=UTC)),
        (FRIDAY, datetime(2026, 11, 23, 15, tzinfo=UTC)),
        (datetime(2026, 11, 21, 15, tzinfo=UTC), datetime(2026, 11, 24, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), datetime(2026, 11, 24, 0, tzinfo=UTC)),
    ],
)
def test_one_working_day_leaves_out_the_weekend(at: datetime, due: datetime) -> None:
    assert one_working_day_after(at) == due


def test_a_task_is_open_for_one_working_day_and_then_overdue() -> None:
    event = said("event.leaver", "happened", at=FRIDAY)
    due = datetime(2026, 11, 23, 15, tzinfo=UTC)
    (finding,) = found("leaver", event)
    assert (finding.status, finding.reason, finding.severity, finding.due_at) == ("warn", "open", "high", due)
    assert summary("leaver", event, now=due - timedelta(seconds=1)) == "warn open high"
    assert summary("leaver", event, now=due) == "fail overdue high"


def test_a_task_is_done_when_each_item_was_done_after_the_event() -> None:
    assert summary("leaver", left(3), *done(*ITEMS[:2], days_ago=2)) == "fail overdue high"
    assert summary("leaver", left(3), *done(*ITEMS, days_ago=2)) == "pass done info"
    assert summary("leaver", *done(*ITEMS, days_ago=4), left(3)) == "fail overdue high"
    assert (
        summary("leaver", left(3), *done(*ITEMS, days_ago=2), said("leaver.access", "not_yet")) == "fail overdue high"
    )


def test_its_items_say_which_are_done() -> None:
    (finding,) = found("leaver", left(0), said("leaver.access", "not_needed", 0))
    assert [(item.name, item.status) for item in finding.items] == [
        ("Done: access removed", "pass"),
        ("Still to do: change every password that they knew", "warn"),
        ("Still to do: check that recovery emails and phone numbers lead to you", "warn"),
    ]
    assert finding.facts["left"] == 2


def test_where_there_are_several_questions_each_says_what_was_answered() -> None:
    made = [said("passwords.unique", "yes"), said("passwords.length", "not_sure", 400), left(0)]
    (finding,) = found("passwords", *made)
    told = {item.name: item.details for item in finding.items}
    assert len(told) == len(practices()["passwords"].question) > 2
    assert sorted(set(told.values())) == sorted(
        {("yes, each one",), ("not sure, but that is to be looked at again",), ("not answered yet",)}
    )


def test_a_second_leaver_opens_it_anew_and_does_not_put_the_first_off() -> None:
    (finding,) = found("leaver", left(5), *done(*ITEMS[:2], days_ago=4), left(0))
    assert (finding.status, finding.facts["left"]) == ("fail", 3)
    (finding,) = found("leaver", left(5), *done(*ITEMS, days_ago=4), left(0))
    assert (finding.status, finding.facts["left"]) == ("warn", 3)


def test_a_task_that_was_done_is_history_after_a_while_and_not_open_again() -> None:
    assert summary("leaver", left(400), *done(*ITEMS, days_ago=399)) == "not_applicable nobody info"


def test_a_leaver_from_the_future_is_a_task_all_the_same() -> None:
    assert summary("leaver", left(-300)) == "warn open high"
    assert summary("leaver", left(-300), *done(*ITEMS, days_ago=0)) == "pass done info"


def test_and_puts_nothing_off_until_then() -> None:
    (finding,) = found("leaver", left(-300))
    assert finding.due_at == one_working_day_after(NOW)
    assert summary("leaver", left(-300), left(5)) == "fail overdue high"


@every
def test_every_finding_keeps_to_the_contract(practice: Practice) -> None:
    check = check_of(practice)
    findings = check.run(context(computer(), accounts=ACCOUNTS))
    assert checked(check, findings, {account.id for account in ACCOUNTS})
    assert {finding.basis for finding in findings} == {Basis.ATTESTED}


def test_each_practice_is_registered_as_a_check_of_its_own() -> None:
    registered = {check.id: check for check in builtin_checks()}
    assert [name for name in practices() if name not in registered] == []
    for practice in practices().values():
        assert (registered[practice.id].title, registered[practice.id].reasons) == (practice.title, reasons(practice))


answers = st.sampled_from(sorted({a.id for p in practices().values() for q in p.question for a in q.answers} | {"?"}))
questions = [question.id for practice in practices().values() for question in practice.question]
stories = st.lists(
    st.builds(
        Attestation,
        subject=st.sampled_from([LAPTOP, *(account.id for account in ACCOUNTS), "gone"]),
        statement=st.sampled_from([*questions, "event.leaver", "event.new_phone", "event.breach"]),
        answer=answers | st.sampled_from(["happened", TAKEN_BACK]),
        at=st.integers(-500 * 24, 500 * 24).map(lambda hours: NOW + timedelta(hours=hours)),
        statement_version=st.sampled_from([1, 1, 1, 0, 2]),
    ),
    max_size=30,
)


@every
@given(story=stories)
def test_no_pass_rests_on_what_is_old_from_the_future_or_to_another_wording(
    practice: Practice, story: list[Attestation]
) -> None:
    for finding in judge(practice, story, ACCOUNTS, profile("standard"), NOW):
        assert finding.reason in reasons(practice)
        if not practice.alerted:
            assert finding.status in (Status.PASS, Status.NOT_APPLICABLE)
        if finding.status is not Status.PASS:
            continue
        last = {(made.subject, made.statement): made for made in story}
        subject = finding.subject or LAPTOP
        own = [last[subject, question.id] for question in practice.question if (subject, question.id) in last]
        assert own
        for made in own:
            assert made.statement_version == 1
            assert made.at <= NOW + timedelta(minutes=5)
            assert practice.opened_by or made.at > NOW - timedelta(365)
        if finding.expires_at is not None:
            assert finding.expires_at > NOW
