"""Someone has left: one button, three things to do, no name. And a new phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.page.forms import left_accounts
from config.platforms import platform
from tests.agent.page.forms.household import Household, problems, said, values
from tests.agent.page.markup import Element

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

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


# The accounts that are listed


def boxes(page: Element) -> dict[str, bool]:
    """The accounts on a page by name, and whether each is ticked."""
    labels = {one.attributes["for"]: one.text for one in page.all("label")}
    found = [one for one in page.all("input") if one.attributes.get("name") == "account"]
    return {labels[one.attributes["id"]]: "checked" in one.attributes for one in found}


def leaving(home: Household) -> tuple[str, str]:
    """Two accounts, and somebody who has left."""
    ids = home.account("x", "Campaign"), home.account("google", "Work email")
    home.post("/left", do="happened")
    return ids


def test_each_account_is_named_with_where_to_look_email_first() -> None:
    home = Household()
    leaving(home)
    page = home.get("/left")
    assert boxes(page) == {"Work email, Google": False, "Campaign, X": False}
    links = [one for one in page.all("a") if one.attributes["href"].startswith("https://")]
    assert [one.attributes["href"] for one in links] == [platform("google").settings, platform("x").settings]
    assert {one.attributes["target"] for one in links} == {"_blank"}


def test_a_tick_is_kept_for_the_next_visit_and_answers_nothing() -> None:
    home = Household()
    campaign, _ = leaving(home)
    home.post("/left", do="answers", account=campaign)
    page = home.get("/left")
    assert boxes(page) == {"Work email, Google": False, "Campaign, X": True}
    assert "3 of the three things left. 1 account to see to." in said(page)
    assert home.stated() == [EVENT]
    home.post("/left", do="answers")
    assert boxes(home.get("/left"))["Campaign, X"] is False, "what is no longer ticked is taken back"


def test_all_is_not_done_while_an_account_is_not() -> None:
    home = Household()
    ids = leaving(home)
    page = home.refused("/left", do="answers", access="done", account=ids[0])
    assert problems(page) == ["Not ticked yet: Work email, Google. Tick it above, or choose Not yet."]
    assert boxes(page)["Campaign, X"], "what was ticked stays so"
    assert home.stated() == [EVENT]
    answer = home.send("/left", [("do", "answers"), *(("account", one) for one in ids), ("access", "done")])
    assert answer.status == 303
    assert home.stated()[-1] == ("laptop", "leaver.access", "done")


@pytest.mark.parametrize("answers", [{"access": "not_needed"}, {"passwords": "not_needed"}, {"recovery": "not_yet"}])
def test_what_needs_no_account_asks_for_none(answers: dict[str, str]) -> None:
    home = Household()
    leaving(home)
    home.post("/left", do="answers", **answers)
    assert len(home.stated()) == 2


def test_ticks_are_not_taken_for_the_next_one_who_leaves() -> None:
    home = Household()
    campaign, _ = leaving(home)
    with home.store() as store:
        memory = store.memory("leaver")
        assert left_accounts.tick(memory, NOW, [campaign])
        assert left_accounts.seen_to(memory, NOW) == {campaign}
        assert left_accounts.seen_to(memory, NOW + timedelta(days=1)) == frozenset()


@pytest.mark.parametrize("damage", ["x", 1, {"told_at": "x", "accounts": []}, {"accounts": ["i-1"]}, []])
def test_damaged_ticks_are_none(damage: object) -> None:
    with Household().store() as store:
        memory = store.memory("leaver")
        memory.remember(left_accounts.KEY, damage)
        assert left_accounts.seen_to(memory, NOW) == frozenset()


def test_an_account_that_is_not_on_the_list_cannot_be_ticked() -> None:
    home = Household()
    leaving(home)
    assert problems(home.refused("/left", do="answers", account="i-000000000000"))


def test_once_all_is_done_another_leaver_is_a_choice_of_its_own() -> None:
    home = Household()
    home.post("/left", do="happened")
    home.post("/left", do="answers", **DONE)
    page = home.get("/left")
    assert "all three are done" in page.text
    assert "Someone else has left" in [one.text for one in page.all("summary")]
    main = [one for one in page.all("main")[0].all() if one.attributes.get("class") == "button"]
    assert [one.text for one in main] == ["Go to my page"]
