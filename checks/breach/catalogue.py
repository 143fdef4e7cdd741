"""Without a key: the public catalogue, matched on this computer against the services in use.

Nothing of the person's is sent. It can say that a service lost data, never that an address is not among it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from checks.breach.breach import Breach
from checks.breach.client import Client
from checks.breach.hibp import Trouble
from checks.breach.remembered import Catalogue, Remembered

__all__ = ["breaches_of", "known_breaches", "matches"]

#: One small request a day tells whether the catalogue has grown.
POLL = timedelta(days=1)


def known_breaches(
    client: Client, remembered: Remembered, domains: Iterable[str], now: datetime, *, fresh: bool
) -> tuple[Breach, ...] | Trouble:
    """The breaches at these domains; what was remembered when the service cannot be asked."""
    wanted = tuple(sorted({domain.lower() for domain in domains}))
    if not wanted:
        return ()
    known = remembered.get("catalogue", Catalogue)
    if known is not None and known.domains != wanted:
        known = None
    if known is not None and now - known.at < POLL and not fresh:
        return known.breaches
    latest = client.latest()
    if isinstance(latest, Trouble):
        return known.breaches if known is not None else latest
    marker = f"{latest.name} {latest.added}"
    if known is not None and known.latest == marker:
        found = known.breaches
    else:
        everything = client.everything()
        if isinstance(everything, Trouble):
            return known.breaches if known is not None else everything
        found = tuple(breach for breach in everything if matches(breach, wanted))
    remembered.put("catalogue", Catalogue(now, marker, wanted, found))
    return found


def breaches_of(service: str, domains: Mapping[str, Sequence[str]], breaches: Iterable[Breach]) -> tuple[Breach, ...]:
    """The breaches of one service, by its domains."""
    return tuple(breach for breach in breaches if matches(breach, domains.get(service, ())))


def matches(breach: Breach, domains: Iterable[str]) -> bool:
    """Whether the breach was at one of these domains or below one. Whole labels: ``notx.com`` is not ``x.com``."""
    return any(breach.domain == domain or breach.domain.endswith(f".{domain}") for domain in domains if domain)
