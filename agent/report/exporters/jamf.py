"""Jamf Pro extension attribute: one ``<result>`` element, for a smart group to look at.

The word before the colon is the whole: ``ok``, ``attention``, ``action`` or ``unknown``. After it come the ids of the
checks that need somebody, or why nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from agent.report.exporters.entry import Entry, oldest_hours, overall, worst

__all__ = ["render"]

#: Long enough for every built-in check; a field of the inventory is no place for more.
MOST_CHECKS = 24


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The element, on one line."""
    del now
    word = overall(entries)
    checks = dict.fromkeys(
        row.id
        for status in ("fail", "warn")
        for entry in entries
        if entry.current is not None
        for row in entry.current.checks
        if row.status == status
    )
    parts = [", ".join(list(checks)[:MOST_CHECKS])] if checks and word != "unknown" else []
    state = worst(entries)
    if state != "current":
        age = oldest_hours(entries)
        parts.append(state if age is None or state != "stale" else f"{state}, {age // 24} days old")
    said = "; ".join(parts)
    return f"<result>{escape(f'{word}: {said}' if said else word)}</result>\n".encode()
