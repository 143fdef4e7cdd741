"""A round as the background agent runs it: what is due, nothing more, and then an alert if one is worth a minute."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent import presence
from agent.accounts import known_accounts
from agent.alerts.episodes import confirmable_at
from agent.alerts.records import Decision, Key
from agent.cli.rounds import RoundResult, last_document, round_in
from agent.cli.session import Session, keep_settings
from agent.contract import Check, Finding
from agent.due import next_round, next_run, plan
from agent.host import Host
from agent.localtime import LOCAL
from agent.round import chosen_checks
from agent.speaking import Spoken, checks_to_be_named, speak
from agent.status import CheckRow
from agent.store.records import LastRun

__all__ = ["Work", "work"]

#: The worker's own corner of what the store remembers, and the accounts that its last round knew.
OURS, ACCOUNTS = "agent", "accounts"


@dataclass(frozen=True)
class Work:
    """What came of it. ``next_at`` is when the next round is worth starting."""

    ran: tuple[str, ...]
    waiting: tuple[str, ...]
    next_at: datetime | None
    result: RoundResult | None
    spoken: Spoken
    notes: list[str] = field(default_factory=list)


def work(session: Session, host: Host, *, due_only: bool, present_since: datetime | None) -> Work:
    """Run what is due (or everything), keep it, say what is worth saying, and tell when to come back.

    Raises:
        StoreError: what was to be said could not be kept, and so it was not said.
    """
    store, settings = session.store, session.loaded.settings
    now = host.now()
    checks, _ = chosen_checks((), settings)
    here = presence.read(host, present_since=present_since)
    changed = (store.settings_kept() or {}).get("digest") != session.loaded.digest
    accounts = _accounts(session, now)
    listed = store.recall(OURS, ACCOUNTS)
    planned = plan(
        checks,
        store.last_runs(),
        now,
        saving_power=presence.saving_power(host) is True,
        everything=changed or accounts != listed or not due_only,
    )
    named = checks_to_be_named(store, session.loaded, here, now=now, zone=LOCAL) if store.keeps else frozenset()
    wanted = [check.id for check in checks if check.id in named.union(planned.run)]
    result = None
    if wanted:
        # A round of all checks leaves no rows of others; one of some keeps theirs in status.json.
        names = wanted if len(wanted) < len(checks) else ()
        result = round_in(session, names, fresh=False, host=host)
        store.keep_runs(_runs(session, result, checks, now))
    if changed:
        keep_settings(session)
    if accounts != listed:
        store.remember({OURS: {ACCOUNTS: accounts}})
    spoken = Spoken(Decision(held="nothing_kept"))
    if store.keeps:  # else it would be said again in every round
        spoken = speak(store, session.loaded, here, _rows(session, result), now=host.now(), zone=LOCAL)
    runs = store.last_runs()
    moments = [next_round([runs[check.id] for check in checks if check.id in runs], planned.waiting, now)]
    moments.append(spoken.decision.next_at)
    return Work(
        ran=tuple(wanted),
        waiting=tuple(name for name in planned.waiting if name not in wanted),
        next_at=min((moment for moment in moments if moment is not None), default=None),
        result=result,
        spoken=spoken,
        notes=list(result.notes) if result else [],
    )


def _accounts(session: Session, now: datetime) -> list[str]:
    """The ids of the accounts looked after, whose change makes a round worth running."""
    return sorted(account.id for account in known_accounts(session.loaded.settings, session.store, now=now).accounts)


def _runs(session: Session, result: RoundResult, checks: list[Check], now: datetime) -> dict[str, LastRun]:
    """When each check that ran is due again."""
    unconfirmed: dict[str, list[str | None]] = {}
    for episode in session.store.episodes():
        if confirmable_at(episode) is not None:
            unconfirmed.setdefault(episode.check_id, []).append(episode.subject)
    findings: Mapping[str, tuple[Finding, ...]] = {
        outcome.check.id: outcome.findings for outcome in result.round.outcomes
    }
    return {
        check.id: LastRun(
            now,
            next_run(
                check,
                findings[check.id],
                now,
                unconfirmed=unconfirmed.get(check.id, ()),
                spread=random.uniform,
            ),
        )
        for check in checks
        if check.id in findings
    }


def _rows(session: Session, result: RoundResult | None) -> dict[Key, CheckRow]:
    """Every finding, of this round or as it stands in status.json."""
    document = result.whole if result else last_document(session.paths)
    return {Key(row.id, row.instance): row for row in document.checks} if document else {}
