"""``watchword record``: write what the checks see of this computer into one file, without its people.

The file can be judged on any computer with ``watchword check --replay FILE``, and sent to those who look after
Watchword when a result looks wrong. Names, addresses and serial numbers get stand-ins. It is plain text: read it
before you send it.
"""

from __future__ import annotations

import argparse
import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, Any

from agent import discovery
from agent import round as rounds
from agent.accounts import known_accounts
from agent.cli import FAILED, USAGE
from agent.cli.session import Session, open_session
from agent.host import Host
from agent.host.identity import Identity, of_this_computer
from agent.host.live import LiveHost
from agent.host.recording import encode
from agent.recorder import Difference, Remembered, Taken, take
from agent.runner import Outcome
from agent.store import Store
from config.loader import Loaded

__all__ = ["add_parser", "run"]

#: How each kind of detail is called: one, several.
CALLED = {
    "account_address": ("address of an account", "addresses of accounts"),
    "account_label": ("name of an account", "names of accounts"),
    "browser_state": ("browser profile cut down to its extensions", "browser profiles cut down to their extensions"),
    "full_name": ("full name", "full names"),
    "home": ("home folder", "home folders"),
    "host_name": ("host name", "host names"),
    "ip_address": ("network address", "network addresses"),
    "mac_address": ("hardware address", "hardware addresses"),
    "mail_address": ("email address", "email addresses"),
    "secret": ("possible secret", "possible secrets"),
    "serial": ("serial number", "serial numbers"),
    "user_name": ("user name", "user names"),
}


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "record",
        help="write what the checks see of this computer into a file, without its people",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="where to (standard output without it)")
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Record and say what was left out. Exit code 4 when the recording is not judged as the computer is."""
    del stdin
    problem = None if args.file == "-" else _cannot_write(args.file, force=args.force)
    if problem is not None:
        print(f"watchword: {problem}", file=stderr)
        return USAGE
    session = open_session(args.config)
    with session.store:
        taken = _take(session)
    data = encode(taken.recording)
    if args.file == "-":
        stdout.write(data.decode())
    else:
        try:
            _write(args.file, data, force=args.force)
        except OSError as error:
            print(f"watchword: {args.file}: cannot be written: {error.strerror}", file=stderr)
            return FAILED
    for line in _summary(taken, args.file):
        print(line, file=stderr)
    return FAILED if taken.differences else 0


def _take(session: Session) -> Taken:
    """A recording of this computer by the built-in checks."""
    settings = session.loaded.settings
    checks = discovery.builtin_checks()
    host = LiveHost()
    mails = tuple(account.address for account in settings.accounts if account.address)
    identity = of_this_computer(host.system) | Identity(mails=mails)

    def judge(host: Host, loaded: Loaded, remembered: Remembered) -> Sequence[Outcome]:
        with Store.in_memory() as store:
            known = known_accounts(loaded.settings, store, now=host.now())
            done = rounds.run(
                host,
                loaded.settings,
                checks,
                subjects=rounds.Subjects(accounts=known.accounts, address=known.address),
                remembered=remembered,
                fresh=True,
            )
        return done.outcomes

    return take(host, session.loaded, checks, judge, identity=identity, remembered=session.store.remembered)


def _cannot_write(path: str, *, force: bool) -> str | None:
    """Why the file cannot be written, as far as can be said before the work is done."""
    if os.path.isdir(path):
        return f"{path}: is a directory; give the name of a file"
    if os.path.lexists(path) and not force:
        return f"{path}: is there already; give another name, or --force to replace it"
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        return f"{folder}: there is no such directory"
    return None if os.access(folder, os.W_OK) else f"{folder}: files cannot be created there"


def _write(path: str, data: bytes, *, force: bool) -> None:
    """Write the file so that only its owner can read it, in one piece or not at all."""
    descriptor, temporary = tempfile.mkstemp(prefix=".watchword-", dir=os.path.dirname(path) or ".")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        if force:
            os.replace(temporary, path)
        else:
            _move_without_replacing(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _move_without_replacing(source: str, target: str) -> None:
    """Give a file its name unless that was taken in the meantime."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a disk that has no hard links (a USB stick)
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
        os.rename(source, target)


def _summary(taken: Taken, path: str) -> Iterator[str]:
    """What was written and left out, for the person who is about to send it."""
    recording = taken.recording
    yield (
        f"Recorded {'to standard output' if path == '-' else path}: {len(recording.files)} files, "
        f"{len(recording.commands)} commands, {len(recording.queries)} system calls."
    )
    counted = [_counted(kind, count) for kind, count in recording.redacted.items() if kind in CALLED]
    yield "Replaced by stand-ins: " + (", ".join(counted) or "nothing; nothing personal was found") + "."
    binary = recording.redacted.get("binary_file", 0)
    if binary:
        yield f"{_plural(binary, 'file')} of bytes searched as they are; what is compressed in them cannot be searched."
    if taken.differences:
        yield "This recording is not judged as this computer is, so it is of limited use:"
        yield from (_told(difference) for difference in taken.differences)
    else:
        yield "Judged again from the recording, every check says the same."
    yield "It is plain text: read it before you send it to anybody."


def _counted(kind: str, count: int) -> str:
    one, several = CALLED[kind]
    return f"{count} {one if count == 1 else several}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _told(difference: Difference) -> str:
    here, recorded = (", ".join(verdicts) or "nothing" for verdicts in (difference.here, difference.recorded))
    return f"  {difference.check}: here {here}; from the recording {recorded}"
