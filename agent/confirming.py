"""Answers that will expire: of which checks, and which questions the person will be asked to confirm them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from agent.accounts import known_accounts
from agent.alerts.records import Key
from agent.statements import SOON, Statement, due, statements
from agent.store import Store
from config.schema import Settings

__all__ = ["asked_again", "questions"]


def asked_again() -> frozenset[str]:
    """The checks that rest on answers which are asked for again in time: no offers, no tasks, no events."""
    every = statements().values()
    return frozenset(one.check for one in every if one.valid is not None and not one.offer and not one.opened_by)


def questions(store: Store, settings: Settings, keys: Collection[Key], now: datetime) -> list[Statement]:
    """The questions about these whose answers expire within a week, as they will be put.

    A finding may rest on several answers, and not all of them expire with the first.
    """
    accounts = known_accounts(settings, store, now=now).accounts
    return [
        one.statement
        for one in due(store.attestations(), accounts, settings.profile, now)
        if Key(one.statement.check, one.account.id if one.account else None) in keys
        and one.said.state == "good"
        and one.said.expires_at is not None
        and one.said.expires_at <= now + SOON
    ]
