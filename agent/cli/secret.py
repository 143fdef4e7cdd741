"""``watchword secret``: put your Have I Been Pwned key into this computer's keyring, or take it out."""

from __future__ import annotations

import argparse
from typing import IO, Any

from agent import secrets
from agent.cli import FAILED, USAGE
from agent.cli.hidden import HiddenInputError, hidden_line
from agent.host import Unreadable
from checks.breach.hibp import is_key, normalised

__all__ = ["add_parser", "run"]

EPILOG = f"""\
The secret is asked for without showing it, or read from a pipe; it is never part of the command. It is kept in the
keyring of this computer and nowhere else. A Have I Been Pwned key is yours alone: do not share one in an office.

names:
  {secrets.HIBP_KEY}    your key for Have I Been Pwned, 32 hex digits
  address:ID      the address of the account with this id (`watchword accounts` keeps it for you)

examples:
  watchword secret set {secrets.HIBP_KEY}
  watchword secret set {secrets.HIBP_KEY} < key.txt
  watchword secret remove {secrets.HIBP_KEY}
"""

#: What to do about a keyring that cannot be used, by reason.
KEYRING = {
    "no_keyring": "this session has no keyring that encrypts, so nothing can be kept. On Linux, sign in to a desktop "
    "with GNOME Keyring or KWallet.",
    "locked": "the keyring is locked. Unlock it and try again.",
    "timeout": "the keyring did not answer in time. It may be waiting for you to unlock it.",
}


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "secret",
        help="keep your Have I Been Pwned key in the keyring",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for action, said in (("set", "keep a secret"), ("remove", "forget a secret")):
        one = actions.add_parser(action, help=said, allow_abbrev=False)
        one.add_argument("name", metavar="NAME", help=f"what it is, for example {secrets.HIBP_KEY}")
        one.set_defaults(handler=run, action=action)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep or forget. 0 done, 2 wrong name or form, 4 the keyring could not be used."""
    if not secrets.is_the_persons(args.name):
        # What was given may be the secret itself, in the wrong place: it is not repeated.
        print(f"watchword: that is not a name. The name of the key is {secrets.HIBP_KEY}.", file=stderr)
        print("watchword: if you gave the secret itself, delete that line from your shell's history.", file=stderr)
        return USAGE
    return _remove(args.name, stdout, stderr) if args.action == "remove" else _set(args.name, stdin, stdout, stderr)


def _set(name: str, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    what = "Have I Been Pwned key" if name == secrets.HIBP_KEY else "Address of the account"
    try:
        value = hidden_line(f"{what} (it is not shown as you type):", stdin, stderr).strip()
    except HiddenInputError as error:
        print(f"watchword: {error}.", file=stderr)
        return USAGE
    if name == secrets.HIBP_KEY and not is_key(value):
        print("watchword: that does not look like a key: it has 32 characters, 0 to 9 and a to f.", file=stderr)
        return USAGE
    if name != secrets.HIBP_KEY and normalised(value) is None:
        print("watchword: that does not look like an email address.", file=stderr)
        return USAGE
    failed = secrets.store(name, value.lower() if name == secrets.HIBP_KEY else value)
    if failed is not None:
        return _no_keyring(failed, stderr)
    print(f"Kept in the keyring: {name}.", file=stdout)
    return 0


def _remove(name: str, stdout: IO[str], stderr: IO[str]) -> int:
    removed = secrets.remove(name)
    if isinstance(removed, Unreadable):
        return _no_keyring(removed, stderr)
    print(f"Removed from the keyring: {name}." if removed else f"The keyring holds no {name}.", file=stdout)
    return 0


def _no_keyring(failed: Unreadable, stderr: IO[str]) -> int:
    print(f"watchword: {KEYRING.get(failed.reason, 'the keyring gave an error; nothing was changed.')}", file=stderr)
    return FAILED
