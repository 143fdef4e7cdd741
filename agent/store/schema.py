"""The tables of the store, as steps from one version to the next. A step that has been released never changes."""

from __future__ import annotations

import sqlite3

from agent.store.errors import StoreError

__all__ = ["migrate", "verify"]

#: ``attestations`` can only grow: the triggers refuse every other change, whoever asks. Times are ISO 8601 in UTC.
#: ``standing.subject`` is '' for the laptop itself; ``real_*`` is the last answer other than "unknown".
#: ``episodes``, ``said`` and ``reminders`` hold a record as JSON; the other columns repeat what is searched for in it.
#: A choice without a value is one that was taken back: its revision must not be given out twice.
STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE memory (check_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
           PRIMARY KEY (check_id, key)) WITHOUT ROWID""",
        """CREATE TABLE accounts (id TEXT PRIMARY KEY, service TEXT NOT NULL, label TEXT NOT NULL,
           origin TEXT NOT NULL CHECK (origin IN ('person', 'settings')), occurrence INTEGER NOT NULL,
           has_address INTEGER NOT NULL, added_at TEXT NOT NULL, removed_at TEXT, revision INTEGER NOT NULL)""",
        """CREATE TABLE attestations (sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
           subject TEXT NOT NULL, statement TEXT NOT NULL, statement_version INTEGER NOT NULL, answer TEXT NOT NULL,
           at TEXT NOT NULL, evidence TEXT NOT NULL)""",
        """CREATE TRIGGER attestations_are_not_changed BEFORE UPDATE ON attestations
           BEGIN SELECT RAISE(ABORT, 'attestations are only ever appended'); END""",
        """CREATE TRIGGER attestations_are_not_removed BEFORE DELETE ON attestations
           BEGIN SELECT RAISE(ABORT, 'attestations are only ever appended'); END""",
        """CREATE TRIGGER attestations_are_not_replaced BEFORE INSERT ON attestations
           WHEN EXISTS (SELECT 1 FROM attestations WHERE key = NEW.key OR sequence = NEW.sequence)
           BEGIN SELECT RAISE(ABORT, 'attestations are only ever appended'); END""",
        """CREATE TABLE standing (check_id TEXT NOT NULL, subject TEXT NOT NULL, status TEXT NOT NULL,
           reason TEXT NOT NULL, since TEXT NOT NULL, observed_at TEXT NOT NULL, real_status TEXT, real_reason TEXT,
           real_at TEXT, PRIMARY KEY (check_id, subject)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE episodes (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, opened_at TEXT NOT NULL,
           closed_at TEXT, record TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX episodes_by_end ON episodes (closed_at)",
        """CREATE TABLE said (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL,
           record TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX said_by_time ON said (at)",
        """CREATE TABLE reminders (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, due_at TEXT NOT NULL,
           done_at TEXT, record TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX reminders_by_end ON reminders (done_at)",
        """CREATE TABLE choices (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL,
           value TEXT) WITHOUT ROWID""",
        """CREATE TABLE runs (check_id TEXT PRIMARY KEY, started_at TEXT NOT NULL, next_at TEXT NOT NULL)
           WITHOUT ROWID""",
        """CREATE TABLE history (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, check_id TEXT NOT NULL,
           subject TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL)""",
        "CREATE INDEX history_by_time ON history (at)",
        "CREATE INDEX history_by_subject ON history (check_id, subject)",
    ),
)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring a store up to this version, one transaction a step.

    Raises:
        StoreError: a newer program wrote it.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise StoreError(f"The store {path} was written by a newer Watchword; update this one to use it.")
    for number, statements in enumerate(STEPS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            # SQLite itself rolls back on some errors (a full disk); then there is nothing left to undo.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def verify(connection: sqlite3.Connection) -> None:
    """See that tables, indexes and triggers are as the steps made them: SQLite keeps the statements word for word.

    Raises:
        ValueError: they are not, and a statement of ours might fail for ever.
    """
    found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'")
    if {sql for (sql,) in found} != {statement for statements in STEPS for statement in statements}:
        raise ValueError("tables that no Watchword made")
