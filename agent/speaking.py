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

__all__ = ["Spoken", "as_argument", "checks_to_be_named", "speak"]

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
    _put_right(store, now)
    decision = _decided(store, loaded, presence, now=now, zone=zone)
    if decision.say is None:
        return Spoken(decision)
    about = [episode for episode in store.episodes(since=now - CLOSED_DAYS) if episode.id in decision.say.episodes]
    keys = [] if decision.say.kind == "fixed" else [as_argument(episode.key) for episode in about]
    delivery = _say(store, decision.say, words(decision.say, about, rows), keys, now, show=show)
    if delivery.shown is False:  # it was decided as if it would be shown
        again = _decided(store, loaded, presence, now=now, zone=zone)
        decision = msgspec.structs.replace(decision, next_at=again.next_at)
    return Spoken(decision, delivery)


def checks_to_be_named(
    store: Store, loaded: Loaded, presence: Presence, *, now: datetime, zone: tzinfo
) -> frozenset[str]:
    """The checks that :func:`speak` would speak of now, so that they can be looked at once more before it does.

    Hours may have passed since: an alert that waited for the end of quiet hours must not tell of what was put right in
    the meantime.
    """
    decision = _decided(store, loaded, presence, now=now, zone=zone)
    if decision.say is None:
        return frozenset()
    episodes = store.episodes(since=now - CLOSED_DAYS)
    return frozenset(episode.check_id for episode in episodes if episode.id in decision.say.episodes)


def _decided(store: Store, loaded: Loaded, presence: Presence, *, now: datetime, zone: tzinfo) -> Decision:
    episodes = store.episodes(since=now - CLOSED_DAYS)
    said = store.said(now - SAID_DAYS)
    return decide(episodes, said, store.reminders(), loaded.settings.alerts, now, zone, presence)


def _put_right(store: Store, now: datetime) -> None:
    """Bring what is kept in order: dates of a clock that was set back, reminders that are over or were cut off."""
    said, reminders = put_right(store.said(now - SAID_DAYS), store.reminders(), now)
    for entry in said:
        store.keep_said(entry)
    for reminder in reminders:
        store.keep_reminder(reminder)
    for entry in store.said(now - SAID_DAYS):
        # Cut off while it was shown: whether it was seen, nobody knows. What the person asked for is rather said twice
        # than never; of everything else, rather never than twice.
        if entry.delivered is None and entry.utterance.kind == "reminder":
            store.keep_said(msgspec.structs.replace(entry, delivered=False))
    episodes = store.episodes(since=now - CLOSED_DAYS)
    for reminder in finished(store.reminders(), episodes, store.said(now - SAID_DAYS), now):
        store.keep_reminder(msgspec.structs.replace(reminder, done_at=now))


def _say(store: Store, utterance: Utterance, text: Text, keys: Sequence[str], now: datetime, *, show: Show) -> Delivery:
    said = Said(id=uuid.uuid4().hex, at=now, utterance=utterance)
    store.keep_said(said)
    delivery = show(text.title, text.body, keys)
    store.keep_said(msgspec.structs.replace(said, delivered=delivery.shown is not False))
    return delivery


def as_argument(key: Key) -> str:
    """What an alert is about as ``watchword remind`` and the buttons are given it: ``CHECK`` or ``CHECK:ACCOUNT``."""
    return key.check_id if key.subject is None else f"{key.check_id}:{key.subject}"
