"""Saying what is worth saying: from the store and the moment to an alert on the screen, and what is kept of it.

What is about to be said is kept before it is shown, so that a computer that is cut off in between says it never rather
than twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

import msgspec

from agent import notify
from agent.alerts.due import finished
from agent.alerts.history import put_right
from agent.alerts.policy import decide
from agent.alerts.records import Decision, Delivery, Episode, Key, Outlook, Presence, Said, Utterance
from agent.alerts.saying import Confirming, words
from agent.alerts.unhurried import outlook
from agent.confirming import asked_again, questions
from agent.first_round import first_round_at
from agent.report.sharing import arrangement
from agent.status import CheckRow, Document, Text
from agent.store import Store
from config.loader import Loaded

__all__ = ["Spoken", "as_argument", "checks_to_be_named", "speak"]

#: The policy looks at what was closed in the last 30 days, and at all that is kept of what was said: an item that
#: comes and goes begins anew each time, but what was said of it still counts.
CLOSED_DAYS = timedelta(days=30)
SAID_DAYS = timedelta(days=90)

#: These are about no item that is open, so there is nothing to be shown how or to be reminded of.
WITHOUT_ITEMS = frozenset({"fixed", "answers", "all_clear", "welcome", "sharing"})
#: These lead to the page as a whole.
OPENS_PAGE = frozenset({"answers", "all_clear", "welcome", "sharing"})
#: These ask for nothing.
QUIET = frozenset({"all_clear", "sharing"})


class Show(Protocol):
    """Shows title and body, with buttons about these items, or one that opens the page; ``quiet``: without a stir."""

    def __call__(self, title: str, body: str, keys: Sequence[str], *, opens: bool, quiet: bool) -> Delivery: ...


def _on_screen(title: str, body: str, keys: Sequence[str], *, opens: bool, quiet: bool) -> Delivery:
    return notify.show(title, body, keys=keys, opens=opens, quiet=quiet)


@dataclass(frozen=True)
class Spoken:
    """What was said, if anything, and when it is worth asking again."""

    decision: Decision
    delivery: Delivery | None = None


def speak(
    store: Store,
    loaded: Loaded,
    presence: Presence,
    document: Document | None,
    *,
    now: datetime,
    zone: tzinfo,
    show: Show = _on_screen,
) -> Spoken:
    """Say what is due now, keep that it was said, and tell when to ask again. ``document`` is how everything stands.

    Raises:
        StoreError: it could not be kept, and so it was not said.
    """
    _put_right(store, now)
    decision = _decided(store, loaded, presence, document, now=now, zone=zone)
    if decision.say is None:
        return Spoken(decision)
    about = _about(store, decision.say, now)
    text = words(decision.say, about, _rows(document), _confirming(store, loaded, decision.say, now))
    delivery = _say(store, decision.say, text, about, now, show=show)
    if delivery.shown is False:  # it was decided as if it would be shown
        again = _decided(store, loaded, presence, document, now=now, zone=zone)
        decision = msgspec.structs.replace(decision, next_at=again.next_at)
    return Spoken(decision, delivery)


def checks_to_be_named(
    store: Store, loaded: Loaded, presence: Presence, document: Document | None, *, now: datetime, zone: tzinfo
) -> frozenset[str]:
    """The checks that :func:`speak` would speak of now, so that they can be looked at once more before it does.

    Hours may have passed since: an alert that waited for the end of quiet hours must not tell of what was put right in
    the meantime, nor that all is clear when it no longer is.
    """
    decision = _decided(store, loaded, presence, document, now=now, zone=zone)
    if decision.say is None:
        return frozenset()
    if decision.say.kind == "all_clear":
        return frozenset(key.check_id for key in _rows(document))
    named = [episode.check_id for episode in _about(store, decision.say, now)]
    return frozenset([*named, *(answer.check_id for answer in decision.say.answers)])


def _decided(
    store: Store, loaded: Loaded, presence: Presence, document: Document | None, *, now: datetime, zone: tzinfo
) -> Decision:
    episodes = store.episodes(since=now - CLOSED_DAYS)
    said = store.said(now - SAID_DAYS)
    seen = _outlook(store, loaded, document, now)
    return decide(episodes, said, store.reminders(), loaded.settings.alerts, now, zone, presence, seen)


def _outlook(store: Store, loaded: Loaded, document: Document | None, now: datetime) -> Outlook:
    if document is None:
        return Outlook()
    seen = outlook(
        _rows(document),
        now,
        asked_again=asked_again(),
        first_round_at=first_round_at(store),
        shared_since=_shared_since(store, loaded),
    )
    # With settings that cannot be used, say, nothing is wrong with the computer, and yet there is something to do.
    in_order = document.agent.health == "ok" and not loaded.problems and not loaded.ignored
    return seen if in_order else msgspec.structs.replace(seen, clear_since=None)


def _shared_since(store: Store, loaded: Loaded) -> datetime | None:
    """Since when the person shares reports with their office, if they do."""
    agreed = store.sharing()
    return agreed.at if agreed is not None and arrangement(loaded.settings.report, agreed).shares else None


def _rows(document: Document | None) -> Mapping[Key, CheckRow]:
    return {Key(row.id, row.instance): row for row in document.checks} if document is not None else {}


def _about(store: Store, utterance: Utterance, now: datetime) -> list[Episode]:
    return [episode for episode in store.episodes(since=now - CLOSED_DAYS) if episode.id in utterance.episodes]


def _confirming(store: Store, loaded: Loaded, utterance: Utterance, now: datetime) -> Confirming:
    """What the person will be asked, if answers are named."""
    if not utterance.answers:
        return Confirming()
    from agent.questions import minutes  # seldom needed

    asked = questions(store, loaded.settings, {one.key for one in utterance.answers}, now)
    return Confirming(max(len(asked), len(utterance.answers)), minutes(asked))


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


def _say(
    store: Store, utterance: Utterance, text: Text, about: Sequence[Episode], now: datetime, *, show: Show
) -> Delivery:
    said = Said(id=uuid.uuid4().hex, at=now, utterance=utterance)
    store.keep_said(said)
    keys = [as_argument(episode.key) for episode in about if utterance.kind not in WITHOUT_ITEMS]
    opens, quiet = utterance.kind in OPENS_PAGE, utterance.kind in QUIET
    delivery = show(text.title, text.body, keys, opens=opens, quiet=quiet)
    store.keep_said(msgspec.structs.replace(said, delivered=delivery.shown is not False))
    return delivery


def as_argument(key: Key) -> str:
    """What an alert is about as ``watchword remind`` and the buttons are given it: ``CHECK`` or ``CHECK:ACCOUNT``."""
    return key.check_id if key.subject is None else f"{key.check_id}:{key.subject}"
