"""``watchword export``: the last result as office IT's tools want it, at most at the level that may be shared.

It reads the status document of the person who runs it, or the files it is given, and nothing else: no round is started
and no database is opened. What is too old, damaged or absent is said in the words of the format, and never taken for
good.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, Any

from agent.errors import RefusedError, WatchwordError
from agent.paths import Paths
from agent.report.exporters import FORMATS
from agent.report.exporters.entry import STATES, Entry
from agent.report.lowering import lowest
from agent.report.model import LEVELS, Level
from agent.report.sources import entries

__all__ = ["MOST", "add_parser", "run"]

#: The most that leaves with this command.
MOST: Level = "standard"
NOT_ALL_CURRENT = 3

EPILOG = """\
formats:
{formats}

FILE is a status.json or a report. A name with * stands for all that fit (quote it), those of all people for example:
  Linux    --file '/home/*/.local/state/watchword/status.json'
  macOS    --file '/Users/*/Library/Application Support/Watchword/status.json'
  Windows  --file 'C:\\Users\\*\\AppData\\Local\\Watchword\\status.json'

exit codes: 0 written, 3 written but not every file has a current report (intune and jamf: always 0, the output says it)
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="the last result in a format of office IT's tools",
        description=__doc__,
        epilog=EPILOG.format(formats="\n".join(f"  {name:14}  {each.meaning}" for name, each in FORMATS.items())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--format", required=True, choices=tuple(FORMATS), help="one of those below")
    parser.add_argument("--file", nargs="+", action="extend", metavar="FILE", help="files to read instead of your own")
    parser.add_argument("--level", choices=LEVELS, help=f"share less; at most {MOST}")
    parser.add_argument("--out", metavar="FILE", help="write to FILE, in one step, instead of standard output")
    parser.add_argument("--bom", action="store_true", help="csv: begin with a byte order mark, as Excel wants it")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Write it. What was wrong with files is counted on stderr, without their names: those have names of people."""
    del stdin
    form = FORMATS[args.format]
    if args.bom and args.format != "csv":
        raise RefusedError("--bom is for csv only")
    if form.binary and not args.out:
        raise RefusedError(f"--format {args.format} writes a file: add --out FILE")
    now = datetime.now(UTC)
    seen: list[Entry] = []
    if form.about_computers:
        level = lowest(MOST, args.level or MOST)
        seen = entries(args.file or [Paths.here().status], level, now, _catalogue)
    data = form.render(seen, now)
    if args.bom:
        data = "\ufeff".encode() + data
    if args.out:
        _put(data, args.out)
    else:
        stdout.write(data.decode())
    wrong = _wrong(seen)
    if wrong:
        print(f"watchword: {wrong}", file=stderr)
    return NOT_ALL_CURRENT if wrong and not form.always_zero else 0


def _catalogue() -> Collection[str]:
    from checks.app_updates.catalogue import document  # a large file, of use at one level only

    return frozenset(app["name"] for app in document()["app"])


def _wrong(seen: Sequence[Entry]) -> str:
    counts = Counter(entry.state for entry in seen)
    parts = [f"{counts[state]} {state}" for state in STATES if counts[state] and state != "current"]
    return f"of {len(seen)} files: {', '.join(parts)}" if parts else ""


def _put(data: bytes, path: str) -> None:
    """Put a file in place in one step. One that is there already keeps its mode, so that a collector may read it.

    Raises:
        WatchwordError: it cannot be written.
    """
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".export-", suffix=".tmp")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            os.chmod(temporary, os.stat(path).st_mode & 0o777)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise WatchwordError(f"--out: the file could not be written: {error.strerror}") from error
