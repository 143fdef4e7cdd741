"""When the first round was: that all is clear is not said before the agent has looked for a month.

It is kept with what the agent remembers. If the store is lost, the month begins anew: said later rather than twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.store import Store

__all__ = ["first_round_at", "note"]

OURS, KEY = "agent", "first_round_at"
#: Time servers set clocks back by seconds; what is dated further ahead was dated by a clock that was wrong.
CLOCK_TOLERANCE = timedelta(minutes=5)
#: There was no such program before. A clock that says so has lost its battery, and is put right once it has a network.
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


def note(store: Store, now: datetime) -> None:
    """Keep that there was a round, if none is known or the one that is has a date that cannot be.

    Raises:
        agent.store.StoreError: it could not be kept.
    """
    known = first_round_at(store)
    if known is None or (now >= BEFORE_ALL and not BEFORE_ALL <= known <= now + CLOCK_TOLERANCE):
        store.remember({OURS: {KEY: now.isoformat()}})


def first_round_at(store: Store) -> datetime | None:
    """When it was, or ``None`` before it."""
    kept = store.recall(OURS, KEY)
    try:
        at = datetime.fromisoformat(kept)
    except (TypeError, ValueError):
        return None  # nothing yet, or nothing that we wrote
    return at if at.tzinfo is not None else None
