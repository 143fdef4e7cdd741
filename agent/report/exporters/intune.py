"""Microsoft Intune custom compliance: one line of JSON for the rules in ``installers/it/intune/rules.json``.

Intune cuts what is longer than 2,048 characters (facts: apis 7.1), which would be no JSON any more, so the line stays
below 2,000 whatever the input: checks are named from the worst on while there is room. The settings before them are
always there, and the discovery scripts of the kit print the same ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from agent.report.exporters.entry import NOT_KNOWN, Entry, oldest_hours, overall, worst
from agent.report.model import Report

__all__ = ["LONGEST", "PREFIX", "render"]

LONGEST = 1999
PREFIX = "Check_"
#: The room that is kept for it.
MORE = ',"WatchwordMore":99999}'
#: What nobody knows unless every report is current.
COUNTS = ("WatchwordFail", "WatchwordWarn", "WatchwordUnknown")
#: Of several findings of one check, accounts say, the first of these is what is said of the check.
WORST_FIRST = ("fail", "warn", "unknown", "pass", "not_applicable", "disabled")


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The line. Of several people's files the worst of each setting; checks that do not fit are counted."""
    del now
    current = all(entry.current for entry in entries) and bool(entries)
    word = overall(entries)
    reports = [entry.current for entry in entries if entry.current is not None]
    age = oldest_hours(entries)
    values: dict[str, str | int | bool] = {
        "WatchwordState": worst(entries),
        "WatchwordCurrent": current,
        "WatchwordOverall": word,
        "WatchwordNoAction": current and word in ("ok", "attention"),
        "WatchwordPeople": sum(entry.state != "missing" for entry in entries),
        "WatchwordAgeHours": NOT_KNOWN if age is None else min(age, NOT_KNOWN),
        "WatchwordFail": sum(each.summary.counts.fail for each in reports),
        "WatchwordWarn": sum(each.summary.counts.warn for each in reports),
        "WatchwordUnknown": sum(each.summary.counts.unknown for each in reports),
    }
    for count in COUNTS:
        values[count] = min(int(values[count]), NOT_KNOWN) if current else NOT_KNOWN
    return _with_checks(values, _checks(reports) if current else {}).encode("ascii")


def _checks(reports: Iterable[Report]) -> dict[str, str]:
    """The status of each check, the worst first."""
    found: dict[str, str] = {}
    for report in reports:
        for row in report.checks:
            known = found.get(row.id, row.status)
            found[row.id] = min(known, row.status, key=WORST_FIRST.index)
    return dict(sorted(found.items(), key=lambda item: (WORST_FIRST.index(item[1]), item[0])))


def _with_checks(values: dict[str, str | int | bool], checks: dict[str, str]) -> str:
    text = _compressed(values)
    for added, (check, status) in enumerate(checks.items()):
        more = f'{text[:-1]},"{PREFIX}{check}":"{status}"}}'
        if len(more) + len(MORE) > LONGEST:
            return f'{text[:-1]},"WatchwordMore":{min(len(checks) - added, NOT_KNOWN)}}}\n'
        text = more
    return f"{text}\n"


def _compressed(values: dict[str, str | int | bool]) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=True)
