"""The accounts of somebody who is dealing with a leaver: where each is looked at, and which have been seen to.

The ticks are a help on the way and prove nothing: what counts is what the person states about the three things. They
belong to one leaver; with the next one they start again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.contract import Account, Memory
from agent.page.forms.links import links_to
from agent.page.item_view import Link
from agent.questions import about_whom
from config.platforms import platform

__all__ = ["SeenTo", "places", "seen_to", "tick"]

KEY = "seen_to"


class _Ticks(msgspec.Struct, frozen=True):
    """The accounts that were ticked for the leaver who was told of at this moment."""

    told_at: datetime
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class SeenTo:
    """One account, whether it has been seen to, and where its settings are: inside an app, or on pages."""

    id: str
    name: str
    done: bool
    path: str
    links: tuple[Link, ...]


def places(accounts: Sequence[Account], memory: Memory, told_at: datetime) -> list[SeenTo]:
    """Every account that is listed now, email first, because it resets the others."""
    ticked = seen_to(memory, told_at)
    ordered = sorted(accounts, key=lambda account: platform(account.service).kind != "email")
    found = []
    for account in ordered:
        service = platform(account.service)
        links = links_to([service.settings or service.help])
        found.append(SeenTo(account.id, about_whom(account), account.id in ticked, service.path, links))
    return found


def seen_to(memory: Memory, told_at: datetime) -> frozenset[str]:
    """The ids of the accounts that were ticked for this leaver. What is damaged counts as not ticked."""
    try:
        kept = msgspec.convert(memory.recall(KEY), _Ticks, strict=False)
    except msgspec.ValidationError:
        return frozenset()
    return frozenset(kept.accounts) if kept.told_at == told_at else frozenset()


def tick(memory: Memory, told_at: datetime, account_ids: Collection[str]) -> bool:
    """Keep which accounts have been seen to. Says whether anything has changed."""
    if seen_to(memory, told_at) == frozenset(account_ids):
        return False
    memory.remember(KEY, msgspec.to_builtins(_Ticks(told_at, tuple(sorted(account_ids)))))
    return True
