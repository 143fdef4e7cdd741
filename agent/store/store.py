"""The store as the rest of the agent uses it."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import msgspec

from agent.contract import Attestation, Finding, Memory
from agent.paths import Paths
from agent.store import database, rows
from agent.store.errors import StoreError, sentence
from agent.store.journal import AccountKept, Attested, DeviceKept, Event, Journal
from agent.store.lock import exclusive
from agent.store.records import Origin, Standing, StoredAccount

__all__ = ["Store"]

#: What is known about a subject that no check has spoken of for this long is dropped (DESIGN: 90 days of history).
HISTORY = timedelta(days=90)


class Store:
    """What the agent keeps. Safe to share between threads and between processes.

    Every method raises :class:`StoreError`, and nothing else, when the disk will not do as asked. ``notes`` are
    sentences to the person about what happened while opening: a damaged file, a missing one, nothing kept.
    """

    def __init__(self, connection: sqlite3.Connection, path: str, journal: Journal | None) -> None:
        self._connection = connection
        self._path = path
        self._journal = journal
        self._lock = threading.RLock()
        #: The journal's length before and after what this transaction appended.
        self._appended: tuple[int, int] | None = None
        self._new_device_id = str(uuid.uuid4())
        self.notes: list[str] = []

    @classmethod
    def open(cls, paths: Paths) -> Self:
        """Open the store, making or repairing it where that is needed.

        Raises:
            StoreError: nothing can be kept there; :meth:`in_memory` still can.
        """
        database.make_private_folder(paths.data)
        with exclusive(paths.store + ".lock"):
            connection, note = database.open_or_replace(paths.store)
            store = cls(connection, paths.store, Journal(paths.journal))
            store.notes.extend([note] if note else [])
            try:
                store._catch_up(rebuilt=note is not None)
            except BaseException:  # Ctrl-C too: let go of it, then go on raising
                store.close()
                raise
        return store

    @classmethod
    def in_memory(cls, paths: Paths | None = None) -> Self:
        """A store that keeps nothing. With ``paths`` it starts from what can be read of the journal there."""
        store = cls(database.in_memory(), "in memory", None)
        if paths is not None:
            try:
                content = Journal(paths.journal).read()
            except StoreError as error:
                store.notes.append(str(error))
            else:
                with store._write() as connection:
                    rows.restore(connection, content.events)
        return store

    @classmethod
    def open_or_in_memory(cls, paths: Paths) -> Self:
        """:meth:`open`, or else :meth:`in_memory` with a note that says why nothing will be kept."""
        try:
            return cls.open(paths)
        except StoreError as error:
            store = cls.in_memory(paths)
            store.notes.insert(0, f"{error} Nothing from this round will be kept.")
            return store

    @property
    def keeps(self) -> bool:
        """Whether what is written here outlives this process."""
        return self._journal is not None

    def note(self, sentence: str) -> None:
        """Add a sentence for the person, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def close(self) -> None:
        """Let go of the file. Closing twice does no harm."""
        with self._lock:
            self._connection.close()

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
        with self._read() as connection:
            found = connection.execute("SELECT key, value FROM memory WHERE check_id = ?", (check_id,))
            return {key: msgspec.json.decode(value) for key, value in found}

    def recall(self, check_id: str, key: str) -> Any:
        """What one check remembers under ``key``, or ``None``."""
        with self._read() as connection:
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
        with self._write() as connection:
            connection.executemany("INSERT OR REPLACE INTO memory (check_id, key, value) VALUES (?, ?, ?)", kept)
            connection.executemany("DELETE FROM memory WHERE check_id = ? AND key = ?", gone)

    # Where each check stands

    def settle(
        self, findings: Iterable[tuple[str, Finding]], observed_at: datetime
    ) -> dict[tuple[str, str | None], Standing]:
        """Keep the findings of a round, as ``(check id, finding)``, and say since when each has stood so.

        ``since`` moves when the status changes, not when only the reason does.
        """
        settled: dict[tuple[str, str | None], Standing] = {}
        with self._write() as connection:
            before = rows.standings(connection)
            for check_id, finding in findings:
                key = (check_id, finding.subject)
                settled[key] = rows.next_standing(before.get(key), finding, observed_at)
            connection.executemany(
                "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [rows.standing_row(check_id, subject, standing) for (check_id, subject), standing in settled.items()],
            )
            connection.execute("DELETE FROM standing WHERE observed_at < ?", (rows.text(observed_at - HISTORY),))
        return settled

    def standings(self) -> dict[tuple[str, str | None], Standing]:
        """Where every check stands, by check and subject."""
        with self._read() as connection:
            return rows.standings(connection)

    # This computer

    def device_id(self) -> str:
        """A random id for this computer, made at first use. It says nothing about the computer.

        On a full disk it is one that lasts as long as this store is open, and a note says so.
        """
        try:
            with self._read() as connection:
                known = rows.meta(connection, "device_id")
            if known is not None:
                return known
            with self._write() as connection:
                known = rows.meta(connection, "device_id") or self._new_device_id
                rows.set_meta(connection, "device_id", known)
                self._journalled(connection, [DeviceKept(known)])
        except StoreError as error:
            self.note(str(error))
            return self._new_device_id
        return known

    # Statements

    def attest(self, attestation: Attestation) -> None:
        """Append a statement. When this returns it is on the disk, twice."""
        event = Attested(uuid.uuid4().hex, attestation)
        with self._write() as connection:
            rows.insert_attestation(connection, event)
            self._journalled(connection, [event])

    def attestations(self) -> tuple[Attestation, ...]:
        """Every statement in the order in which they were made."""
        with self._read() as connection:
            return tuple(event.attestation for event in rows.attested(connection))

    # Accounts

    def accounts(self) -> tuple[StoredAccount, ...]:
        """The accounts that the person listed, oldest first, without removed ones."""
        with self._read() as connection:
            return tuple(
                rows.account(kept)
                for kept in rows.accounts(connection)
                if kept.origin == "person" and kept.removed_at is None
            )

    def add_account(self, service: str, label: str, *, now: datetime) -> StoredAccount:
        """List an account, under a new random id."""
        with self._write() as connection:
            return self._keep_account(connection, _new_account(service, label, "person", now))

    def change_account(
        self, account_id: str, *, service: str | None = None, label: str | None = None, has_address: bool | None = None
    ) -> StoredAccount:
        """Change what is given; the id stays, and so do the statements about it."""
        changes = {"service": service, "label": label, "has_address": has_address}
        return self._change(account_id, {name: value for name, value in changes.items() if value is not None})

    def remove_account(self, account_id: str, *, now: datetime) -> StoredAccount:
        """Take an account off the list. Statements about it stay in the journal."""
        return self._change(account_id, {"removed_at": now, "has_address": False})

    def settings_account(self, service: str, label: str, occurrence: int, *, now: datetime) -> StoredAccount:
        """The account behind an entry of a settings file: its id is random, made once and remembered.

        On a full disk a new one lasts as long as this process, and a note says so.
        """

        def find(connection: sqlite3.Connection) -> StoredAccount | None:
            for kept in rows.accounts(connection):
                same = (kept.service, kept.label) == (service, label) and kept.removed_at is None
                if same and kept.origin == "settings" and kept.occurrence == occurrence:
                    return rows.account(kept)
            return None

        with self._read() as connection:
            known = find(connection)
        if known is not None:
            return known
        new = msgspec.structs.replace(_new_account(service, label, "settings", now), occurrence=occurrence)
        try:
            with self._write() as connection:
                return find(connection) or self._keep_account(connection, new)
        except StoreError as error:
            self.note(str(error))
            return rows.account(new)

    def _keep_account(self, connection: sqlite3.Connection, kept: AccountKept) -> StoredAccount:
        rows.put_account(connection, kept)
        self._journalled(connection, [kept])
        return rows.account(kept)

    def _change(self, account_id: str, changes: Mapping[str, Any]) -> StoredAccount:
        with self._write() as connection:
            for kept in rows.accounts(connection):
                if kept.id == account_id:
                    changed = msgspec.structs.replace(kept, **changes, revision=kept.revision + 1)
                    return self._keep_account(connection, changed)
        raise StoreError(f"There is no account {account_id} in the store.")

    # The file and its journal

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(sentence(self._path, error)) from error
            except (ValueError, msgspec.MsgspecError) as error:
                raise StoreError(f"The store {self._path} holds something that no Watchword wrote: {error}.") from error

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """A transaction. If it does not come about, neither does what was appended to the journal in it."""
        with self._lock:
            self._appended = None
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._undo()
                if isinstance(error, sqlite3.Error):
                    raise StoreError(sentence(self._path, error)) from error
                raise

    def _undo(self) -> None:
        try:
            if self._appended is not None and self._journal is not None:
                # Only while we hold the write lock does nobody else append. SQLite may have ended the transaction by
                # itself (a full disk); then we take the lock again, and see whether our lines are still the last.
                if not self._connection.in_transaction:
                    self._connection.execute("BEGIN IMMEDIATE")
                before, after = self._appended
                if self._journal.size() == after:
                    self._journal.take_back(before)
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except (sqlite3.Error, StoreError):
            return  # the error that brought us here is the one to tell

    def _journalled(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Append to the journal within the transaction, and note its new length in it."""
        if self._journal is not None and events:
            before = self._journal.size()
            after = self._journal.append(events)
            self._appended = before, after
            rows.set_meta(connection, "journal_size", str(after))

    def _catch_up(self, *, rebuilt: bool) -> None:
        """Make database and journal agree: a crash between the two, a lost or a damaged file.

        The length of the journal as the last transaction left it is all that is compared when nothing is wrong.
        """
        journal = self._journal
        if journal is None:
            return
        with self._read() as connection:
            if str(journal.size()) == (rows.meta(connection, "journal_size") or "0"):
                return
        with self._write() as connection:
            content = journal.read()
            restored = rows.restore(connection, content.events)
            missing = rows.not_in(content.events, connection)
            rows.set_meta(connection, "journal_size", str(journal.size()))
            self._journalled(connection, missing)
        if rebuilt or restored > 1:
            self.notes.append(f"{restored} statement{'s were' if restored != 1 else ' was'} restored from the journal.")
        if content.damaged_lines:
            lines = "1 line" if content.damaged_lines == 1 else f"{content.damaged_lines} lines"
            self.notes.append(f"{lines} of the journal {journal.path} could not be read and did not count.")


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
        id=f"i-{secrets.token_hex(6)}",
        service=service,
        label=label,
        origin=origin,
        occurrence=0,
        has_address=False,
        added_at=now.astimezone(UTC),
        removed_at=None,
        revision=1,
    )
