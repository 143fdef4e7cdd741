"""What came of the last alert here, where nothing else tells whether alerts can be shown.

A desktop that starts a server only when there is something to show says that it has one, also when that one cannot
start. Starting it only to ask would be as wrong as believing it, so the last real try decides while it is recent.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from agent.alerts.records import Delivery
from agent.store import Store

__all__ = ["RECENT", "Tried", "believed", "keep", "last"]

#: Programs come and go: what was so long ago says nothing.
RECENT = timedelta(days=7)
MEMORY, KEY = "alerts", "tried"


class Tried(msgspec.Struct, frozen=True):
    """One try, and what came of it."""

    at: datetime
    shown: bool | None
    how: str
    reason: str | None = None


def keep(store: Store, delivery: Delivery, now: datetime) -> None:
    """Remember what came of an alert that was shown to try it.

    Raises:
        agent.store.StoreError: it could not be kept.
    """
    made = Tried(now, delivery.shown, delivery.how, delivery.reason)
    store.remember({MEMORY: {KEY: msgspec.to_builtins(made)}})


def last(store: Store, now: datetime) -> Tried | None:
    """The last alert that was shown, or could not be, within the last days: one to try it, or a real one."""
    tries = [Tried(said.at, said.delivered, "", "failed") for said in store.said(now - RECENT)]
    with suppress(msgspec.ValidationError):  # nobody has tried, or what is kept is damaged
        tries.append(msgspec.convert(store.recall(MEMORY, KEY), Tried, strict=False))
    recent = [one for one in tries if one.at.tzinfo is not None and timedelta(0) <= now - one.at < RECENT]
    return max(recent, key=lambda one: one.at, default=None)


def believed(found: Delivery, store: Store, now: datetime) -> Delivery:
    """What :func:`agent.notify.available` found; where that is not certain, what came of the last try."""
    tried = last(store, now) if found.shown is None else None
    if tried is None or tried.shown is None:
        return found
    return Delivery(shown=tried.shown, how=tried.how or found.how, reason=None if tried.shown else tried.reason)
