"""``watchword daemon``: run the background agent until you sign out."""

from __future__ import annotations

import argparse
from typing import IO, Any

__all__ = ["add_parser", "run"]

EPILOG = """\
It starts the checks when they are due, shows an alert when something needs a minute of yours, and keeps status.json
up to date. Only one runs at a time. `watchword autostart on` starts it whenever you sign in, and `watchword status`
says whether it runs. It ends when you sign out, with Ctrl-C, or when it is told to.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "daemon",
        help="run the background agent until you sign out",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Run it. The usual way here is shorter (:mod:`agent.__main__`), for this one has loaded the command line."""
    del args, stdin, stdout, stderr
    from agent.daemon.main import main  # only this command needs it

    return main()
