"""The database with its journal: transactions that write both or neither, and that put right what a crash left."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Self

import msgspec

from agent.paths import Paths
from agent.store import agreement, database, rows
from agent.store.errors import StoreError, sentence
from agent.store.events import Event, identity
from agent.store.journal import Appended, Journal
from agent.store.lock import exclusive

__all__ = ["Storage"]


class Storage:
    """An open database and its journal, safe to share between threads and between processes.

    ``journal`` is ``None`` for a store in memory. ``notes`` are sentences to the person about what happened.
    """

    def __init__(self, connection: sqlite3.Connection, path: str, journal: Journal | None) -> None:
        self.journal = journal
        self.notes: list[str] = []
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()
        #: What this transaction appended to the journal.
        self._appended: Appended | None = None
        self._stays_large = False

    @classmethod
    def open(cls, paths: Paths) -> Self:
        """Open the files, making or repairing them where that is needed.

        Raises:
            StoreError: nothing can be kept there.
        """
        database.make_private_folder(paths.data)
        with exclusive(paths.store + ".lock"):
            connection, note = database.open_or_replace(paths.store)
            storage = cls(connection, paths.store, Journal(paths.journal))
            storage.notes.extend([note] if note else [])
            try:
                storage._catch_up(rebuilt=note is not None)
            except BaseException:  # Ctrl-C too: let go of it, then go on raising
                storage.close()
                raise
        return storage

    @classmethod
    def in_memory(cls, paths: Paths | None = None) -> Self:
        """Files that are none. With ``paths`` it starts from what can be read of the journal there."""
        storage = cls(database.in_memory(), "in memory", None)
        if paths is not None:
            try:
                content = Journal(paths.journal).read()
            except StoreError as error:
                storage.notes.append(str(error))
            else:
                with storage.write() as connection:
                    agreement.restore(connection, content.events)
        return storage

    def note(self, sentence: str) -> None:
        """Add a sentence for the person, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def close(self) -> None:
        """Let go of the file. Closing twice does no harm."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Reading, with what can go wrong as a sentence."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(sentence(self._path, error)) from error
            except (ValueError, RecursionError, msgspec.MsgspecError) as error:
                raise StoreError(f"The store {self._path} holds something that no Watchword wrote: {error}.") from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
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
            if self._appended is not None:
                self._make_smaller_if_due(self._appended.after)

    def journalled(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Append to the journal within a transaction that has written the same, and note its new length in it."""
        journal = self.journal
        if journal is None or not events:
            return
        missing: list[Event] = []
        if str(journal.size()) != (rows.meta(connection, "journal_size") or "0"):
            # Another process died between the journal and its commit; what it wrote must not be overlooked for good.
            content = journal.read()
            agreement.restore(connection, content.events)
            missing = agreement.not_in(content.events, connection)
        wanted = {identity(event): event for event in (*missing, *events)}
        self._appended = journal.append(wanted.values())
        rows.set_meta(connection, "journal_size", str(self._appended.after))

    def _undo(self) -> None:
        try:
            if self._appended is not None and self.journal is not None:
                # Only while we hold the write lock does nobody else append. SQLite may have ended the transaction by
                # itself (a full disk); then we take the lock again, and see whether our lines are still the last.
                if not self._connection.in_transaction:
                    self._connection.execute("BEGIN IMMEDIATE")
                self.journal.take_back(self._appended)
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            return  # the error that brought us here is the one to tell

    def _catch_up(self, *, rebuilt: bool) -> None:
        """Make database and journal agree: a crash between the two, a lost or a damaged file.

        The length of the journal as the last transaction left it is all that is compared when nothing is wrong.
        """
        journal = self.journal
        if journal is None:
            return
        with self.read() as connection:
            if str(journal.size()) == (rows.meta(connection, "journal_size") or "0"):
                return
        with self.write() as connection:
            content = journal.read()
            restored = agreement.restore(connection, content.events)
            missing = agreement.not_in(content.events, connection)
            rows.set_meta(connection, "journal_size", str(journal.size()))
            self.journalled(connection, missing)
        if rebuilt or restored > 1:
            self.notes.append(f"{restored} statement{'s were' if restored != 1 else ' was'} restored from the journal.")
        if content.damaged_lines:
            lines = "1 line" if content.damaged_lines == 1 else f"{content.damaged_lines} lines"
            self.notes.append(f"{lines} of the journal {journal.path} could not be read and did not count.")

    def _make_smaller_if_due(self, size: int) -> None:
        """Write the journal anew when it is large. What was just kept is kept, whatever comes of this."""
        journal = self.journal
        if journal is None or self._stays_large or size <= agreement.LARGE_BYTES:
            return
        now = datetime.now(UTC)
        try:
            with self.write() as connection:
                if agreement.compaction_is_due(connection, journal.size(), now):
                    size = agreement.compact(connection, journal, now)
                    rows.set_meta(connection, "journal_size", str(size))
        except (StoreError, ValueError) as error:
            self._stays_large = True
            self.note(str(error))
