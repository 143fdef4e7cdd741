"""What holds of every format: it costs little, it tells nothing that it should not, and no state makes it stop."""

from __future__ import annotations

import json
import time
import uuid
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.alerts.records import Key
from agent.contract import Attestation, Basis, Category, Item, Status
from agent.report.build import build
from agent.report.exporters import FORMATS
from agent.report.exporters.entry import Entry
from agent.report.model import LEVELS, Level, Report
from agent.report.sources import entry
from agent.status import Document, Text, encode
from tests.agent.report.builders import ACCOUNT, CATALOGUE, NOW, document, frame, row
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, passing

ABOUT_COMPUTERS = sorted(name for name, each in FORMATS.items() if each.about_computers)

#: What must never leave. The label is somebody's own word, so it is planted only as what no label may be.
MARKERS = {
    "host name": "PLANTED-LAPTOP-01",
    "user name": "planteduser",
    "serial": "PLANTED5CG1234XYZ",
    "breach": "Planted Breach Ltd",
    "address": "planted.person@example.org",
    "path": "/home/planteduser/Planted Documents",
    "windows path": "C:\\Users\\planteduser\\Planted",
    "link": "https://planted.example.org/alex",
    "label": "<Planted> & \"quoted\", '=1+1'\n@planted",
}
#: Those that fit neither where somebody chose a word nor where a check has one of its own: ids, reasons, codes.
UNFIT = [MARKERS[name] for name in ("address", "path", "windows path", "link", "label")]


def planted() -> Document:
    """A document with every marker in every place that takes text."""
    texts = list(MARKERS.values())
    account: dict[str, Any] = {"instance": ACCOUNT, "category": Category.ACCOUNT, "basis": Basis.ATTESTED}
    rows = [
        row(
            "two_step",
            facts={"service": text, "host": text, "days_left": 3, "list": [text], "best_method": text},
            items=(Item(text, Status.FAIL, text, text, NOW, text, True, (text,)),),
            refs=(text, "toolkit:S17"),
            error=text,
            text=Text(text, text, (text,), (text,), text),
            **account,
        )
        for text in texts
    ]
    rows += [row("breach", facts={"new": 2, "names": texts, "known": text}, error=text) for text in texts]
    rows += [row("app_updates", facts={"apps": ["Zoom", *texts], "manager": text}) for text in texts]
    rows += [row("password_manager", instance=text, facts={"found": texts, text: text}) for text in texts]
    for text in UNFIT:
        rows += [
            row("two_step", label=text, facts={"method": text}, **account),
            row("breach", facts={"newest": text}),
            row(facts={"desktop": text, "idle_minutes": text}),
            row(reason=text, facts={}),
            row(text, facts={}),
        ]
    found = document(*rows, label=MARKERS["label"], os_version=MARKERS["path"])
    return msgspec.structs.replace(found, generated_at=NOW)


def leaks(data: bytes) -> list[str]:
    """The markers in it, whole or in part, however the format writes them."""
    for_sure = data.decode("utf-8", "replace").lower()
    return [name for name in (*MARKERS.values(), "planted", "PLANTED") if name.lower() in for_sure]


@pytest.mark.parametrize("name", ABOUT_COMPUTERS)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "when", [LATER, NOW + timedelta(days=30), NOW - timedelta(days=1)], ids=["now", "late", "early"]
)
def test_no_marker_that_was_planted_leaves(name: str, level: Level, when: object) -> None:
    at = LATER if when is LATER else NOW + timedelta(days=30)
    found = entry(encode(planted()), level, at, lambda: CATALOGUE)
    assert found.report is not None
    assert not leaks(FORMATS[name].render([found], at))


@pytest.mark.parametrize("name", ABOUT_COMPUTERS)
def test_no_marker_leaves_from_a_document_that_is_damaged_anywhere(name: str) -> None:
    whole = encode(planted())
    for end in range(0, len(whole), max(len(whole) // 97, 1)):
        found = entry(whole[:end], "detailed", LATER, lambda: CATALOGUE)
        assert found.state == "damaged"
        assert not leaks(FORMATS[name].render([found], LATER))


@pytest.mark.parametrize("place", ["device.id", "device.platform", "agent.version", "policy.digest", "policy.profile"])
@pytest.mark.parametrize("name", ABOUT_COMPUTERS)
def test_no_marker_leaves_from_a_member_that_is_not_what_it_should_be(name: str, place: str) -> None:
    tree = json.loads(encode(planted()))
    part, _, member = place.partition(".")
    tree[part][member] = MARKERS["host name"]
    found = entry(json.dumps(tree).encode(), "detailed", LATER, lambda: CATALOGUE)
    assert found.state == "damaged"
    assert not leaks(FORMATS[name].render([found], LATER))


def test_the_search_for_markers_finds_them() -> None:
    assert leaks(encode(planted()))


def test_what_a_row_rests_on_has_no_marker_in_it() -> None:
    said = Attestation(subject=ACCOUNT, statement="two_step.method", answer="planted", at=NOW)
    statements = {Key("two_step", ACCOUNT): said}
    made = build(planted(), frame("detailed"), catalogue=CATALOGUE, statements=statements)
    assert not leaks(FORMATS["json"].render([Entry.of(made, LATER)], LATER))


@pytest.mark.parametrize("name", ABOUT_COMPUTERS)
def test_every_state_and_none_at_all_can_be_exported(name: str) -> None:
    assert FORMATS[name].render([], LATER) or name in ("json", "ocsf")
    both = FORMATS[name].render([current(), *UNKNOWN.values()], LATER)
    assert both


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_thousand_reports_take_less_than_a_second(name: str) -> None:
    entries = [current(each) for each in a_thousand()]
    best = min(taken(name, entries) for _ in range(3))
    assert best < 1.0


def a_thousand() -> list[Report]:
    """Reports of a thousand devices, with as many findings as a person with four accounts has."""
    one = busy()
    rows = (*one.checks, *(msgspec.structs.replace(one.checks[4], id=f"practice_{number}") for number in range(18)))
    counts = msgspec.structs.replace(one.summary.counts, pass_=19)
    whole = msgspec.structs.replace(one, checks=rows, summary=msgspec.structs.replace(one.summary, counts=counts))
    return [
        msgspec.structs.replace(
            whole, device=msgspec.structs.replace(whole.device, id=str(uuid.UUID(int=number, version=4)))
        )
        for number in range(1000)
    ]


def taken(name: str, entries: list[Entry]) -> float:
    begun = time.process_time()
    FORMATS[name].render(entries, LATER)
    return time.process_time() - begun


def test_a_good_laptop_is_good_in_every_format_that_has_a_word_for_it() -> None:
    made = build(document(passing()), frame(), catalogue=CATALOGUE)
    for name in ("json", "csv", "intune", "jamf", "ocsf"):
        assert b"ok" in FORMATS[name].render([Entry.of(made, LATER)], LATER)
