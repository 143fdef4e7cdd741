"""Single values of the store, by name: ``device_id``, ``journal_size``, ``settings``..."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from agent.store.moments import moment

__all__ = ["meta", "set_meta", "verify"]

#: Those that are times.
TIMES = ("clock_at", "clock_since", "compacted_at")


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """One of them, or ``None``."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep one."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def verify(connection: sqlite3.Connection) -> None:
    """Read those that no other part of the store reads as it opens.

    Raises:
        ValueError: there is something that no Watchword wrote.
    """
    for key in TIMES:
        written = meta(connection, key)
        if written:
            moment(written)
    before = meta(connection, "forgotten_before")
    if before:
        datetime.fromisoformat(before)  # 90 days before a clock that was never set, it is of 1969
    int(meta(connection, "compacted_size") or 0)
    settings = meta(connection, "settings")
    if settings:
        msgspec.json.decode(settings, type=dict[str, Any])
