"""The outbox: reports that have yet to be taken, a file each, so that they survive whatever ends this process.

``<16 digits of the number>-<id>.json`` holds the exact bytes. The newest counts: an older one that says the same state
goes when a newer one comes, and there are seven at most. What the collector took last is kept as ``last-sent.json``,
for the person to see.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import NamedTuple

from agent.errors import WatchwordError
from agent.files import put_whole, read_regular
from agent.report.model import Report
from agent.report.reader import MAX_BYTES, ReportError, encode, read

__all__ = ["LAST_SENT", "MOST", "Outbox", "OutboxError", "Waiting"]

#: As many as a week of daily reports (facts: guidance 7c).
MOST = 7
NAME = re.compile(r"([0-9]{16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json")
LAST_SENT = "last-sent.json"


class OutboxError(WatchwordError):
    """The disk would not do as asked; one sentence."""


class Waiting(NamedTuple):
    """A report in the outbox."""

    number: int
    report_id: str
    path: str


class Outbox:
    """The folder. Whoever writes to it or sends from it holds its lock (:mod:`agent.report.sending`)."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def waiting(self) -> list[Waiting]:
        """What is in it, the oldest first. A file that is not named as ours is not looked at.

        Raises:
            OutboxError: it cannot be told.
        """
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _error("read", error) from error
        found = [(match, name) for name in names if (match := NAME.fullmatch(name))]
        return sorted(Waiting(int(match[1]), match[2], os.path.join(self._folder, name)) for match, name in found)

    def put(self, report: Report) -> None:
        """Add a report. When this returns it is on the disk, and what it makes needless is gone.

        Raises:
            OutboxError: it is not on the disk, or what was to go is still there.
        """
        before = self.waiting()
        self._write(f"{report.sequence:016}-{report.report_id}.json", encode(report))
        needless = [older for older in before if self._says(older) in (None, report.summary.state_digest)]
        needed = [older for older in before if older not in needless]
        for older in [*needless, *needed[: len(needed) + 1 - MOST]]:
            self.remove(older)

    def bytes_of(self, waiting: Waiting) -> bytes | None:
        """The exact bytes; ``None`` when they are gone, or no report that was written by us for that name."""
        try:
            data = read_regular(waiting.path, MAX_BYTES)
            report = read(data)
        except (OSError, ReportError):
            return None
        return data if (report.sequence, report.report_id) == (waiting.number, waiting.report_id) else None

    def sent(self, waiting: Waiting, data: bytes) -> None:
        """The collector has it: it leaves the outbox, and is what was sent last.

        Raises:
            OutboxError: the disk would not have it. It is then sent once more, which does no harm.
        """
        self._write(LAST_SENT, data)
        self.remove(waiting)

    def last_sent(self) -> Report | None:
        """What was sent last, if anything was."""
        with suppress(OSError, ReportError):
            return read(read_regular(os.path.join(self._folder, LAST_SENT), MAX_BYTES))
        return None

    def remove(self, waiting: Waiting) -> None:
        """Take a report out.

        Raises:
            OutboxError: it is still there.
        """
        try:
            os.unlink(waiting.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _error("changed", error) from error

    def clear(self) -> None:
        """Take everything out that was to be sent.

        Raises:
            OutboxError: something is still there.
        """
        for waiting in self.waiting():
            self.remove(waiting)

    def _says(self, waiting: Waiting) -> str | None:
        """The state that a report tells, ``None`` when it cannot be read and so will never be sent."""
        data = self.bytes_of(waiting)
        return read(data).summary.state_digest if data is not None else None

    def _write(self, name: str, data: bytes) -> None:
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            put_whole(os.path.join(self._folder, name), data)
        except OSError as error:
            raise _error("written to", error) from error


def _error(participle: str, error: OSError) -> OutboxError:
    return OutboxError(f"The outbox for reports could not be {participle}: {error.strerror or error}.")
