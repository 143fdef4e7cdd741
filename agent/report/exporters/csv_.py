"""CSV for a spreadsheet: one line for each finding, and one for a file or report without any.

No cell can be a formula: those that begin like one get an apostrophe in front, also where a spreadsheet that takes
semicolons for commas would begin a cell. Lines end as RFC 4180 says, with CR and LF; every cell is quoted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from agent.report.exporters.entry import Entry
from agent.report.model import Row

__all__ = ["COLUMNS", "cell", "render"]

COLUMNS = (
    "device", "label", "platform", "os_version", "generated_at", "age_hours", "state", "overall", "level",
    "check", "account", "account_label", "status", "meaning", "severity", "basis", "reason", "observed_at", "since",
    "due_at", "expires_at",
)  # fmt: skip
#: What each status is called, as on the person's screen (facts: guidance 7e).
CALLED = {
    "pass": "OK",
    "warn": "Look at soon",
    "fail": "Action needed",
    "unknown": "Not checked",
    "not_applicable": "Not applicable",
    "disabled": "Switched off",
}
#: What begins a formula, in ASCII and in the full width that some spreadsheets take for the same, after anything that
#: could begin a cell: its start, or what another spreadsheet takes for a separator, and quotes or spaces.
FORMULA = re.compile("((?:^|[;,|])[ \"']*)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@lru_cache(maxsize=4096)
def cell(text: str) -> str:
    """The text as a cell that no spreadsheet works out."""
    return FORMULA.sub(r"\1'\2", CONTROLS.sub(" ", text))


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The table, with a line of headings."""
    del now
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerows([cell(value) for value in line] for line in _lines(entry))
    return text.getvalue().encode()


def _lines(entry: Entry) -> Iterator[tuple[str, ...]]:
    age = "" if entry.age_hours is None else str(entry.age_hours)
    if entry.report is None:
        whole: tuple[str, ...] = ("", "", "", "", "", age, entry.state, "unknown", "")
    else:
        about = entry.report.device
        whole = (
            about.id, about.label, about.platform, about.os_version, entry.report.generated_at, age, entry.state,
            entry.overall, entry.report.privacy.level,
        )  # fmt: skip
    if entry.current is None or not entry.current.checks:
        status = "unknown" if entry.current is None else ""
        said = CALLED["unknown"] if entry.current is None else ""
        yield (*whole, "", "", "", status, said, "", "", "", "", "", "", "")
        return
    for row in entry.current.checks:
        yield whole + _cells(row)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.id, row.instance or "", row.label or "", row.status, CALLED[row.status], row.severity, row.basis,
        row.reason, row.observed_at, row.since or "", row.due_at or "", row.expires_at or "",
    )  # fmt: skip
