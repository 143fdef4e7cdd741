"""By when the office asks for something, where a person reads about it: on their page and on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.paths import Paths
from agent.status import load, write
from tests.agent.page.client import Client
from tests.agent.page.furnished import furnish
from tests.agent.page.markup import read

BY = (datetime.now(UTC) + timedelta(days=20)).date()
ASKED = f"Your office asks for this by {BY:%A} {BY.day} {BY:%B}."
GONE = (datetime.now(UTC) - timedelta(days=4)).date()


def furnish_asked() -> None:
    """The screen lock is asked for soon, the updates were asked for some days ago."""
    furnish()
    path = Path(Paths.here().status)
    document = load(path.read_bytes())
    days = {"screen_lock": BY, "two_step": BY, "app_updates": GONE}
    rows = tuple(msgspec.structs.replace(row, deadline=days.get(row.id)) for row in document.checks)
    write(msgspec.structs.replace(document, checks=rows), path)


@pytest.mark.parametrize("path", ["/", "/item/screen_lock", "/print"])
def test_it_is_said_wherever_the_finding_is(path: str) -> None:
    furnish_asked()
    assert ASKED in read(Client().get(path).text).all("main")[0].text


def test_what_is_to_be_done_first_says_it_too() -> None:
    furnish_asked()
    (first,) = [
        part
        for part in read(Client().get("/").text).all("section")
        if part.attributes.get("aria-labelledby") == "first"
    ]
    assert ASKED in first.text


def test_a_day_that_has_gone_by_is_no_threat() -> None:
    furnish_asked()
    said = read(Client().get("/item/app_updates").text).all("main")[0].text
    assert f"Your office asked for this by {GONE.day} {GONE:%B}." in said
    assert "overdue" not in said.lower()


def test_details_for_it_name_the_day() -> None:
    furnish_asked()
    assert f"deadline: {BY}" in Client().get("/item/screen_lock").text


def test_without_a_deadline_the_page_says_nothing_of_an_office_that_asks() -> None:
    furnish()
    assert "Your office ask" not in Client().get("/").text
