"""Someone has left: one button, three things to do, no name. And a new phone."""

from __future__ import annotations

import pytest

from tests.agent.page.forms.household import Household, problems, said, values

EVENT = ("laptop", "event.leaver", "happened")
DONE = {"access": "done", "passwords": "not_needed", "recovery": "done"}


def test_nothing_is_to_do_before_somebody_has_left() -> None:
    page = Household().get("/left")
    assert not [one for one in page.all("input") if one.attributes.get("type") == "radio"]
    assert not [one for one in page.all("input") if one.attributes.get("type") == "text"], "no name is asked for"


def test_the_button_opens_three_things() -> None:
    home = Household()
    assert home.post("/left", do="happened") == "/left"
    assert home.stated() == [EVENT]
    page = home.get("/left")
    assert "0 of 3 done" in page.text
    assert len(page.all("fieldset")) == 4, "three things, and how one knows"


def test_a_button_that_is_pressed_twice_is_one_event() -> None:
    home = Household()
    home.post("/left", do="happened")
    home.post("/left", do="happened")
    assert home.stated() == [EVENT]


def test_what_is_done_is_counted_and_kept_for_the_next_visit() -> None:
    home = Household()
    home.post("/left", do="happened")
    home.post("/left", do="answers", access="done", passwords="not_yet")
    page = home.get("/left")
    assert "1 of 3 done" in page.text
    assert values(page)["access"] == "done"
    home.post("/left", do="answers", access="done", passwords="done", recovery="done")
    assert "All three are done" in said(home.get("/left"))
    assert home.stated().count(("laptop", "leaver.access", "done")) == 1, "what has not changed is not said again"


def test_what_was_done_for_one_is_not_done_for_the_next() -> None:
    home = Household()
    home.state("laptop", "event.leaver", "happened", days_ago=9)
    for name, answer in DONE.items():
        home.state("laptop", f"leaver.{name}", answer, days_ago=8)
    assert "all three are done" in home.get("/left").text
    home.post("/left", do="happened")
    page = home.get("/left")
    assert "0 of 3 done" in page.text
    assert "access" not in values(page)


def test_a_mistake_is_taken_back() -> None:
    home = Household()
    home.post("/left", do="happened")
    home.post("/left", do="mistake")
    assert home.stated()[-1] == ("laptop", "event.leaver", "taken_back")
    assert not home.get("/left").all("fieldset")
    home.post("/left", do="mistake")
    assert len(home.stated()) == 2, "there is nothing more to take back"


def test_one_that_waits_too_long_is_said_to_without_shame() -> None:
    home = Household()
    home.state("laptop", "event.leaver", "happened", days_ago=9)
    assert "still helps today" in home.get("/left").text


@pytest.mark.parametrize(
    "fields", [{}, {"access": "maybe"}, {"access": "done", "evidence": "magic"}, {"access": "not_sure"}]
)
def test_answers_that_are_none_are_refused(fields: dict[str, str]) -> None:
    home = Household()
    home.post("/left", do="happened")
    assert problems(home.refused("/left", do="answers", **fields))
    assert home.stated() == [EVENT]


def test_answers_without_anybody_who_left_are_refused() -> None:
    home = Household()
    assert problems(home.refused("/left", do="answers", **DONE))
    assert home.stated() == []


@pytest.mark.parametrize("do", ["", "other", "x" * 9999])
def test_a_form_that_says_nothing_does_nothing(do: str) -> None:
    home = Household()
    assert problems(home.refused("/left", do=do))
    assert home.stated() == []


def test_a_leaver_ends_what_was_said_of_access() -> None:
    home = Household()
    account = home.account("x", "Campaign page")
    home.state(account, "account_access.people", "only_me", days_ago=1)
    home.post("/left", do="happened")
    assert "Someone has left since then" in home.get(f"/statements/{account}/account_access.people").text


def test_a_new_phone_is_said_and_taken_back() -> None:
    home = Household()
    assert home.post("/new-phone", do="happened") == "/confirm"
    assert home.stated() == [("laptop", "event.new_phone", "happened")]
    home.post("/new-phone", do="mistake")
    assert home.stated()[-1] == ("laptop", "event.new_phone", "taken_back")
