"""The page about one finding: how the person tells us, and what is offered where."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.contract import Basis, Category, Status
from agent.paths import Paths
from agent.status import CheckRow, Text, write
from tests.agent.page.client import Client
from tests.agent.page.forms.household import Household
from tests.agent.page.furnished import document, row
from tests.agent.page.markup import Element, read


def shown(one: CheckRow) -> Element:
    """The page about this finding, the only one there is."""
    write(document(one), Path(Paths.here().status))
    return read(Client().get(f"/item/{one.id}").text)


def plan(status: Status, reason: str = "missing", **more: object) -> CheckRow:
    values = {"category": Category.PRACTICE, "basis": Basis.ATTESTED, "reason": reason, **more}
    return row("recovery_plan", status, **values)


def headings(page: Element) -> list[str]:
    return [heading.text for heading in page.all("h2")]


def buttons(page: Element) -> dict[str, str]:
    """What the buttons and the links that look like one say, with where they lead."""
    links = {
        link.text.replace(" : ", ": "): "/" + link.attributes["href"].split("/", 3)[-1]
        for link in page.all("a")
        if "button" in link.attributes.get("class", "").split()
    }
    return links | {button.text: "" for button in page.all("button")}


@pytest.mark.parametrize("status", [Status.WARN, Status.FAIL])
def test_what_only_the_person_can_tell_is_told_when_it_is_done(status: Status) -> None:
    page = shown(plan(status))
    assert "Done it?" in headings(page)
    assert buttons(page)["I have done it: Recovery plan"] == "/statements/laptop/recovery_plan.plan"
    assert "Check again" not in buttons(page), "looking again changes nothing"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (plan(Status.UNKNOWN, "no_answer"), "Answer: Recovery plan"),
        (plan(Status.PASS, "confirmed"), "Answer again: Recovery plan"),
        (plan(Status.NOT_APPLICABLE, "not_needed"), "Answer again: Recovery plan"),
    ],
)
def test_nobody_is_asked_whether_they_have_done_what_they_need_not_do(one: CheckRow, words: str) -> None:
    page = shown(one)
    assert "Done it?" not in headings(page)
    assert words in buttons(page)
    assert "Check again" not in buttons(page)


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (Status.FAIL, "Done it?"),
        (Status.WARN, "Done it?"),
        (Status.UNKNOWN, "Look once more?"),
        (Status.PASS, None),
    ],
)
def test_what_can_be_measured_is_looked_at_again(status: Status, heading: str | None) -> None:
    page = shown(row(status=status))
    assert "Check again" in buttons(page)
    assert [one for one in headings(page) if one in ("Done it?", "Look once more?")] == ([heading] if heading else [])


def test_what_does_not_apply_is_not_looked_at_again_and_has_one_word_everywhere() -> None:
    page = shown(row(status=Status.NOT_APPLICABLE))
    assert "Check again" not in buttons(page)
    assert "Does not apply" in page.text
    assert "Not checked" not in page.text


def test_of_several_questions_the_one_that_is_not_well_is_to_be_answered() -> None:
    home = Household(furnished=True)
    for name, answer in (("length", "yes"), ("unique", "no"), ("personal", "yes")):
        home.post(f"/statements/laptop/passwords.{name}", answer=answer)
    page = home.get("/item/passwords")
    assert buttons(page)["I have done it: Passwords"].endswith("passwords.unique")
    assert "What you told us" in headings(page)
    assert "Each of the questions" in headings(page)


def test_what_is_still_to_do_since_someone_left_is_not_said_as_if_it_were_done() -> None:
    home = Household(furnished=True)
    home.state("laptop", "leaver.access", "done")
    home.client.post("/item/check", check="leaver")
    page = home.get("/item/leaver")
    assert "What there is to do" in headings(page)
    assert [item.text.strip() for item in page.all("li") if ": " in item.text][:3] == [
        "Done: access removed",
        "Still to do: change every password that they knew",
        "Still to do: check that recovery emails and phone numbers lead to you",
    ]
    assert buttons(page)["Go to the three things: Someone has left"] == "/left"
    assert "Answer" not in page.text


def test_while_nobody_has_left_the_way_to_say_so_is_there() -> None:
    nobody = row("leaver", Status.NOT_APPLICABLE, category=Category.PRACTICE, basis=Basis.ATTESTED, reason="nobody")
    assert buttons(shown(nobody))["Someone has left: Someone has left"] == "/left"


def test_without_accounts_the_one_button_adds_one() -> None:
    none = row("two_step", Status.UNKNOWN, category=Category.ACCOUNT, reason="no_accounts", text=Text("None", ""))
    assert buttons(shown(none))["Add an account"] == "/accounts/add"
