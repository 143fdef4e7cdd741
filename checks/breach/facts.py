"""What is known of each account's breaches before anything is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from checks.breach.breach import Breach
from checks.breach.dealt_with import DealtWith, is_new
from checks.breach.severity import Weight, weight

__all__ = ["PASSING", "AccountFacts", "Searched"]

#: Trouble that passes by itself: the last good answer still stands while it is young enough.
PASSING = frozenset({"offline", "timeout", "tls", "unreadable", "rate_limited", "blocked", "unavailable"})


@dataclass(frozen=True)
class Searched:
    """The last good answer about the account's address, whose tag is ``tag``.

    ``same_address`` is false when the address could not be read just now, so that it may have changed since, and
    ``whole`` when the address without its "+" part was not looked up as well. ``at_base`` are the names of breaches
    that only that one is in. ``by_office``: the answer is from the office's file.
    """

    at: datetime
    tag: str
    breaches: tuple[Breach, ...]
    same_address: bool
    whole: bool = True
    at_base: frozenset[str] = frozenset()
    by_office: bool = False


@dataclass(frozen=True)
class AccountFacts:
    """One account. ``trouble`` is why there is no answer from this round, ``None`` when the answer is good."""

    account_id: str
    listed_since: datetime
    trouble: str | None = None
    ray: str = ""
    searched: Searched | None = None
    #: Breaches of the service, from the public catalogue.
    service_breaches: tuple[Breach, ...] = ()
    #: What the person has dealt with, by name.
    acknowledged: Mapping[str, DealtWith] = field(default_factory=dict)
    acknowledged_at_service: Mapping[str, DealtWith] = field(default_factory=dict)
    #: Why the office's file could not be used, in words.
    office_problem: str = ""

    @property
    def new(self) -> tuple[Breach, ...]:
        """Breaches of the address that the person has not dealt with, gravest and newest first."""
        return _sorted(breach for breach in self._searched_breaches() if is_new(breach, self.acknowledged))

    @property
    def dealt_with(self) -> tuple[Breach, ...]:
        """Breaches of the address that count, and that the person has dealt with."""
        counted = (breach for breach in self._searched_breaches() if weight(breach) > Weight.IGNORED)
        return _sorted(breach for breach in counted if not is_new(breach, self.acknowledged))

    @property
    def set_aside(self) -> tuple[Breach, ...]:
        """Spam lists and withdrawn breaches."""
        return _sorted(breach for breach in self._searched_breaches() if weight(breach) is Weight.IGNORED)

    @property
    def new_at_service(self) -> tuple[Breach, ...]:
        """What the service lost since the account was listed, and that the person has not dealt with."""
        return _sorted(
            breach
            for breach in self.service_breaches
            if breach.added is not None
            and breach.added > self.listed_since
            and is_new(breach, self.acknowledged_at_service)
        )

    def age(self, now: datetime) -> timedelta | None:
        """How old the answer is; ``None`` without one."""
        return None if self.searched is None else now - self.searched.at

    def _searched_breaches(self) -> tuple[Breach, ...]:
        return () if self.searched is None else self.searched.breaches


def _sorted(breaches: Iterable[Breach]) -> tuple[Breach, ...]:
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(breaches, key=lambda breach: (weight(breach), breach.added or oldest), reverse=True))
