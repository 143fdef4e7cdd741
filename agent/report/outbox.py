"""The outbox: reports that have yet to be taken, a file each, so that they survive whatever ends this process.

``<16 digits of the number>-<id>.json`` holds the exact bytes. The newest counts: one that says the same state as the
next newer one goes, and there are seven at most. What the collector took last is kept as ``last-sent.json``, for the
person to see.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import NamedTuple

from agent.errors import WatchwordError
from agent.files import flush_folder, put_whole, read_regular
from agent.report.model import Report
from agent.report.reader import MAX_BYTES, ReportError, encode, read

__all__ = ["LAST_SENT", "MOST", "Outbox", "OutboxError", "Ready", "Waiting"]

#: As many as a week of daily reports (facts: guidance 7c).
MOST = 7
NAME = re.compile(r"([0-9]{16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json")
#: What a process leaves that is killed while it puts a report there (:func:`agent.files.put_whole`).
UNFINISHED = re.compile(NAME.pattern + r"\.new")
LAST_SENT = "last-sent.json"


class OutboxError(WatchwordError):
    """The disk would not do as asked; one sentence."""


class Waiting(NamedTuple):
    """A report in the outbox."""

    number: int
    report_id: str
    path: str


class Ready(NamedTuple):
    """What is in such a file: the exact bytes, and the report that they are."""

    data: bytes
    report: Report


class Outbox:
    """The folder. Whoever writes to it or sends from it holds its lock (:mod:`agent.report.sending`)."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def waiting(self) -> list[Waiting]:
        """What is in it, the oldest first. Whatever is no plain file, or is not named as ours, is not looked at.

        Raises:
            OutboxError: it cannot be told.
        """
        found = [(match, name) for name in self._files() if (match := NAME.fullmatch(name))]
        return sorted(Waiting(int(match[1]), match[2], self._path(name)) for match, name in found)

    def last_number(self) -> int:
        """The highest number of a report in it, 0 when there is none. A name alone, without its report, has none.

        Raises:
            OutboxError: it cannot be told.
        """
        return max((one.number for one in self.waiting() if self.ready(one) is not None), default=0)

    def put(self, report: Report) -> None:
        """Add a report. When this returns it is on the disk, and what it makes needless is gone.

        Raises:
            OutboxError: it is not on the disk, or what was to go is still there.
        """
        before = [(one, self.ready(one)) for one in self.waiting()]
        self._write(f"{report.sequence:016}-{report.report_id}.json", encode(report))
        good = [(one, ready) for one, ready in before if ready is not None]
        if good and good[-1][1].report.summary.state_digest == report.summary.state_digest:
            del good[-1]
        keep = [one for one, _ in good][-(MOST - 1) :]
        for one, _ in before:
            if one not in keep:
                self.remove(one)
        self._sweep()

    def ready(self, waiting: Waiting) -> Ready | None:
        """What is to be sent; ``None`` when it is gone, or no report that was written by us for that name."""
        try:
            data = read_regular(waiting.path, MAX_BYTES)
            report = read(data)
        except (OSError, ReportError):
            return None
        ours = (report.sequence, report.report_id) == (waiting.number, waiting.report_id)
        return Ready(data, report) if ours else None

    def sent(self, waiting: Waiting) -> None:
        """The collector has it: it leaves the outbox, and is what was sent last.

        A new name takes no room, so that a full disk does not have it sent again and again.

        Raises:
            OutboxError: it is still there. It is then sent once more, which does no harm.
        """
        try:
            os.replace(waiting.path, self._path(LAST_SENT))
            flush_folder(self._folder)
        except OSError:
            self.remove(waiting)  # something else has that name; that it is not sent again matters more

    def note_last(self, data: bytes) -> None:
        """A report has left by another way, into a folder that office IT read: it is what was sent last.

        Raises:
            OutboxError: the disk would not have it.
        """
        self._write(LAST_SENT, data)

    def last_sent(self) -> Report | None:
        """What left last, if anything did."""
        with suppress(OSError, ReportError):
            return read(read_regular(self._path(LAST_SENT), MAX_BYTES))
        return None

    def remove(self, waiting: Waiting) -> None:
        """Take a report out.

        Raises:
            OutboxError: it is still there.
        """
        self._unlink(waiting.path)

    def clear(self) -> None:
        """Take everything out that was to be sent.

        Raises:
            OutboxError: something is still there.
        """
        for waiting in self.waiting():
            self.remove(waiting)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed process left half written."""
        for name in self._files():
            if UNFINISHED.fullmatch(name):
                self._unlink(self._path(name))

    def _files(self) -> list[str]:
        """The names of plain files; a link could lead to anything, and a folder could not be removed."""
        try:
            with os.scandir(self._folder) as entries:
                return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _error("read", error) from error

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _unlink(self, path: str) -> None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _error("changed", error) from error

    def _write(self, name: str, data: bytes) -> None:
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            put_whole(self._path(name), data)
        except OSError as error:
            raise _error("written to", error) from error


def _error(participle: str, error: OSError) -> OutboxError:
    return OutboxError(f"The outbox for reports could not be {participle}: {error.strerror or error}.")
