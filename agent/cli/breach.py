"""``watchword breach``: say that you have dealt with the breaches of an account, so that only new ones are told."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import IO, Any

from agent.accounts import known_accounts
from agent.cli.session import session_with_notes
from agent.cli.subjects import account_named, spoken
from agent.store import StoreError
from checks.breach.remembered import acknowledge

__all__ = ["add_parser", "run"]

SAID = "say that you have dealt with known breaches"

EPILOG = """\
Do this once you have changed the passwords. It covers every breach that the last check showed for the account, and for
the other accounts with the same address; one that comes to light later is told again.

examples:
  watchword breach acknowledge "Work email"
  watchword breach acknowledge --all
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("breach", help=SAID, description=__doc__, allow_abbrev=False)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    one = actions.add_parser(
        "acknowledge",
        help="you have dealt with the breaches of an account",
        description="Say that you have dealt with the breaches of an account, so that only new ones are told.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("account", nargs="?", metavar="ACCOUNT", help="an account's id, label or the start of one")
    which.add_argument("--all", action="store_true", help="every account")
    one.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    one.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep the acknowledgement. 0 kept or nothing to keep, 2 wrong name, 4 it could not be kept."""
    del stdin
    with session_with_notes(args.config, stderr) as session:
        store = session.store
        accounts = known_accounts(session.loaded.settings, store).accounts
        chosen = accounts if args.all else (account_named(args.account, accounts),)
        memory, now, ids = store.memory("breach"), datetime.now(UTC), [account.id for account in accounts]
        if not store.keeps:
            raise StoreError("your answer could not be kept.")
        for account in chosen:
            count = acknowledge(memory, account.id, now, [each for each in ids if each != account.id])
            said = {0: "nothing to deal with", 1: "1 breach dealt with"}.get(count, f"{count} breaches dealt with")
            print(f"{spoken(account)}: {said}.", file=stdout)
    print("The next check takes it into account.", file=stdout)
    return 0
