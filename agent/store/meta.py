"""Single values of the store, by name: ``device_id``, ``journal_size``, ``settings``..."""

from __future__ import annotations

import sqlite3

__all__ = ["meta", "set_meta"]


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """One of them, or ``None``."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep one."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
