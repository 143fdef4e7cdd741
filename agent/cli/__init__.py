"""The command line: one module a command, each with ``add_parser`` and ``run``.

Only the module of the command that was asked for is imported. Data goes to stdout; words about it, progress and
errors go to stderr.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import IO, NoReturn

from agent import __version__
from agent.errors import RefusedError, WatchwordError
from config.text import printable

__all__ = ["COMMANDS", "EXIT_CODES", "FAILED", "USAGE", "run"]

log = logging.getLogger(__name__)

USAGE = 2
FAILED = 4
INTERRUPTED = 130

EXIT_CODES = """\
exit codes:
  0  nothing failing          2  wrong usage or settings
  1  at least one failing     3  nothing failing, but something could not be checked
                              4  watchword itself failed
"""

#: Every command, in the order of ``--help``, with the module that holds it.
COMMANDS = {
    "check": "check",
    "status": "status",
    "open": "open",
    "explain": "explain",
    "remind": "remind",
    "accounts": "accounts",
    "attest": "attest",
    "breach": "breach",
    "password": "password",
    "secret": "secret",
    "config": "config",
    "record": "record",
    "compare": "compare",
    "report": "report",
    "export": "export",
    "schema": "schema",
    "doctor": "doctor",
    "run": "run",
    "daemon": "daemon",
    "autostart": "autostart",
    "export-my-data": "export_my_data",
    "forget-everything": "forget_everything",
}

DESCRIPTION = """\
Watchword looks after the security settings of this computer and your accounts: screen lock, app updates, password
manager, two-step verification and known data breaches. It reads settings and changes nothing.
"""


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.platform == "win32":
        _speak_utf8()
    _log_to(None)
    os.umask(0o077)  # whatever is written from here on is the person's alone, and so are the folders on the way to it
    try:
        args = _parser(arguments).parse_args(arguments)
        if args.verbose:
            _log_to(sys.stderr)
        code = args.handler(args, sys.stdin, sys.stdout, sys.stderr)
        sys.stdout.flush()
        return int(code)
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted. Python would complain once more on its way out.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        _complain("stopped", sys.stderr)
        return INTERRUPTED
    except WatchwordError as error:
        for line in str(error).splitlines():
            _complain(line, sys.stderr)
        return USAGE if isinstance(error, RefusedError) else FAILED
    except OSError as error:
        _complain(f"{error.filename or 'output'}: {error.strerror or error}", sys.stderr)
        return FAILED
    except Exception as error:  # the wall around a command: Python's own end is a traceback, and 1 for "failing"
        with suppress(MemoryError):  # of which there may be none left to say so
            log.exception("the command failed")
            _complain(_wrong_inside(error), sys.stderr)
        return FAILED


def _speak_utf8() -> None:
    """Pipes and files in UTF-8, whatever the code page: it has no room for every name, and JSON is UTF-8 anyway.

    A console is not touched: Python speaks Unicode with it. PowerShell begins what it pipes with a byte order mark.
    """
    for stream, encoding in ((sys.stdin, "utf-8-sig"), (sys.stdout, "utf-8"), (sys.stderr, "utf-8")):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            newline = None if stream is sys.stdin else "\n"
            stream.reconfigure(encoding=encoding, errors=stream.errors, newline=newline)


class _Parser(argparse.ArgumentParser):
    """Complains about what was typed without printing it raw."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="watchword",
        description=DESCRIPTION,
        epilog=EXIT_CODES + "\n`watchword COMMAND --help` says more about a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--verbose", action="store_true", help="say on stderr what goes wrong inside a check")
    parser.add_argument("--version", action="version", version=f"watchword {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    asked = next((word for word in arguments if not word.startswith("-")), None)
    for name, module in COMMANDS.items():
        if asked not in COMMANDS or name == asked:
            import_module(f"agent.cli.{module}").add_parser(commands)
            _speak_plainly(commands.choices[name], name)
    return parser


def _speak_plainly(parser: argparse.ArgumentParser, name: str) -> None:
    """A command's help begins with what it does: its module's words, without the command's name and its quotes."""
    words = (parser.description or "").removeprefix(f"``watchword {name}``: ").replace("``", "`")
    parser.description = words[:1].upper() + words[1:]


def _log_to(stream: IO[str] | None) -> None:
    """Send the agent's own log to ``stream``, or nowhere: a traceback is no way to talk to a person."""
    ours = logging.getLogger("agent")
    ours.addHandler(logging.NullHandler() if stream is None else logging.StreamHandler(stream))
    ours.propagate = False


def _wrong_inside(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    return f"something went wrong inside Watchword ({type(error).__name__}). Please report it."


def _complain(message: str, stderr: IO[str]) -> None:
    with suppress(OSError):
        print(f"watchword: {printable(message)}", file=stderr)
