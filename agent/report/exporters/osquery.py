"""A SQLite table for osquery's automatic table construction, and the configuration that names it.

osquery opens the file read-only, beside nothing else, so it is no WAL database. A job writes it now and then; if that
job stops, the file goes on saying what it said. So the query of the configuration compares the time of each report
with the clock, and what is too old is ``stale`` and ``unknown`` there too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from agent.report.exporters.entry import Entry, moment
from agent.status import CLOCK_SLACK, CURRENT_FOR

__all__ = ["PLACES", "QUERY", "TABLE", "config", "render", "render_config"]

TABLE = "watchword_posture"
#: Where the job of the kit writes the file, by osquery's names of systems.
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "linux": "/var/lib/watchword/posture.sqlite",
        "darwin": "/Library/Application Support/Watchword/posture.sqlite",
        "windows": "C:\\ProgramData\\Watchword\\posture.sqlite",
    }
)
COLUMNS = (
    ("device_id", "TEXT"), ("label", "TEXT"), ("platform", "TEXT"), ("os_version", "TEXT"),
    ("state", "TEXT"), ("overall", "TEXT"), ("generated_at", "TEXT"), ("generated_unix", "INTEGER"),
    ("check_id", "TEXT"), ("account", "TEXT"), ("status", "TEXT"), ("severity", "TEXT"), ("basis", "TEXT"),
    ("reason", "TEXT"), ("since", "TEXT"),
)  # fmt: skip
_YOUNGEST, _OLDEST = -int(CLOCK_SLACK.total_seconds()), int(CURRENT_FOR.total_seconds())
#: What osquery shows of the file: nothing is current for ever.
QUERY = " ".join(
    f"""
SELECT device_id, label, platform, os_version,
  CASE WHEN is_current THEN 'current' WHEN state = 'current' THEN 'stale' ELSE state END AS state,
  CASE WHEN is_current THEN overall ELSE 'unknown' END AS overall,
  generated_at, COALESCE(age_seconds / 3600, -1) AS age_hours, check_id, account,
  CASE WHEN is_current THEN status ELSE 'unknown' END AS status,
  severity, basis, reason, since
FROM (
  SELECT *, COALESCE(state = 'current' AND age_seconds BETWEEN {_YOUNGEST} AND {_OLDEST}, 0) AS is_current
  FROM (SELECT *, CAST(strftime('%s', 'now') AS INTEGER) - generated_unix AS age_seconds FROM {TABLE})
);
""".split()  # noqa: S608  (names and numbers of ours)
)
SHOWN = (
    "device_id", "label", "platform", "os_version", "state", "overall", "generated_at", "age_hours", "check_id",
    "account", "status", "severity", "basis", "reason", "since",
)  # fmt: skip


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The database. A report without findings, or a file that tells nothing, is one line without a check."""
    del now
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE {TABLE} ({', '.join(f'{name} {kind}' for name, kind in COLUMNS)})")
        marks = ", ".join("?" for _ in COLUMNS)
        database.executemany(
            f"INSERT INTO {TABLE} VALUES ({marks})",  # noqa: S608  (names of ours; values are parameters)
            (row for entry in entries for row in _rows(entry)),
        )
    data = database.serialize()
    database.close()
    return data


def _rows(entry: Entry) -> Iterator[tuple[str | int | None, ...]]:
    if entry.report is None:
        yield (None, None, None, None, entry.state, "unknown", None, None, *_no_check("unknown"))
        return
    about, made = entry.report.device, entry.report.generated_at
    whole: tuple[str | int | None, ...] = (
        about.id, about.label, about.platform, about.os_version, entry.state, entry.overall, made,
        int(moment(made).timestamp()),
    )  # fmt: skip
    if entry.current is None or not entry.current.checks:
        yield whole + _no_check("unknown" if entry.current is None else None)
        return
    for row in entry.current.checks:
        yield (*whole, row.id, row.instance, row.status, row.severity, row.basis, row.reason, row.since)


def _no_check(status: str | None) -> tuple[str | None, ...]:
    return (None, None, status, None, None, None, None)


def config() -> dict[str, Any]:
    """The part of osquery's configuration that makes the table, by system, and asks for it once an hour."""
    return {
        "auto_table_construction": {
            f"{TABLE}_{system}": {"query": QUERY, "path": path, "columns": list(SHOWN), "platform": system}
            for system, path in PLACES.items()
        },
        "schedule": {
            f"{TABLE}_{system}": {
                "query": f"SELECT * FROM {TABLE}_{system};",  # noqa: S608  (names of ours)
                "interval": 3600,
                "snapshot": True,
                "platform": system,
            }
            for system in PLACES
        },
    }


def render_config(entries: Sequence[Entry], now: datetime) -> bytes:
    """The configuration as a file. It is the same on every computer and says nothing about any."""
    del entries, now
    return (json.dumps(config(), indent=2) + "\n").encode()
