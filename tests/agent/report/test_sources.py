"""Files become entries; whatever lies in their place, nothing is believed that should not be."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.model import LEVELS
from agent.report.reader import encode as encode_report
from agent.report.sources import MAX_BYTES, entries, entry, found
from agent.status import encode
from tests.agent.report.builders import CATALOGUE, NOW, document, row
from tests.agent.report.exporters.entries import LATER, busy, passing

PATTERN = ".local/state/watchword/status.json"


def state_of(data: bytes) -> str:
    return entry(data, "standard", LATER, lambda: CATALOGUE).state


def home(root: Path, name: str, data: bytes | None = None) -> Path:
    path = root / name / PATTERN
    path.parent.mkdir(parents=True)
    if data is not None:
        path.write_bytes(data)
    return path


def states(*paths: object) -> list[str]:
    return [each.state for each in entries([str(path) for path in paths], "standard", LATER, lambda: CATALOGUE)]


def test_a_status_document_becomes_a_report() -> None:
    made = entry(encode(document(row())), "standard", LATER, lambda: CATALOGUE)
    assert made.state == "current"
    assert made.report is not None
    assert [each.id for each in made.report.checks] == ["screen_lock"]
    assert made.report.next_report_by == "2026-11-29T10:30:17Z"


def test_the_same_document_is_the_same_report() -> None:
    data = encode(document(row()))
    assert entry(data, "standard", LATER, lambda: ()) == entry(data, "standard", LATER, lambda: ())


@pytest.mark.parametrize("level", LEVELS)
def test_a_report_is_taken_as_it_is_or_lowered(level: Any) -> None:
    made = entry(encode_report(busy(level="detailed")), level, LATER, lambda: CATALOGUE)
    assert made.report is not None
    assert made.report.checks == busy(level=level).checks


def test_names_of_apps_are_looked_up_at_one_level_only() -> None:
    def catalogue() -> frozenset[str]:
        raise AssertionError

    assert entry(encode(document(row())), "standard", LATER, catalogue).state == "current"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 100_000, b"[" * 100_000,
        b'{"schema": "watchword.status/2"}', b'{"format": "watchword.report/2"}', b'{"schema": 5}',
        encode(document(row()))[:-20],
    ],
)  # fmt: skip
def test_what_is_neither_is_damaged(data: bytes) -> None:
    assert state_of(data) == "damaged"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("overall", "ok"),
        ("counts", {"pass": 1, "warn": 0, "fail": 0, "unknown": 0, "not_applicable": 0, "disabled": 0}),
    ],
)
def test_a_summary_that_is_not_that_of_its_findings_is_damaged(member: str, value: Any) -> None:
    tree = json.loads(encode(document(row())))
    tree["summary"][member] = value
    assert state_of(json.dumps(tree).encode()) == "damaged"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-01-01T00:00:00Z"])
def test_a_time_at_an_end_of_the_calendar_is_damaged(at: str) -> None:
    tree = json.loads(encode(document(passing())))
    tree["generated_at"] = at
    assert state_of(json.dumps(tree).encode()) in ("damaged", "stale")


@given(st.binary(max_size=300))
def test_no_bytes_are_a_report_by_accident(data: bytes) -> None:
    assert state_of(data) == "damaged"


@given(st.integers(0), st.integers(0, 255))
def test_no_changed_byte_makes_a_failure_good(place: int, value: int) -> None:
    data = bytearray(encode(document(row())))
    data[place % len(data)] = value
    assert entry(bytes(data), "standard", LATER, lambda: CATALOGUE).overall in ("unknown", "action", "attention")


def test_a_name_with_a_wildcard_is_all_that_fit_in_order(tmp_path: Path) -> None:
    home(tmp_path, "sam", encode(document(passing())))
    home(tmp_path, "alex", b"{}")
    home(tmp_path, "kim")
    assert states(tmp_path / "*" / PATTERN) == ["damaged", "current"]


def test_a_wildcard_that_fits_nothing_is_a_missing_file(tmp_path: Path) -> None:
    assert states(tmp_path / "*" / PATTERN) == ["missing"]
    assert states(tmp_path / "no.json") == ["missing"]


def test_a_name_that_really_has_a_wildcard_in_it_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "[1].json").write_bytes(b"{}")
    assert [path for path, _ in found([str(tmp_path / "[1].json")])] == [str(tmp_path / "[1].json")]


def test_no_link_below_a_home_is_followed(tmp_path: Path) -> None:
    good = home(tmp_path / "elsewhere", "x", encode(document(passing())))
    link = home(tmp_path / "homes", "alex")
    link.symlink_to(good)
    (tmp_path / "homes" / "sam").mkdir()
    (tmp_path / "homes" / "sam" / ".local").symlink_to(tmp_path / "elsewhere" / "x" / ".local")
    assert states(tmp_path / "homes" / "*" / PATTERN) == ["unreadable", "unreadable"]


def test_a_home_that_is_a_link_itself_is_the_administrators_affair(tmp_path: Path) -> None:
    home(tmp_path / "disk", "alex", encode(document(passing())))
    (tmp_path / "homes").mkdir()
    (tmp_path / "homes" / "alex").symlink_to(tmp_path / "disk" / "alex")
    assert states(tmp_path / "homes" / "*" / PATTERN) == ["current"]


def test_a_link_in_a_folder_where_everybody_may_write_is_not_followed(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_bytes(encode(document(passing())))
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "a.json").symlink_to(good)
    assert states(tmp_path / "drop" / "*.json") == ["unreadable"]


def test_pipes_folders_and_huge_files_are_unreadable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    paths = [tmp_path / name for name in ("pipe", "folder", "huge")]
    assert states(*paths, "a\0b") == ["unreadable"] * 4
    assert states(tmp_path / "*") == ["unreadable"] * 3


def test_an_old_document_is_stale() -> None:
    data = encode(document(passing()))
    assert entry(data, "standard", NOW + timedelta(days=8), lambda: ()).state == "stale"
