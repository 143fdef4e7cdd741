"""What an alert says, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts.records import Episode, Expiring, Key, Utterance
from agent.alerts.saying import Confirming, words
from agent.contract import Basis, Category, Fact, Severity, Status
from agent.discovery import builtin_checks
from agent.status import CheckRow, Text
from agent.words import catalogue
from tests.agent.alerts.builders import DAY, MONDAY, episode, expiring

KINDS = ("item", "digest", "weekly", "reminder", "fixed")


def row(check_id: str, reason: str, facts: Mapping[str, Fact], *, subject: str | None = None) -> CheckRow:
    return CheckRow(
        id=check_id,
        version=1,
        category=Category.ACCOUNT if subject else Category.DEVICE,
        status=Status.FAIL,
        severity=Severity.HIGH,
        basis=Basis.MEASURED,
        reason=reason,
        observed_at=MONDAY,
        instance=subject,
        label="casework@example.org",
        facts=dict(facts),
    )


def said_of(kind: Any, *about: Episode, rows: tuple[CheckRow, ...] = (), variant: int = 0) -> Text:
    utterance = Utterance(kind=kind, episodes=tuple(one.id for one in about), variant=variant)
    return words(utterance, about, {Key(one.id, one.instance): one for one in rows})


LOCK = episode("lock", check_id="screen_lock", reason="too_long")
LOCK_ROW = row("screen_lock", "too_long", {"idle_minutes": 30, "limit_minutes": 15})
MANAGER = episode("manager", check_id="password_manager", reason="not_enabled")
MANAGER_ROW = row("password_manager", "not_enabled", {"manager": "Bitwarden"})
EMAIL = episode("email", check_id="two_step", reason="off_email", subject="a1")
FOREIGN = episode("foreign", check_id="party_vpn", reason="off")


def test_an_item_is_said_in_its_own_words_with_its_numbers() -> None:
    text = said_of("item", LOCK, rows=(LOCK_ROW,))
    assert text.title == "Your screen takes too long to lock"
    assert text.body.startswith("It locks after 30 minutes. Your office asks for 15 minutes or less.")


def test_the_name_of_an_app_is_not_said() -> None:
    text = said_of("item", MANAGER, rows=(MANAGER_ROW,))
    assert "Bitwarden" not in f"{text.title} {text.body}"
    assert text.title == "To look at: your password manager"


@pytest.mark.parametrize(
    "rows", [(), (row("screen_lock", "timeout", {"idle_minutes": 1, "limit_minutes": 1}),)], ids=["none", "another"]
)
def test_without_a_row_of_the_same_reason_no_numbers_are_said(rows: tuple[CheckRow, ...]) -> None:
    assert said_of("item", LOCK, rows=rows).title == "To look at: your screen lock"


def test_said_again_it_begins_in_another_way_each_time() -> None:
    bodies = [said_of("item", EMAIL, variant=variant).body for variant in range(3)]
    assert len(set(bodies)) == 3
    assert all(body.endswith(bodies[0]) for body in bodies)


def test_a_reminder_says_that_it_was_asked_for() -> None:
    text = said_of("reminder", LOCK, rows=(LOCK_ROW,))
    assert text.title == "Your screen takes too long to lock"
    assert text.body.startswith("You asked us to remind you now. It locks after 30 minutes.")


def test_a_digest_counts_and_says_what_the_first_is_about() -> None:
    text = said_of("digest", EMAIL, LOCK, MANAGER)
    assert text.title == "3 things to look at"
    assert "The first is about two-step verification." in text.body


@pytest.mark.parametrize("kind", ["digest", "weekly"])
def test_a_digest_has_more_than_one_way_to_say_it(kind: str) -> None:
    texts = [said_of(kind, EMAIL, LOCK, variant=variant) for variant in range(4)]
    assert len(set(texts[:3])) == 3
    assert texts[3] == texts[0]


def test_a_weekly_digest_of_one_does_not_say_1_things() -> None:
    assert said_of("weekly", LOCK).title == "One thing to look at this week"


def test_fixed_says_what() -> None:
    assert said_of("fixed", LOCK).title == "Fixed: your screen lock"
    assert said_of("fixed", LOCK, MANAGER).title == "Fixed: 2 things"


def test_one_account_put_right_does_not_sound_like_all_of_them() -> None:
    text = said_of("fixed", EMAIL)
    assert text.title == "Fixed on one account: two-step verification"
    assert "another account" in text.body


def test_two_episodes_about_the_same_are_one_thing() -> None:
    again = episode("again", check_id="screen_lock", reason="off")
    assert said_of("fixed", LOCK, again).title == "Fixed: your screen lock"


def test_a_check_from_elsewhere_is_spoken_of_by_its_category() -> None:
    text = said_of("item", FOREIGN, rows=(row("party_vpn", "off", {"days": 3}),))
    assert text.title == "To look at: this computer"
    assert said_of("item", FOREIGN).title == "To look at: this computer or an account"


def test_answers_that_get_old_are_counted_with_the_minutes_they_take() -> None:
    utterance = Utterance(kind="answers", answers=(expiring(DAY, "two_step", subject="a1"),))
    text = words(utterance, (), {}, Confirming(answers=3, minutes=4))
    assert text.title == "3 answers get old this week"
    assert "takes about 4 minutes" in text.body
    one = words(utterance, (), {}, Confirming(answers=1, minutes=1))
    assert one.title == "One answer gets old this week"
    assert "takes about 1 minute." in one.body


def test_answers_have_more_than_one_way_to_say_it() -> None:
    answers = (expiring(DAY, "two_step"),)
    ways = [Utterance(kind="answers", answers=answers, variant=variant) for variant in range(3)]
    bodies = [words(way, (), {}, Confirming(1, 1)).body for way in ways]
    assert bodies[0] != bodies[1]
    assert bodies[0] == bodies[2]


@pytest.mark.parametrize("about", [(LOCK,), (LOCK, EMAIL), (FOREIGN, LOCK, EMAIL)])
@pytest.mark.parametrize("variant", range(6))
def test_a_weekly_digest_that_names_answers_says_so_in_full(about: tuple[Episode, ...], variant: int) -> None:
    ids = tuple(one.id for one in about)
    without = Utterance(kind="weekly", episodes=ids, variant=variant)
    utterance = Utterance(kind="weekly", episodes=ids, variant=variant, answers=(expiring(DAY, "two_step"),))
    plain, text = words(without, about, {}), words(utterance, about, {}, Confirming(999, 99))
    assert text.title == plain.title
    assert text.body == f"{plain.body} 999 answers get old this week too."


def test_all_clear_says_what_it_does_not_cover() -> None:
    text = words(Utterance(kind="all_clear"), (), {})
    assert text.title == "Nothing needs you"
    assert text.body.startswith("These checks cover settings only.")


def test_a_greeting_says_what_the_program_never_does() -> None:
    text = words(Utterance(kind="welcome"), (), {})
    assert text.title == "Watchword now checks this computer"
    assert "never asks for a password" in text.body


def test_who_shares_reports_is_told_how_to_share_less() -> None:
    text = words(Utterance(kind="sharing", shares=True), (), {})
    assert text.title == "A reminder: you share reports"
    assert "share less, or stop" in text.body


@pytest.mark.parametrize("about", [(), (LOCK,), (LOCK, EMAIL), (FOREIGN, LOCK, EMAIL)])
@pytest.mark.parametrize("variant", range(6))
@pytest.mark.parametrize("answers", [(), (expiring(DAY, "two_step"),)], ids=["plain", "answers"])
def test_with_something_else_it_is_said_in_full_that_reports_are_shared(
    about: tuple[Episode, ...], variant: int, answers: tuple[Expiring, ...]
) -> None:
    kind: Any = "weekly" if about else "all_clear"
    without = Utterance(kind=kind, episodes=tuple(one.id for one in about), variant=variant, answers=answers)
    plain = words(without, about, {}, Confirming(999, 99))
    text = words(msgspec.structs.replace(without, shares=True), about, {}, Confirming(999, 99))
    assert text.title == plain.title
    assert text.body == f"{plain.body} You share reports with office IT."


def test_an_alert_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="about nothing"):
        words(Utterance(kind="item", episodes=("gone",)), [LOCK], {})


def test_every_built_in_check_has_words_for_what_it_is_about() -> None:
    assert [check.id for check in builtin_checks() if f"kind.{check.id}" not in catalogue()] == []
    assert [category for category in Category if f"kind.{category.value}" not in catalogue()] == []


REASONS = sorted(name for name in catalogue() if name.partition(".")[0] in {check.id for check in builtin_checks()})
SECRET = "Quince"
VALUES = st.integers(-(10**9), 10**30) | st.just(SECRET) | st.just([SECRET]) | st.booleans()
FACTS = [
    *("manager", "service", "method", "breaches", "count", "pending", "overdue", "security", "checked", "unchecked"),
    *("days", "days_left", "days_since", "limit_days", "idle_minutes", "limit_minutes"),
]


@given(
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(REASONS), min_size=1, max_size=3, unique=True),
    st.dictionaries(st.sampled_from(FACTS), VALUES),
    st.integers(0, 20),
)
def test_whatever_was_found_it_fits_and_names_nothing(
    kind: str, reasons: list[str], facts: dict[str, Fact], variant: int
) -> None:
    about = [
        episode(name, check_id=name.partition(".")[0], reason=name.partition(".")[2], subject="a1") for name in reasons
    ]
    rows = tuple(row(one.check_id, one.reason, facts, subject="a1") for one in about)
    text = said_of(kind, *about, rows=rows, variant=variant)
    assert 0 < len(text.title.encode("utf-16-le")) <= 2 * 48
    assert 0 < len(text.body.encode("utf-16-le")) <= 2 * 200
    whole = f"{text.title} {text.body}"
    assert SECRET not in whole
    assert "casework" not in whole
    assert "{" not in whole
    assert (text.steps, text.links) == ((), ())
