"""Saying what is worth saying: from the store and the moment to an alert on the screen, and what is kept of it.

What is about to be said is kept before it is shown, so that a computer that is cut off in between says it never rather
than twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import msgspec

from agent import notify
from agent.alerts.due import finished
from agent.alerts.history import put_right
from agent.alerts.policy import decide
from agent.alerts.records import Decision, Delivery, Key, Presence, Said, Utterance
from agent.alerts.saying import words
from agent.status import CheckRow, Text
from agent.store import Store
from config.loader import Loaded

__all__ = ["Spoken", "as_argument", "speak"]

#: The policy looks at what was closed in the last 30 days, and at all that is kept of what was said: an item that
#: comes and goes begins anew each time, but what was said of it still counts.
CLOSED_DAYS = timedelta(days=30)
SAID_DAYS = timedelta(days=90)

#: Shows title and body, with buttons about these items.
Show = Callable[[str, str, Sequence[str]], Delivery]


@dataclass(frozen=True)
class Spoken:
    """What was said, if anything, and when it is worth asking again."""

    decision: Decision
    delivery: Delivery | None = None


def speak(
    store: Store,
    loaded: Loaded,
    presence: Presence,
    rows: Mapping[Key, CheckRow],
    *,
    now: datetime,
    zone: tzinfo,
    show: Show = lambda title, body, keys: notify.show(title, body, keys=keys),
) -> Spoken:
    """Say what is due now, keep that it was said, and tell when to ask again. ``rows`` are the findings as they stand.

    Raises:
        StoreError: it could not be kept, and so it was not said.
    """
    episodes = store.episodes(since=now - CLOSED_DAYS)
    begun = now - SAID_DAYS
    said, reminders = put_right(store.said(begun), store.reminders(), now)
    for entry in said:
        store.keep_said(entry)
    for reminder in (*reminders, *finished(store.reminders(), episodes, store.said(begun), now)):
        store.keep_reminder(reminder if reminder in reminders else msgspec.structs.replace(reminder, done_at=now))
    decision = decide(episodes, store.said(begun), store.reminders(), loaded.settings.alerts, now, zone, presence)
    if decision.say is None:
        return Spoken(decision)
    about = [episode for episode in episodes if episode.id in decision.say.episodes]
    keys = [] if decision.say.kind == "fixed" else [as_argument(episode.key) for episode in about]
    delivery = _say(store, decision.say, words(decision.say, about, rows), keys, now, show=show)
    if delivery.shown is False:  # it was decided as if it would be shown
        again = decide(episodes, store.said(begun), store.reminders(), loaded.settings.alerts, now, zone, presence)
        decision = msgspec.structs.replace(decision, next_at=again.next_at)
    return Spoken(decision, delivery)


def _say(store: Store, utterance: Utterance, text: Text, keys: Sequence[str], now: datetime, *, show: Show) -> Delivery:
    said = Said(id=uuid.uuid4().hex, at=now, utterance=utterance)
    store.keep_said(said)
    delivery = show(text.title, text.body, keys)
    store.keep_said(msgspec.structs.replace(said, delivered=delivery.shown is not False))
    return delivery


def as_argument(key: Key) -> str:
    """What an alert is about as ``watchword remind`` and the buttons are given it: ``CHECK`` or ``CHECK:ACCOUNT``."""
    return key.check_id if key.subject is None else f"{key.check_id}:{key.subject}"
