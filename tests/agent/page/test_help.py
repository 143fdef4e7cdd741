"""Help now, for somebody who cannot get into an account any more."""

from __future__ import annotations

from typing import NoReturn

import pytest

from agent.store import StoreError
from config.links import is_official
from config.platforms import platform
from tests.agent.page.forms.household import Household
from tests.agent.page.markup import Element


def taken(page: Element) -> Element:
    (part,) = [one for one in page.all("section") if one.attributes.get("aria-labelledby") == "taken"]
    return part


def test_who_cannot_sign_in_is_told_what_then() -> None:
    part = taken(Household().get("/help"))
    assert "If you cannot sign in" in [one.text for one in part.all("h3")]
    assert "Forgotten password" in part.text


def test_each_service_that_is_listed_is_there_once_email_first_with_its_own_page() -> None:
    home = Household()
    for service, label in (("x", "MP"), ("google", "Mail"), ("x", "Party")):
        home.account(service, label)
    part = taken(home.get("/help"))
    assert [one.text for one in part.all("dt")] == ["Google", "X"]
    links = [link.attributes["href"] for one in part.all("dd") for link in one.all("a")]
    assert links == [platform("google").help, platform("x").help]
    assert all(map(is_official, links))


def test_no_account_is_named_there() -> None:
    home = Household()
    home.account("x", "Our secret campaign")
    assert "Our secret campaign" not in home.client.get("/help").text


def test_help_is_there_when_nothing_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> NoReturn:
        raise StoreError("The disk is gone.")

    home = Household()
    monkeypatch.setattr(home.client.page, "open_session", unreadable)
    assert home.client.get("/accounts").status == 422
    assert "If you cannot sign in" in taken(home.get("/help")).text


def test_it_can_be_left_with_one_press_for_a_page_that_tells_nothing() -> None:
    links = Household().get("/help").all("main")[0].all("a")
    ways_out = [links[0], links[-1]]
    assert [link.text for link in ways_out] == ["Exit this page"] * 2
    assert {link.attributes["href"] for link in ways_out} == {"https://www.bbc.co.uk/weather"}


def test_office_it_is_told_and_a_picture_taken_before_anything_is_taken_out() -> None:
    steps = [step.text for step in taken(Household().get("/help")).all("ol")[0].all("li")]
    assert steps[0] == "Tell office IT, on a number that you already have."
    (removal,) = [step for step in steps if "take out what is not yours" in step]
    assert removal.index("Take a picture of forwarding") < removal.index("Then take out what is not yours")
