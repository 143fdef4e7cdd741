"""``watchword password``: is a password long enough, and is it in a known leak? Nothing of it is kept.

The password itself never leaves this computer: five digits of its fingerprint are sent to Pwned Passwords, which
answers with every leaked one that begins the same.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import IO, Any

from agent.cli import USAGE
from agent.cli.hidden import HiddenInputError, hidden_line
from agent.cli.session import SessionError, settings_in_force
from agent.contract import Http
from checks.breach import hibp
from checks.breach.hibp import Trouble
from config.schema import Settings

__all__ = ["LONG_ENOUGH", "add_parser", "look_up", "report", "run"]

#: Characters: the Safer Politics toolkit, S28.
LONG_ENOUGH = 16

FINE, NOT_FINE, NOT_CHECKED = 0, 1, 3

EPILOG = """\
The password is asked for without showing it, or read from a pipe; never make it part of a command. Nobody else will ask
you for one: not Watchword by itself, not your office, not Have I Been Pwned.

exit codes: 0 long enough and not in a known leak; 1 too short or leaked; 3 the leaks could not be looked up
"""

GIVEN = (
    "a password does not belong in a command: others can see it there, and your shell keeps it. Type only "
    "`watchword password`, and clear this line from your shell's history."
)

WHY = {
    "offline": "there is no network, or it is switched off in the settings",
    "timeout": "the service did not answer in time",
    "tls": "the connection could not be trusted",
    "rate_limited": "the service asked to wait",
    "unavailable": "the service has a problem of its own",
    "blocked": "the service blocked the request",
}


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "password",
        help="try whether a password is long enough and in no known leak",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    # Taken only to be refused: the usual complaint about it would print it once more.
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Ask for a password and say what is known about it."""
    if args.given:
        print(f"watchword: {GIVEN}", file=stderr)
        return USAGE
    try:
        settings = settings_in_force(args.config)[0].settings
        password = hidden_line("Password to try (it is not shown as you type):", stdin, stderr)
    except SessionError as error:
        for problem in str(error).splitlines():
            print(f"watchword: {problem}", file=stderr)
        return USAGE
    except HiddenInputError as error:
        print(f"watchword: {error}.", file=stderr)
        return USAGE
    lines, code = report(len(password), look_up(password, _network(settings), settings))
    for line in lines:
        print(line, file=stdout)
    return code


def look_up(password: str, http: Http, settings: Settings) -> int | Trouble:
    """How often the password was seen in leaks. Only the first five digits of its SHA-1 are sent."""
    digest = hibp.password_hash(password)
    url = hibp.passwords_url(settings.breach.passwords_url, digest)
    # Padding makes every answer the same size, so that nobody who sees the traffic can tell which one it was.
    return hibp.decode_passwords(http.get(url, headers={"Add-Padding": "true"}), digest, datetime.now(UTC))


def report(characters: int, seen: int | Trouble) -> tuple[list[str], int]:
    """What to say about a password of so many characters, and the exit code. No pass without both answers."""
    short = characters < LONG_ENOUGH
    lines = [
        f"Too short: {characters} characters. Use {LONG_ENOUGH} or more; three or four random words are easy to keep."
        if short
        else f"Long enough: {LONG_ENOUGH} characters or more."
    ]
    if isinstance(seen, Trouble):
        why = WHY.get(seen.reason, "the answer could not be read")
        lines.append(f"Known leaks: could not be looked up ({why}). Whether it has leaked is not known.")
    elif seen:
        times = "once" if seen == 1 else f"{seen:,} times"
        lines.append(f"Known leaks: found {times}. Do not use it, and change it wherever you do.")
    else:
        lines.append("Known leaks: not found. That is no promise: not every leak is known.")
    if short or (not isinstance(seen, Trouble) and seen):
        return lines, NOT_FINE
    return lines, NOT_CHECKED if isinstance(seen, Trouble) else FINE


def _network(settings: Settings) -> Http:
    from agent.http import Network

    return Network(settings.network)
