"""What holds between office and person: a table over what the office asks for and what the person said."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import msgspec
import pytest

from agent.report.model import LEVELS, Level
from agent.report.sharing import Standing, arrangement
from agent.store.records import Sharing
from config.schema import ReportSettings

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HERE, ELSEWHERE = "https://it.example.org/watchword", "https://elsewhere.example.org"
FOLDER, ANOTHER = "/var/lib/watchword/reports", "/srv/reports"
NOTHING = ReportSettings(url="", drop="", level="summary", every_hours=24, office="")
#: What an office may ask for, by what it names.
ASKS = {
    "nothing": NOTHING,
    "address": msgspec.structs.replace(NOTHING, url=HERE),
    "folder": msgspec.structs.replace(NOTHING, drop=FOLDER),
    "both": msgspec.structs.replace(NOTHING, url=HERE, drop=FOLDER),
}
#: What the person may have said.
SAID = {
    "nothing": None,
    "yes to the address": Sharing(AT, "standard", HERE),
    "yes to another address": Sharing(AT, "standard", ELSEWHERE),
    "yes to the folder": Sharing(AT, "standard", "", FOLDER),
    "yes to another folder": Sharing(AT, "standard", "", ANOTHER),
    "yes to both": Sharing(AT, "standard", HERE, FOLDER),
    "yes to the address and another folder": Sharing(AT, "standard", HERE, ANOTHER),
    "stop": Sharing(AT, None, ended_by="person"),
    "the office said stop": Sharing(AT, None, ended_by="office"),
}
NO, YES, AGAIN = Standing.ASKED, Standing.SHARING, Standing.ASKED_AGAIN
STANDING = {
    #                                        address folder  both
    "nothing":                               (NO,    NO,     NO),
    "yes to the address":                    (YES,   AGAIN,  AGAIN),
    "yes to another address":                (AGAIN, AGAIN,  AGAIN),
    "yes to the folder":                     (AGAIN, YES,    AGAIN),
    "yes to another folder":                 (AGAIN, AGAIN,  AGAIN),
    "yes to both":                           (AGAIN, AGAIN,  YES),
    "yes to the address and another folder": (AGAIN, AGAIN,  AGAIN),
    "stop":                                  (Standing.STOPPED,) * 3,
    "the office said stop":                  (Standing.ENDED,) * 3,
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize(("place", "asks"), [(0, "address"), (1, "folder"), (2, "both")])
def test_how_it_stands(said: str, place: int, asks: str) -> None:
    holds = arrangement(ASKS[asks], SAID[said])
    assert holds.standing is STANDING[said][place]
    assert holds.shares is (holds.standing is Standing.SHARING)


@pytest.mark.parametrize("said", SAID)
def test_where_nobody_asks_nothing_is_shared_whatever_was_said_before(said: str) -> None:
    holds = arrangement(ASKS["nothing"], SAID[said])
    assert holds.standing is Standing.NOBODY_ASKS
    assert not holds.shares


@pytest.mark.parametrize(("asked", "agreed"), list(product(LEVELS, LEVELS)))
def test_of_two_levels_the_lower_holds(asked: Level, agreed: Level) -> None:
    asks = msgspec.structs.replace(ASKS["address"], level=asked)
    holds = arrangement(asks, Sharing(AT, agreed, HERE))
    assert LEVELS.index(holds.level) == min(LEVELS.index(asked), LEVELS.index(agreed))
    assert holds.asked == asked


def test_a_level_that_the_office_raises_stays_at_what_was_agreed_and_a_lowered_one_is_lowered() -> None:
    agreed = Sharing(AT, "standard", HERE)
    levels: list[Level] = ["summary", "standard", "detailed", "summary"]
    held = [arrangement(msgspec.structs.replace(ASKS["address"], level=asked), agreed).level for asked in levels]
    assert held == ["summary", "standard", "standard", "summary"]


@pytest.mark.parametrize("changes", [{"office": "Somebody else"}, {"every_hours": 1}, {"level": "summary"}])
def test_a_name_a_pace_or_a_level_makes_no_other_place(changes: dict[str, object]) -> None:
    asks = msgspec.structs.replace(ASKS["address"], **changes)
    assert arrangement(asks, SAID["yes to the address"]).standing is Standing.SHARING


@pytest.mark.parametrize("url", [HERE + "/", HERE.replace("https", "http"), HERE.replace(".org", ".org:8443"), ""])
def test_the_smallest_change_of_the_address_has_to_be_agreed_to(url: str) -> None:
    asks = msgspec.structs.replace(ASKS["both"], url=url)
    assert arrangement(asks, SAID["yes to both"]).standing is Standing.ASKED_AGAIN


def test_until_the_person_agrees_the_level_is_what_they_are_asked_for() -> None:
    asks = msgspec.structs.replace(ASKS["address"], level="detailed")
    assert arrangement(asks, None).level == "detailed"
    assert arrangement(asks, SAID["yes to another address"]).level == "detailed"


def test_the_host_is_told_without_the_rest_of_the_address() -> None:
    assert arrangement(ASKS["address"], None).host == "it.example.org"
    assert arrangement(ASKS["folder"], None).host == ""
