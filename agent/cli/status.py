"""``watchword status``: the last result, as it stands in status.json. Nothing is checked and nothing is changed.

A result that is more than seven days old says nothing about today: unless something fails in it, the exit code is 3.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import IO, Any

from agent.cli import FAILED
from agent.cli.show import document_lines, not_current, style_for
from agent.files import read_regular
from agent.health import read, sentence
from agent.localtime import LOCAL
from agent.paths import Paths
from agent.status import StatusError, exit_code, load

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("status", help="show the last result", description=__doc__, allow_abbrev=False)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the status document as it is")
    form.add_argument("--plain", action="store_true", help="no colours; reads well aloud")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Print the last document. A missing or damaged one is an error of the agent (4), never an empty answer."""
    del stdin
    paths = Paths.here()
    path = paths.status
    try:
        data = read_regular(path)
        document = load(data, path)
    except FileNotFoundError:
        print("watchword: nothing has been checked yet. Run `watchword check`.", file=stderr)
        if not args.json:
            print(f"watchword: {sentence(read(paths), LOCAL, datetime.now(UTC), in_terminal=True)}", file=stderr)
        return FAILED
    except (OSError, StatusError) as error:
        reason = f"{path} could not be read: {error.strerror}" if isinstance(error, OSError) else str(error)
        print(f"watchword: {reason}", file=stderr)
        return FAILED
    now = datetime.now(UTC)
    outdated = not_current(document, now)
    if args.json:
        stdout.write(data.decode())
        if outdated:
            print(f"watchword: {outdated}", file=stderr)
    else:
        style, due = style_for(stdout, plain=args.plain), _questions()
        for line in document_lines(document, style, titles=_titles(), outdated=outdated, now=now, questions=due):
            print(line, file=stdout)
        print(f"\n{sentence(read(paths), LOCAL, now, in_terminal=True)}", file=stdout)
        for problem in _wrong_settings(paths):
            print(f"watchword: {problem} (until it is put right, the last good settings stay in use)", file=stderr)
    return exit_code((row.status for row in document.checks), current=not outdated)


def _wrong_settings(paths: Paths) -> tuple[str, ...]:
    """What is wrong with the settings files as they are now. The background agent cannot say so, and goes on."""
    from config.loader import SettingsError, load  # this and the titles are all that a look at the result needs

    try:
        load(paths.config, paths.policy)
    except SettingsError as error:
        return tuple(error.problems)
    return ()


def _questions() -> int | None:
    from agent.cli.asking import how_many_are_due  # it opens the store, which a program that asks for JSON need not

    return how_many_are_due()


def _titles() -> dict[str, str]:
    from agent.discovery import builtin_checks

    return {check.id: check.title for check in builtin_checks()}
