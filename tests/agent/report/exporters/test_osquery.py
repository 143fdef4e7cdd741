"""The SQLite table, asked as osquery asks it."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.report.exporters import osquery
from agent.report.exporters.entry import Entry
from agent.report.model import Report
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, well

KIT = Path(__file__).parents[4] / "installers/it/osquery/watchword.conf"


def asked(tmp_path: Path, *entries: Entry) -> list[dict[str, Any]]:
    """What the query of the configuration finds in the file."""
    path = tmp_path / "posture.sqlite"
    path.write_bytes(osquery.render(entries, LATER))
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(osquery.QUERY)]
    finally:
        database.close()


def made_now(made: Report, age: timedelta = timedelta()) -> Entry:
    """An entry that was current when it was exported; its report is as old as that by the real clock."""
    now = datetime.now(UTC)
    at = (now - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Entry("current", well(generated_at=at, checks=made.checks, summary=made.summary), 0)


def test_each_finding_is_a_row(tmp_path: Path) -> None:
    found = asked(tmp_path, made_now(busy()))
    assert [(row["check_id"], row["status"]) for row in found][:2] == [("screen_lock", "fail"), ("app_updates", "warn")]
    assert {row["state"] for row in found} == {"current"}
    assert list(found[0]) == osquery.config()["auto_table_construction"]["watchword_posture_linux"]["columns"]


def test_a_file_that_nobody_writes_any_more_says_nothing_after_a_week(tmp_path: Path) -> None:
    (fresh,) = asked(tmp_path, made_now(well(), timedelta(days=6)))
    assert (fresh["state"], fresh["overall"], fresh["status"]) == ("current", "ok", "pass")
    (old,) = asked(tmp_path, made_now(well(), timedelta(days=8)))
    assert (old["state"], old["overall"], old["status"]) == ("stale", "unknown", "unknown")
    assert old["age_hours"] == 8 * 24


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_is_not_known_is_a_row_that_says_so(tmp_path: Path, state: str) -> None:
    (row,) = asked(tmp_path, UNKNOWN[state])
    assert (row["state"], row["overall"], row["status"], row["check_id"]) == (state, "unknown", "unknown", None)


def test_the_file_is_no_wal_database(tmp_path: Path) -> None:
    data = osquery.render([current()], LATER)
    assert data[18:20] == b"\x01\x01"  # file format: 1 is the rollback journal, 2 is WAL


def test_the_kit_has_the_configuration_as_it_is_printed() -> None:
    assert KIT.read_bytes() == osquery.render_config([], LATER)
    config = json.loads(KIT.read_text())
    assert {table["platform"] for table in config["auto_table_construction"].values()} == {"linux", "darwin", "windows"}
    assert "C:\\\\ProgramData" in KIT.read_text()
