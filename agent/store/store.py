"""The store as the rest of the agent uses it."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import msgspec

from agent.alerts.records import Episode, Reminder, Said
from agent.contract import Attestation, Finding, Memory
from agent.paths import Paths
from agent.store import forgetting, kept, reported, rows, timeline
from agent.store.errors import StoreError
from agent.store.events import AccountKept, Attested, DeviceKept, Event
from agent.store.moments import text
from agent.store.records import HistoryRow, LastRun, Origin, Sending, Sharing, Standing, StoredAccount
from agent.store.storage import Storage

__all__ = ["Store"]

#: Raises what speaks against listing an account among these.
Objection = Callable[[Sequence[StoredAccount]], None]


class Store:
    """What the agent keeps. Safe to share between threads and between processes.

    Every method raises :class:`StoreError`, and nothing else, when the disk will not do as asked. ``notes`` are
    sentences to the person about what happened while opening: a damaged file, a missing one, nothing kept.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._new_device_id = str(uuid.uuid4())
        #: Why nothing is kept, as a sentence, where :meth:`open_or_in_memory` could not help it.
        self.obstacle = ""

    @classmethod
    def open(cls, paths: Paths) -> Self:
        """Open the store, making or repairing it where that is needed.

        Raises:
            StoreError: nothing can be kept there; :meth:`in_memory` still can.
        """
        return cls(Storage.open(paths))

    @classmethod
    def in_memory(cls, paths: Paths | None = None) -> Self:
        """A store that keeps nothing. With ``paths`` it starts from what can be read of the journal there."""
        return cls(Storage.in_memory(paths))

    @classmethod
    def open_or_in_memory(cls, paths: Paths) -> Self:
        """:meth:`open`, or else :meth:`in_memory` with a note that says why nothing will be kept."""
        try:
            return cls.open(paths)
        except StoreError as error:
            store = cls.in_memory(paths)
            store.obstacle = str(error)
            store.notes.insert(0, f"{error} Nothing from this round will be kept.")
            return store

    @property
    def notes(self) -> list[str]:
        """Sentences to the person."""
        return self._storage.notes

    def note(self, sentence: str) -> None:
        """Add a sentence for the person, once."""
        self._storage.note(sentence)

    @property
    def keeps(self) -> bool:
        """Whether what is written here outlives this process."""
        return self._storage.journal is not None

    def close(self) -> None:
        """Let go of the file. Closing twice does no harm."""
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What checks remember

    def memory(self, check_id: str) -> Memory:
        """The memory of one check."""
        return _CheckMemory(self, check_id)

    def remembered(self, check_id: str) -> dict[str, Any]:
        """Everything one check remembers, by key."""
        with self._storage.read() as connection:
            found = connection.execute("SELECT key, value FROM memory WHERE check_id = ?", (check_id,))
            return {key: msgspec.json.decode(value) for key, value in found}

    def recall(self, check_id: str, key: str) -> Any:
        """What one check remembers under ``key``, or ``None``."""
        with self._storage.read() as connection:
            found = connection.execute("SELECT value FROM memory WHERE check_id = ? AND key = ?", (check_id, key))
            row = found.fetchone()
            return msgspec.json.decode(row[0]) if row else None

    def remember(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep changes by check and key, all or none; a value of ``None`` forgets the key."""
        kept = [
            (check_id, key, msgspec.json.encode(value).decode())
            for check_id, values in changes.items()
            for key, value in values.items()
            if value is not None
        ]
        gone = [
            (check_id, key) for check_id, values in changes.items() for key, value in values.items() if value is None
        ]
        if not kept and not gone:
            return
        with self._storage.write() as connection:
            connection.executemany("INSERT OR REPLACE INTO memory (check_id, key, value) VALUES (?, ?, ?)", kept)
            connection.executemany("DELETE FROM memory WHERE check_id = ? AND key = ?", gone)

    # Where each check stands

    def settle(
        self, findings: Iterable[tuple[str, Finding]], observed_at: datetime
    ) -> dict[tuple[str, str | None], Standing]:
        """Keep the findings of a round, as ``(check id, finding)``, and say since when each has stood so.

        ``since`` moves when the status changes, not when only the reason does; the history notes both.
        """
        settled: dict[tuple[str, str | None], Standing] = {}
        with self._storage.write() as connection:
            before = rows.standings(connection)
            for check_id, finding in findings:
                key = (check_id, finding.subject)
                settled[key] = rows.next_standing(before.get(key), finding, observed_at)
            connection.executemany(
                "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [rows.standing_row(check_id, subject, standing) for (check_id, subject), standing in settled.items()],
            )
            timeline.add(connection, before, settled)
            forgetting.forget(connection, observed_at)
        return settled

    def standings(self) -> dict[tuple[str, str | None], Standing]:
        """Where every check stands, by check and subject."""
        with self._storage.read() as connection:
            return rows.standings(connection)

    def history(self, since: datetime) -> tuple[HistoryRow, ...]:
        """Each change of status or reason since then, the earliest first. What is older than 90 days is forgotten."""
        with self._storage.read() as connection:
            return tuple(timeline.history(connection, since))

    def last_runs(self) -> dict[str, LastRun]:
        """When each check was started last and when it is due again, by check."""
        with self._storage.read() as connection:
            return timeline.last_runs(connection)

    def keep_runs(self, runs: Mapping[str, LastRun]) -> None:
        """Keep when these checks ran; what is known of others stays."""
        if runs:
            with self._storage.write() as connection:
                timeline.keep_runs(connection, runs)

    # What alerts are decided from. All of it is in the journal as well.

    def episodes(self, *, since: datetime | None = None) -> tuple[Episode, ...]:
        """The open ones, and with ``since`` those that were closed since then, the earliest first."""
        with self._storage.read() as connection:
            if since is None:
                return tuple(kept.EPISODES.select(connection, "closed_at IS NULL"))
            return tuple(kept.EPISODES.select(connection, "closed_at IS NULL OR closed_at >= ?", text(since)))

    def keep_episodes(self, episodes: Iterable[Episode]) -> None:
        """Keep episodes as they now are, all or none. The store numbers their revisions."""
        with self._storage.write() as connection:
            self._keep(connection, [kept.EPISODES.keep(connection, episode) for episode in episodes])

    def said(self, since: datetime) -> tuple[Said, ...]:
        """The alerts since then, the earliest first."""
        with self._storage.read() as connection:
            return tuple(kept.SAID.select(connection, "at >= ?", text(since)))

    def keep_said(self, said: Said) -> None:
        """Keep an alert, before it is shown and again when it is known what came of it."""
        with self._storage.write() as connection:
            self._keep(connection, [kept.SAID.keep(connection, said)])

    def reminders(self, *, since: datetime | None = None) -> tuple[Reminder, ...]:
        """The reminders that are not done, and with ``since`` those done since then; the first due first."""
        with self._storage.read() as connection:
            if since is None:
                return tuple(kept.REMINDERS.select(connection, "done_at IS NULL"))
            return tuple(kept.REMINDERS.select(connection, "done_at IS NULL OR done_at >= ?", text(since)))

    def keep_reminder(self, reminder: Reminder) -> None:
        """Keep a reminder, when it is made and again when it is done."""
        with self._storage.write() as connection:
            self._keep(connection, [kept.REMINDERS.keep(connection, reminder)])

    def _keep(self, connection: sqlite3.Connection, events: Iterable[Event | None]) -> None:
        self._storage.journalled(connection, [event for event in events if event is not None])

    # Settings

    def choices(self) -> dict[str, Any]:
        """What the person chose, by dotted key of the settings."""
        with self._storage.read() as connection:
            return {choice.key: choice.value for choice in kept.choices(connection) if choice.value is not None}

    def choose(self, key: str, value: Any, now: datetime) -> None:
        """Keep what the person chose for a setting (anything JSON can hold); ``None`` takes it back."""
        with self._storage.write() as connection:
            self._keep(connection, [kept.choose(connection, key, value, now)])

    def settings_kept(self) -> dict[str, Any] | None:
        """What :meth:`keep_settings` was last given, or ``None``."""
        with self._storage.read() as connection:
            value = rows.meta(connection, "settings")
            return msgspec.json.decode(value, type=dict[str, Any]) if value else None

    def keep_settings(self, values: Mapping[str, Any]) -> None:
        """Keep settings that were found good, for when they no longer are. They must hold no address."""
        new = msgspec.json.encode(values, order="sorted").decode()
        with self._storage.read() as connection:
            if rows.meta(connection, "settings") == new:
                return
        with self._storage.write() as connection:
            rows.set_meta(connection, "settings", new)

    # Reports

    def sharing(self) -> Sharing | None:
        """What the person agreed that their office may have, ``None`` when they were never asked."""
        with self._storage.read() as connection:
            return reported.sharing(connection)

    def keep_sharing(self, sharing: Sharing) -> None:
        """Put this agreement in the place of the one there was; the store numbers their revisions."""
        with self._storage.write() as connection:
            self._keep(connection, [reported.keep_sharing(connection, sharing)])

    def report_number(self) -> int:
        """The number of the last report, 0 before the first."""
        with self._storage.read() as connection:
            return reported.number(connection)

    def keep_report_number(self, number: int) -> None:
        """Note that a report has this number. One that is not above the last is refused."""
        with self._storage.write() as connection:
            self._keep(connection, [reported.keep_number(connection, number)])

    def sending(self) -> Sending:
        """How sending goes."""
        with self._storage.read() as connection:
            return reported.sending(connection)

    def keep_sending(self, sending: Sending) -> None:
        """Keep how sending goes."""
        with self._storage.write() as connection:
            reported.keep_sending(connection, sending)

    # This computer

    def device_id(self) -> str:
        """A random id for this computer, made at first use. It says nothing about the computer.

        On a full disk it is one that lasts as long as this store is open, and a note says so.
        """
        try:
            with self._storage.read() as connection:
                known = rows.meta(connection, "device_id")
            if known is not None:
                return known
            with self._storage.write() as connection:
                known = rows.meta(connection, "device_id") or self._new_device_id
                rows.set_meta(connection, "device_id", known)
                self._storage.journalled(connection, [DeviceKept(known)])
        except StoreError as error:
            self.note(str(error))
            return self._new_device_id
        return known

    # Statements

    def attest(self, attestation: Attestation) -> None:
        """Append a statement. When this returns it is on the disk, twice."""
        event = Attested(uuid.uuid4().hex, attestation)
        with self._storage.write() as connection:
            rows.insert_attestation(connection, event)
            self._storage.journalled(connection, [event])

    def attestations(self) -> tuple[Attestation, ...]:
        """Every statement in the order in which they were made."""
        with self._storage.read() as connection:
            return tuple(event.attestation for event in rows.attested(connection))

    # Accounts

    def accounts(self) -> tuple[StoredAccount, ...]:
        """The accounts that the person listed, oldest first, without removed ones."""
        with self._storage.read() as connection:
            return rows.listed(connection)

    def add_account(self, service: str, label: str, *, now: datetime, unless: Objection | None = None) -> StoredAccount:
        """List an account, under a new random id.

        ``unless`` is asked with the accounts that are listed, when nobody else can list one any more; what it raises
        keeps the account from being listed.
        """
        with self._storage.write() as connection:
            if unless is not None:
                unless(rows.listed(connection))
            return self._keep_account(connection, _new_account(service, label, "person", now))

    def change_account(
        self,
        account_id: str,
        *,
        service: str | None = None,
        label: str | None = None,
        has_address: bool | None = None,
        unless: Objection | None = None,
    ) -> StoredAccount:
        """Change what is given; the id stays, and so do the statements about it. ``unless`` as above, of the others."""
        changes = {"service": service, "label": label, "has_address": has_address}
        given = {name: value for name, value in changes.items() if value is not None}
        return self._change(account_id, given, unless)

    def remove_account(self, account_id: str, *, now: datetime) -> StoredAccount:
        """Take an account off the list. Statements about it stay in the journal."""
        return self._change(account_id, {"removed_at": now, "has_address": False})

    def settings_account(self, service: str, label: str, occurrence: int, *, now: datetime) -> StoredAccount:
        """The account behind an entry of a settings file: its id is random, made once and remembered.

        On a full disk a new one lasts as long as this process, and a note says so.
        """

        def find(connection: sqlite3.Connection) -> StoredAccount | None:
            for known in rows.accounts(connection):
                same = (known.service, known.label) == (service, label) and known.removed_at is None
                if same and known.origin == "settings" and known.occurrence == occurrence:
                    return rows.account(known)
            return None

        with self._storage.read() as connection:
            known = find(connection)
        if known is not None:
            return known
        new = msgspec.structs.replace(_new_account(service, label, "settings", now), occurrence=occurrence)
        try:
            with self._storage.write() as connection:
                return find(connection) or self._keep_account(connection, new)
        except StoreError as error:
            self.note(str(error))
            return rows.account(new)

    def _keep_account(self, connection: sqlite3.Connection, event: AccountKept) -> StoredAccount:
        rows.put_account(connection, event)
        self._storage.journalled(connection, [event])
        return rows.account(event)

    def _change(self, account_id: str, changes: Mapping[str, Any], unless: Objection | None = None) -> StoredAccount:
        with self._storage.write() as connection:
            if unless is not None:
                unless([account for account in rows.listed(connection) if account.id != account_id])
            for known in rows.accounts(connection):
                if known.id == account_id:
                    changed = msgspec.structs.replace(known, **changes, revision=known.revision + 1)
                    return self._keep_account(connection, changed)
        raise StoreError(f"There is no account {account_id} in the store.")


class _CheckMemory:
    """The memory of one check, straight in the store.

    A value that cannot be kept (a full disk) is still there for the rest of this process, and noted.
    """

    def __init__(self, store: Store, check_id: str) -> None:
        self._store = store
        self._check_id = check_id
        self._unkept: dict[str, Any] = {}

    def recall(self, key: str) -> Any:
        if key in self._unkept:
            return self._unkept[key]
        return self._store.recall(self._check_id, key)

    def remember(self, key: str, value: Any) -> None:
        try:
            self._store.remember({self._check_id: {key: value}})
        except StoreError as error:
            self._unkept[key] = value
            self._store.note(str(error))


def _new_account(service: str, label: str, origin: Origin, now: datetime) -> AccountKept:
    return AccountKept(
        id=f"i-{os.urandom(6).hex()}",
        service=service,
        label=label,
        origin=origin,
        occurrence=0,
        has_address=False,
        added_at=now.astimezone(UTC),
        removed_at=None,
        revision=1,
    )
