"""With scripts switched off in the browser, everything is still done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.by import By

from agent.cli.session import settings_in_force
from agent.page.address import Address
from agent.paths import Paths
from agent.store import Store
from tests.agent.page.furnished import furnish
from tests.browser.chromium import Window, chromium
from tests.browser.running import opened


@pytest.fixture(scope="module")
def scriptless() -> Iterator[Window]:
    with chromium(scripts=False) as window:
        yield window


@pytest.fixture
def page(scriptless: Window) -> Iterator[tuple[Window, Address]]:
    """A window without scripts, and a page of its own for the test."""
    with opened() as address:
        scriptless.go(address.url())
        yield scriptless, address


def test_scripts_are_off(scriptless: Window) -> None:
    scriptless.go("data:text/html,<p id=a>off</p><script>document.getElementById('a').textContent='on'</script>")
    assert scriptless.text == "off"


def test_an_account_is_added_and_a_question_about_it_answered(page: tuple[Window, Address]) -> None:
    window, _ = page
    window.follow("Add an account")
    window.press("Add this account")
    assert "Choose the service from the list." in window.text
    window.select("Which service is it?", "Google")
    window.fill("What do you call it? (optional)", "Work email")
    window.press("Add this account")
    assert window.said == "Added Work email."
    window.follow("Work email")
    window.follow("Second step")
    window.choose("A passkey")
    window.press("Save this answer")
    with Store.open(Paths.here()) as store:
        (account,) = store.accounts()
        (said,) = store.attestations()
    assert (said.subject, said.answer) == (account.id, "passkey")


def test_who_is_not_sure_is_not_asked_how_they_know(page: tuple[Window, Address]) -> None:
    window, address = page
    window.go(address.url("/statements/laptop/recovery_plan.plan"))
    (knowing,) = window.all(".knowing")
    assert knowing.is_displayed()
    window.choose("Not sure")
    assert not knowing.is_displayed()
    window.choose("No")
    assert knowing.is_displayed()


def test_everything_open_is_answered_in_one_walk(page: tuple[Window, Address]) -> None:
    window, _ = page
    window.follow("Answer them")
    for _ in range(3):
        window.choose("Not sure")
        window.press("Save and go on")
        if window.all("a.button") and "Go on to the next question" in window.text:
            window.follow("Go on to the next question")
    assert "Question 4 of" in window.text
    with Store.open(Paths.here()) as store:
        assert [one.answer for one in store.attestations()] == ["not_sure"] * 3


def test_a_time_is_picked_and_taken_back(scriptless: Window) -> None:
    furnish()
    with opened() as address:
        scriptless.go(address.url())
        scriptless.follow("Pick a time")
        scriptless.driver.find_element(By.CSS_SELECTOR, "input[value=other]").click()
        scriptless.press("Remind me then")
        assert "Give a day and a time" in scriptless.text
        scriptless.all("#when")[0].click()
        scriptless.press("Remind me then")
        assert "Set aside until" in scriptless.said
        with Store.open(Paths.here()) as store:
            assert len(store.reminders()) == 1
        scriptless.follow("My page")
        scriptless.follow("Reminder times")
        scriptless.all(".row button")[0].click()
        scriptless.wait_for("You have none.")
        with Store.open(Paths.here()) as store:
            assert not store.reminders()


def test_what_is_folded_away_unfolds(scriptless: Window) -> None:
    furnish()
    with opened() as address:
        scriptless.go(address.url("/item/screen_lock"))
        assert "Check it again" not in scriptless.text
        assert "Switch off" not in scriptless.text
        scriptless.driver.find_element(By.XPATH, "//summary[contains(., 'Stop checking this')]").click()
        (button,) = [one for one in scriptless.all("details[open] button") if one.is_displayed()]
        button.click()
        scriptless.wait_until(lambda: "is not checked any more" in scriptless.said)
    assert "screen_lock" in settings_in_force()[0].settings.checks.disabled


def test_the_file_that_opens_the_page_leads_there(scriptless: Window, tmp_path_factory: pytest.TempPathFactory) -> None:
    """``watchword open`` gives the browser a private file, which leads on without a script."""
    from agent.page.launcher import document

    with opened() as address:
        file = tmp_path_factory.mktemp("opening") / "open.html"
        file.write_text(document(address.url("/help")))
        scriptless.go(file.as_uri())
        scriptless.wait_until(lambda: scriptless.url == address.url("/help"))
        assert scriptless.heading == "Help now"


def test_the_page_has_not_one_script(page: tuple[Window, Address]) -> None:
    window, address = page
    for path in ("/", "/accounts/add", "/help"):
        window.go(address.url(path))
        assert window.all("script, [onclick], [onload], iframe, object, embed") == []
