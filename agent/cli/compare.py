"""``watchword compare``: which of two versions is newer, by the rule of the ecosystem they come from."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from typing import IO, Any

from checks.app_updates.versions import SCHEMES, BadVersionError
from config.text import quoted

__all__ = ["add_parser", "run"]

USAGE = 2
HELP = ("-h", "--help")
DESCRIPTION = f"""\
Print -1 when A is older than B, 0 when the two are the same age and 1 when A is newer.

Without A and B, read pairs from standard input, one a line with a tab between the two, and print one answer a line:
-1, 0 or 1, or error for a line that is no pair the scheme allows. The first of those is told by its number.

schemes: {" ".join(SCHEMES)}
"""
EPILOG = """\
examples:
  watchword compare dpkg 1.0~rc1 1.0        prints -1
  watchword compare rpm < pairs.txt         one answer for each line
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "compare",
        help="say which of two versions is newer",
        usage="watchword compare SCHEME [A B]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # A version may start with a dash, so no argument of this command is an option; run() looks for --help itself.
        prefix_chars="\0",
        add_help=False,
    )
    parser.add_argument("words", nargs="*", metavar="SCHEME [A B]", help=argparse.SUPPRESS)
    parser.set_defaults(handler=run, help=parser.format_help)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Compare two versions, or every pair of standard input.

    Returns:
        0 when everything was answered; 2 for wrong usage or a bad version, in a list too.
    """
    words = [word for at, word in enumerate(args.words) if at != 1 or word != "--"]
    if (words[:1] and words[0] in HELP) or (len(words) == 2 and words[1] in HELP):
        print(args.help(), end="", file=stdout)
        return 0
    if len(words) not in (1, 3):
        print("watchword compare: give a scheme and two versions, or a scheme alone", file=stderr)
        return USAGE
    compare = SCHEMES.get(words[0])
    if compare is None:
        print(f"watchword compare: no scheme {quoted(words[0])}; there are {', '.join(SCHEMES)}", file=stderr)
        return USAGE
    if len(words) == 3:
        return _one(compare, words[1], words[2], stdout, stderr)
    if isinstance(stdin, TextIOWrapper):
        stdin.reconfigure(errors="surrogateescape")  # a byte that is no text spoils its own pair, not the list
    bad: list[str] = []
    stdout.writelines(_answers(compare, stdin, bad))
    stdout.flush()
    if bad:
        others = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        print(f"watchword compare: {bad[0]}{others}", file=stderr)
        return USAGE
    return 0


def _one(compare: Callable[[str, str], int], a: str, b: str, stdout: IO[str], stderr: IO[str]) -> int:
    try:
        answer = compare(a, b)
    except BadVersionError as error:
        print(f"watchword compare: {error}", file=stderr)
        return USAGE
    print(answer, file=stdout)
    return 0


def _answers(compare: Callable[[str, str], int], lines: Iterable[str], bad: list[str]) -> Iterator[str]:
    """An answer for each line. What is wrong with a line is added to ``bad``."""
    for number, line in enumerate(lines, 1):
        pair = line.rstrip("\r\n").split("\t")
        if len(pair) != 2:
            bad.append(f"line {number}: two versions with one tab between them are needed")
            yield "error\n"
            continue
        try:
            yield f"{compare(*pair)}\n"
        except BadVersionError as error:
            bad.append(f"line {number}: {error}")
            yield "error\n"
