"""History in words, the latest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.alerts.records import Expiring, Said, Utterance
from agent.contract import Finding, Status
from agent.page.forms.history import Happening, days
from tests.agent.page.forms.household import Household
from tests.agent.page.markup import Element

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_days_have_names_and_the_latest_comes_first() -> None:
    happened = [Happening(NOW - timedelta(days=past), "12:00", f"{past}") for past in (3, 0, 1)]
    assert [day.name for day in days(happened, NOW)] == ["Today", "Yesterday", "19 November"]


def test_nothing_that_happened_is_said_so() -> None:
    assert "Nothing has happened yet" in Household().get("/history").text


def test_changes_alerts_and_statements_are_told_in_words() -> None:
    home = Household(furnished=True)
    home.state(home.ids["mail"], "event.breach", "new")
    text = home.get("/history").text
    assert "Alert shown: Screen lock" in text
    assert "You told us that someone has left" in text
    assert (
        "Work email: Which second step is on? Look at the account's security settings. "
        "You answered: an authenticator app." in text
    )
    assert "A new data breach became known (Work email)" in text


def rows(home: Household) -> list[Element]:
    return [one for one in home.get("/history").all("li") if "row" in one.attributes.get("class", "").split()]


def test_a_change_says_from_what_to_what() -> None:
    (change,) = [one for one in rows(Household(furnished=True)) if "became" in one.text]
    assert [one.text for one in change.all("span") if "tag" in one.attributes.get("class", "").split()] == [
        "Action needed",
        "OK",
    ]


def settled(home: Household, at: datetime, **statuses: Status) -> None:
    with home.store() as store:
        store.settle([(check, Finding(status=status, reason="x")) for check, status in statuses.items()], at)


def test_the_first_check_is_one_line_and_each_thing_is_inside_the_gravest_first() -> None:
    home, now = Household(), datetime.now(UTC)
    settled(home, now - timedelta(hours=2), screen_lock=Status.PASS, app_updates=Status.FAIL, reporting=Status.UNKNOWN)
    settled(home, now - timedelta(hours=1), screen_lock=Status.UNKNOWN)
    later, first = rows(home)
    assert first.text.startswith("Looked at for the first time: 3 things. Action needed: 1, Not checked: 1, OK: 1.")
    assert [one.text for one in first.all("li")] == [
        "App updates: Action needed",
        "Who to tell: Not checked",
        "Screen lock: OK",
    ]
    assert later.text.startswith("Screen lock")


def test_two_new_things_are_a_line_each() -> None:
    home = Household()
    settled(home, datetime.now(UTC), screen_lock=Status.PASS, app_updates=Status.FAIL)
    assert len(rows(home)) == 2


def test_alerts_about_answers_and_about_nothing_say_so() -> None:
    home, now = Household(furnished=True), datetime.now(UTC)
    answers = tuple(
        Expiring(check_id=check, subject=subject, expires_at=now)
        for check, subject in (("recovery_plan", None), ("two_step", home.ids["mail"]), ("two_step", "i-0000000000aa"))
    )
    about_answers, clear = Utterance(kind="answers", answers=answers), Utterance(kind="all_clear", shares=True)
    others = Utterance(kind="welcome"), Utterance(kind="sharing", shares=True)
    with home.store() as store:
        store.keep_said(Said(id="a" * 32, at=now - timedelta(days=40), utterance=about_answers, delivered=True))
        store.keep_said(Said(id="b" * 32, at=now - timedelta(days=9), utterance=clear, delivered=None))
        for number, one in enumerate(others):
            store.keep_said(Said(id=str(number), at=now - timedelta(days=50), utterance=one, delivered=True))
    text = home.get("/history").text
    assert "Alert shown, that answers get old: Recovery plan, Two-step verification: Work email" in text
    assert "i-0000000000aa" not in text
    assert "Alert given, that nothing needs you and that you share reports" in text
    assert "Alert shown, as a welcome" in text
    assert "Alert shown, that you share reports" in text


def test_what_was_about_an_account_that_has_gone_is_not_shown() -> None:
    home = Household(furnished=True)
    home.post(f"/accounts/{home.ids['mail']}/remove")
    home.get("/accounts")
    assert "Work email" not in home.get("/history").text


def test_what_is_older_than_90_days_is_not_shown() -> None:
    home = Household()
    home.state("laptop", "recovery_plan.plan", "checked", days_ago=91)
    assert "Nothing has happened yet" in home.get("/history").text


def test_an_account_that_moved_is_told_as_such() -> None:
    home = Household(furnished=True)
    home.post(f"/accounts/{home.ids['mail']}", service="microsoft", label="Work email", moved="yes")
    assert "You put this account on another service" in home.get("/history").text
