"""How to tell that the page is real, and what it does not promise (threats T1, T2 and T26)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from agent.page.address import Address, any_host
from tests.agent.page.client import PORT, Client
from tests.agent.page.furnished import furnish
from tests.agent.page.markup import Element, read


def shown(client: Client, path: str) -> Element:
    answer = client.get(path)
    assert answer.status == 200
    return read(answer.text)


def part(page: Element, name: str) -> list[str]:
    """The lines of one of its parts."""
    (found,) = [one for one in page.all("section") if one.attributes.get("aria-labelledby") == name]
    return [line.text for line in found.all("li")]


@pytest.mark.parametrize("path", ["/", "/accounts", "/item/screen_lock", "/it", "/help", "/reminders"])
def test_the_foot_of_every_page_leads_there(path: str) -> None:
    furnish()
    client = Client()
    (foot,) = shown(client, path).all("footer")
    assert client.page.url("/about") in [link.attributes["href"] for link in foot.all("a")]
    assert "never asks for a password here" in foot.text


def test_what_it_says_of_the_address_is_true_of_every_page() -> None:
    said = part(shown(Client(), "/about"), "real")
    assert any("an address that begins with 127. and three more numbers" in line for line in said)
    for _ in range(100):
        host = urlsplit(Address.new(PORT, any_host()).url()).hostname
        assert re.fullmatch(r"127(\.\d{1,3}){3}", host or "")


def test_it_says_what_a_real_page_and_a_real_alert_never_do() -> None:
    page = shown(Client(), "/about")
    assert "never asks for a password, a code that signs you in, or a card number" in part(page, "real")
    assert any(line.startswith("is never sent to you as a link") for line in part(page, "real"))
    assert "has no web address and no phone number in it" in part(page, "alerts")


@pytest.mark.parametrize("path", ["/", "/print", "/about"])
def test_where_all_may_be_ok_it_is_said_that_only_settings_were_checked(path: str) -> None:
    furnish()
    assert "These checks cover settings only." in shown(Client(), path).text
