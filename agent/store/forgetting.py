"""Ninety days, and what is older is forgotten (DESIGN: bounded). But not because a clock jumped for an hour.

A clock that is set a year ahead makes everything look old. What was said would be forgotten, and said again once the
clock is right. So nothing is forgotten until the clock has run on steadily for two days.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from agent.store import kept, rows, timeline
from agent.store.moments import moment, text

__all__ = ["forget"]

HISTORY = timedelta(days=90)
STEADY = timedelta(days=2)
#: A laptop may sleep this long without its clock being thought to have jumped.
ASLEEP = timedelta(days=14)
#: Clocks are corrected by minutes, and by an hour where summer time is kept by hand.
CORRECTED = timedelta(hours=2)


def forget(connection: sqlite3.Connection, now: datetime) -> None:
    """Drop what is over for 90 days and what nobody has spoken of for as long. Works within a transaction."""
    if now - _steady_since(connection, now) < STEADY:
        return
    before = now - HISTORY
    connection.execute("DELETE FROM standing WHERE observed_at < ?", (text(before),))
    timeline.forget(connection, before)
    kept.forget(connection, before)


def _steady_since(connection: sqlite3.Connection, now: datetime) -> datetime:
    """From when on the clock has run without a jump, as far as rounds have seen."""
    seen, since = rows.meta(connection, "clock_at"), rows.meta(connection, "clock_since")
    steady = seen is not None and since is not None and moment(seen) - CORRECTED <= now <= moment(seen) + ASLEEP
    rows.set_meta(connection, "clock_at", text(now))
    if steady and since is not None:
        return moment(since)
    rows.set_meta(connection, "clock_since", text(now))
    return now
