"""Jamf Pro: exactly one result element."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from agent.report.exporters import jamf
from agent.report.exporters.entry import Entry
from tests.agent.report.builders import report
from tests.agent.report.exporters.entries import LATER, UNKNOWN, current, passing, well


def result(*entries: Entry) -> str:
    text = jamf.render(entries, LATER).decode()
    assert re.fullmatch(r"<result>[^<>\n]*</result>\n", text)
    return ET.fromstring(text).text or ""


def test_the_first_word_is_the_whole_and_the_rest_what_needs_somebody() -> None:
    assert result(current(well())) == "ok"
    assert result(current()) == "action: screen_lock, two_step, app_updates"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("stale", "unknown: stale, 9 days old"),
        ("future", "unknown: future"),
        ("unreadable", "unknown: unreadable"),
        ("damaged", "unknown: damaged"),
        ("missing", "unknown: missing"),
    ],
)
def test_what_is_not_known_says_why(state: str, said: str) -> None:
    assert result(UNKNOWN[state]) == said
    assert result(current(well()), UNKNOWN[state]).startswith("unknown")


def test_a_failure_is_said_also_beside_what_is_not_known() -> None:
    assert result(current(), UNKNOWN["damaged"]) == "action: screen_lock, two_step, app_updates; damaged"


def test_no_file_at_all_is_not_known() -> None:
    assert result() == "unknown: missing"


def test_hundreds_of_checks_stay_one_short_line() -> None:
    many = [passing(f"plugin_{number:03}") for number in range(300)]
    assert len(result(current(report(*many)))) < 2000
