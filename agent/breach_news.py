"""A new breach, kept as an event among the statements, so that what was stated before it is asked again.

It is the agent's own note and nobody's word: its answer is ``new``, which no person gives. It names no breach.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agent.attested import NOTED
from agent.contract import Attestation
from agent.store import Store
from checks.breach.remembered import newest_news

__all__ = ["EVENT", "NOTED", "note"]

EVENT = "event.breach"


def note(store: Store, account_ids: Iterable[str], now: datetime) -> int:
    """Append an event for each account in which the last look-up saw a new breach, once. Returns how many that were.

    What is compared is when the breach was first seen, so a round that died before it came here loses nothing.

    Raises:
        agent.store.StoreError: it could not be kept.
    """
    noted: dict[str, datetime] = {}
    for made in store.attestations():
        if made.statement == EVENT and made.answer == NOTED:
            noted[made.subject] = max(made.at, noted.get(made.subject, made.at))
    memory, count = store.memory("breach"), 0
    for account_id in account_ids:
        seen = newest_news(memory, account_id, now)
        if seen is not None and (account_id not in noted or seen > noted[account_id]):
            store.attest(Attestation(subject=account_id, statement=EVENT, answer=NOTED, at=seen))
            count += 1
    return count
