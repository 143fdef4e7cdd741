"""The one error of the store, as a sentence to a person."""

from __future__ import annotations

import sqlite3

from agent.errors import WatchwordError

__all__ = ["StoreError", "is_damage", "is_unexpected", "sentence"]

#: SQLite's result codes for a file that is not, or no longer, a sound database (https://www.sqlite.org/rescode.html).
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_READONLY: "it cannot be written to; check the permissions of its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the permissions of its folder and that the disk is not full",
    sqlite3.SQLITE_PERM: "access to it is denied",
    sqlite3.SQLITE_BUSY: "another Watchword kept it busy; try again in a moment",
    sqlite3.SQLITE_LOCKED: "another Watchword kept it busy; try again in a moment",
    sqlite3.SQLITE_IOERR: "the disk answered with an error; it may be full",
    sqlite3.SQLITE_CORRUPT: "it is damaged; it is repaired at the next start",
    sqlite3.SQLITE_NOTADB: "it is damaged; it is repaired at the next start",
}


class StoreError(WatchwordError):
    """What could not be kept or read, and what to do, in one sentence."""


def is_damage(error: sqlite3.Error) -> bool:
    """The file itself is broken, as opposed to being busy, full or out of reach."""
    return _primary_code(error) in DAMAGE


def is_unexpected(error: sqlite3.Error) -> bool:
    """Our own statements do not fit the tables (one is missing), or Python cannot make text of what is in them."""
    return _primary_code(error) in (0, sqlite3.SQLITE_ERROR)


def sentence(path: str, error: sqlite3.Error) -> str:
    """An SQLite error about ``path`` as a sentence."""
    return f"The store {path} could not be used: {REASONS.get(_primary_code(error), str(error))}."


def _primary_code(error: sqlite3.Error) -> int:
    """The low byte of an extended result code is the code itself. 0 when Python raised the error on its own."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
