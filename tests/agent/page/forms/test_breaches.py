"""Known breaches: what leaked, what to do, and saying what was done about each."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.contract import Finding, Item, Status
from agent.host import System
from agent.status import write
from agent.words import text_for
from checks.breach import CHECK as BREACH
from checks.breach.items import SENSITIVE
from tests.agent.page.forms.household import EVIL, Household, marks, problems, said
from tests.agent.page.furnished import document, row


def looked_up() -> Household:
    """A home in which a look-up found something, and in which no round has written a result yet."""
    home = Household()
    home.ids = {"mail": home.account("google", "Work email"), "evil": home.account("x", EVIL)}
    home.breached(home.ids["mail"])
    return home


def waiting(home: Household) -> int:
    return len(marks(home.client.get("/breaches").text))


def test_each_is_shown_with_what_leaked_and_what_to_do() -> None:
    page = looked_up().get("/breaches")
    assert "Leaked: Passwords" in page.text
    assert "Change your Adobe <b> password, and any other with the same one." in page.text
    assert "Adobe <b>" in page.text


def test_a_sensitive_one_has_no_name_anywhere() -> None:
    home = looked_up()
    assert "Secret" not in home.client.get("/breaches").text
    home.post(f"/breaches/{home.ids['mail']}/done", do="all")
    assert "Secret" not in home.client.get("/breaches").text


def test_one_of_several_is_dealt_with() -> None:
    home = looked_up()
    first, *_ = marks(home.client.get("/breaches").text)
    assert home.post(f"/breaches/{home.ids['mail']}/done", do="ticked", breach=first) == "/breaches"
    page = home.get("/breaches")
    assert said(page) == "Kept: 1 breach of Work email dealt with."
    assert "Dealt with (1)" in page.text
    assert waiting(home) == 2


def test_all_are_dealt_with_and_the_last_word_is_taken_back() -> None:
    home = looked_up()
    first, *_ = marks(home.client.get("/breaches").text)
    home.post(f"/breaches/{home.ids['mail']}/done", do="ticked", breach=first)
    home.post(f"/breaches/{home.ids['mail']}/done", do="all")
    assert "Dealt with (3)" in home.get("/breaches").text
    home.post(f"/breaches/{home.ids['mail']}/undo")
    assert waiting(home) == 2, "what was said before stays"
    home.post(f"/breaches/{home.ids['mail']}/undo")
    assert waiting(home) == 3
    home.post(f"/breaches/{home.ids['mail']}/undo")
    assert "nothing to take back" in said(home.get("/breaches"))


def test_several_ticks_are_several_breaches() -> None:
    home = looked_up()
    first, second, _ = marks(home.client.get("/breaches").text)
    answer = home.send(f"/breaches/{home.ids['mail']}/done", [("do", "ticked"), ("breach", first), ("breach", second)])
    assert answer.status == 303
    assert "Dealt with (2)" in home.get("/breaches").text


@pytest.mark.parametrize("breach", [None, "Adobe", "0" * 18, "x" * 30_000])
def test_nothing_that_was_not_ticked_is_dealt_with(breach: str | None) -> None:
    home = looked_up()
    fields = {"breach": breach} if breach else {}
    page = home.refused(f"/breaches/{home.ids['mail']}/done", do="ticked", **fields)
    assert problems(page) == ["Tick what you have done."]
    assert waiting(home) == 3


def test_one_account_is_not_another() -> None:
    home = looked_up()
    home.post(f"/breaches/{home.ids['evil']}/done", do="all")
    assert waiting(home) == 3
    for account in ("i-000000000000", "laptop"):
        assert home.client.post(f"/breaches/{account}/done", do="all").status == 404
        assert home.client.post(f"/breaches/{account}/undo").status == 404


def looked(reason: str, *items: Item, status: Status = Status.UNKNOWN, service: str = "x") -> tuple[Household, str]:
    """A home with one account, and the last finding about its breaches."""
    home = Household()
    account = home.account(service, "Campaign")
    text = text_for(BREACH, Finding(status=status, reason=reason), System.LINUX)
    found = row("breach", status, instance=account, label="Campaign", reason=reason, text=text, items=items)
    write(document(found), Path(home.paths.status))
    return home, account


def test_where_nobody_has_looked_that_is_said_and_one_can() -> None:
    home = Household()
    home.account("google", "Work email")
    page = home.get("/breaches")
    assert "Nobody has looked yet" in page.text
    assert [one for one in page.all("button") if one.text.startswith("Look now")]


def test_what_could_not_be_told_has_its_reason_and_one_way_on() -> None:
    home, account = looked("no_key", service="google")
    (card,) = [one for one in home.get("/breaches").all("section") if one.attributes.get("class") == "card"]
    assert "Addresses cannot be looked up without a key." in card.text
    assert [one.attributes["href"] for one in card.all("a")] == [home.client.page.url(f"/item/breach/{account}")]


def test_an_account_without_an_address_leads_to_giving_one() -> None:
    home, account = looked("no_address")
    (card,) = [one for one in home.get("/breaches").all("section") if one.attributes.get("class") == "card"]
    assert [one.attributes["href"] for one in card.all("a")] == [home.client.page.url(f"/accounts/{account}")]


def test_the_list_is_the_one_that_the_finding_has() -> None:
    earlier = ("Earlier at this service; whether your address is in it is not known", "Leaked: Names")
    home, account = looked("no_address", Item("Twitter (200M)", Status.UNKNOWN, details=earlier))
    for path in ("/breaches", f"/item/breach/{account}"):
        (line,) = [one for one in home.get(path).all("li") if one.text.startswith("Twitter (200M)")]
        assert line.text.endswith(f"{earlier[0]}. {earlier[1]}."), "one sentence each"


def test_what_was_just_dealt_with_is_not_asked_for_by_an_older_result() -> None:
    home, _ = looked("password_exposed", status=Status.FAIL)
    assert "Nothing to deal with." in home.get("/breaches").text


LEAKED = Item("LinkedIn", Status.FAIL, to_do="Change your LinkedIn password, and any other with the same one")


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((LEAKED,), LEAKED.to_do),
        ((LEAKED, replace(LEAKED, name="Adobe")), f"{LEAKED.to_do} (and 1 more)"),
        ((Item(SENSITIVE, Status.FAIL), LEAKED), LEAKED.to_do),
        ((Item(SENSITIVE, Status.FAIL),), "A leaked list may hold your password"),
    ],
)
def test_the_first_page_names_the_password_that_is_to_be_changed(items: tuple[Item, ...], said: str) -> None:
    home, account = looked("password_exposed", *items, status=Status.FAIL)
    assert said in [one.text for one in home.get("/").all("h2")]
    assert [one.text for one in home.get(f"/item/breach/{account}").all("h1")] == [said]


def test_a_service_that_lost_data_is_named_in_its_title() -> None:
    lost = Item("Forum", Status.WARN, to_do="If you still use Forum, change its password")
    home, account = looked("service_breached", lost, status=Status.WARN)
    assert [one.text for one in home.get(f"/item/breach/{account}").all("h1")] == ["A service you use lost data: Forum"]


def test_whose_data_it_is_is_said() -> None:
    assert "CC BY 4.0" in Household().get("/breaches").text
