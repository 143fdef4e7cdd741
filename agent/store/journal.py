"""The journal: an append-only file of what must outlive the database, from which a lost store is rebuilt.

It holds what the person stated and chose, their accounts, and what alerts are decided from. :mod:`agent.store.events`
says what a line looks like.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from agent.files import read_regular
from agent.store.errors import StoreError
from agent.store.events import Event, JournalContent, decode, encode
from agent.store.lock import exclusive

__all__ = ["Appended", "Journal"]

#: A journal of 16 MiB holds about 50,000 statements; more than that is not ours.
MAX_BYTES = 16 * 1024 * 1024


class Appended(NamedTuple):
    """What one writer appended: to which file, and its length before and after."""

    device: int
    inode: int
    before: int
    after: int


class Journal:
    """The journal file. Whoever writes it holds the store's write lock.

    It has a lock of its own as well: a program that still has a database open which another has meanwhile set aside as
    damaged holds a lock on that one only, and must not append to a journal that is just being replaced.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        #: Where lines go that could not be read when the journal was written anew.
        self.damaged_path = os.path.splitext(path)[0] + ".damaged.jsonl"

    def size(self) -> int:
        """Its length in bytes, 0 when there is none."""
        try:
            return os.stat(self.path).st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._error("read", error) from error

    def read_bytes(self) -> bytes:
        """Its bytes, none when there is no journal.

        Raises:
            StoreError: it is there and cannot be read.
        """
        try:
            return read_regular(self.path, MAX_BYTES)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise self._error("read", error) from error

    def read(self) -> JournalContent:
        """Everything in it.

        Raises:
            StoreError: it is there and cannot be read.
        """
        return decode(self.read_bytes())

    def append(self, events: Iterable[Event]) -> Appended:
        """Write events to the disk, all or none as far as the disk allows.

        Raises:
            StoreError: they are not on the disk.
        """
        data = b"".join(map(encode, events))
        with exclusive(f"{self.path}.lock"):
            try:
                return _append(self.path, data)
            except OSError as error:
                raise self._error("written", error) from error

    def take_back(self, appended: Appended) -> None:
        """Cut off what was appended last: it did not come about. What others appended after it stays, with it."""
        with suppress(OSError, StoreError), exclusive(f"{self.path}.lock"):
            now = os.stat(self.path)
            if (now.st_dev, now.st_ino, now.st_size) == (appended.device, appended.inode, appended.after):
                os.truncate(self.path, appended.before)

    def replace(self, read: bytes, lines: Iterable[bytes], damaged: Iterable[bytes]) -> int:
        """Put a journal of these lines in the place of the one that read so, and return its length in bytes.

        The ``damaged`` lines are put aside first. Whatever happens at whatever moment, the old journal or the new one
        is whole and in its place.

        Raises:
            StoreError: the old one is still there, because the disk refused or it is not as it was ``read``.
        """
        temporary = f"{self.path}.new"
        data = b"".join(line + b"\n" for line in lines)
        with exclusive(f"{self.path}.lock"):
            if self.read_bytes() != read:
                raise StoreError(f"The journal {self.path} was written to while it was being made smaller.")
            try:
                self._put_aside(damaged)
                _write_new(temporary, data)
                os.replace(temporary, self.path)
            except OSError as error:
                with suppress(OSError):
                    os.unlink(temporary)
                raise self._error("made smaller", error) from error
            _flush_folder(os.path.dirname(self.path))
            return len(data)

    def _put_aside(self, damaged: Iterable[bytes]) -> None:
        """Keep damaged lines in a file beside the journal, each once: an earlier attempt may have been cut short."""
        wanted = list(dict.fromkeys(damaged))
        if not wanted:
            return
        try:
            there = set(read_regular(self.damaged_path, MAX_BYTES).split(b"\n"))
        except FileNotFoundError:
            there = set()
        new = b"".join(line + b"\n" for line in wanted if line not in there)
        if new:
            _append(self.damaged_path, new)

    def _error(self, participle: str, error: OSError) -> StoreError:
        return StoreError(f"The journal {self.path} could not be {participle}: {error.strerror or error}.")


def _append(path: str, data: bytes) -> Appended:
    # O_RDWR: the last byte is read first, to see whether a crash left a line unfinished.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        found = os.fstat(handle)
        before = found.st_size
        try:
            if sys.platform != "win32" and found.st_mode & 0o077:
                os.fchmod(handle, 0o600)
            if before and _last_byte(handle, before) != b"\n":
                data = b"\n" + data
            _write_all(handle, data)
            os.fsync(handle)
            return Appended(found.st_dev, found.st_ino, before, before + len(data))
        except OSError:
            with suppress(OSError):
                file.truncate(before)  # a full disk may have taken half a line
            raise


def _write_new(path: str, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if sys.platform != "win32":
            os.fchmod(handle, 0o600)
        _write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _flush_folder(path: str) -> None:
    """Make a rename last through a power cut, where a folder can be flushed (not on Windows)."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)
