"""From files to entries: status documents become reports here, reports are taken as they are, lowered if need be.

What is read was written by somebody else, another person of this computer maybe, and this may run as an administrator.
So no link below a home is followed, nothing but a regular file of a plausible size is opened, and nothing of what is
found goes anywhere but through the report.
"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

import msgspec

from agent.files import read_regular
from agent.report.build import Frame, build
from agent.report.exporters.entry import Entry
from agent.report.lowering import lower
from agent.report.model import Level, Report
from agent.report.reader import ReportError, read
from agent.status import CURRENT_FOR, Document, StatusError, load

__all__ = ["MAX_BYTES", "entries", "entry", "found"]

#: A status document with 2,000 accounts and all its words is below this.
MAX_BYTES = 8 * 1024 * 1024
MAGIC = frozenset("*?[")

#: The names of apps that may be said, asked for only when a level may say them.
Catalogue = Callable[[], Collection[str]]


class _Kind(msgspec.Struct, frozen=True):
    """The members by which the two formats are told apart."""

    schema: str = ""
    format: str = ""


def entries(paths: Sequence[str], level: Level, now: datetime, catalogue: Catalogue) -> list[Entry]:
    """One entry for each file, in the order of :func:`found`."""
    return [_entry_of(path, base, level, now, catalogue) for path, base in found(paths)]


def found(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each file with the folder above which links are the administrator's own affair.

    A name with ``*``, ``?`` or ``[`` stands for all files that fit, in the order of their names; when none does it
    stays as it is, and is missing.
    """
    for path in map(os.path.normpath, paths):
        if not MAGIC & set(path) or os.path.lexists(path):
            yield path, path
            continue
        for match in sorted(glob.glob(path)) or [path]:
            yield match, _base(path, match)


def _base(pattern: str, match: str) -> str:
    """The folder that the first wildcard stands for (a home, say), or is in when it stands for the file itself."""
    parts = pattern.split(os.sep)
    depth = next(number for number, part in enumerate(parts, start=1) if MAGIC & set(part))
    return os.sep.join(match.split(os.sep)[: min(depth, len(parts) - 1)]) or os.sep


def _entry_of(path: str, base: str, level: Level, now: datetime, catalogue: Catalogue) -> Entry:
    if MAGIC & set(path) and not os.path.lexists(path):
        return Entry("missing")  # Windows would call it a wrong name
    try:
        if path != base and _has_link(path, base):
            return Entry("unreadable")
        data = read_regular(path, MAX_BYTES)
    except FileNotFoundError:
        return Entry("missing")
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        return Entry("unreadable")
    return entry(data, level, now, catalogue)


def _has_link(path: str, base: str) -> bool:
    """Whether a part of the path below ``base``, or the file, is a link or no plain file (a device does things)."""
    rest = os.path.relpath(path, base).split(os.sep)
    for depth in range(1, len(rest) + 1):
        kept = os.lstat(os.path.join(base, *rest[:depth]))
        # On Windows a junction is no link to Python, but has a tag.
        if stat.S_ISLNK(kept.st_mode) or (sys.platform == "win32" and kept.st_reparse_tag):
            return True
    return not stat.S_ISREG(os.lstat(path).st_mode)


def entry(data: bytes, level: Level, now: datetime, catalogue: Catalogue) -> Entry:
    """The entry of what is in a file: a status document or a report, as of ``now`` and at most at ``level``."""
    try:
        kind = msgspec.json.decode(data, type=_Kind)
        report = read(data) if kind.format else _made(load(data), level, catalogue)
        return Entry.of(lower(report, level), now)
    except (msgspec.MsgspecError, StatusError, ReportError, ValueError, OverflowError, RecursionError):
        return Entry("damaged")


def _made(document: Document, level: Level, catalogue: Catalogue) -> Report:
    """The report of a status document.

    Without the store there is no number of a report, so one is made that rises with time; two exports of one document
    are the same report.

    Raises:
        StatusError: its counts are not those of its rows.
    """
    counts = msgspec.to_builtins(document.summary.counts)
    rows = [row.status.value for row in document.checks]
    if any(rows.count(status) != count for status, count in counts.items()):
        raise StatusError("the counts are not those of the findings")
    made = document.generated_at
    frame = Frame(
        report_id=_random_looking(f"{document.device.id} {made.isoformat()}"),
        sequence=max(int(made.timestamp()), 1),
        level=level,
        next_report_by=made + CURRENT_FOR,
    )
    return build(document, frame, catalogue=catalogue() if level == "detailed" else ())


def _random_looking(text: str) -> str:
    """A version 4 id that is the same for the same text."""
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"
