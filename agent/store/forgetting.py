"""Ninety days, and what is older is forgotten (DESIGN: bounded). But not because a clock jumped for an hour.

A clock that is set a year ahead makes everything look old. What was said would be forgotten, and said again once the
clock is right. So nothing is forgotten until the clock has run on steadily for two days.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from agent.store import kept, rows, timeline
from agent.store.moments import moment, text

__all__ = ["forget", "forget_again"]

HISTORY = timedelta(days=90)
STEADY = timedelta(days=2)
#: A laptop may sleep this long without its clock being thought to have jumped.
ASLEEP = timedelta(days=14)
#: Clocks are corrected by minutes, and by an hour where summer time is kept by hand.
CORRECTED = timedelta(hours=2)


def forget(connection: sqlite3.Connection, now: datetime) -> None:
    """Drop what is over for 90 days and what nobody has spoken of for as long. Works within a transaction."""
    since = _steady_since(connection, now)
    # Empty after a jump: from a clock that ran a year ahead for a week, everything of today would be old.
    before = text(now - HISTORY) if now - since >= STEADY else ""
    rows.set_meta(connection, "forgotten_before", before)
    if before:
        connection.execute("DELETE FROM standing WHERE observed_at < ?", (before,))
        timeline.forget(connection, before)
        kept.forget(connection, before)


def forget_again(connection: sqlite3.Connection) -> None:
    """Drop what was forgotten and has just come back, because the journal still had it."""
    kept.forget(connection, rows.meta(connection, "forgotten_before") or "")
    kept.limit(connection)


def _steady_since(connection: sqlite3.Connection, now: datetime) -> datetime:
    """From when on the clock has run without a jump, as far as rounds have seen."""
    seen, since = rows.meta(connection, "clock_at"), rows.meta(connection, "clock_since")
    rows.set_meta(connection, "clock_at", text(now))
    if seen and since and moment(seen) - CORRECTED <= now <= moment(seen) + ASLEEP:
        return moment(since)
    rows.set_meta(connection, "clock_since", text(now))
    return now
