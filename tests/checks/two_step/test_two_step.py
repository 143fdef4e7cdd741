from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Account, Attestation, Basis, Finding, Severity, Status
from checks.two_step import CHECK, STATEMENT, judge
from config.loader import profile
from config.platforms import Platform, methods, platforms
from tests.builders import NOW, computer, context

PROFILES = ("toolkit", "standard", "heightened")
ANSWERS = (*methods(), "none", "not_sure")


def account(service: str = "google", number: int = 1) -> Account:
    return Account(id=f"i-{number:012x}", service=service, label="An account")


def said(answer: str, *, days_ago: float = 1, number: int = 1, **changes: Any) -> Attestation:
    made: dict[str, Any] = {
        "subject": f"i-{number:012x}",
        "statement": STATEMENT,
        "answer": answer,
        "at": NOW - timedelta(days_ago),
    }
    return Attestation(**(made | changes))


def verdict(service: str, *made: Attestation, profile_name: str = "standard") -> Finding:
    (finding,) = judge([account(service)], made, profile(profile_name), NOW)
    return finding


def summary(finding: Finding) -> tuple[str, str, str]:
    return finding.status.value, finding.reason, finding.severity.value


def test_without_accounts_it_cannot_say_anything() -> None:
    (finding,) = judge([], [], profile("standard"), NOW)
    assert (finding.status, finding.reason, finding.subject) == (Status.UNKNOWN, "no_accounts", None)


def test_an_account_is_unknown_until_the_person_has_answered() -> None:
    assert summary(verdict("google")) == ("unknown", "no_answer", "info")


@pytest.mark.parametrize(
    ("service", "answer", "profile_name", "expected"),
    [
        ("google", "passkey", "standard", ("pass", "strong", "info")),
        ("google", "security_key", "heightened", ("pass", "strong", "info")),
        ("google", "app", "standard", ("pass", "passkey_on_offer", "info")),
        ("google", "prompt", "heightened", ("pass", "passkey_on_offer", "info")),
        ("instagram", "app", "standard", ("pass", "good", "info")),
        ("google", "text", "standard", ("warn", "could_be_stronger", "low")),
        ("microsoft", "email", "standard", ("warn", "could_be_stronger", "low")),
        ("x", "text", "standard", ("warn", "could_be_stronger", "low")),
        ("whatsapp", "pin", "standard", ("warn", "could_be_stronger", "low")),
        ("bluesky", "email", "standard", ("pass", "best_on_offer", "info")),
        ("signal", "pin", "standard", ("pass", "best_on_offer", "info")),
        ("google", "text", "toolkit", ("pass", "accepted", "info")),
        ("google", "call", "toolkit", ("pass", "accepted", "info")),
        ("microsoft", "email", "toolkit", ("pass", "accepted", "info")),
        ("bluesky", "email", "toolkit", ("pass", "best_on_offer", "info")),
        ("google", "text", "heightened", ("fail", "email_needs_better", "medium")),
        ("instagram", "text", "heightened", ("warn", "could_be_stronger", "medium")),
        ("bluesky", "email", "heightened", ("warn", "weak_only", "medium")),
        ("google", "none", "standard", ("fail", "off_email", "high")),
        ("instagram", "none", "toolkit", ("fail", "off_social", "high")),
        ("signal", "none", "standard", ("fail", "off", "high")),
        ("nationbuilder", "none", "standard", ("fail", "off", "high")),
        ("google", "not_sure", "standard", ("unknown", "not_sure", "info")),
        ("google", "yes", "standard", ("unknown", "unreadable", "info")),
        ("google", "", "toolkit", ("unknown", "unreadable", "info")),
        ("other", "app", "standard", ("pass", "good", "info")),
        ("other", "text", "standard", ("unknown", "options_unknown", "info")),
        ("other_email", "text", "heightened", ("fail", "email_needs_better", "medium")),
        ("github", "text", "standard", ("unknown", "options_unknown", "info")),
        ("nationbuilder", "email", "standard", ("unknown", "options_unknown", "info")),
        ("a service nobody knows", "call", "standard", ("unknown", "options_unknown", "info")),
    ],
)
def test_a_method_is_ranked_against_what_the_platform_offers(
    service: str, answer: str, profile_name: str, expected: tuple[str, str, str]
) -> None:
    assert summary(verdict(service, said(answer), profile_name=profile_name)) == expected


