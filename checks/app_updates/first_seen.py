"""Since when a package has lacked an update, as far as this agent could see.

Remembered by package: every version that was on offer, with the time it was first seen. A package has waited since the
oldest of them that is newer than what is installed, so a newer candidate does not start the clock again, while
installing one update does not keep the clock of the next running longer than it should.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import msgspec

from agent.host import Unreadable
from checks.app_updates.facts import Held, ManagerFacts, Pending, key
from checks.app_updates.versions import SCHEMES, BadVersionError

__all__ = ["Seen", "Waiting", "decode", "encode", "only", "since", "still_lacking", "update"]

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]

#: The first candidates and the newest are what matters; a package that gets one a day must not fill the store.
MAX_CANDIDATES = 12


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """One package: what was installed, and each version that was on offer with the time it was first seen."""

    installed: str
    candidates: tuple[tuple[str, AwareDatetime], ...]


#: By package (:func:`checks.app_updates.facts.key`).
Seen = Mapping[str, Waiting]


def decode(remembered: Any) -> Seen:
    """What was remembered; anything that is not of this form counts as nothing."""
    try:
        return msgspec.convert(remembered or {}, dict[str, Waiting])
    except msgspec.ValidationError:
        return {}


def encode(seen: Seen) -> Any:
    """As JSON holds it."""
    return msgspec.to_builtins(seen)


def only(seen: Seen, managers: Collection[str]) -> Seen:
    """What is remembered of these managers: an app that was removed, and the feed it had, are gone for good."""
    return {name: waiting for name, waiting in seen.items() if name.partition(":")[0] in managers}


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
    offered = (version for version, _ in waiting.candidates if version != pending.latest)
    lacks = any(_newer(version, pending.installed, facts.scheme) for version in offered)
    return msgspec.structs.replace(pending, held=None) if lacks else pending


def update(seen: Seen, managers: Iterable[ManagerFacts], now: datetime) -> Seen:
    """What is known after this round.

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
                after[name] = _waiting(seen.get(name), pending, facts.scheme, now)
    return after


def since(seen: Seen) -> Mapping[str, datetime]:
    """Since when each package has waited."""
    return {name: min(at for _, at in waiting.candidates) for name, waiting in seen.items() if waiting.candidates}


def _waiting(before: Waiting | None, pending: Pending, scheme: str, now: datetime) -> Waiting:
    known = before or Waiting(pending.installed, ())
    lacking = known.candidates
    if known.installed != pending.installed and known.installed and pending.installed:
        lacking = tuple(candidate for candidate in lacking if _newer(candidate[0], pending.installed, scheme))
    candidates = [(version, min(at, now)) for version, at in lacking]
    if pending.latest not in [version for version, _ in candidates]:
        candidates.append((pending.latest, now))
    return Waiting(pending.installed, tuple(candidates[:1] + candidates[1:][1 - MAX_CANDIDATES :]))


def _newer(version: str, installed: str, scheme: str) -> bool:
    try:
        return SCHEMES[scheme](version, installed) > 0
    except BadVersionError:
        return False
