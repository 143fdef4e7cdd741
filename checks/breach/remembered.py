"""What the check remembers between rounds, typed. What is damaged or from the future counts as forgotten.

No address and no key is ever among it. To notice that an account's address has changed, a tag of 16 bits of a salted
hash is kept: enough to tell two addresses apart, too little to find one out.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from agent.contract import Memory
from checks.breach.breach import Breach
from checks.breach.dealt_with import DealtWith

__all__ = [
    "Acknowledged",
    "Answer",
    "Catalogue",
    "KeyPlan",
    "News",
    "Refusal",
    "Remembered",
    "Shown",
    "Told",
    "Wait",
    "Window",
    "acknowledge",
    "forget",
    "happened_after",
    "newest_news",
    "take_back",
]

#: A moment this far ahead was written by a clock that has since been set back.
CLOCK_SLACK = timedelta(minutes=5)
SALT_BYTES = 16
TAG_BYTES = 2


class Answer(msgspec.Struct, frozen=True):
    """The last good answer about one account's address. It is not ``complete`` when only names could be had.

    ``base_asked``: the address without its "+" part was looked up too; ``at_base`` names what only that one is in.
    ``by_office``: it is from the office's file.
    """

    at: datetime
    tag: str
    breaches: tuple[Breach, ...]
    complete: bool = True
    base_asked: bool = False
    at_base: tuple[str, ...] = ()
    by_office: bool = False


class Shown(msgspec.Struct, frozen=True):
    """The breaches of the last finding about one account by name, with their weights: what there is to acknowledge.

    ``classes`` is what leaked, and ``happened`` the day of it, where that is known.
    """

    tag: str
    weights: dict[str, int]
    classes: dict[str, tuple[str, ...]] = {}
    happened: dict[str, date] = {}

    def happened_after(self, day: date) -> frozenset[str]:
        """Those that happened after a day: a password that was changed on it may be among what leaked."""
        return frozenset(name for name, happened in self.happened.items() if happened > day)


class Acknowledged(msgspec.Struct, frozen=True):
    """The breaches that the person has dealt with by name, with their weights then. ``at`` is when they last said so.

    Names and not only the date of the newest one, because an old breach can come to include an address later.
    """

    at: datetime
    tag: str
    weights: dict[str, int]
    details: dict[str, DealtWith] = {}

    @property
    def dealt_with(self) -> dict[str, DealtWith]:
        """Each breach as it was then."""
        return {name: DealtWith(weight, self.at) for name, weight in self.weights.items()} | self.details


class Told(msgspec.Struct, frozen=True):
    """The breaches of an account that have been seen, so that a new one can be told from them."""

    tag: str
    names: tuple[str, ...]


class News(msgspec.Struct, frozen=True):
    """When a breach was last seen that had not been seen before."""

    at: datetime


class KeyPlan(msgspec.Struct, frozen=True):
    """What the key with this tag may do. ``anonymous`` is the search that does not send the address."""

    at: datetime
    key: str
    per_minute: int
    anonymous: bool


class Wait(msgspec.Struct, frozen=True):
    """The service asked not to be asked before ``until``. ``times`` counts how often in a row."""

    until: datetime
    reason: str
    ray: str = ""
    times: int = 1


class Window(msgspec.Struct, frozen=True):
    """How many requests were made with the key since ``start``."""

    start: datetime
    used: int


class Refusal(msgspec.Struct, frozen=True):
    """A key (or an address) with this tag was refused as such; asking again changes nothing."""

    at: datetime
    tag: str


class Catalogue(msgspec.Struct, frozen=True):
    """The breaches of the services in use, from the public catalogue whose newest entry was ``latest``."""

    at: datetime
    latest: str
    domains: tuple[str, ...]
    breaches: tuple[Breach, ...]


T = TypeVar("T", bound=msgspec.Struct)


class Remembered:
    """Typed access to the memory of this check."""

    def __init__(self, memory: Memory, now: datetime) -> None:
        self._memory = memory
        self._now = now

    def get(self, key: str, kind: type[T]) -> T | None:
        """The value under ``key``, if it is sound and its ``at`` or ``start`` is not in the future."""
        try:
            value = msgspec.convert(self._memory.recall(key), kind, strict=False)
        except (msgspec.ValidationError, ValueError, OverflowError):
            return None
        moment = getattr(value, "at", None) or getattr(value, "start", None)
        if moment is not None and (moment.tzinfo is None or moment > self._now + CLOCK_SLACK):
            return None
        return value

    def put(self, key: str, value: msgspec.Struct | None) -> None:
        """Keep ``value``; ``None`` forgets it."""
        self._memory.remember(key, None if value is None else msgspec.to_builtins(value))

    def tag(self, text: str) -> str:
        """A short mark that changes when ``text`` does and says next to nothing about it."""
        salt = self._memory.recall("salt")
        if not isinstance(salt, str) or len(salt) != 2 * SALT_BYTES:
            salt = os.urandom(SALT_BYTES).hex()
            self._memory.remember("salt", salt)
        return hashlib.blake2b(text.encode(), key=salt.encode(), digest_size=TAG_BYTES).hexdigest()

    def listed_since(self, account_id: str) -> datetime:
        """When this check first saw the account."""
        key = f"since:{account_id}"
        value = self.get(key, _Since)
        if value is None:
            value = _Since(self._now)
            self.put(key, value)
        return value.at


class _Since(msgspec.Struct, frozen=True):
    at: datetime


def acknowledge(
    memory: Memory,
    account_id: str,
    now: datetime,
    others: Iterable[str] = (),
    *,
    on: date | None = None,
    only: Collection[str] | None = None,
) -> int:
    """The person has dealt with every breach that the last finding about this account showed.

    The same goes for those of ``others`` (the ids of further accounts) that have the same address. ``on`` is the day
    on which they say they did it, today unless they name one; what happened later is not dealt with. ``only`` names
    those of them that are meant.

    Returns:
        How many breaches that were; 0 when there was nothing to acknowledge.
    """
    remembered = Remembered(memory, now)
    shown = remembered.get(f"shown:{account_id}", Shown)
    if shown is None or not shown.weights:
        return 0
    day = on or now.date()
    later = shown.happened_after(day)
    new = {
        name: DealtWith(weight, now, day, shown.classes.get(name))
        for name, weight in shown.weights.items()
        if name not in later and (only is None or name in only)
    }
    if not new:
        return 0
    for each in (account_id, *others):
        theirs = remembered.get(f"shown:{each}", Shown)
        # An empty tag is not of an address but of a service's breach, which each account has for itself.
        if each == account_id or (theirs is not None and shown.tag and theirs.tag == shown.tag):
            before = remembered.get(f"acknowledged:{each}", Acknowledged)
            kept = before.dealt_with if before is not None and before.tag == shown.tag else {}
            _put_acknowledged(remembered, each, now, shown.tag, kept | new)
    return len(new)


def happened_after(memory: Memory, account_id: str, day: date, now: datetime) -> int:
    """How many of the breaches that the last finding showed happened after a day."""
    shown = Remembered(memory, now).get(f"shown:{account_id}", Shown)
    return 0 if shown is None else len(shown.happened_after(day))


def take_back(memory: Memory, account_id: str, now: datetime, others: Iterable[str] = ()) -> int:
    """The person takes back what they last acknowledged about this account, and ``others`` with the same address.

    Returns:
        How many breaches are open again; 0 when nothing was acknowledged.
    """
    remembered = Remembered(memory, now)
    last = remembered.get(f"acknowledged:{account_id}", Acknowledged)
    if last is None:
        return 0
    names = {name for name, dealt_with in last.dealt_with.items() if dealt_with.at == last.at}
    for each in (account_id, *others):
        theirs = remembered.get(f"acknowledged:{each}", Acknowledged)
        if theirs is None or (each != account_id and not (last.tag and theirs.tag == last.tag)):
            continue
        kept = {name: dealt_with for name, dealt_with in theirs.dealt_with.items() if name not in names}
        at = max((dealt_with.at for dealt_with in kept.values()), default=now)
        _put_acknowledged(remembered, each, at, theirs.tag, kept)
    return len(names)


def newest_news(memory: Memory, account_id: str, now: datetime) -> datetime | None:
    """When this account's newest breach was first seen, if it came after the account was listed."""
    news = Remembered(memory, now).get(f"news:{account_id}", News)
    return None if news is None else news.at


def forget(memory: Memory, account_id: str) -> None:
    """Forget everything about an account that was removed."""
    for kind in ("answer", "shown", "acknowledged", "refused", "since", "told", "news"):
        memory.remember(f"{kind}:{account_id}", None)


def _put_acknowledged(
    remembered: Remembered, account_id: str, at: datetime, tag: str, details: dict[str, DealtWith]
) -> None:
    weights = {name: dealt_with.weight for name, dealt_with in details.items()}
    remembered.put(f"acknowledged:{account_id}", Acknowledged(at, tag, weights, details) if details else None)
