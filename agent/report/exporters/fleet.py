"""Queries and a policy for Fleet, which read the status documents themselves with ``parse_json``.

``parse_json`` comes with Fleet's own agent. A file that is absent or damaged has no rows there, so the policy counts
the files and compares. Only members that the report has at the level ``summary`` are asked for. Each document of the
file is JSON, which is YAML too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from agent.report.exporters.entry import Entry
from agent.status import CLOCK_SLACK, CURRENT_FOR

__all__ = ["PLACES", "documents", "policy_query", "render", "summary_query"]

#: Where the status documents of all people are, by Fleet's names of systems; ``%`` is any one folder.
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "linux": "/home/%/.local/state/watchword/status.json",
        "darwin": "/Users/%/Library/Application Support/Watchword/status.json",
        "windows": "C:\\Users\\%\\AppData\\Local\\Watchword\\status.json",
    }
)
NAMES = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
#: What each file says, one row a file. A file that is damaged has no rows in parse_json, and none here.
JUDGED = """
WITH seen AS (
  SELECT path,
    MAX(CASE WHEN COALESCE(parent, '') = '' AND key = 'schema' THEN value END) AS format,
    MAX(CASE WHEN COALESCE(parent, '') = '' AND key = 'generated_at' THEN value END) AS generated_at,
    MAX(CASE WHEN parent = 'summary' AND key = 'overall' THEN value END) AS overall
  FROM parse_json WHERE path LIKE '{place}' GROUP BY path
), judged AS (
  SELECT path, overall, age_seconds / 3600 AS age_hours,
    COALESCE(format = 'watchword.status/1' AND age_seconds BETWEEN {youngest} AND {oldest}, 0) AS is_current
  FROM (
    SELECT path, format, overall,
      CAST(strftime('%s', 'now') AS INTEGER) - CAST(strftime('%s', generated_at) AS INTEGER) AS age_seconds
    FROM seen
  )
)
"""
SUMMARY = """
SELECT COALESCE(is_current, 0) AS is_current,
  CASE WHEN is_current THEN COALESCE(overall, 'unknown') ELSE 'unknown' END AS overall, age_hours
FROM file LEFT JOIN judged ON judged.path = file.path
WHERE file.path LIKE '{place}';
"""
POLICY = """
SELECT 1
WHERE (SELECT COUNT(*) FROM file WHERE path LIKE '{place}') > 0
  AND (SELECT COUNT(*) FROM file WHERE path LIKE '{place}')
    = (SELECT COUNT(*) FROM judged WHERE is_current AND overall IN ('ok', 'attention'));
"""


def summary_query(system: str) -> str:
    """One row for each file: whether it is current, its word (unknown if it is not), and its age."""
    return _filled(JUDGED + SUMMARY, system)


def policy_query(system: str) -> str:
    """One row if there is a file, and every file is current and asks for no action; else none, and the policy fails."""
    return _filled(JUDGED + POLICY, system)


def _filled(query: str, system: str) -> str:
    """The query for a system, on one line. Everything that is filled in is ours."""
    youngest, oldest = -int(CLOCK_SLACK.total_seconds()), int(CURRENT_FOR.total_seconds())
    filled = query.format(place=PLACES[system], youngest=youngest, oldest=oldest)
    return " ".join(filled.split())


def documents() -> list[dict[str, Any]]:
    """The documents of the file, for ``fleetctl apply``."""
    made: list[dict[str, Any]] = []
    for system, name in NAMES.items():
        made += [
            _document(
                "policy",
                name=f"Watchword: nothing needs action ({name})",
                query=policy_query(system),
                description="Every person's status is less than a week old and nothing in it needs action.",
                resolution="Open Watchword on that computer: the first page says what to do.",
                platform=system,
            ),
            _document(
                "query",
                name=f"Watchword: status ({name})",
                query=summary_query(system),
                description="One row for each person's status: whether it is current, the whole in one word, its age.",
                interval=3600,
                platform=system,
            ),
        ]
    return made


def _document(kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "spec": spec}


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The file. It is the same everywhere and says nothing about any computer."""
    del entries, now
    return "".join(f"---\n{json.dumps(each, indent=2)}\n" for each in documents()).encode()
