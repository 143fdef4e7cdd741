"""Rows of the store's tables to and from typed records. Every function works within its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from agent.contract import Attestation, Finding, Status
from agent.store import kept, reported, timeline
from agent.store.events import AccountKept, Attested
from agent.store.meta import meta, set_meta
from agent.store.meta import verify as verify_meta
from agent.store.moments import moment, text
from agent.store.records import LastReal, Standing, StoredAccount

__all__ = [
    "account",
    "accounts",
    "attested",
    "insert_attestation",
    "listed",
    "meta",
    "next_standing",
    "put_account",
    "read_everything",
    "set_meta",
    "standing_row",
    "standings",
]


def insert_attestation(connection: sqlite3.Connection, event: Attested) -> None:
    """Append a statement."""
    made = event.attestation
    connection.execute(
        "INSERT INTO attestations (key, subject, statement, statement_version, answer, at, evidence) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            event.key,
            made.subject,
            made.statement,
            made.statement_version,
            made.answer,
            text(made.at),
            made.evidence,
        ),
    )


def attested(connection: sqlite3.Connection) -> list[Attested]:
    """Every statement, in the order in which they were made."""
    rows = connection.execute(
        "SELECT key, subject, statement, statement_version, answer, at, evidence FROM attestations ORDER BY sequence"
    )
    return [
        Attested(
            key,
            Attestation(
                subject=subject,
                statement=statement,
                statement_version=version,
                answer=answer,
                at=moment(at),
                evidence=evidence,
            ),
        )
        for key, subject, statement, version, answer, at, evidence in rows
    ]


def put_account(connection: sqlite3.Connection, kept: AccountKept) -> None:
    """Keep an account as it now is."""
    connection.execute(
        "INSERT OR REPLACE INTO accounts (id, service, label, origin, occurrence, has_address, added_at, removed_at, "
        "revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kept.id,
            kept.service,
            kept.label,
            kept.origin,
            kept.occurrence,
            int(kept.has_address),
            text(kept.added_at),
            text(kept.removed_at) if kept.removed_at else None,
            kept.revision,
        ),
    )


def accounts(connection: sqlite3.Connection) -> list[AccountKept]:
    """Every account, also removed ones, oldest first."""
    rows = connection.execute(
        "SELECT id, service, label, origin, occurrence, has_address, added_at, removed_at, revision FROM accounts "
        "ORDER BY added_at, id"
    )
    return [
        AccountKept(
            id=account_id,
            service=service,
            label=label,
            origin=origin,
            occurrence=occurrence,
            has_address=bool(has_address),
            added_at=moment(added_at),
            removed_at=moment(removed_at) if removed_at else None,
            revision=revision,
        )
        for account_id, service, label, origin, occurrence, has_address, added_at, removed_at, revision in rows
    ]


def listed(connection: sqlite3.Connection) -> tuple[StoredAccount, ...]:
    """The accounts that the person listed, oldest first, without removed ones."""
    return tuple(
        account(known) for known in accounts(connection) if known.origin == "person" and known.removed_at is None
    )


def account(kept: AccountKept) -> StoredAccount:
    """An account as the store gives it back."""
    return StoredAccount(
        id=kept.id,
        service=kept.service,
        label=kept.label,
        origin="settings" if kept.origin == "settings" else "person",
        has_address=kept.has_address,
        added_at=kept.added_at,
        removed_at=kept.removed_at,
        occurrence=kept.occurrence,
    )


def next_standing(before: Standing | None, finding: Finding, at: datetime) -> Standing:
    """Where a check stands after a finding, given where it stood before."""
    same = before is not None and before.status == finding.status
    real = before.last_real if before else None
    if finding.status is not Status.UNKNOWN:
        real = LastReal(finding.status, finding.reason, at)
    # min: a clock that was set back must not leave a finding standing since tomorrow.
    since = min(before.since, at) if before is not None and same else at
    return Standing(finding.status, finding.reason, since, at, real)


def standings(connection: sqlite3.Connection) -> dict[tuple[str, str | None], Standing]:
    """Where every check stands, by check and subject."""
    standings: dict[tuple[str, str | None], Standing] = {}
    for check_id, subject, status, reason, since, observed, *real in connection.execute("SELECT * FROM standing"):
        last = LastReal(Status(real[0]), real[1], moment(real[2])) if real[0] else None
        standings[check_id, subject or None] = Standing(Status(status), reason, moment(since), moment(observed), last)
    return standings


def standing_row(check_id: str, subject: str | None, standing: Standing) -> tuple[str | None, ...]:
    """The row that keeps a standing."""
    real = standing.last_real
    return (
        check_id,
        subject or "",
        standing.status.value,
        standing.reason,
        text(standing.since),
        text(standing.observed_at),
        real.status.value if real else None,
        real.reason if real else None,
        text(real.at) if real else None,
    )


def read_everything(connection: sqlite3.Connection) -> None:
    """Read every row once, as the rest of the agent will.

    Raises:
        sqlite3.Error, ValueError, TypeError, RecursionError: there is something that no Watchword wrote.
    """
    for table in ("meta", "accounts", "attestations", "standing"):
        _refuse_bytes(connection.execute(f"SELECT * FROM {table}"))  # noqa: S608  (the names are those above)
    memory = connection.execute("SELECT * FROM memory").fetchall()
    _refuse_bytes(memory)
    for _, _, value in memory:
        msgspec.json.decode(value)
    verify_meta(connection)
    accounts(connection)
    attested(connection)
    standings(connection)
    kept.verify(connection)
    reported.verify(connection)
    timeline.verify(connection)


def _refuse_bytes(rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        if bytes in map(type, row):
            raise ValueError("bytes where text should be")
