"""``watchword run``: one round as the background agent would run it, with an alert if one is due."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import IO, Any, NoReturn

from agent.cli import FAILED
from agent.cli.session import open_session
from agent.cli.worker import Work, work
from agent.errors import RefusedError
from agent.host.live import LiveHost
from agent.localtime import LOCAL
from agent.locking import FileLock, taken
from agent.logs import Log
from agent.paths import Paths
from agent.reminding import spoken
from agent.status import exit_code
from config.text import quoted

__all__ = ["add_parser", "run"]

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
#: When another round is running, that one knows better when the next is due.
BUSY = timedelta(minutes=1)
#: As long as the background agent waits at most when a worker names no moment.
USUALLY = timedelta(hours=4)

EPILOG = """\
Without --due every check is run, whether it is due or not. Alerts keep to your quiet hours either way. The result is
kept in status.json: `watchword status` shows it.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run one round as the background agent would",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--due", action="store_true", help="only the checks that are due")
    parser.add_argument("--json", action="store_true", help="say in one line of JSON what ran and when to come back")
    parser.add_argument("--present-since", metavar="TIME", help=argparse.SUPPRESS)
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Run it. The exit code says what the round found, or 4 when not everything could be kept."""
    del stdin
    present_since = _moment(args.present_since) if args.present_since else None
    paths = Paths.here()
    lock = FileLock(os.path.join(paths.data, "round.lock"))
    if not taken(lock):
        _say(args, {"next_at": _written(datetime.now(UTC) + BUSY)}, "Another round is running just now.", stdout)
        return 0
    if hasattr(signal, "SIGTERM") and sys.platform != "win32":
        signal.signal(signal.SIGTERM, _end_with_children)
    try:
        session = open_session(args.config, last_good=args.due)
        with session.store:
            done = work(session, LiveHost(), due_only=args.due, present_since=present_since)
        Log(paths.logs, "rounds").write("round", checks=list(done.ran), **_alert(done))
    finally:
        lock.release()
    for note in done.notes:
        print(f"watchword: {note}", file=stderr)
    next_at = done.next_at or datetime.now(UTC) + USUALLY
    _say(
        args,
        {"ran": list(done.ran), "waiting": list(done.waiting), "next_at": _written(next_at)} | _alert(done),
        _sentence(done, next_at),
        stdout,
    )
    if done.result is None:
        return 0
    return FAILED if done.result.failed else exit_code(done.result.round.statuses)


def _say(args: argparse.Namespace, data: dict[str, Any], sentence: str, stdout: IO[str]) -> None:
    print(json.dumps(data) if args.json else sentence, file=stdout)


def _sentence(done: Work, next_at: datetime) -> str:
    ran = f"Checked: {', '.join(done.ran)}." if done.ran else "Nothing was due."
    waits = f" Waiting for power: {', '.join(done.waiting)}." if done.waiting else ""
    return f"{ran}{waits}{_spoken(done)} Next round on {spoken(next_at, LOCAL)}."


def _spoken(done: Work) -> str:
    """What became of an alert, in words."""
    decision, delivery = done.spoken.decision, done.spoken.delivery
    if delivery is not None:
        return " An alert could not be shown." if delivery.shown is False else " An alert was shown."
    return f" An alert waits ({decision.held.replace('_', ' ')})." if decision.held else ""


def _alert(done: Work) -> dict[str, Any]:
    """What became of alerts, in fields of the log: slugs, never words."""
    decision, delivery = done.spoken.decision, done.spoken.delivery
    if decision.say is None or delivery is None:
        return {"held": decision.held} if decision.held else {}
    return {"kind": decision.say.kind, "delivered": delivery.shown, "how": delivery.how, "reason": delivery.reason}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime(FORMAT)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise RefusedError(
            f"--present-since: found {quoted(text)}; allowed: a time such as 2026-11-22T09:00:00Z"
        ) from error


def _end_with_children(number: int, _frame: object) -> NoReturn:
    """Told to end: so must everything that was started, which is in process groups of its own."""
    import psutil  # only when it comes to that

    with suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    os._exit(128 + number)
