"""A round as the background agent runs it: what is due, nothing more, and then an alert if one is worth a minute."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent import first_round, presence, secrets
from agent.accounts import known_accounts
from agent.alerts.episodes import confirmable_at
from agent.alerts.records import Decision
from agent.cli.rounds import RoundResult, last_document, round_in
from agent.cli.session import Session, keep_settings
from agent.contract import Check, Finding
from agent.due import next_round, next_run, plan
from agent.errors import WatchwordError
from agent.host import Host
from agent.http import Network
from agent.localtime import LOCAL
from agent.reporting import Reports, held
from agent.round import chosen_checks
from agent.speaking import Spoken, checks_to_be_named, speak
from agent.store.records import LastRun

__all__ = ["Work", "work"]

#: The worker's own corner of what the store remembers, and the accounts that its last round knew.
OURS, ACCOUNTS = "agent", "accounts"
#: For one report: seven of them end before the background agent ends a round.
SEND_SECONDS = 15.0


@dataclass(frozen=True)
class Work:
    """What came of it. ``next_at`` is when the next round is worth starting, ``sent`` how many reports were taken."""

    ran: tuple[str, ...]
    waiting: tuple[str, ...]
    next_at: datetime | None
    result: RoundResult | None
    spoken: Spoken
    sent: int = 0
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
    reports = Reports(store, session.paths, settings.report)
    report_due = reports.is_due(now)
    changed = (store.settings_kept() or {}).get("digest") != session.loaded.digest
    accounts = _accounts(session, now)
    listed = store.recall(OURS, ACCOUNTS)
    planned = plan(
        checks,
        store.last_runs(),
        now,
        # A report says how things are, not how they were when each check was last due. So none of them waits for power:
        # its row would be the one in status.json, which anybody may have written.
        saving_power=presence.saving_power(host) is True and not report_due,
        everything=changed or accounts != listed or report_due or not due_only,
    )
    document = last_document(session.paths)
    named: frozenset[str] = frozenset()
    if store.keeps:
        named = checks_to_be_named(store, session.loaded, here, document, now=now, zone=LOCAL)
    wanted = [check.id for check in checks if check.id in named.union(planned.run)]
    result = None
    if wanted:
        # A round of all checks leaves no rows of others; one of some keeps theirs in status.json.
        names = wanted if len(wanted) < len(checks) else ()
        result = round_in(session, names, fresh=False, host=host)
        document = result.whole
        first_round.note(store, now)
        store.keep_runs(_runs(session, result, checks, now))
    keep_settings(session)  # what the digest leaves out, deadlines say, has to be the last good as well
    if accounts != listed:
        store.remember({OURS: {ACCOUNTS: accounts}})
    spoken = Spoken(Decision(held="nothing_kept"))
    if store.keeps:  # else it would be said again in every round
        spoken = speak(store, session.loaded, here, document, now=host.now(), zone=LOCAL)
    notes = list(result.notes) if result else []
    sent = _report(session, reports, result if report_due and len(wanted) == len(checks) else None, notes)
    runs = store.last_runs()
    moments = [next_round([runs[check.id] for check in checks if check.id in runs], planned.waiting, now)]
    moments += [spoken.decision.next_at, reports.next_at(host.now())]
    return Work(
        ran=tuple(wanted),
        waiting=tuple(name for name in planned.waiting if name not in wanted),
        next_at=min((moment for moment in moments if moment is not None), default=None),
        result=result,
        spoken=spoken,
        sent=sent,
        notes=notes,
    )


def _report(session: Session, reports: Reports, result: RoundResult | None, notes: list[str]) -> int:
    """Make the report that is due, and send what waits. Whatever is wrong with that harms nothing else of the round."""
    try:
        with held(session.paths) as ours:
            if not ours:
                return 0  # the person is doing so just now
            now = datetime.now(UTC)
            if result is not None and result.whole is not None:
                reports.make(result.whole, now)
            network = Network(session.loaded.settings.network, total_seconds=SEND_SECONDS)
            return reports.send(secrets, network, now)
    except WatchwordError as error:
        notes.append(str(error))
        return 0


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
