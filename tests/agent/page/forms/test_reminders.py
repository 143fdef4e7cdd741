"""Reminder times: what there is can be taken back, and when alerts may be shown can be chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.cli import session
from agent.locking import FileLock
from tests.agent.page.forms.household import Household, problems, said, values

TIMES = {"enabled": "yes", "quiet_from": "17:30", "quiet_to": "08:00", "weekends": "no", "all_clear": "yes"}


def chosen(home: Household) -> dict[str, object]:
    with home.store() as store:
        return store.choices()


def test_a_reminder_is_shown_and_taken_back() -> None:
    home = Household(furnished=True)
    page = home.get("/reminders")
    assert "Set aside until tomorrow" in page.text
    home.post("/reminders/take-back", check="screen_lock")
    assert "You have none" in home.get("/reminders").text


def test_who_reminds_is_said_as_it_is() -> None:
    home = Household(furnished=True)
    page = home.get("/reminders")
    assert "does not run in the background, so nothing reminds you" in page.text
    assert "Start by itself when I sign in" in [button.text for button in page.all("button")]
    lock = FileLock(home.paths.daemon_lock)
    assert lock.take()
    page = home.get("/reminders")
    lock.release()
    assert "We will remind you tomorrow" in page.text
    assert "nothing reminds you" not in page.text


def test_a_reminder_that_is_not_there_is_nothing_to_take_back() -> None:
    home = Household(furnished=True)
    home.post("/reminders/take-back", check="nothing", account="i-000000000000")
    page = home.get("/reminders")
    assert "no such reminder" in said(page)
    assert "Set aside until tomorrow" in page.text


def test_the_times_in_force_are_in_the_fields() -> None:
    found = values(Household().get("/reminders"))
    assert {name: found[name] for name in TIMES} == {
        "enabled": "yes", "quiet_from": "18:00", "quiet_to": "09:00", "weekends": "yes", "all_clear": "yes"
    }  # fmt: skip


def test_times_are_kept_as_choices_of_the_person() -> None:
    home = Household()
    assert home.post("/reminders/times", **TIMES) == "/reminders"
    assert said(home.get("/reminders")) == "Kept. It is quiet from 17:30 to 08:00."
    assert chosen(home) == {
        "alerts.quiet_from": "17:30", "alerts.quiet_to": "08:00", "alerts.quiet_weekends": False
    }  # fmt: skip


def test_what_has_not_changed_is_not_chosen() -> None:
    home = Household()
    usual = {"quiet_from": "18:00", "quiet_to": "09:00", "weekends": "yes"}
    home.post("/reminders/times", **{**TIMES, **usual})
    assert chosen(home) == {}


def test_that_nothing_needs_them_need_not_be_said() -> None:
    home = Household()
    home.post("/reminders/times", **{**values(home.get("/reminders")), "all_clear": "no"})
    assert chosen(home) == {"alerts.all_clear": False}
    assert values(home.get("/reminders"))["all_clear"] == "no"


def test_the_same_time_twice_means_no_quiet_hours() -> None:
    home = Household()
    home.post("/reminders/times", **{**TIMES, "quiet_to": "17:30"})
    assert "no quiet hours" in said(home.get("/reminders"))


def test_alerts_can_be_switched_off_and_the_usual_brought_back() -> None:
    home = Household()
    home.post("/reminders/times", **{**TIMES, "enabled": "no"})
    assert "Alerts are off" in said(home.get("/reminders"))
    home.post("/reminders/usual")
    assert chosen(home) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quiet_from", ""),
        ("quiet_from", "25:00"),
        ("quiet_to", "8"),
        ("quiet_to", '"08:00"'),
        ("quiet_to", "08:00\n[locked]"),
        ("enabled", "true"),
        ("enabled", ""),
        ("weekends", "maybe"),
        ("all_clear", ""),
        ("quiet_from", "1" * 30_000),
    ],
)
def test_what_is_no_time_is_said_at_its_field_and_nothing_is_kept(field: str, value: str) -> None:
    home = Household()
    page = home.refused("/reminders/times", **{**TIMES, field: value})
    assert len(problems(page)) == 1
    assert values(page)["quiet_from"] in (TIMES["quiet_from"], value.strip())
    assert chosen(home) == {}


def test_what_office_it_holds_is_shown_and_cannot_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Household()
    opened = session._load
    monkeypatch.setattr(session, "_load", lambda *given: replace(opened(*given), held=frozenset({"alerts.quiet_from"})))
    page = home.get("/reminders")
    assert "Office IT has decided this one" in page.text
    assert "quiet_from" not in values(page)
    answer = home.client.post("/reminders/times", **TIMES)
    assert answer.status == 422
    assert chosen(home) == {}
    without = {name: value for name, value in TIMES.items() if name != "quiet_from"}
    home.post("/reminders/times", **without)
    assert "alerts.quiet_from" not in chosen(home)
    assert chosen(home)["alerts.quiet_to"] == "08:00"


def test_nobody_is_reminded_of_what_was_put_right() -> None:
    home = Household(furnished=True)
    home.post("/statements/laptop/recovery_plan.plan", answer="no")
    home.post("/item/remind", check="recovery_plan", when="tomorrow")
    assert "Recovery plan: change the time" in home.get("/reminders").text
    home.post("/statements/laptop/recovery_plan.plan", answer="checked")
    page = home.get("/reminders")
    assert "Recovery plan" not in page.text
    assert "Screen lock: change the time" in page.text, "that one was not put right"
