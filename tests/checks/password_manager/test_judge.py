"""Verdicts from facts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.contract import Attestation, Basis, Finding, Severity, Status
from agent.host import Unreadable
from checks.password_manager.facts import Facts, Place, Sighting, Standing
from checks.password_manager.judge import REASONS, UNUSED_AFTER, judge
from tests.builders import NOW

DENIED = Unreadable("denied", "/home/person/.config/chromium/Default/Preferences")


def seen(
    manager: str = "Bitwarden",
    standing: Standing = Standing.ENABLED,
    place: Place = Place.EXTENSION,
    source: str = "Chrome extension",
    *,
    confirmed: bool = True,
    retired: bool = False,
    used_days_ago: float | None = 0,
) -> Sighting:
    last_used = None if used_days_ago is None else NOW - timedelta(days=used_days_ago)
    return Sighting(manager, place, source, standing, "1.0", confirmed, retired, last_used)


def statement(
    answer: str = "browser", days_ago: float = 1, subject: str = "laptop", about: str = "password_manager.kind"
) -> Attestation:
    return Attestation(subject=subject, statement=about, answer=answer, at=NOW - timedelta(days=days_ago))


def judged(
    *sightings: Sighting, unreadable: tuple[Unreadable, ...] = (), said: tuple[Attestation, ...] = ()
) -> Finding:
    return judge(Facts(sightings, unreadable, 1), said, 180, NOW)


def outcome(finding: Finding) -> tuple[str, str]:
    assert finding.reason in REASONS
    return finding.status.value, finding.reason


def test_a_manager_that_is_on_passes_and_is_named() -> None:
    finding = judged(seen())
    assert outcome(finding) == ("pass", "found")
    assert finding.facts == {"manager": "Bitwarden", "found": ["Bitwarden"]}
    assert finding.basis is Basis.MEASURED


def test_absence_is_a_warning_and_never_a_failure() -> None:
    finding = judged()
    assert outcome(finding) == ("warn", "not_found")
    assert finding.severity is Severity.MEDIUM


def test_a_switched_off_manager_is_named_in_the_warning() -> None:
    finding = judged(seen(standing=Standing.DISABLED))
    assert outcome(finding) == ("warn", "not_enabled")
    assert finding.facts == {"manager": "Bitwarden"}


def test_a_leftover_counts_for_nothing_and_is_not_listed() -> None:
    finding = judged(seen(standing=Standing.LEFTOVER))
    assert outcome(finding) == ("warn", "not_found")
    assert finding.items == ()


def test_one_that_is_on_beats_one_that_is_off() -> None:
    finding = judged(seen("LastPass", Standing.DISABLED), seen("Bitwarden"))
    assert outcome(finding) == ("pass", "found")
    assert [(item.name, item.status) for item in finding.items] == [
        ("Bitwarden", Status.PASS),
        ("LastPass", Status.WARN),
    ]


def test_one_that_is_on_is_a_pass_whatever_else_is_unreadable() -> None:
    assert outcome(judged(seen(), unreadable=(DENIED,))) == ("pass", "found")


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.LEFTOVER])
def test_what_is_unreadable_may_hold_the_one_that_is_on(standing: Standing) -> None:
    assert outcome(judged(seen(standing=standing), unreadable=(DENIED,))) == ("unknown", "unreadable")


def test_a_running_manager_is_named_before_an_installed_one() -> None:
    finding = judged(
        seen("Bitwarden", place=Place.APP, source="app (dpkg)"),
        seen("KeePassXC", place=Place.RUNNING, source="running app"),
    )
    assert finding.facts == {"manager": "KeePassXC", "found": ["Bitwarden", "KeePassXC"]}


def test_an_unconfirmed_id_alone_decides_nothing() -> None:
    finding = judged(seen(confirmed=False))
    assert outcome(finding) == ("unknown", "unconfirmed")
    assert finding.facts == {"manager": "Bitwarden"}


def test_unconfirmed_sightings_do_not_confirm_each_other() -> None:
    app = seen(confirmed=False, place=Place.APP, source="app (dpkg)")
    menu = seen(confirmed=False, place=Place.APP, source="app (menu entry)")
    assert outcome(judged(app, menu)) == ("unknown", "unconfirmed")


def test_a_switched_off_sighting_does_not_confirm_an_unconfirmed_one() -> None:
    off = seen(standing=Standing.DISABLED, source="Firefox extension")
    assert outcome(judged(seen(confirmed=False), off)) == ("unknown", "unconfirmed")


def test_a_browser_left_for_longer_than_the_limit_does_not_count() -> None:
    assert outcome(judged(seen(used_days_ago=UNUSED_AFTER.days))) == ("pass", "found")
    assert outcome(judged(seen(used_days_ago=UNUSED_AFTER.days + 0.01))) == ("warn", "not_in_use")


@pytest.mark.parametrize("days_ago", [None, -1.1, -400])
def test_a_browser_whose_last_use_is_not_known_decides_nothing(days_ago: float | None) -> None:
    finding = judged(seen(used_days_ago=days_ago))
    assert outcome(finding) == ("unknown", "unconfirmed")
    assert finding.items[0].details == ("not certain",)
    assert "unknown time" in finding.evidence[0].value
    assert outcome(judged(seen(used_days_ago=days_ago), said=(statement(),))) == ("pass", "attested")
    assert outcome(judged(seen(used_days_ago=days_ago), seen("KeePassXC"))) == ("pass", "found")


@pytest.mark.parametrize("place", [Place.APP, Place.RUNNING])
def test_an_app_needs_no_time(place: Place) -> None:
    assert outcome(judged(seen(place=place, used_days_ago=None))) == ("pass", "found")


def test_a_clock_that_is_a_little_behind_is_no_matter() -> None:
    assert outcome(judged(seen(used_days_ago=-0.9))) == ("pass", "found")


def test_a_product_that_nobody_maintains_is_a_warning() -> None:
    assert outcome(judged(seen("Buttercup", retired=True))) == ("warn", "retired")


@pytest.mark.parametrize("answer", ["app", "browser", "phone", "paper"])
def test_what_the_person_says_overrides_the_silence_of_the_computer(answer: str) -> None:
    finding = judged(unreadable=(DENIED,), said=(statement(answer, days_ago=10),))
    assert outcome(finding) == ("pass", "attested")
    assert finding.basis is Basis.ATTESTED
    assert finding.facts == {"kind": answer}
    assert finding.expires_at == NOW + timedelta(days=170)


@pytest.mark.parametrize("answer", ["none", "", "a notebook", "BROWSER"])
def test_another_answer_claims_nothing(answer: str) -> None:
    assert outcome(judged(said=(statement(answer),))) == ("warn", "not_found")


def test_the_newest_statement_counts_even_if_it_takes_the_claim_back() -> None:
    assert outcome(judged(said=(statement("browser", 2), statement("none", 1)))) == ("warn", "not_found")


def test_an_expired_statement_is_asked_again_and_is_no_pass() -> None:
    assert outcome(judged(said=(statement(days_ago=179.9),))) == ("pass", "attested")
    assert outcome(judged(said=(statement(days_ago=180),))) == ("unknown", "expired")


def test_a_statement_from_the_future_is_a_mistake() -> None:
    assert outcome(judged(said=(statement(days_ago=-2),))) == ("warn", "not_found")


@pytest.mark.parametrize(
    "said", [statement(subject="account-1"), statement(about="passwords.length")], ids=["subject", "statement"]
)
def test_statements_about_other_things_say_nothing_here(said: Attestation) -> None:
    assert outcome(judged(said=(said,))) == ("warn", "not_found")


def test_what_is_measured_is_not_replaced_by_what_is_said() -> None:
    assert judged(seen(), said=(statement(),)).basis is Basis.MEASURED


def test_an_answer_to_another_wording_of_the_question_is_none() -> None:
    other = Attestation(subject="laptop", statement="password_manager.kind", statement_version=2, answer="app", at=NOW)
    assert outcome(judged(said=(other,))) == ("warn", "not_found")
