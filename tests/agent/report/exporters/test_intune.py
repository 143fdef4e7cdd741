"""Intune custom compliance: one line, below 2,000 characters, and never compliant without a current report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Status
from agent.report.build import build
from agent.report.exporters import intune
from agent.report.exporters.entry import NOT_KNOWN, Entry
from agent.status import Document
from tests.agent.report.builders import CATALOGUE, documents, frame, report, row
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, passing, well

RULES = Path(__file__).parents[4] / "installers/it/intune/rules.json"
TYPES: dict[str, type] = {"Boolean": bool, "Int64": int, "String": str}


def settings(*entries: Entry) -> dict[str, Any]:
    line = intune.render(entries, LATER).decode("ascii")
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert len(line) < 2000
    return dict(json.loads(line))


def complies(found: dict[str, Any]) -> bool:
    """As Intune does with the rules of the kit: the setting is there, of the type, and equal."""
    rules = json.loads(RULES.read_text())["Rules"]
    return all(
        type(found[rule["SettingName"]]) is TYPES[rule["DataType"]] and found[rule["SettingName"]] == rule["Operand"]
        for rule in rules
    )


def test_a_computer_that_is_well_complies() -> None:
    found = settings(current(well()))
    assert complies(found)
    assert found["WatchwordOverall"] == "ok"
    assert found["Check_screen_lock"] == "pass"
    assert found["WatchwordAgeHours"] == 2


def test_one_with_something_to_look_at_complies_and_one_with_a_failure_does_not() -> None:
    assert complies(settings(current(report(row(status=Status.WARN)))))
    assert not complies(settings(current()))


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_is_not_known_never_complies(state: str) -> None:
    for entries in ([UNKNOWN[state]], [current(well()), UNKNOWN[state]]):
        found = settings(*entries)
        assert not complies(found)
        assert found["WatchwordState"] == state
        assert found["WatchwordOverall"] == "unknown"
        assert found["WatchwordFail"] == found["WatchwordUnknown"] == NOT_KNOWN
        assert not [name for name in found if name.startswith(intune.PREFIX)]


def test_no_file_at_all_is_not_known() -> None:
    assert not complies(settings())


def test_of_several_people_the_worst_counts() -> None:
    found = settings(current(well()), current())
    assert found["Check_screen_lock"] == "fail"
    assert found["Check_password_manager"] == "pass"
    assert found["WatchwordPeople"] == 2


def test_of_more_checks_than_fit_the_worst_are_named_and_the_rest_counted() -> None:
    many = [passing(f"plugin_{number:03}_{'x' * 40}") for number in range(300)]
    found = settings(current(report(*many, row())))
    named = [name for name in found if name.startswith(intune.PREFIX)]
    assert named[0] == "Check_screen_lock"
    assert found["WatchwordMore"] == 301 - len(named)


@given(st.lists(documents, max_size=3))
def test_whatever_the_reports_the_line_is_short_and_only_a_good_one_complies(made: list[Document]) -> None:
    entries = [Entry.of(build(each, frame(), catalogue=CATALOGUE), LATER) for each in made]
    good = bool(entries) and all(entry.overall in ("ok", "attention") for entry in entries)
    assert complies(settings(*entries)) == good


def test_the_rules_of_the_kit_are_within_the_limits_of_intune() -> None:
    assert RULES.stat().st_size < 100_000
    rules = json.loads(RULES.read_text())["Rules"]
    assert len(rules) <= 100
    for rule in rules:
        assert rule["Operator"] in {
            "IsEquals", "NotEquals", "GreaterThan", "GreaterEquals", "LessThan", "LessEquals"
        }  # fmt: skip
        assert rule["DataType"] in {"Boolean", "Int64", "Double", "String", "DateTime", "Version"}
        assert any(words["Language"] == "en_US" for words in rule["RemediationStrings"])
        assert {"SettingName", "Operand", "MoreInfoUrl"} <= set(rule)
    assert set(settings(current(busy()))) >= {rule["SettingName"] for rule in rules}
