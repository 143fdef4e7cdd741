"""``watchword export`` and ``schema --report``, as their user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.paths import Paths
from agent.report.exporters import FORMATS
from agent.report.reader import read
from agent.report.schema import json_schema
from agent.status import encode
from tests.agent.cli.conftest import Watchword
from tests.agent.report.builders import document, row
from tests.agent.report.exporters.entries import passing

TEXTS = sorted(name for name, each in FORMATS.items() if not each.binary)


def put(*rows: Any, age: timedelta = timedelta(hours=1), path: str | None = None) -> Path:
    """The status document of the person who is signed in, or another."""
    place = Path(path or Paths.here().status)
    place.parent.mkdir(parents=True, exist_ok=True)
    at = (datetime.now(UTC) - age).replace(microsecond=0)
    place.write_bytes(encode(msgspec.structs.replace(document(*rows or (passing(),)), generated_at=at)))
    return place


def test_without_a_file_it_is_the_persons_own(watchword: Watchword) -> None:
    put(row())
    done = watchword("export", "--format", "json")
    assert read(done.stdout.strip().encode()).summary.overall == "action"
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", TEXTS)
def test_every_format_goes_to_standard_output(watchword: Watchword, name: str) -> None:
    put(row())
    done = watchword("export", "--format", name)
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["intune", "jamf"])
@pytest.mark.parametrize("data", [None, b"", b"\xff", b"{}"])
def test_intune_and_jamf_get_an_answer_and_exit_code_0_whatever_is_wrong(
    watchword: Watchword, name: str, data: bytes | None
) -> None:
    if data is not None:
        put().write_bytes(data)
    done = watchword("export", "--format", name)
    assert done.returncode == 0
    assert "unknown" in done.stdout


def test_what_is_not_current_is_counted_without_a_name_and_is_exit_code_3(watchword: Watchword, tmp_path: Path) -> None:
    for number, age in enumerate([1, 9, 10]):
        put(age=timedelta(days=age), path=str(tmp_path / f"alex{number}" / "status.json"))
    done = watchword("export", "--format", "text", "--file", f"{tmp_path}/*/status.json", f"{tmp_path}/no")
    assert done.returncode == 3
    assert done.stderr == "watchword: of 4 files: 2 stale, 1 missing\n"


def test_a_level_can_be_lowered_and_not_raised(watchword: Watchword) -> None:
    put(row("app_updates", facts={"apps": ["Zoom"], "pending": 2}))
    lowered = json.loads(watchword("export", "--format", "json", "--level", "summary").stdout)
    assert "checks" not in lowered
    asked = json.loads(watchword("export", "--format", "json", "--level", "detailed").stdout)
    assert asked["privacy"]["level"] == "standard"
    assert asked["checks"][0]["facts"] == {"pending": 2}


def test_a_file_is_put_in_place_and_keeps_its_mode(watchword: Watchword, tmp_path: Path) -> None:
    put()
    path = tmp_path / "watchword.prom"
    assert watchword("export", "--format", "prometheus", "--out", str(path)).stdout == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    watchword("export", "--format", "prometheus", "--out", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["watchword.prom"]


def test_the_table_for_osquery_goes_to_a_file_only(watchword: Watchword, tmp_path: Path) -> None:
    put()
    assert watchword("export", "--format", "osquery").returncode == 2
    watchword("export", "--format", "osquery", "--out", str(tmp_path / "x.sqlite"))
    database = sqlite3.connect(tmp_path / "x.sqlite")
    assert database.execute("SELECT overall FROM watchword_posture").fetchall() == [("ok",)]
    database.close()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(watchword: Watchword, tmp_path: Path) -> None:
    put()
    done = watchword("export", "--format", "csv", "--out", str(tmp_path / "no" / "x.csv"))
    assert done.returncode == 4
    assert done.stderr == "watchword: --out: the file could not be written: No such file or directory\n"


def test_a_byte_order_mark_is_for_excel(watchword: Watchword) -> None:
    put()
    done = watchword("export", "--format", "csv", "--bom")
    assert done.stdout.startswith("\ufeff")
    assert len(list(csv.reader(io.StringIO(done.stdout[1:])))) == 2
    assert watchword("export", "--format", "json", "--bom").returncode == 2


def test_no_round_is_started_and_nothing_is_written(watchword: Watchword, own_home: Path) -> None:
    watchword("export", "--format", "intune")
    assert list(own_home.rglob("*")) == []


def test_the_schema_of_the_report_is_printed(watchword: Watchword) -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert json.loads(watchword("schema", "--report").stdout) == schema
    assert json.loads(watchword("schema").stdout) != schema
