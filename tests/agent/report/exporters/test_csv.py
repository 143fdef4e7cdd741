"""The table for a spreadsheet: no cell is worked out."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.exporters import csv_
from agent.report.exporters.entry import Entry
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, well


def lines(*entries: Entry, delimiter: str = ",") -> list[dict[str, str]]:
    text = csv_.render(entries, LATER).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_each_finding_is_a_line() -> None:
    found = lines(current())
    assert [(line["check"], line["status"], line["meaning"]) for line in found] == [
        ("screen_lock", "fail", "Action needed"),
        ("app_updates", "warn", "Look at soon"),
        ("two_step", "fail", "Action needed"),
        ("breach", "unknown", "Not checked"),
        ("password_manager", "pass", "OK"),
        ("recovery_plan", "not_applicable", "Not applicable"),
    ]
    assert {line["overall"] for line in found} == {"action"}


def test_a_summary_is_one_line_without_a_check() -> None:
    (line,) = lines(current(busy(level="summary")))
    assert (line["check"], line["overall"], line["status"]) == ("", "action", "")


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_is_not_known_is_one_line_that_says_so(state: str) -> None:
    (line,) = lines(UNKNOWN[state])
    assert (line["state"], line["overall"], line["status"]) == (state, "unknown", "unknown")


def test_lines_end_with_cr_and_lf() -> None:
    data = csv_.render([current()], LATER)
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r") == 7


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "a;=1", "a\t=1"])
def test_a_cell_is_no_formula(label: str) -> None:
    assert csv_.cell(label) != label
    assert csv_.cell(label).replace("'", "") == label.replace("\t", " ").replace("\r", " ")


@pytest.mark.parametrize("label", ["Work social 1", "x=1", "2026-11-22T10:00:00Z", "Alex's laptop", "standard"])
def test_other_cells_stay_as_they_are(label: str) -> None:
    assert csv_.cell(label) == label


@given(st.text(alphabet="=+-@;,\t\r\n '\"ab\uff1d", max_size=12))
def test_no_text_gets_a_formula_into_a_cell_whatever_separates_cells(text: str) -> None:
    made = well()
    label = msgspec.structs.replace(made, device=msgspec.structs.replace(made.device, label=text))
    data = csv_.render([current(label)], LATER).decode()
    for delimiter in ",;\t":
        for line in csv.reader(io.StringIO(data, newline=""), delimiter=delimiter):
            assert not [cell for cell in line if cell.strip(" ")[:1] in tuple("=+-@\t\r\uff1d")]
