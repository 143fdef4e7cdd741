"""Since when a package has lacked an update, as far as this agent could see.

Remembered by package: every version that was on offer, with the time it was first seen. A package has waited since the
oldest of them that is newer than what is installed, so a newer candidate does not start the clock again, while
installing one update does not keep the clock of the next running longer than it should.

When it looked last is remembered by manager: what is new to a first look may have waited for a day or for a year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from agent.host import Unreadable
from checks.app_updates.facts import AwareDatetime, FirstSight, Held, ManagerFacts, Pending, key
from checks.app_updates.versions import SCHEMES, BadVersionError

__all__ = [
    "Candidate",
    "Looks",
    "Seen",
    "Waiting",
    "decode",
    "decode_looks",
    "encode",
    "first_sights",
    "looked",
    "only",
    "still_lacking",
    "update",
]

#: The first candidates and the newest are what matters; a package that gets one a day must not fill the store.
MAX_CANDIDATES = 12


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """A version that was on offer, when it was first seen, and when its manager had last been asked before that."""

    version: str
    at: AwareDatetime
    before: AwareDatetime | None = None


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """One package: what was installed, and each version that was on offer."""

    installed: str
    candidates: tuple[Candidate, ...]


#: By package (:func:`checks.app_updates.facts.key`).
Seen = Mapping[str, Waiting]
#: When each manager last answered from lists that were not too old.
Looks = Mapping[str, AwareDatetime]
Remembered = TypeVar("Remembered")


def decode(remembered: Any) -> Seen:
    """What was remembered; anything that is not of this form counts as nothing."""
    try:
        return msgspec.convert(remembered or {}, dict[str, Waiting])
    except msgspec.ValidationError:
        return {}


def decode_looks(remembered: Any) -> Looks:
    """The looks that were remembered; anything that is not of this form counts as none."""
    try:
        return msgspec.convert(remembered or {}, dict[str, AwareDatetime])
    except msgspec.ValidationError:
        return {}


def encode(remembered: Seen | Looks) -> Any:
    """As JSON holds it."""
    return msgspec.to_builtins(remembered)


def only(remembered: Mapping[str, Remembered], managers: Collection[str]) -> Mapping[str, Remembered]:
    """What is remembered of these managers: an app that was removed, and the feed it had, are gone for good."""
    return {name: one for name, one in remembered.items() if name.partition(":")[0] in managers}


def looked(before: Looks, managers: Iterable[ManagerFacts], now: datetime, *, longest: timedelta) -> Looks:
    """The looks after this round. No answer, and one from lists older than ``longest``, is none."""
    answered = {
        facts.manager: now
        for facts in managers
        if not isinstance(facts.pending, Unreadable)
        and (facts.lists_at is None or (isinstance(facts.lists_at, datetime) and now - facts.lists_at <= longest))
    }
    return {name: min(at, now) for name, at in before.items()} | answered


def still_lacking(seen: Seen, managers: Iterable[ManagerFacts]) -> tuple[ManagerFacts, ...]:
    """The same, but a new release that is being rolled out no longer excuses who lacked the one before it already."""
    return tuple(
        facts
        if isinstance(facts.pending, Unreadable)
        else replace(facts, pending=tuple(_without_excuse(seen, facts, pending) for pending in facts.pending))
        for facts in managers
    )


def _without_excuse(seen: Seen, facts: ManagerFacts, pending: Pending) -> Pending:
    waiting = seen.get(key(facts.manager, pending.package))
    if pending.held is not Held.DEFERRED or waiting is None:
        return pending
    offered = (candidate.version for candidate in waiting.candidates if candidate.version != pending.latest)
    lacks = any(_newer(version, pending.installed, facts.scheme) for version in offered)
    return msgspec.structs.replace(pending, held=None) if lacks else pending


def update(seen: Seen, managers: Iterable[ManagerFacts], now: datetime, looks: Looks) -> Seen:
    """What is known after this round. ``looks`` are those before it.

    A package that is no longer pending is forgotten, one whose manager could not answer is kept. An update
    that was never on offer here (phased) is not remembered. A time in the future (the clock was wrong) becomes now.
    """
    after = dict(seen)
    for facts in managers:
        if isinstance(facts.pending, Unreadable):
            continue
        mine = f"{facts.manager}:"
        for package in [package for package in after if package.startswith(mine)]:
            del after[package]
        for pending in facts.pending:
            name = key(facts.manager, pending.package)
            if pending.held is not Held.DEFERRED or name in seen:
                after[name] = _waiting(seen.get(name), pending, facts.scheme, now, looks.get(facts.manager))
    return after


def first_sights(seen: Seen) -> Mapping[str, FirstSight]:
    """Since when each package has waited, as far as could be seen."""
    return {
        name: FirstSight(first.at, first.before)
        for name, waiting in seen.items()
        if (first := min(waiting.candidates, key=lambda candidate: candidate.at, default=None)) is not None
    }


def _waiting(
    before: Waiting | None, pending: Pending, scheme: str, now: datetime, looked_at: datetime | None
) -> Waiting:
    known = before or Waiting(pending.installed, ())
    lacking = known.candidates
    if known.installed != pending.installed and known.installed and pending.installed:
        lacking = tuple(candidate for candidate in lacking if _newer(candidate.version, pending.installed, scheme))
    candidates = [msgspec.structs.replace(candidate, at=min(candidate.at, now)) for candidate in lacking]
    if pending.latest not in [candidate.version for candidate in candidates]:
        candidates.append(Candidate(pending.latest, now, None if looked_at is None else min(looked_at, now)))
    return Waiting(pending.installed, tuple(candidates[:1] + candidates[1:][1 - MAX_CANDIDATES :]))


def _newer(version: str, installed: str, scheme: str) -> bool:
    try:
        return SCHEMES[scheme](version, installed) > 0
    except BadVersionError:
        return False
