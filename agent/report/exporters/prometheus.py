"""Prometheus text format, for the textfile collector of node_exporter.

No sample has a timestamp: the collector passes over files with one (facts: apis 7.4). What is not current has no sample
that says a check passes, and its ``watchword_overall`` is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from agent.report.exporters.entry import STATES, Entry, moment
from agent.report.model import Row

__all__ = ["render"]

WORDS = ("ok", "attention", "action", "unknown")
#: As for several computers together (:func:`agent.report.exporters.entry.overall`).
WORDS_BEST_FIRST = ("ok", "attention", "unknown", "action")
#: What a status is as a number. What does not apply or is switched off has no sample.
PASSES: Mapping[str, int] = {"pass": 1, "warn": 0, "fail": 0, "unknown": -1}
#: Of two findings with the same name the first of these counts.
WORST_FIRST = (0, -1, 1)
Sample = tuple[dict[str, str], int]


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """All samples. Of several reports of one device one counts, for a series may be there only once."""
    del now
    counting = _counting(entries)
    lines: list[str] = []
    for name, meaning, samples in (
        ("watchword_files", "Files that were looked at, by what became of them", _states(entries)),
        ("watchword_overall", "1 for the word that says how this computer is", _words(counting)),
        ("watchword_device_info", "Always 1: what this computer is called and runs", _devices(counting)),
        ("watchword_report_generated_timestamp_seconds", "Unix time of the report", _times(counting)),
        ("watchword_findings", "Findings of a current report by status", _counts(counting)),
        ("watchword_check_pass", "1 passes, 0 does not, -1 unknown, in a current report", _checks(counting)),
    ):
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(labels)} {value}" for labels, value in samples]
    return ("\n".join(lines) + "\n").encode()


def _counting(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The report that counts of each device: of the current ones the worst, else the newest.

    Not simply the newest: whoever may put a file where this reads can write one with another laptop's number, and a
    later date, into which no failure is written.
    """
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.report is not None:
            device = entry.report.device.id
            found[device] = max(found.get(device, entry), entry, key=_weight)
    return found


def _weight(entry: Entry) -> tuple[int, str]:
    made = entry.report.generated_at if entry.report is not None else ""
    return (WORDS_BEST_FIRST.index(entry.overall) if entry.current is not None else -1), made


def _states(entries: Sequence[Entry]) -> Iterator[Sample]:
    for state in STATES:
        yield {"state": state}, sum(entry.state == state for entry in entries)


def _words(counting: Mapping[str, Entry]) -> Iterator[Sample]:
    for device, entry in counting.items():
        for word in WORDS:
            yield {"device": device, "overall": word}, int(entry.overall == word)


def _devices(counting: Mapping[str, Entry]) -> Iterator[Sample]:
    for device, entry in counting.items():
        if entry.report is not None:
            about = entry.report.device
            labels = {"label": about.label, "platform": about.platform, "os_version": about.os_version}
            yield {"device": device, **labels, "agent": entry.report.agent.version}, 1


def _times(counting: Mapping[str, Entry]) -> Iterator[Sample]:
    for device, entry in counting.items():
        if entry.report is not None:
            yield {"device": device}, int(moment(entry.report.generated_at).timestamp())


def _counts(counting: Mapping[str, Entry]) -> Iterator[Sample]:
    for device, entry in counting.items():
        if entry.current is not None:
            for status, count in msgspec.to_builtins(entry.current.summary.counts).items():
                yield {"device": device, "status": status}, count


def _checks(counting: Mapping[str, Entry]) -> Iterator[Sample]:
    for device, entry in counting.items():
        rows: dict[tuple[str, str], Row] = {}
        for row in entry.current.checks if entry.current is not None else ():
            if row.status in PASSES:
                key = (row.id, row.instance or "")
                rows[key] = min(rows.get(key, row), row, key=_how_bad)
        for (check, instance), row in rows.items():
            yield {"device": device, "check": check, "instance": instance}, PASSES[row.status]


def _how_bad(row: Row) -> int:
    return WORST_FIRST.index(PASSES[row.status])


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
