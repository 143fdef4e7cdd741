"""How sharing stands, in sentences: the first one says whether anything leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.report.sharing import Arrangement, Standing
from agent.report.standing import destination, standing_lines
from agent.store.records import Sending
from config.report_words import standing_words

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
URL, DROP = "https://it.example.org/watchword", "/var/lib/watchword/reports"


def holds(standing: Standing = Standing.SHARING, **changes: Any) -> Arrangement:
    values: dict[str, Any] = {
        "level": "standard", "asked": "detailed", "url": URL, "drop": "", "office": "Office of the Member",
        "every_hours": 24,
    }  # fmt: skip
    return Arrangement(standing=standing, **(values | changes))


def lines(standing: Arrangement, waiting: int = 0, **going: Any) -> list[str]:
    return standing_lines(standing, Sending(**going), waiting, UTC, NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Office of the Member (it.example.org)"),
        ({"office": ""}, "it.example.org"),
        ({"drop": DROP, "url": ""}, "Office of the Member (a folder of this computer that office IT reads)"),
        ({"drop": DROP, "office": ""}, "it.example.org and a folder of this computer that office IT reads"),
    ],
)
def test_where_it_goes_is_said_without_paths(changes: dict[str, Any], said: str) -> None:
    assert destination(holds(**changes)) == said


@pytest.mark.parametrize("standing", Standing)
def test_the_first_sentence_says_how_it_stands(standing: Standing) -> None:
    assert lines(holds(standing))[0] == standing_words(standing.value)


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.SHARING])
def test_where_nothing_leaves_nothing_is_said_of_sending(standing: Standing) -> None:
    told = lines(holds(standing), 3, sent_at=NOW, problem="offline", not_before=NOW + timedelta(hours=1))
    asked = ["Asked for by Office of the Member (it.example.org), at the level detailed."]
    assert told[1:] == (asked if standing in (Standing.ASKED, Standing.ASKED_AGAIN) else [])


def test_while_sharing_it_says_where_to_how_much_and_how_often() -> None:
    assert "It goes to Office of the Member (it.example.org), at the level standard, every 24 hours." in lines(holds())


@pytest.mark.parametrize(("count", "said"), [(1, "One report waits to be sent."), (7, "7 reports wait to be sent.")])
def test_what_waits_is_counted(count: int, said: str) -> None:
    assert said in lines(holds(), count)
    assert not [line for line in lines(holds()) if "wait" in line]


def test_what_went_wrong_is_said_and_when_it_is_tried_again() -> None:
    told = lines(holds(), 1, problem="offline", not_before=NOW + timedelta(minutes=15))
    assert told[-2:] == [
        "Your office's collector could not be reached.",
        "The next attempt is on Sunday 22 November at 10:15.",
    ]


def test_an_attempt_whose_time_has_passed_is_not_announced() -> None:
    assert not [line for line in lines(holds(), 1, not_before=NOW) if "attempt" in line]


def test_a_problem_without_words_of_its_own_has_some() -> None:
    assert "Your office's collector gave an answer that is not understood." in lines(holds(), 1, problem="http_418")