@pytest.mark.parametrize(
    ("service", "answer"), [("bluesky", "app"), ("instagram", "passkey"), ("whatsapp", "app"), ("proton", "prompt")]
)
@pytest.mark.parametrize("profile_name", PROFILES)
def test_a_method_that_the_platform_is_known_not_to_offer_is_no_pass(
    service: str, answer: str, profile_name: str
) -> None:
    assert summary(verdict(service, said(answer), profile_name=profile_name)) == ("unknown", "not_listed", "info")


@pytest.mark.parametrize(("service", "answer"), [("x", "passkey"), ("tiktok", "security_key")])
def test_a_recalled_method_does_not_contradict_the_person(service: str, answer: str) -> None:
    assert verdict(service, said(answer)).status is Status.PASS


def test_a_platform_confirmed_to_offer_none_is_not_applicable() -> None:
    nothing = Platform("old", "Old tool", "posting", (), "none", (), True, ("VENDOR",), "2026-11-22")
    for made in ([], [said("none")]):
        (finding,) = judge([account("old")], made, profile("standard"), NOW, service=lambda _: nothing)
        assert (finding.status, finding.reason) == (Status.NOT_APPLICABLE, "not_offered")


def test_an_answer_says_how_we_know_and_until_when() -> None:
    finding = verdict("google", said("app", days_ago=10))
    assert finding.basis is Basis.ATTESTED
    assert finding.expires_at == NOW + timedelta(days=80)
    assert finding.facts == {"service": "Google", "method": "app", "best_method": "passkey", "days_left": 80}
    assert next(line.value for line in finding.evidence) == "an authenticator app"


@pytest.mark.parametrize(("profile_name", "days"), [("toolkit", 90), ("standard", 90), ("heightened", 30)])
def test_an_answer_is_good_for_the_profiles_days_and_not_a_moment_longer(profile_name: str, days: int) -> None:
    second = timedelta(seconds=1)
    good = verdict("google", said("passkey", at=NOW - timedelta(days) + second), profile_name=profile_name)
    assert good.status is Status.PASS
    over = verdict("google", said("passkey", at=NOW - timedelta(days)), profile_name=profile_name)
    assert summary(over) == ("unknown", "expired", "low")
    assert over.expires_at == NOW
    assert over.facts["days_since"] == days


def test_the_last_answer_counts() -> None:
    assert verdict("google", said("none", days_ago=5), said("app", days_ago=2)).status is Status.PASS
    assert verdict("google", said("app", days_ago=5), said("none", days_ago=2)).status is Status.FAIL


def test_an_expired_later_answer_is_not_replaced_by_an_earlier_one() -> None:
    heightened = verdict("google", said("passkey", days_ago=40), said("none", days_ago=31), profile_name="heightened")
    assert heightened.reason == "expired"


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=365)])
def test_an_answer_from_the_future_means_that_the_clock_moved(ahead: timedelta) -> None:
    assert verdict("google", said("app"), said("passkey", at=NOW + ahead)).reason == "clock"


def test_a_clock_corrected_by_seconds_is_no_matter() -> None:
    assert verdict("google", said("passkey", at=NOW + timedelta(seconds=30))).status is Status.PASS


def test_an_answer_given_after_the_clock_was_put_right_counts() -> None:
    wrong_clock = said("passkey", at=NOW + timedelta(days=30))
    assert verdict("google", wrong_clock, said("none", days_ago=0)).reason == "off_email"
    later = NOW + timedelta(days=40)
    (finding,) = judge([account()], [wrong_clock, said("none", days_ago=0)], profile("standard"), later)
    assert finding.reason == "off_email"


@pytest.mark.parametrize(
    "made",
    [
        said("passkey", number=2),
        said("passkey", statement="password_manager.kind"),
        said("passkey", statement_version=2),
    ],
)
def test_an_answer_to_something_else_is_no_answer(made: Attestation) -> None:
    assert verdict("google", made).reason == "no_answer"


def test_email_comes_first_and_the_rest_keep_their_order() -> None:
    services = ["instagram", "google", "x", "other_email"]
    accounts = [account(service, number) for number, service in enumerate(services)]
    found = judge(accounts, [], profile("standard"), NOW)
    assert [finding.facts["service"] for finding in found] == ["Google", "Another email service", "Instagram", "X"]


