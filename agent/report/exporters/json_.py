"""The report itself, one line each.

Nothing is changed in it: an old one says when it was made and by when the next should have come, and where there is no
report there is no line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.report.exporters.entry import Entry
from agent.report.reader import encode

__all__ = ["render"]


def render(entries: Sequence[Entry], now: datetime) -> bytes:
    """The reports, a line each."""
    del now
    return b"".join(encode(entry.report) + b"\n" for entry in entries if entry.report is not None)
