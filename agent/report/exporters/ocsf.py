"""OCSF 1.8 Compliance Finding (class 2003) as JSON lines, for a SIEM.

One event for each finding and one for the whole, whose control is ``watchword``. Where there is no current report that
one event says "no result", which OCSF calls Warning (facts: apis 7.5, guidance 7e); our own warning is its Fail with a
low severity. There is no ``device.hostname``: nobody knows it here. The kind of computer is not reported, so
``type_id`` is 0, "Unknown".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from agent import __version__
from agent.report.exporters.entry import Entry, State, moment
from agent.report.model import Report, Row

__all__ = ["SCHEMA_VERSION", "render"]

SCHEMA_VERSION = "1.8.0"
CLASS, CATEGORY, UPDATE = 2003, 2, 2
WHOLE = "watchword"

#: Our status: the ``status_id`` of ``compliance`` and its caption.
VERDICTS: Mapping[str, tuple[int, str]] = {
    "pass": (1, "Pass"),
    "warn": (3, "Fail"),
    "fail": (3, "Fail"),
    "unknown": (2, "Warning"),
    "not_applicable": (99, "Not applicable"),
    "disabled": (99, "Disabled"),
}
OVERALL: Mapping[str, tuple[str, str]] = {
    "ok": ("pass", "info"),
    "attention": ("warn", "low"),
    "action": ("fail", "high"),
    "unknown": ("unknown", "info"),
}
SEVERITIES: Mapping[str, tuple[int, str]] = {
    "info": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
}
SYSTEMS: Mapping[str, tuple[int, str]] = {"windows": (100, "Windows"), "linux": (200, "Linux"), "macos": (300, "macOS")}
STANDARDS: Mapping[str, str] = {
    "toolkit": "Safer Politics toolkit",
    "ncsc": "NCSC",
    "ce": "Cyber Essentials",
    "cis": "CIS",
    "cisa": "CISA",
}
OURS = "Watchword"
#: Names of events that have no report: from the state and the place in the list, so that a second export is the same.
NAMESPACE = uuid.UUID("9a3c1f60-3a2b-4d3e-8f0a-6f6c1d2b7e55")


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The events, a line each."""
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(event) + b"\n" for event in _events(entries, now))


def _events(entries: Sequence[Entry], now: datetime) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(entries):
        if entry.current is None:
            yield _no_result(entry, number, now)
        else:
            device = _device(entry.current)
            yield _whole(entry.current, device)
            for row in entry.current.checks:
                yield _finding(entry.current, row, device)


def _finding(report: Report, row: Row, device: dict[str, Any]) -> dict[str, Any]:
    about = f"{row.id}:{row.instance}" if row.instance else row.id
    event = _event(report, about, row.status, row.severity)
    if row.snoozed_until is not None and event["status_id"] == 1:
        event |= {"status_id": 3, "status": "Suppressed"}
    since = row.since or row.observed_at
    event["finding_info"] |= {
        "title": row.id,
        "created_time": _milliseconds(since),
        "first_seen_time": _milliseconds(since),
        "last_seen_time": _milliseconds(row.observed_at),
    }
    event["compliance"] |= {
        "control": row.id,
        "standards": sorted({STANDARDS[ref.partition(":")[0]] for ref in row.refs}) or [OURS],
        "status_details": [row.reason],
    }
    event["device"] = device
    event["unmapped"] |= {"reason": row.reason, "basis": row.basis, "severity": row.severity} | (
        {"label": row.label} if row.label else {}
    )
    if row.facts:
        event["unmapped"]["facts"] = row.facts
    return event


def _whole(report: Report, device: dict[str, Any]) -> dict[str, Any]:
    status, severity = OVERALL[report.summary.overall]
    event = _event(report, WHOLE, status, severity)
    made = _milliseconds(report.generated_at)
    event["finding_info"] |= {"title": WHOLE, "created_time": made, "first_seen_time": made, "last_seen_time": made}
    event["compliance"] |= {"control": WHOLE, "standards": [OURS], "status_details": [report.summary.overall]}
    event["device"] = device
    event["unmapped"] |= {"overall": report.summary.overall, "counts": report.summary.counts}
    return event


def _no_result(entry: Entry, number: int, now: datetime) -> dict[str, Any]:
    """What is said of a file that tells nothing about today."""
    event: dict[str, Any]
    if entry.report is not None:
        event = _event(entry.report, WHOLE, "unknown", "info") | {"device": _device(entry.report, compliant=False)}
    else:
        name = str(uuid.uuid5(NAMESPACE, f"{number}:{entry.state}:{now.isoformat()}"))
        event = _base(name, __version__, f"{WHOLE}:{entry.state}:{number}", "unknown", "info")
        event["metadata"].pop("profiles")
    event["time"] = int(now.timestamp() * 1000)
    event["finding_info"]["title"] = WHOLE
    event["compliance"] |= {"control": WHOLE, "standards": [OURS], "status_details": [_said(entry.state)]}
    event["unmapped"] |= {"overall": "unknown", "state": entry.state}
    if entry.age_hours is not None:
        event["unmapped"]["age_hours"] = entry.age_hours
    return event


def _said(state: State) -> str:
    return {
        "stale": "the last report is too old to say how things are",
        "future": "the report is dated after the clock of this computer",
        "unreadable": "the report could not be read",
        "damaged": "the report is damaged",
        "missing": "there is no report",
        "current": "",
    }[state]


def _event(report: Report, about: str, status: str, severity: str) -> dict[str, Any]:
    made = _milliseconds(report.generated_at)
    uid = f"{about}:{report.device.id}"
    event = _base(f"{report.report_id}:{about}", report.agent.version, uid, status, severity)
    return event | {"time": made}


def _base(event_id: str, version: str, uid: str, status: str, severity: str) -> dict[str, Any]:
    verdict_id, verdict = VERDICTS[status]
    severity_id, caption = SEVERITIES[severity if status in ("warn", "fail") else "info"]
    settled = status in ("pass", "not_applicable", "disabled")
    return {
        "activity_id": UPDATE,
        "activity_name": "Update",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + UPDATE,
        "type_name": "Compliance Finding: Update",
        "severity_id": severity_id,
        "severity": caption,
        "status_id": 4 if settled else 1,
        "status": "Resolved" if settled else "New",
        "metadata": {
            "version": SCHEMA_VERSION,
            "uid": event_id,
            "product": {"name": "Watchword", "vendor_name": "Safer Politics", "version": version},
            "log_name": "watchword",
            "profiles": ["host"],
        },
        "finding_info": {"uid": uid, "product_uid": "watchword"},
        "compliance": {"status_id": verdict_id, "status": verdict},
        "unmapped": {"agent_status": status},
    }


def _device(report: Report, *, compliant: bool | None = None) -> dict[str, Any]:
    about = report.device
    type_id, name = SYSTEMS[about.platform]
    device: dict[str, Any] = {
        "uid": about.id,
        "name": about.label,
        "type_id": 0,
        "type": "Unknown",
        "os": {"name": name, "type_id": type_id, "type": name, "version": about.os_version},
    }
    if compliant is None and (report.summary.overall == "ok" or report.summary.counts.fail):
        compliant = report.summary.overall == "ok"
    return device if compliant is None else device | {"is_compliant": compliant}


@lru_cache(maxsize=4096)
def _milliseconds(at: str) -> int:
    return int(moment(at).timestamp() * 1000)
