"""Having Watchword start by itself, from the page."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from agent.autostart import Computer, NotOursError, Standing
from agent.page import background
from tests.agent.page.client import Client
from tests.agent.page.markup import read

ON = Standing("on")


@pytest.fixture
def switched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[bool]]:
    """A computer on which it is switched on with this result; the switches that were made, each with "start it now"."""
    made: list[bool] = []

    def as_if(standing: Standing = ON, started: str = "now", error: Exception | None = None) -> list[bool]:
        def turn_on(computer: Computer, *, start: bool) -> str:
            made.append(start)
            if error is not None:
                raise error
            return started

        way = SimpleNamespace(turn_on=turn_on, read=lambda _: standing)
        monkeypatch.setattr(background, "way", lambda _: way)
        monkeypatch.setattr(background, "must_start", lambda _: None)
        return made

    return as_if


def said(client: Client, path: str = "/") -> str:
    """What is said once at the top of the page that a form led back to."""
    page = read(client.get(path).text)
    return " ".join(one.text for one in page.all("div") if one.attributes.get("role") == "status")


def test_it_is_switched_on_and_started(switched: Callable[..., list[bool]]) -> None:
    client, made = Client(), switched()
    answer = client.post("/background", back="/finish")
    assert (answer.status, answer.header("location")) == (303, f"{client.page.address.prefix}/finish")
    assert made == [True]
    assert "runs in the background now, and starts by itself when you sign in" in said(client, "/finish")


def test_where_it_cannot_be_started_now_it_is_said_to_start_later(switched: Callable[..., list[bool]]) -> None:
    client = Client()
    switched(started="at_sign_in")
    client.post("/background", back="/")
    assert "starts by itself when you sign in next" in said(client)


@pytest.mark.parametrize("error", [NotOursError("/home/x/watchword.desktop"), OSError(13, "Permission denied")])
def test_what_stands_in_the_way_is_said(switched: Callable[..., list[bool]], error: Exception) -> None:
    client = Client()
    switched(error=error)
    answer = client.post("/background", back="/")
    assert answer.status == 422
    assert str(getattr(error, "strerror", None) or error) in read(answer.text).text


def test_what_did_not_take_is_no_success(switched: Callable[..., list[bool]]) -> None:
    client = Client()
    switched(Standing("off"))
    answer = client.post("/background", back="/")
    assert answer.status == 422
    assert "could not be set up" in read(answer.text).text
    assert "starts by itself" not in said(client)


@pytest.mark.parametrize(
    "back", ["", "//elsewhere.example", "https://elsewhere.example", "/a/../b", "/x?y=1", "/finish\n", "/" + "x" * 99]
)
def test_it_leads_back_to_a_path_of_this_page_and_nowhere_else(switched: Callable[..., list[bool]], back: str) -> None:
    client = Client()
    switched()
    assert client.post("/background", back=back).header("location") in (
        f"{client.page.address.prefix}/",
        f"{client.page.address.prefix}/finish",
    )


def test_nothing_is_switched_on_once_everything_is_deleted(switched: Callable[..., list[bool]]) -> None:
    client, made = Client(), switched()
    with client.page.emptied():
        pass
    assert client.post("/background", back="/").status == 410
    assert made == []


def test_a_look_switches_nothing_on(switched: Callable[..., list[bool]]) -> None:
    client, made = Client(), switched()
    assert client.get("/background").status == 405
    assert made == []
