"""Picking a time: the person says when they would rather be told about an item, and that is when it is said.

A promise works better than "later" (facts: guidance 3a), and it has an end: an item may be put off for two weeks in
all from the first time it was put off, one of high severity for three days.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

import msgspec

from agent.alerts.calendar import Choice, reminder_at
from agent.alerts.records import Episode, Key, Reminder
from agent.contract import Severity
from agent.errors import RefusedError
from agent.store import Store

__all__ = ["LONGEST", "LONGEST_HIGH", "TooLateError", "cancel", "remember", "remind_at", "spoken"]

LONGEST = timedelta(days=14)
LONGEST_HIGH = timedelta(days=3)
#: Less than this is no time to have picked.
SOONEST = timedelta(minutes=1)


class TooLateError(RefusedError):
    """The moment is further away than the item may wait, or it has gone by."""


def remember(store: Store, keys: Iterable[Key], choice: Choice, now: datetime, zone: tzinfo) -> list[Reminder]:
    """Remind about each of these at the moment that a choice means.

    Where that is later than an item may wait, the last moment it may is taken instead: a button cannot argue.

    Raises:
        StoreError: it could not be kept.
    """
    at = reminder_at(choice, now, zone)
    open_ = {episode.key: episode for episode in store.episodes()}
    return [_keep(store, key, min(at, _latest(store, key, open_.get(key), now)), now) for key in dict.fromkeys(keys)]


def remind_at(store: Store, keys: Sequence[Key], at: datetime, now: datetime) -> list[Reminder]:
    """Remind about each of these at ``at``.

    Raises:
        TooLateError: one of them may not wait so long, or the moment has gone by.
        StoreError: it could not be kept.
    """
    open_ = {episode.key: episode for episode in store.episodes()}
    if at < now + SOONEST:
        raise TooLateError("that moment has gone by; pick a later one.")
    for key in keys:
        latest = _latest(store, key, open_.get(key), now)
        if at > latest:
            raise TooLateError(f"{key.check_id} cannot wait that long: pick a time until {spoken(latest, at.tzinfo)}.")
    return [_keep(store, key, at, now) for key in dict.fromkeys(keys)]


def cancel(store: Store, key: Key, now: datetime) -> bool:
    """Take a reminder back; returns whether there was one."""
    ours = [reminder for reminder in store.reminders() if reminder.key == key]
    for reminder in ours:
        store.keep_reminder(_done(reminder, now))
    return bool(ours)


def spoken(at: datetime, zone: tzinfo | None) -> str:
    """A moment in words: "Monday 23 November at 09:30"."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B} at {local:%H:%M}"


def _latest(store: Store, key: Key, episode: Episode | None, now: datetime) -> datetime:
    """Until when an item may wait, counted from when it was first put off in this episode."""
    longest = LONGEST_HIGH if episode is not None and episode.severity is Severity.HIGH else LONGEST
    begun = now - LONGEST if episode is None else episode.opened_at
    put_off = [one.chosen_at for one in store.reminders(since=begun) if one.key == key and one.chosen_at >= begun]
    return max(min([now, *put_off]) + longest, now + SOONEST)


def _keep(store: Store, key: Key, at: datetime, now: datetime) -> Reminder:
    cancel(store, key, now)
    reminder = Reminder(id=uuid.uuid4().hex, check_id=key.check_id, subject=key.subject, due_at=at, chosen_at=now)
    store.keep_reminder(reminder)
    return reminder


def _done(reminder: Reminder, now: datetime) -> Reminder:
    return msgspec.structs.replace(reminder, done_at=now)
