"""One round: choose the checks, give each its context, run them, and make the status document.

A round on this computer remembers what its checks asked to be remembered. A round on a recording starts from what
the recording remembers, and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from agent import __version__, discovery, plugins
from agent.contract import Account, Attestation, Category, Check, Context, Finding, Http, Response, Severity, Status
from agent.deadlines import with_deadline
from agent.device import os_version
from agent.host import Host, Unreadable
from agent.runner import Outcome, run_checks
from agent.status import AgentPart, CheckRow, DevicePart, Document, Notifications, PolicyPart, summarise
from agent.store import Standing
from agent.words import text_for
from config.schema import Settings
from config.text import quoted

__all__ = [
    "KeptMemory",
    "NoNetwork",
    "Round",
    "RoundError",
    "Subjects",
    "chosen_checks",
    "document",
    "run",
    "with_others",
]


class RoundError(Exception):
    """A round that cannot be run as asked; the message says why."""


class NoNetwork:
    """The network of a recorded computer: there is none."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        del headers
        return Unreadable("offline", url.partition("?")[0])


class KeptMemory:
    """One check's memory during a round: what was remembered before, and what has changed since.

    Changes take effect only when the check has answered in time, so that one which crashed or was left behind
    cannot leave half of what it meant to remember.
    """

    def __init__(self, before: Mapping[str, Any]) -> None:
        self._before = before
        self.changes: dict[str, Any] = {}

    def recall(self, key: str) -> Any:
        return self.changes[key] if key in self.changes else self._before.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.changes[key] = msgspec.json.decode(msgspec.json.encode(value))


@dataclass(frozen=True)
class Subjects:
    """The accounts a round covers, what the person stated about them, and how to learn addresses and secrets."""

    accounts: Sequence[Account] = ()
    attestations: Sequence[Attestation] = ()
    address: Callable[[Account], str | Unreadable | None] = lambda _: None
    secret: Callable[[str], str | Unreadable | None] = lambda _: None


@dataclass(frozen=True)
class Round:
    """What came of a round. ``remembered`` is what each check that answered wants kept."""

    outcomes: Sequence[Outcome]
    remembered: Mapping[str, Mapping[str, Any]]
    started_at: datetime
    notes: Sequence[str] = field(default=())

    @property
    def statuses(self) -> list[Status]:
        """The status of every finding."""
        return [finding.status for outcome in self.outcomes for finding in outcome.findings]


def chosen_checks(only: Sequence[str], settings: Settings) -> tuple[list[Check], list[str]]:
    """The checks to run, and a note for each that the policy names but that cannot be used.

    Raises:
        RoundError: ``only`` names a check that does not exist.
    """
    wanted = list(only)
    builtin = [point.name for point in discovery.built_in()]
    for name in wanted:
        if name not in builtin and name not in settings.plugins:
            known = ", ".join([*builtin, *settings.plugins])
            raise RoundError(f"there is no check {quoted(name)}; the checks are {known}")
    checks = discovery.builtin_checks([name for name in builtin if not wanted or name in wanted])
    every = {*builtin, *settings.plugins}
    notes = [
        f"checks.disabled names {quoted(name)}, which is no check"
        for name in settings.checks.disabled
        if name not in every
    ]
    for name in dict.fromkeys(settings.plugins):
        if name in builtin:
            notes.append(f"the machine policy lists {name} under plugins, but it is one of Watchword's own checks")
            continue
        if wanted and name not in wanted:
            continue
        try:
            checks.append(plugins.start(name))
        except plugins.PluginError as error:
            notes.append(str(error))
            checks.append(_unusable(name))
    return checks, notes


def _unusable(name: str) -> Check:
    """Stands for a check that the policy names but that cannot be started, so that it is seen to be missing."""
    finding = Finding(status=Status.UNKNOWN, reason="not_run", severity=Severity.LOW)
    return Check(name, name, Category.DEVICE, lambda _: [finding], frozenset({"not_run"}))


def run(
    host: Host,
    settings: Settings,
    checks: Sequence[Check],
    *,
    subjects: Subjects = Subjects(),
    http: Http | None = None,
    remembered: Callable[[str], Mapping[str, Any]] = lambda _: {},
    fresh: bool = False,
    on_done: Callable[[Outcome], None] = lambda _: None,
) -> Round:
    """Run the checks once, side by side. Those that are switched off in the settings answer ``disabled``."""
    now = host.now()
    memories = {check.id: KeptMemory(remembered(check.id)) for check in checks}

    def make_context(check: Check) -> Context:
        return Context(
            host=host,
            now=now,
            profile=settings.profile,
            settings=settings,
            memory=memories[check.id],
            http=http or NoNetwork(),
            accounts=subjects.accounts,
            attestations=subjects.attestations,
            address=subjects.address,
            secret=subjects.secret,
            fresh=fresh,
        )

    active = [check for check in checks if check.id not in settings.checks.disabled]
    outcomes = {outcome.check.id: outcome for outcome in run_checks(active, make_context, on_done=on_done)}
    off = Finding(status=Status.DISABLED, reason="disabled")
    return Round(
        outcomes=[outcomes.get(check.id) or Outcome(check, (off,), 0.0, answered=True) for check in checks],
        remembered={check_id: memories[check_id].changes for check_id, outcome in outcomes.items() if outcome.answered},
        started_at=now,
    )


def document(
    done: Round,
    host: Host,
    settings: Settings,
    *,
    digest: str,
    device_id: str,
    health_ok: bool = True,
    notifications: Notifications = "unavailable",
    labels: Mapping[str, str] = MappingProxyType({}),
    standings: Mapping[tuple[str, str | None], Standing] = MappingProxyType({}),
) -> Document:
    """The status document of a round.

    ``labels`` names the accounts by id, ``standings`` says since when each finding has stood.
    """
    now = done.started_at.replace(microsecond=0)
    version = os_version(host)
    rows = [
        CheckRow(
            id=outcome.check.id,
            version=outcome.check.version,
            category=outcome.check.category,
            status=finding.status,
            severity=finding.severity,
            basis=finding.basis,
            reason=finding.reason,
            observed_at=now,
            instance=finding.subject,
            label=labels.get(finding.subject or ""),
            since=_since(standings.get((outcome.check.id, finding.subject)), now),
            due_at=finding.due_at,
            expires_at=finding.expires_at,
            facts=finding.facts,
            items=finding.items,
            refs=outcome.check.refs,
            error=finding.error,
            text=text_for(outcome.check, finding, host.system, version),
        )
        for outcome in done.outcomes
        for finding in outcome.findings
    ]
    return Document(
        generated_at=now,
        agent=AgentPart(__version__, "ok" if health_ok else "degraded", notifications),
        device=DevicePart(device_id, settings.device.label, host.system.value, version),
        policy=PolicyPart(settings.profile.name, digest),
        summary=summarise(rows, now, _known_once(standings)),
        checks=tuple(with_deadline(row, settings.deadlines) for row in rows),
    )


def with_others(
    document: Document, others: Sequence[CheckRow], standings: Mapping[tuple[str, str | None], Standing]
) -> Document:
    """The document with the rows of checks that its round did not run, summed up anew."""
    rows = (*document.checks, *others)
    summary = summarise(rows, document.generated_at, _known_once(standings))
    return msgspec.structs.replace(document, checks=rows, summary=summary)


def _known_once(standings: Mapping[tuple[str, str | None], Standing]) -> list[tuple[str, str | None]]:
    return [key for key, standing in standings.items() if standing.last_real is not None]


def _since(standing: Standing | None, now: datetime) -> datetime:
    return now if standing is None else standing.since.replace(microsecond=0)
