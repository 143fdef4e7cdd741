"""``watchword report``: what office IT gets to see, and whether they do. You begin it, and you can end it any time."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from typing import IO, Any, NamedTuple

import msgspec

from agent import enrolment, secrets
from agent.cli import FAILED
from agent.cli.ask import one_line
from agent.cli.rounds import last_document, round_in
from agent.cli.session import Session, session_with_notes
from agent.daemon.doorbell import ring
from agent.errors import RefusedError, WatchwordError
from agent.health import read as read_health
from agent.host.live import LiveHost
from agent.http import Network
from agent.localtime import LOCAL
from agent.locking import FileLock, taken
from agent.report.lowering import lowest
from agent.report.making import preview
from agent.report.model import LEVELS, Level
from agent.report.reader import encode
from agent.report.sharing import Arrangement, Standing
from agent.report.standing import destination, standing_lines
from agent.reporting import Reports, held, held_alone
from config.report_words import level_words

__all__ = ["add_parser", "run"]

CODE = "The one-time code from office IT:"

EPILOG = """\
Nothing is sent unless your office has set it up on this computer and you have agreed. `report show` prints what they
would get; with --last what left last, and with --json as well to the byte.

examples:
  watchword report show                  # how it stands, and the report as it would be
  watchword report show --json           # the exact bytes
  watchword report enrol                 # agree; asks for the one-time code from your office IT
  watchword report enrol --level summary # agree to less than the office asks for, or to less than before
  watchword report leave                 # stop. What waits is thrown away, and the office is told to delete

exit codes: 0 done, 2 refused or not agreed, 4 the keyring, the disk or the office's collector would not do
"""


class _Talk(NamedTuple):
    """Where questions are asked and answered."""

    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "report",
        help="what office IT can see: show it, begin, send now, or stop",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="how it stands, and the report as it would be now", allow_abbrev=False)
    show.add_argument("--level", choices=LEVELS, help="as it would be at this level")
    show.add_argument("--json", action="store_true", help="the exact bytes of the report and nothing else")
    show.add_argument("--last", action="store_true", help="the one that was sent last instead")
    show.set_defaults(handler=run, action="show")
    send = actions.add_parser("send", help="check everything and send a report now", allow_abbrev=False)
    send.set_defaults(handler=run, action="send")
    enrol = actions.add_parser("enrol", help="agree to share with your office", allow_abbrev=False)
    enrol.add_argument("--level", choices=LEVELS, help="the most you agree to; without it, what the office asks for")
    enrol.add_argument("--yes", action="store_true", help="do not ask; the code is the first line of standard input")
    enrol.set_defaults(handler=run, action="enrol")
    leave = actions.add_parser("leave", help="stop sharing with your office", allow_abbrev=False)
    leave.set_defaults(handler=run, action="leave")


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Show, send, begin or end."""
    # Also when the machine policy cannot be used just now: what is shared can be seen and stopped at any time.
    with session_with_notes(None, stderr, last_good=args.action in ("show", "leave")) as session:
        reports = Reports(session.store, session.paths, session.loaded.settings.report)
        match args.action:
            case "show":
                return _show(args, session, reports, stdout)
            case "send":
                return _send(session, reports, stdout, stderr)
            case "enrol":
                return _enrol(args, session, reports, _Talk(stdin, stdout, stderr))
            case _:
                return _leave(session, reports, stdout, stderr)


def _show(args: argparse.Namespace, session: Session, reports: Reports, stdout: IO[str]) -> int:
    holds, now = reports.arrangement, datetime.now(UTC)
    level: Level = args.level or holds.level
    report = reports.outbox.last_sent() if args.last else None
    if args.last and report is None:
        raise RefusedError("no report has been sent from this computer")
    if report is None:
        document = last_document(session.paths)
        report = preview(document, session.store, level, holds.every_hours) if document is not None else None
    if report is None:
        raise RefusedError("there is no result to make a report of; run `watchword check` first")
    if args.json:
        _write(encode(report), stdout)
        return 0
    for line in standing_lines(holds, reports.store.sending(), len(reports.outbox.waiting()), LOCAL, now):
        print(line, file=stdout)
    words = reports.words(secrets) if holds.shares and reports.store.sending().waiting else ()
    if words:
        print(f"Your three words: {'  '.join(words)}", file=stdout)
    print(f"\n{_heading(level, last=args.last)}\n", file=stdout)
    print(msgspec.json.format(encode(report), indent=2).decode(), file=stdout)
    return 0


def _heading(level: Level, *, last: bool) -> str:
    """What is printed below it."""
    if last:
        return "The last report:"
    return (
        f"A report at the level {level}, as the last result would make it. One that leaves is made after all checks "
        "have run, and has a number and an id of its own:"
    )


def _write(data: bytes, stdout: IO[str]) -> None:
    """These bytes and no line end, whatever the encoding of the stream."""
    raw = getattr(stdout, "buffer", None)
    if raw is None:  # text in memory
        stdout.write(data.decode())
        return
    stdout.flush()
    raw.write(data)
    raw.flush()


