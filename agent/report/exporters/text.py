"""Plain text that reads well aloud: short sentences, no tables, no symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.report.exporters.entry import Entry, moment
from agent.report.model import Report, Row

__all__ = ["render"]

OVERALL = {
    "ok": "Nothing needs doing.",
    "attention": "There is something to look at.",
    "action": "Something needs action.",
    "unknown": "It is not known whether all is well.",
}
CALLED = {"fail": "Action needed", "warn": "Look at soon", "unknown": "Not checked"}
SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
NO_REPORT = {
    "unreadable": "The report could not be read. It is not known whether all is well.",
    "damaged": "The report is damaged. It is not known whether all is well.",
    "missing": "There is no report. It is not known whether all is well.",
}


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """A paragraph for each entry."""
    del now
    several = len(entries) > 1
    paragraphs = []
    for number, entry in enumerate(entries, start=1):
        first = [f"Computer {number} of {len(entries)}."] if several else []
        paragraphs.append("\n".join([*first, *_sentences(entry)]))
    return ("\n\n".join(paragraphs or [NO_REPORT["missing"]]) + "\n").encode()


def _sentences(entry: Entry) -> Iterator[str]:
    if entry.report is None:
        yield NO_REPORT[entry.state]
        return
    about = entry.report.device
    yield f"{about.label}, {about.os_version or SYSTEMS[about.platform]}."
    yield f"Checked on {_spoken(entry.report.generated_at)}{_ago(entry)}."
    if entry.state == "stale":
        yield "That is too long ago to count. It is not known whether all is well."
        return
    if entry.state == "future":
        yield "That is later than the clock of this computer says it is. It is not known whether all is well."
        return
    yield OVERALL[entry.report.summary.overall]
    yield _counted(entry.report)
    for status, called in CALLED.items():
        for row in entry.report.checks:
            if row.status == status:
                yield f"{called}: {_named(row)}."


def _named(row: Row) -> str:
    account = f", {row.label}" if row.label else ""
    return f"{_words(row.id)}{account}, {_words(row.reason)}"


def _words(slug: str) -> str:
    return slug.replace("_", " ").replace(".", " ")


def _counted(report: Report) -> str:
    counts = report.summary.counts
    good = f"{counts.pass_} good"
    return f"{good}, {counts.warn} to look at, {counts.fail} to act on, {counts.unknown} not checked."


def _spoken(text: str) -> str:
    at = moment(text)
    return f"{at.day} {at:%B %Y} at {at:%H:%M} UTC"


def _ago(entry: Entry) -> str:
    if entry.age_hours is None or entry.state == "future":
        return ""
    days, hours = divmod(entry.age_hours, 24)
    if days:
        return f", {days} day{'s' if days > 1 else ''} ago"
    return f", {hours} hour{'s' if hours > 1 else ''} ago" if hours else ""
