"""The report: what is on the list leaves, and nothing else does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts.records import Key
from agent.contract import Attestation, Basis, Category, Severity, Status
from agent.report.build import Frame, build
from agent.report.exporters.entry import is_sane
from agent.report.model import LEVELS, Level
from agent.report.reader import encode, read
from agent.status import CheckRow, Document
from tests.agent.report.builders import ACCOUNT, CATALOGUE, NOW, document, documents, frame, frames, report, row


def members(found: Any) -> dict[str, Any]:
    return dict(json.loads(encode(found)))


def only(found: Any) -> dict[str, Any]:
    (kept,) = members(found)["checks"]
    return dict(kept)


def test_a_finding_leaves_without_its_words_and_details() -> None:
    assert only(report(row(error="Trouble", items=()))) == {
        "id": "screen_lock",
        "version": 1,
        "category": "device",
        "status": "fail",
        "severity": "medium",
        "basis": "measured",
        "reason": "too_long",
        "observed_at": "2026-11-22T10:00:00Z",
        "since": "2026-11-19T10:00:00Z",
        "facts": {"idle_minutes": 20, "limit_minutes": 10},
        "refs": ["toolkit:S17"],
    }


def test_the_level_summary_has_the_counts_and_no_findings() -> None:
    found = members(report(level="summary"))
    assert "checks" not in found
    assert found["summary"]["counts"]["fail"] == 1
    assert found["summary"]["overall"] == "action"


def test_only_the_level_detailed_names_apps_and_only_those_of_the_catalogue() -> None:
    waiting = row("app_updates", facts={"apps": ["Zoom", "Grindr"], "pending": 2})
    assert only(report(waiting))["facts"] == {"pending": 2}
    detailed = report(waiting, level="detailed")
    assert only(detailed)["facts"] == {"apps": ["Zoom"], "pending": 2}
    assert detailed.privacy.withheld == ("app_names",)


def test_a_fact_that_is_not_on_the_list_stays() -> None:
    found = report(row(facts={"idle_minutes": 20, "home": "alex"}), level="detailed")
    assert only(found)["facts"] == {"idle_minutes": 20}
    assert found.privacy.withheld == ("fact",)


@pytest.mark.parametrize(
    "value", ["alex@example.org", "/home/alex", "C:\\Users\\alex", "Alex Example", "a" * 33, "", 5]
)
def test_a_code_that_is_no_code_stays(value: Any) -> None:
    found = report(row("two_step", facts={"method": value}))
    assert "facts" not in only(found)
    assert found.privacy.withheld == ("fact",)


def test_a_number_that_is_none_stays() -> None:
    assert "facts" not in only(report(row(facts={"idle_minutes": True})))


def test_the_label_of_an_account_leaves_if_the_person_chose_one() -> None:
    account: dict[str, Any] = {"category": Category.ACCOUNT, "instance": ACCOUNT, "facts": {}}
    assert only(report(row("two_step", label="Work social 1", **account)))["label"] == "Work social 1"
    unchosen = report(row("two_step", label="Facebook", **account))
    assert "label" not in only(unchosen)
    assert unchosen.privacy.withheld == ("account_label",)


@pytest.mark.parametrize("label", ["alex@example.org", "https://x.com/alex", "C:\\x", "a" * 41, "two\nlines", "end\n"])
def test_a_label_that_could_be_an_address_or_a_place_stays(label: str) -> None:
    assert "label" not in only(report(row("two_step", label=label, instance=ACCOUNT)))
    assert build(document(label=label), frame(), catalogue=CATALOGUE).device.label == "Laptop"


def test_a_finding_about_something_that_is_no_random_id_stays_as_a_whole() -> None:
    found = report(row("two_step", instance="alex@example.org", facts={}), row())
    assert [kept.id for kept in found.checks] == ["screen_lock"]
    assert found.privacy.withheld == ("row",)


def test_an_attested_finding_says_what_it_rests_on() -> None:
    made = Attestation(subject=ACCOUNT, statement="two_step.method", answer="app", at=NOW - timedelta(days=9))
    found = report(
        row("two_step", Status.PASS, basis=Basis.ATTESTED, instance=ACCOUNT, reason="good", facts={"method": "app"}),
        statements={Key("two_step", ACCOUNT): made},
    )
    assert only(found)["attestation"] == {
        "statement": "two_step.method",
        "statement_version": 1,
        "at": "2026-11-13T10:00:00Z",
        "evidence": "none",
    }


def test_how_somebody_looks_after_themselves_is_not_reported_at_all() -> None:
    found = report(row("self_search", category=Category.PRACTICE, facts={}), row())
    assert [kept.id for kept in found.checks] == ["screen_lock"]
    assert found.privacy.withheld == ()


def leaver(status: Status = Status.FAIL, severity: Severity = Severity.HIGH) -> CheckRow:
    """Somebody has left, and something is still to do about it."""
    return row("leaver", status, category=Category.PRACTICE, severity=severity, facts={"left": 3}, reason="overdue")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN, Status.PASS, Status.NOT_APPLICABLE])
def test_that_somebody_has_left_is_in_no_part_of_a_report(level: Level, status: Status) -> None:
    others = (row(status=Status.PASS), row("two_step", Status.PASS, instance=ACCOUNT, category=Category.ACCOUNT))
    without, having = report(*others, level=level), report(leaver(status), *others, level=level)
    assert having == without
    assert "leaver" not in msgspec.json.encode(having).decode()


@pytest.mark.parametrize(
    ("others", "overall"),
    [
        ([row(status=Status.PASS)], "ok"),
        ([row(status=Status.WARN)], "attention"),
        ([row(status=Status.FAIL, severity=Severity.LOW)], "attention"),
        ([row(status=Status.FAIL, severity=Severity.HIGH)], "action"),
        ([row(status=Status.UNKNOWN)], "unknown"),
    ],
)
def test_the_whole_is_told_as_if_nobody_had_left(others: list[CheckRow], overall: str) -> None:
    found = report(leaver(), *others)
    assert found.summary.overall == overall
    assert sum(msgspec.to_builtins(found.summary.counts).values()) == len(others) == len(found.checks)
    assert is_sane(found.summary.overall, found.summary.counts)


def test_the_facts_of_every_practice_are_the_same_ones() -> None:
    found = report(row("recovery_plan", category=Category.PRACTICE, facts={"days_left": 9, "ended_by": "leaver"}))
    assert only(found)["facts"] == {"days_left": 9}


def test_it_says_until_when_something_was_put_off_and_not_why() -> None:
    found = report(snoozed={Key("screen_lock", None): NOW + timedelta(days=1)})
    assert only(found)["snoozed_until"] == "2026-11-23T10:00:00Z"


def test_the_digest_of_the_state_changes_with_a_status_and_with_nothing_else() -> None:
    first = report(row()).summary.state_digest
    assert report(row(facts={"idle_minutes": 30}, since=NOW)).summary.state_digest == first
    assert report(row(status=Status.PASS)).summary.state_digest != first


@given(documents, frames, st.frozensets(st.text(max_size=20), max_size=3))
def test_whatever_the_document_a_report_comes_of_it_that_its_reader_takes(
    found: Document, given_frame: Frame, names: frozenset[str]
) -> None:
    made = build(found, given_frame, catalogue=names | {"Zoom"})
    assert read(encode(made)) == made
    text = json.dumps(members(made)["checks"] if made.checks else [])
    assert "@" not in text
