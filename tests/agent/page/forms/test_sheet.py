"""The sheet for a recovery plan is offered where somebody needs it, not only at the foot of the first page."""

from __future__ import annotations

import pytest

from agent.words import catalogue
from tests.agent.page.forms.household import Household
from tests.agent.page.markup import Element

PLAN = "recovery_plan"


def first_step(page: Element) -> Element:
    return next(one for one in page.all("ol") if one.attributes.get("class") == "steps").all("li")[0]


def leads_to_the_sheet(part: Element, home: Household) -> bool:
    return [one.attributes["href"] for one in part.all("a")] == [home.client.page.url("/recovery-plan")]


@pytest.fixture
def home() -> Household:
    """Somebody who has no plan, and whose laptop was checked."""
    home = Household(furnished=True)
    home.post(f"/statements/laptop/{PLAN}.plan", answer="no")
    return home


@pytest.mark.parametrize("path", [f"/item/{PLAN}", f"/statements/laptop/{PLAN}.plan/next"])
def test_the_first_step_to_a_plan_is_to_print_the_sheet(path: str, home: Household) -> None:
    step = first_step(home.get(path))
    assert step.text.startswith("Print the sheet")
    assert leads_to_the_sheet(step, home)


def test_so_it_is_in_what_is_printed(home: Household) -> None:
    (card,) = [one for one in home.get("/print").all("section") if "plan for a hacked account" in one.text]
    assert leads_to_the_sheet(first_step(card), home)


@pytest.mark.parametrize("name", [name for name in catalogue() if name.startswith(f"{PLAN}.")])
def test_every_way_to_a_plan_begins_with_the_sheet(name: str) -> None:
    for steps in catalogue()[name].steps.values():
        assert "sheet: Recovery plan to print" in steps[0]


def test_other_steps_lead_nowhere() -> None:
    home = Household(furnished=True)
    assert not first_step(home.get("/item/screen_lock")).all("a")


def test_help_now_offers_the_sheet() -> None:
    home = Household()
    (taken,) = [one for one in home.get("/help").all("section") if one.attributes.get("aria-labelledby") == "taken"]
    assert home.client.page.url("/recovery-plan") in [one.attributes["href"] for one in taken.all("a")]
