"""What a finding rests on: five lines at a glance, the others folded away, and nothing that stops without a word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.contract import Item, Status
from agent.page.found import SHOWN, found, lines_of
from agent.page.wording import sentences
from agent.paths import Paths
from agent.status import Text, write
from tests.agent.page.client import Client
from tests.agent.page.furnished import document, row
from tests.agent.page.markup import read


def updates(listed: int, pending: int) -> tuple[Item, ...]:
    return tuple(Item(f"package-{number}", Status.WARN) for number in range(min(listed, pending)))


@pytest.mark.parametrize(
    ("pending", "folded", "unlisted"), [(3, 0, 0), (SHOWN, 0, 0), (SHOWN + 1, 1, 0), (100, 95, 0), (133, 95, 33)]
)
def test_five_lines_are_seen_and_all_are_counted(pending: int, folded: int, unlisted: int) -> None:
    seen = found(row("app_updates", Status.WARN, items=updates(100, pending), facts={"pending": pending}))
    assert (len(seen.lines), len(seen.folded), seen.unlisted) == (min(pending, SHOWN), folded, unlisted)


def test_the_page_says_how_many_more_there_are_and_that_not_all_are_listed() -> None:
    write(
        document(row("app_updates", Status.WARN, items=updates(100, 133), facts={"pending": 133})),
        Path(Paths.here().status),
    )
    page = read(Client().get("/item/app_updates").text)
    assert "And 128 more" in [one.text for one in page.all("summary")]
    assert "33 more are not listed one by one." in page.text


def test_what_is_found_in_two_places_is_one_thing() -> None:
    places = [
        Item("KeePassXC", Status.PASS, installed="2.7.4", source="Debian package"),
        Item("KeePassXC", Status.PASS, source="Chromium extension"),
        Item("Bitwarden", Status.PASS, installed="1.0"),
    ]
    lines = lines_of("password_manager", places)
    assert [line.name + line.what for line in lines] == [
        "KeePassXC: Debian package 2.7.4, Chromium extension",
        "Bitwarden: 1.0",
    ]


def test_one_that_works_does_not_hide_one_of_the_same_name_that_does_not() -> None:
    assert len(lines_of("password_manager", [Item("Bitwarden", Status.PASS), Item("Bitwarden", Status.WARN)])) == 2


def test_a_breach_has_a_month_because_its_day_is_often_a_guess() -> None:
    item = Item("Adobe", Status.WARN, since=datetime(2013, 10, 4, tzinfo=UTC))
    (line,) = lines_of("breach", [item])
    assert line.what == ", October 2013"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], ""),
        (["New", "leaked: names"], "New. Leaked: names."),
        (
            ["It ends.", "Does it?", "and so\N{HORIZONTAL ELLIPSIS}", " "],
            "It ends. Does it? And so\N{HORIZONTAL ELLIPSIS}",
        ),
    ],
)
def test_each_part_is_a_sentence(parts: list[str], said: str) -> None:
    assert sentences(parts) == said


def test_what_is_ok_for_now_still_says_how_to_go_about_it() -> None:
    text = Text(
        "Updates are waiting: 6", "The longest has waited 0 days.", ("Open Software", "Install them", "Restart")
    )
    write(document(row("app_updates", Status.PASS, items=updates(6, 6), text=text)), Path(Paths.here().status))
    page = read(Client().get("/item/app_updates").text)
    (how,) = [one for one in page.all("section") if one.attributes.get("aria-labelledby") == "how"]
    assert [one.text for one in how.all("li")][:3] == ["Open Software", "Install them", "Restart"]
    assert [one.text for one in how.all("h2")] == ["What to do"]
