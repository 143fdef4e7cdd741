"""OCSF events satisfy the published rules, and the validator that says so is one."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from agent.alerts.records import Key
from agent.report.exporters import ocsf
from agent.report.exporters.entry import Entry
from tests.agent.report.builders import DEVICE, NOW, report, row
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, well
from tests.agent.report.exporters.ocsf_rules import problems


def events(*entries: Entry) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ocsf.render(entries, LATER).splitlines()]


@pytest.mark.parametrize("level", ["summary", "standard", "detailed"])
def test_every_event_satisfies_the_rules(level: str) -> None:
    found = events(current(busy(level=level)), current(well()), *UNKNOWN.values())
    assert [list(problems(event)) for event in found] == [[]] * len(found)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("type_uid",), 200301),
        (("time",), 1_795_341_600),
        (("severity_id",), 3.0),
        (("severity_id",), 42),
        (("status",), "Done"),
        (("compliance", "status_id"), 1),
        (("compliance", "standards"), []),
        (("device", "type"), "Laptop"),
        (("device", "hostname"), "laptop-of-alex"),
        (("metadata", "version"), "1.7.0"),
        (("finding_info", "uid"), ""),
        (("finding_info", "uid"), None),
        (("metadata", "profiles"), []),
    ],
)
def test_the_validator_refuses_what_is_wrong(place: tuple[str, ...], value: Any) -> None:
    event = copy.deepcopy(events(current())[1])
    assert not list(problems(event))
    owner = event
    for name in place[:-1]:
        owner = owner[name]
    owner[place[-1]] = value
    assert list(problems(event))


@pytest.mark.parametrize(
    "name", ["activity_id", "category_uid", "class_uid", "type_uid", "time", "metadata", "compliance"]
)
def test_the_validator_misses_what_is_required(name: str) -> None:
    event = events(current())[1]
    del event[name]
    assert list(problems(event))


def test_each_status_has_its_own_verdict() -> None:
    found = {event["compliance"]["control"]: event for event in events(current())}
    verdicts = {name: (event["compliance"]["status_id"], event["severity_id"]) for name, event in found.items()}
    assert verdicts == {
        "watchword": (3, 4),
        "screen_lock": (3, 3),
        "app_updates": (3, 2),
        "two_step": (3, 4),
        "breach": (2, 1),
        "password_manager": (1, 1),
        "recovery_plan": (99, 1),
    }


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_is_not_known_is_one_event_without_a_result(state: str) -> None:
    (event,) = events(UNKNOWN[state])
    assert event["compliance"]["status_id"] == 2
    assert event["unmapped"]["state"] == state
    assert event["unmapped"]["overall"] == "unknown"
    assert event.get("device", {}).get("is_compliant", False) is False


def test_only_a_computer_that_is_well_is_compliant() -> None:
    assert events(current(well()))[0]["device"]["is_compliant"] is True
    assert events(current())[0]["device"]["is_compliant"] is False


def test_the_device_is_its_random_id_and_has_no_host_name() -> None:
    device = events(current())[0]["device"]
    assert device["uid"] == DEVICE
    assert "hostname" not in device


def test_something_that_was_put_off_is_suppressed_and_not_resolved() -> None:
    made = report(row(), snoozed={Key("screen_lock", None): NOW + timedelta(days=1)})
    assert [event["status"] for event in events(Entry.of(made, LATER))] == ["New", "Suppressed"]


def test_a_second_export_says_the_same() -> None:
    assert events(current(), UNKNOWN["missing"]) == events(current(), UNKNOWN["missing"])