def _send(session: Session, reports: Reports, stdout: IO[str], stderr: IO[str]) -> int:
    holds = reports.arrangement
    if not holds.shares:
        raise RefusedError(standing_lines(holds, reports.store.sending(), 0, LOCAL, datetime.now(UTC))[0])
    lock = FileLock(os.path.join(session.paths.data, "round.lock"))
    if not taken(lock):
        raise WatchwordError("Another round is running just now; it sends what is due. Try again in a minute.")
    try:
        result = round_in(session, (), fresh=False, host=LiveHost())
        now = datetime.now(UTC)
        with held_alone(session.paths):
            reports.make(result.whole or result.document, now)
            count = reports.send(secrets, Network(session.loaded.settings.network), now, at_once=True)
    finally:
        lock.release()
    for note in result.notes:
        print(f"watchword: {note}", file=stderr)
    going, waiting = reports.store.sending(), len(reports.outbox.waiting())
    for line in standing_lines(reports.arrangement, going, waiting, LOCAL, now):
        print(line, file=stdout)
    return FAILED if going.problem or going.put_problem or (holds.url and not count) else 0


def _enrol(args: argparse.Namespace, session: Session, reports: Reports, talk: _Talk) -> int:
    holds, now = reports.arrangement, datetime.now(UTC)
    if holds.standing is Standing.NOBODY_ASKS:
        raise RefusedError("no office has set up reports on this computer, so there is nobody to share with")
    level = lowest(holds.asked, args.level or holds.asked)
    code = _agreed(holds, level, talk, ask=not args.yes)
    with held_alone(session.paths):
        network = Network(session.loaded.settings.network)
        begun = enrolment.begin(
            reports, level, now, code=code, keyring=secrets, network=network, platform=platform_now()
        )
    ring(session.paths.doorbell)
    print(f"You share with {destination(holds)}, at the level {level}.", file=talk.stdout)
    if begun.words is not None:
        print(f"Read these three words to office IT:  {'  '.join(begun.words)}", file=talk.stdout)
    if begun.waiting:
        print("They compare them with theirs and approve this laptop. Until then reports wait here.", file=talk.stdout)
    if read_health(session.paths) is None:
        print(
            "The background agent is not running, so nothing leaves by itself: `watchword autostart on` has it start, "
            "and `watchword report send` sends one now.",
            file=talk.stdout,
        )
    print("`watchword report leave` ends it at any time.", file=talk.stdout)
    return 0


def _agreed(holds: Arrangement, level: Level, talk: _Talk, *, ask: bool) -> str | None:
    """The one-time code, if one is needed, once the person has been told and has said yes.

    Raises:
        RefusedError: they have not, or gave no code.
    """
    for line in _notice(holds, level):
        print(line, file=talk.stderr)
    if ask and (one_line("Do you agree? Type yes:", talk.stdin, talk.stderr) or "").casefold() not in ("yes", "y"):
        goes_on = f"you go on sharing at the level {holds.level}" if holds.shares else "nothing is sent"
        raise RefusedError(f"nothing has changed, and {goes_on}")
    if not holds.url:
        return None
    question = "The one-time code from office IT, or nothing to change the level alone:" if holds.shares else CODE
    code = one_line(question, talk.stdin, talk.stderr)
    if not code and not holds.shares:
        raise RefusedError("no code was given, so nothing has changed; office IT gives you one")
    return code or None


def _notice(holds: Arrangement, level: Level) -> list[str]:
    """What the person should know before anything leaves, however they came here."""
    often = "once an hour" if holds.every_hours == 1 else f"every {holds.every_hours} hours"
    shared = "; ".join(level_words(each) for each in LEVELS[: LEVELS.index(level) + 1])
    return [
        f"{holds.office or 'Your office'} asks for a report about this laptop, {often}.",
        f"It goes to {destination(holds)}.",
        f"At the level {level} it says: {shared}.",
        "It never has addresses, names of people, file names, messages, or which breaches.",
        "`watchword report show` prints it as it is. You can end it at any time, and your checks go on without it.",
    ]


def _leave(session: Session, reports: Reports, stdout: IO[str], stderr: IO[str]) -> int:
    agreed = reports.store.sharing()
    if agreed is None or agreed.level is None:
        print("Nothing is shared from this computer.", file=stdout)
        return 0
    with held(session.paths):  # also when somebody is sending: it must end whatever goes on
        left = enrolment.leave(
            reports, datetime.now(UTC), keyring=secrets, network=Network(session.loaded.settings.network)
        )
    print("Stopped. Nothing is shared from this computer any more, and what was waiting is thrown away.", file=stdout)
    if left.told:
        print("Your office's collector was told to delete what it has of this laptop.", file=stdout)
    elif left.told is False:
        print(
            "Your office's collector could not be told of everything. Ask office IT to delete what it has of the "
            f"laptop with the number {session.store.device_id()}.",
            file=stdout,
        )
    for line in left.left:
        print(f"watchword: {line}", file=stderr)
    return FAILED if left.left else 0


def platform_now() -> enrolment.Platform:
    """This system as reports name it."""
    if sys.platform == "win32":
        return "windows"
    return "macos" if sys.platform == "darwin" else "linux"
