"""How Watchword itself is set up, from the page."""

from __future__ import annotations

import sys

import pytest

from agent import secrets
from agent.autostart import Program
from agent.host import Unreadable
from agent.page import menu, settings
from agent.page.menu import linux
from tests.agent.page.client import Client
from tests.agent.page.markup import read

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the entry is looked at as it is on Linux")
KEY = "0123456789abcdef0123456789ABCDEF"


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A keyring in memory."""
    kept: dict[str, str] = {}
    monkeypatch.setattr(secrets, "get", lambda name, **_: kept.get(name))
    monkeypatch.setattr(secrets, "store", lambda name, value, **_: kept.__setitem__(name, value))
    monkeypatch.setattr(secrets, "remove", lambda name, **_: kept.pop(name, None) is not None)
    return kept


@pytest.fixture
def startable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that can be started from a menu; whether this one can is another test's matter."""
    monkeypatch.setattr(settings, "must_start", lambda *_, **__: None)
    monkeypatch.setattr(menu, "command", lambda: ("/opt/watchword/bin/watchword", "open"))


def shown(client: Client) -> str:
    answer = client.get("/settings")
    assert answer.status == 200
    return read(answer.text).text


@pytest.mark.usefixtures("startable")
def test_it_is_put_into_the_menu_and_taken_out_again() -> None:
    client = Client()
    assert "is not in the menu" in shown(client)
    assert client.post("/settings/menu/on").status == 303
    assert "Watchword is in the menu of this computer." in shown(client)
    assert linux.read(("/opt/watchword/bin/watchword", "open")).state == "on"
    assert client.post("/settings/menu/off").status == 303
    assert "is not in the menu" in shown(client)


@pytest.mark.usefixtures("startable")
def test_what_somebody_else_has_put_there_is_left_alone() -> None:
    import os

    os.makedirs(os.path.dirname(linux.place()))
    with open(linux.place(), "w", encoding="utf-8") as file:
        file.write("[Desktop Entry]\nName=Mine\n")
    client = Client()
    assert "cannot be told" in shown(client)
    assert client.post("/settings/menu/on").status == 422
    with open(linux.place(), encoding="utf-8") as file:
        assert file.read() == "[Desktop Entry]\nName=Mine\n"


def test_a_key_is_kept_in_the_keyring_and_never_shown_again(kept: dict[str, str]) -> None:
    client = Client()
    assert client.post("/settings/key", key=f" {KEY} ").status == 303
    assert kept == {secrets.HIBP_KEY: KEY.lower()}
    page = client.get("/settings").text
    assert "The key is kept in the keyring." in page
    assert KEY.lower() not in page.casefold()
    assert client.post("/settings/key/forget").status == 303
    assert kept == {}
    assert "The key is gone." in shown(client)
    assert client.post("/settings/key/forget").status == 303
    assert "There was no key." in shown(client)


def test_what_is_no_key_is_not_kept_nor_shown(kept: dict[str, str]) -> None:
    answer = Client().post("/settings/key", key="hunter2")
    assert answer.status == 422
    assert "does not look like a key" in answer.text
    assert "hunter2" not in answer.text
    assert kept == {}


def test_a_keyring_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "store", lambda *_, **__: Unreadable("locked", "keyring"))
    client = Client()
    assert "The keyring is locked." in client.post("/settings/key", key=KEY).text


def test_it_starts_by_itself_no_more_when_that_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.autostart import linux as autostart

    program = Program(("/opt/watchword/bin/watchword", "daemon"))
    monkeypatch.setattr(settings, "this_program", lambda: program)
    client = Client()
    module, computer = settings._autostart()
    assert module is autostart
    assert computer is not None
    module.turn_on(computer, start=False)
    assert "starts when you sign in" in shown(client)
    assert client.post("/settings/autostart/off").status == 303
    assert "does not start by itself" in shown(client)
