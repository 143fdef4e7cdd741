"""``watchword export-my-data``: everything that Watchword holds about you, as one file."""

from __future__ import annotations

import argparse
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import IO, Any

from agent import mydata, secrets
from agent.errors import RefusedError, WatchwordError
from agent.paths import Paths
from config.text import quoted

__all__ = ["add_parser", "run"]

EPILOG = """\
It is a zip file: answers.html to read or print, summary.txt with what there is, data.json with all of it
(docs/my-data.md), and copies of the files. Without a name it is put into this folder, or into your own if this one
cannot be written to. The addresses of your accounts stay out unless you ask for them; your key for Have I Been Pwned
always does. Keep the file safe: it tells which accounts you have and how they are protected.

examples:
  watchword export-my-data
  watchword export-my-data ~/Desktop/watchword.zip --with-addresses
  watchword export-my-data - > watchword.zip
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "export-my-data",
        help="save everything that Watchword holds about you",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="where to, or - for standard output")
    parser.add_argument("--with-addresses", action="store_true", help="the addresses of your accounts too")
    parser.add_argument("--force", action="store_true", help="put it in the place of a file that is there")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Write the file. 0 written, 2 there is a file already, 4 it could not be written."""
    now = datetime.now(UTC)
    name = args.file or _own_name(f"watchword-my-data-{now:%Y-%m-%d}.zip")
    if name == "-" and stdout.isatty():
        raise RefusedError("it is a zip file, nothing for a terminal; name a file, or send it on by a pipe")
    if name != "-" and not args.force and os.path.lexists(name):
        raise RefusedError(f"{quoted(name)} is there already; say --force to replace it, or another name")
    data = mydata.collect(
        Paths.here(),
        os.path.expanduser("~"),
        now,
        with_addresses=args.with_addresses,
        read_secrets=partial(secrets.get_many, may_prompt=args.with_addresses and stdin.isatty()),
    )
    for note in data.notes:
        print(f"watchword: {note}", file=stderr)
    content = mydata.archive(data)
    if name == "-":
        stdout.buffer.write(content)  # type: ignore[attr-defined]  # standard output is always a TextIOWrapper here
        stdout.buffer.flush()  # type: ignore[attr-defined]
        return 0
    try:
        write(name, content, force=args.force)
    except FileExistsError as error:
        raise RefusedError(f"{quoted(name)} is there already; say --force to replace it, or another name") from error
    except OSError as error:
        raise WatchwordError(
            f"{quoted(name)} could not be written: {error.strerror or error}. "
            "Nothing was saved; name a file in a folder of yours."
        ) from error
    without = "" if args.with_addresses else " The addresses of your accounts are not in it."
    print(f"Written to {os.path.abspath(name)}.{without}", file=stdout)
    return 0


def _own_name(name: str) -> str:
    """Where a file without a folder goes: here, or home where nothing can be written here."""
    try:
        with tempfile.TemporaryFile(dir=os.curdir):
            return name
    except OSError:
        return os.path.join(os.path.expanduser("~"), name)


def write(path: str, content: bytes, *, force: bool) -> None:
    """Put it in place whole or not at all, for the person alone to read.

    Raises:
        FileExistsError: something is there, and ``force`` was not said.
        OSError: it cannot be written.
    """
    folder = os.path.dirname(os.path.abspath(path))
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".watchword-")  # 0600, O_EXCL
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(temporary, path)
        else:
            _put(temporary, path)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _put(temporary: str, path: str) -> None:
    """Give it its name, and never take the place of what has that name."""
    if hasattr(os, "link"):
        try:
            os.link(temporary, path)  # unlike a rename it fails if there is something
        except FileExistsError:
            raise
        except OSError:  # a stick in a format that has no links
            pass
        else:
            return
    if os.path.lexists(path):
        raise FileExistsError(path)
    os.replace(temporary, path)
