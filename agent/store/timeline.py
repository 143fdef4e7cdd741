"""What happened when: changes of status, and the last run of each check. Lost with the database, and no harm done.

Every function works within its caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from agent.contract import Status
from agent.store.moments import moment, text
from agent.store.records import HistoryRow, LastRun, Standing

__all__ = ["add", "forget", "history", "keep_runs", "last_runs", "verify"]

#: A check that changes its mind in every round pushes out its own past only, not that of others.
MOST_ABOUT_ONE = 100
MOST_ROWS = 2000
MOST_RUNS = 500

Key = tuple[str, str | None]


def add(connection: sqlite3.Connection, before: Mapping[Key, Standing], after: Mapping[Key, Standing]) -> None:
    """Note each status or reason that is another than before."""
    changed = [
        (text(standing.observed_at), check_id, subject or "", standing.status.value, standing.reason)
        for (check_id, subject), standing in after.items()
        if _answer(before.get((check_id, subject))) != _answer(standing)
    ]
    if not changed:
        return
    connection.executemany(
        "INSERT INTO history (at, check_id, subject, status, reason) VALUES (?, ?, ?, ?, ?)", changed
    )
    for _, check_id, subject, _, _ in changed:
        _limit(connection, "check_id = ? AND subject = ?", (check_id, subject), MOST_ABOUT_ONE)
    _limit(connection, "TRUE", (), MOST_ROWS)


def history(connection: sqlite3.Connection, since: datetime) -> list[HistoryRow]:
    """The changes since then, the earliest first. A row that cannot be read is left out."""
    before = connection.text_factory
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        found = connection.execute(
            "SELECT at, check_id, subject, status, reason FROM history WHERE at >= ? ORDER BY at, sequence",
            (text(since),),
        ).fetchall()
    finally:
        connection.text_factory = before
    return [row for row in map(_row, found) if row is not None]


def last_runs(connection: sqlite3.Connection) -> dict[str, LastRun]:
    """When each check was started last and when it is due, by check."""
    found = connection.execute("SELECT check_id, started_at, next_at FROM runs")
    return {check_id: LastRun(moment(started_at), moment(next_at)) for check_id, started_at, next_at in found}


def keep_runs(connection: sqlite3.Connection, runs: Mapping[str, LastRun]) -> None:
    """Keep these; those of other checks stay."""
    connection.executemany(
        "INSERT OR REPLACE INTO runs (check_id, started_at, next_at) VALUES (?, ?, ?)",
        [(check_id, text(run.started_at), text(run.next_at)) for check_id, run in runs.items()],
    )
    if connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0] > MOST_RUNS:
        keep = "SELECT check_id FROM runs ORDER BY started_at DESC LIMIT ?"
        connection.execute(f"DELETE FROM runs WHERE check_id NOT IN ({keep})", (MOST_RUNS,))  # noqa: S608


def verify(connection: sqlite3.Connection) -> None:
    """Read every run once. Of the history not each row: there may be many, and an unreadable one is only left out.

    Raises:
        sqlite3.Error, ValueError, TypeError: there is something that no Watchword wrote.
    """
    last_runs(connection)
    connection.execute("SELECT at, check_id, subject, status, reason FROM history LIMIT 0")


def forget(connection: sqlite3.Connection, before: str) -> None:
    """Drop what was before that time."""
    connection.execute("DELETE FROM history WHERE at < ?", (before,))
    connection.execute("DELETE FROM runs WHERE started_at < ?", (before,))


def _answer(standing: Standing | None) -> tuple[Status, str] | None:
    return (standing.status, standing.reason) if standing else None


def _limit(connection: sqlite3.Connection, about: str, values: Iterable[str], most: int) -> None:
    oldest = f"SELECT sequence FROM history WHERE {about} ORDER BY sequence DESC LIMIT 1 OFFSET ?"  # noqa: S608
    connection.execute(
        f"DELETE FROM history WHERE {about} AND sequence <= ({oldest})",  # noqa: S608
        (*values, *values, most),
    )


def _row(values: tuple[Any, ...]) -> HistoryRow | None:
    at, check_id, subject, status, reason = values
    try:
        return HistoryRow(moment(at), check_id, subject or None, Status(status), reason)
    except (ValueError, TypeError):
        return None