def test_the_check_judges_the_accounts_of_its_context() -> None:
    ctx = context(computer(), accounts=[account("bluesky")], attestations=[said("email")])
    (finding,) = CHECK.run(ctx)
    assert (finding.status, finding.subject) == (Status.PASS, "i-000000000001")


times = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
statements = st.builds(
    Attestation,
    subject=st.sampled_from(["i-000000000001", "laptop", ""]),
    statement=st.sampled_from([STATEMENT, "password_manager.kind", ""]),
    answer=st.sampled_from(ANSWERS) | st.text(max_size=12),
    at=st.one_of(times, st.integers(-200, 200).map(lambda days: NOW + timedelta(days))),
    statement_version=st.integers(0, 2),
)


@given(
    st.lists(statements, max_size=5),
    st.sampled_from([*platforms(), "", "no such service"]),
    st.sampled_from(PROFILES),
)
def test_no_answers_make_a_pass_without_a_valid_one(made: list[Attestation], service: str, name: str) -> None:
    (finding,) = judge([account(service)], made, profile(name), NOW)
    assert finding.reason in CHECK.reasons
    mine = [
        one for one in made if (one.subject, one.statement, one.statement_version) == ("i-000000000001", STATEMENT, 1)
    ]
    valid = timedelta(days=profile(name).attestation_days.account)
    if not mine or mine[-1].answer not in methods() or not NOW - valid < mine[-1].at <= NOW + timedelta(minutes=5):
        assert finding.status is not Status.PASS
        assert finding.severity in {Severity.INFO, Severity.LOW, Severity.HIGH}
    if finding.status is Status.PASS:
        assert finding.expires_at is not None
        assert finding.expires_at > NOW


def test_a_new_phone_ends_what_was_said_before_it_and_not_what_is_said_after() -> None:
    moved = Attestation(subject="laptop", statement="event.new_phone", answer="happened", at=NOW - timedelta(2))
    before, after = said("app", days_ago=5), said("app", days_ago=1)
    finding = verdict("google", before, moved)
    assert summary(finding) == ("unknown", "expired", "low")
    assert (finding.facts["days_since"], finding.expires_at) == (5, NOW - timedelta(2))
    assert finding.facts["ended_by"] == "new_phone"
    assert verdict("google", before, moved, after).status is Status.PASS


def test_somebody_leaving_does_not_end_what_was_said_of_a_second_step() -> None:
    gone = Attestation(subject="laptop", statement="event.leaver", answer="happened", at=NOW - timedelta(2))
    assert verdict("google", said("app", days_ago=5), gone).status is Status.PASS


def test_a_new_phone_makes_no_second_step_out_of_none() -> None:
    moved = Attestation(subject="laptop", statement="event.new_phone", answer="happened", at=NOW - timedelta(2))
    assert summary(verdict("google", said("none", days_ago=5), moved)) == ("fail", "off_email", "high")
    assert summary(verdict("google", said("none", days_ago=95), moved)) == ("unknown", "expired", "low")


@pytest.mark.parametrize(
    ("service", "answer", "profile_name", "expected"),
    [
        ("x", "text", "standard", ("warn", "could_be_stronger", "low")),
        ("google", "text", "heightened", ("fail", "email_needs_better", "medium")),
        ("google", "text", "toolkit", ("unknown", "expired", "low")),
        ("google", "not_sure", "standard", ("unknown", "expired", "low")),
    ],
)
def test_a_new_phone_makes_a_weak_second_step_no_better_until_a_better_answer_comes(
    service: str, answer: str, profile_name: str, expected: tuple[str, str, str]
) -> None:
    moved = Attestation(subject="laptop", statement="event.new_phone", answer="happened", at=NOW - timedelta(2))
    weak = verdict(service, said(answer, days_ago=5), moved, profile_name=profile_name)
    assert summary(weak) == expected
    assert weak.facts["ended_by"] == "new_phone"
    better = verdict(service, said(answer, days_ago=5), moved, said("passkey"), profile_name=profile_name)
    assert better.status is Status.PASS
    assert "ended_by" not in better.facts
