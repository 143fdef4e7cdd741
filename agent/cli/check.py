"""``watchword check``: run the checks now and show what they found."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, TextIO

from agent.cli import FAILED
from agent.cli.asking import how_many_are_due
from agent.cli.rounds import RoundResult, live_round, replayed_round
from agent.cli.show import document_lines, style_for
from agent.runner import Outcome
from agent.status import encode, exit_code

__all__ = ["Progress", "add_parser", "add_round_options", "perform", "run"]

EPILOG = """\
Without an ID every check runs. A check that could not tell says so ("Not checked"): it is never shown as OK.

examples:
  watchword check                        everything, for people
  watchword check screen_lock breach     only these, asked afresh
  watchword check --json                 the status document, for programs
  watchword check --replay laptop.json   judge a recorded computer; nothing is read from or kept on this one
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "check",
        help="run the checks now and show what they found",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="a check to run, for example screen_lock")
    parser.add_argument("--json", action="store_true", help="print the status document as JSON")
    parser.add_argument("--plain", action="store_true", help="no colours and no progress; reads well aloud")
    add_round_options(parser)
    parser.set_defaults(handler=run)


def add_round_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that runs checks."""
    parser.add_argument("--replay", metavar="FILE", help="judge the computer recorded in FILE (- for standard input)")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")


def run(args: argparse.Namespace, stdin: TextIO, stdout: IO[str], stderr: IO[str]) -> int:
    """Run the checks and print the document. Exit code as :func:`agent.status.exit_code`."""
    result = perform(args, args.ids, stdin, stderr, quiet=args.json or args.plain)
    for note in result.notes:
        print(f"watchword: {note}", file=stderr)
    if args.json:
        stdout.write(encode(result.document).decode())
    else:
        questions = how_many_are_due(args.config) if args.replay is None else None
        style = style_for(stdout, plain=args.plain)
        for line in document_lines(result.document, style, titles=result.titles, questions=questions):
            print(line, file=stdout)
    return FAILED if result.failed else exit_code(row.status for row in result.document.checks)


def perform(
    args: argparse.Namespace, ids: Sequence[str], stdin: TextIO, stderr: IO[str], *, quiet: bool
) -> RoundResult:
    """Run a round as the options say."""
    progress = Progress(stderr, show=not quiet and stderr.isatty() and os.environ.get("TERM") != "dumb")
    try:
        if args.replay is not None:
            return replayed_round(args.replay, ids, config=args.config, stdin=stdin, on_done=progress.done)
        return live_round(ids, config=args.config, on_start=progress.begin, on_done=progress.done)
    finally:
        progress.clear()


class Progress:
    """One line on a terminal that says which checks are still running, gone when they are done."""

    def __init__(self, stream: IO[str], *, show: bool) -> None:
        self._stream = stream
        self._show = show
        self._waiting: list[str] = []
        self._drawn = False

    def begin(self, titles: Sequence[str]) -> None:
        """The checks that are about to run, by title."""
        self._waiting = list(titles)
        self._draw()

    def done(self, outcome: Outcome) -> None:
        """One check has ended."""
        with suppress(ValueError):
            self._waiting.remove(outcome.check.title)
        self._draw()

    def clear(self) -> None:
        """Leave the line empty."""
        if self._drawn:
            print("\r\033[K", end="", file=self._stream, flush=True)
            self._drawn = False

    def _draw(self) -> None:
        if self._show and self._waiting:
            # A line that is too long goes on to the next, where it would stay.
            width = shutil.get_terminal_size((80, 24)).columns
            line = f"Checking: {', '.join(self._waiting)} ..."[: max(width - 1, 0)]
            print(f"\r\033[K{line}", end="", file=self._stream, flush=True)
            self._drawn = True
