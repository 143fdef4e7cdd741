"""History in words, the latest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.page.forms.history import Happening, days
from tests.agent.page.forms.household import Household

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
    assert "was: Action needed" in text
    assert "Alert shown: Screen lock" in text
    assert "You told us that someone has left" in text
    assert "You told us about second step (Work email): an authenticator app" in text
    assert "A new data breach became known (Work email)" in text


def test_what_was_about_an_account_that_has_gone_is_not_shown() -> None:
    home = Household(furnished=True)
    home.post(f"/accounts/{home.ids['mail']}/remove")
    home.get("/accounts")
    assert "Work email" not in home.get("/history").text


def test_what_is_older_than_90_days_is_not_shown() -> None:
    home = Household()
    home.state("laptop", "recovery_plan.plan", "checked", days_ago=91)
    assert "Nothing has happened yet" in home.get("/history").text
