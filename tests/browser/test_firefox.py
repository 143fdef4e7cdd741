"""The page in Firefox: what it sends with a form decides whether anything is kept, and whether others are let in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.page.address import Address
from agent.page.launcher import document
from agent.paths import Paths
from agent.store import Store
from tests.browser.elsewhere import elsewhere
from tests.browser.running import opened
from tests.checks.password_manager.real_firefox import Firefox, configure, create_profile, needs_firefox

SECONDS = 30
#: How Marionette writes a reference to an element (WebDriver, section 12).
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FORM = """<!doctype html><form method="post" action="{action}">
<input name="token" value="{token}"><input name="service" value="google"><input name="label" value="Planted">
<button>Send</button></form>"""


class Window:
    """One window of Firefox, used by what is written on its links, buttons and labels."""

    def __init__(self, firefox: Firefox) -> None:
        self._firefox = firefox
        firefox.call("Marionette:SetContext", value="content")

    def go(self, url: str) -> None:
        self._firefox.call("WebDriver:Navigate", url=url)

    @property
    def url(self) -> str:
        return str(self._firefox.call("WebDriver:GetCurrentURL")["value"])

    @property
    def text(self) -> str:
        return str(self._firefox.call("WebDriver:GetElementText", id=self._find("body"))["value"])

    def press(self, words: str) -> None:
        """Press the one button, link or label with exactly these words on it."""
        found = self._firefox.call(
            "WebDriver:FindElements",
            using="xpath",
            value=f"//*[self::button or self::a or self::label][normalize-space()='{words}']",
        )
        (element,) = found
        self._firefox.call("WebDriver:ElementClick", id=element[ELEMENT])

    def type(self, selector: str, text: str) -> None:
        self._firefox.call("WebDriver:ElementSendKeys", id=self._find(selector), text=text)

    def value(self, selector: str) -> str:
        """What is written in a field."""
        return str(self._firefox.call("WebDriver:GetElementProperty", id=self._find(selector), name="value")["value"])

    def wait_for(self, words: str) -> None:
        """Wait until these words are on the page."""
        until(lambda: words in self.text)

    def _find(self, selector: str) -> str:
        found = self._firefox.call("WebDriver:FindElement", using="css selector", value=selector)
        return str(found["value"][ELEMENT])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if condition():
                return
        except AssertionError:  # Marionette: one page goes and the next has yet to come
            pass
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    needs_firefox()
    home = tmp_path_factory.mktemp("firefox")
    profile = create_profile(home, "person")
    configure(profile)
    with Firefox(home, profile) as firefox:
        yield Window(firefox)


@pytest.fixture
def page() -> Iterator[Address]:
    with opened() as address:
        yield address


def test_an_account_is_added_and_a_question_about_it_answered(window: Window, page: Address) -> None:
    window.go(page.url("/accounts/add"))
    window.type("select[name=service]", "Google")
    window.type("input[name=label]", "Work email")
    window.press("Add this account")
    window.wait_for("Added Work email.")
    window.press("Work email")
    window.wait_for("Second step")
    window.press("Second step")
    window.wait_for("A passkey")
    window.press("A passkey")
    window.press("Save this answer")
    with Store.open(Paths.here()) as store:
        until(lambda: [said.answer for said in store.attestations()] == ["passkey"])


def test_the_file_that_opens_the_page_leads_there(window: Window, page: Address, tmp_path: Path) -> None:
    file = tmp_path / "open.html"
    file.write_text(document(page.url("/help")))
    window.go(file.as_uri())
    until(lambda: window.url == page.url("/help"))
    window.wait_for("Help now")


def test_a_form_from_elsewhere_is_refused_even_with_the_token(window: Window, page: Address, tmp_path: Path) -> None:
    """From another port of this computer, and from a file."""
    window.go(page.url("/accounts/add"))
    form = FORM.format(action=page.url("/accounts/add"), token=window.value("input[name=token]"))
    file = tmp_path / "form.html"
    file.write_text(form)
    with elsewhere() as attacker:
        attacker.document = form
        for place in (attacker.url(), file.as_uri()):
            window.go(place)
            window.press("Send")
            until(lambda: window.url == page.url("/accounts/add"))
            window.wait_for("Not here")
    with Store.open(Paths.here()) as store:
        assert store.accounts() == ()
