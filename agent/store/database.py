"""Opening the database file: private, in WAL mode, at this version, and sound. A damaged one is set aside."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

from agent.store import rows
from agent.store.errors import StoreError, is_damage, is_unexpected, sentence
from agent.store.schema import migrate, verify

__all__ = ["in_memory", "make_private_folder", "open_or_replace"]

#: How long one process waits for another's transaction. Ours take milliseconds.
BUSY_SECONDS = 5.0
#: How long a damaged file may be in use by somebody else before it is left where it is.
IN_USE_SECONDS = 2.0
COMPANIONS = ("", "-wal", "-shm")


def make_private_folder(path: str) -> None:
    """Make the data directory, for its owner only.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        if sys.platform != "win32" and os.stat(path).st_mode & 0o077:
            os.chmod(path, 0o700)
    except OSError as error:
        raise StoreError(f"The folder {path} could not be used: {error.strerror or error}.") from error


def open_or_replace(path: str) -> tuple[sqlite3.Connection, str | None]:
    """Open the database, or put a new one in place of a damaged one; then the second value says what was done.

    Raises:
        StoreError: it can neither be opened nor replaced.
    """
    try:
        return _open(path), None
    except sqlite3.Error as error:
        if not is_damage(error):
            raise StoreError(sentence(path, error)) from error
    aside = _set_aside(path)
    try:
        return _open(path), f"The store was damaged. It is kept as {aside} and a new one was made."
    except sqlite3.Error as error:
        raise StoreError(sentence(path, error)) from error


def in_memory() -> sqlite3.Connection:
    """A database that lasts as long as this process."""
    connection = _connect(":memory:")
    migrate(connection, "in memory")
    return connection


def _open(path: str) -> sqlite3.Connection:
    _make_private_file(path)
    connection = _connect(path)
    try:
        _prepare(connection, path)
    except BaseException:  # Ctrl-C too: let go of it, then go on raising
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    """Bring it up to this version and see whether it can be read to its end.

    SQLite knows whether its pages are sound, not whether a time is still a time. A value that cannot be read would stop
    every command from now on, while a new store is filled again from the journal.
    """
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL survives a killed process; what a power cut could lose is in the journal, which is flushed.
        connection.execute("PRAGMA synchronous = NORMAL")
        # Not quick_check: an index that no longer fits its table finds rows that are not there, for ever.
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict == "ok":
            migrate(connection, path)
            verify(connection)
            rows.read_everything(connection)
            return
    except (sqlite3.Error, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, sqlite3.Error) and not is_unexpected(error):
            raise
        # No error is kept in a variable: it would keep this frame, which keeps it, and a cursor that was being read
        # keeps the file open, which Windows then does not rename.
        raise _damage(str(error)) from error
    raise _damage(verdict)


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _connect(path: str) -> sqlite3.Connection:
    # Transactions are written out (isolation_level None); the store's own lock lets the checks' threads share it.
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE would delete unseen
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _make_private_file(path: str) -> None:
    """Create the file 0600 before SQLite does, which gives the files beside it the same rights.

    One that is there is never opened here: when a process closes any handle to a file, POSIX lets go of all its locks
    on it, also those of another thread's connection (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            if sys.platform != "win32" and os.stat(path).st_mode & 0o077:
                os.chmod(path, 0o600)
    except OSError as error:
        raise StoreError(f"The store {path} could not be opened: {error.strerror or error}.") from error


def _set_aside(path: str) -> str:
    """Rename a damaged database and the files that belong to it, and return its new name."""
    stem, extension = os.path.splitext(path)
    aside = f"{stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{extension}"
    number = 1
    while os.path.exists(aside):
        number += 1
        aside = f"{stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{number}{extension}"
    try:
        # The database last: what belongs to it must never be taken for a part of the new one.
        for companion in reversed(COMPANIONS):
            with suppress(FileNotFoundError):
                _rename(path + companion, aside + companion)
    except OSError as error:
        used = sys.platform == "win32" and isinstance(error, PermissionError)
        why = "another program has it open" if used else error.strerror or str(error)
        raise StoreError(f"The store {path} is damaged and could not be set aside: {why}.") from error
    return aside


def _rename(path: str, new: str) -> None:
    """Rename it. Windows refuses while anybody, another Watchword or a virus scanner, has it open, so wait a little."""
    deadline = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            return os.replace(path, new)
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
        time.sleep(0.05)
