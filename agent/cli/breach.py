"""``watchword breach``: say that you have dealt with the breaches of an account, so that only new ones are told."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from typing import IO, Any

from agent.accounts import known_accounts
from agent.cli.session import session_with_notes
from agent.cli.subjects import account_named, spoken
from agent.errors import RefusedError
from agent.localtime import LocalZone
from agent.store import StoreError
from checks.breach.remembered import acknowledge, happened_after, take_back
from config.text import quoted

__all__ = ["add_parser", "run"]

SAID = "say that you have dealt with known breaches"

EPILOG = """\
Do this once you have changed the passwords. It covers every breach that the last check showed for the account, and for
the other accounts with the same address; one that comes to light later, or of which more is known later, is told again.

examples:
  watchword breach acknowledge "Work email"
  watchword breach acknowledge "Work email" Campaign --on 2026-11-20
  watchword breach acknowledge --all
  watchword breach take-back "Work email"
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "breach",
        help=SAID,
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for action, said in (
        ("acknowledge", "you have dealt with the breaches of an account"),
        ("take-back", "you have not: what was acknowledged last is open again"),
    ):
        one = actions.add_parser(
            action,
            help=said,
            description=f"{said[:1].upper()}{said[1:]}.",
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        one.add_argument("account", nargs="*", metavar="ACCOUNT", help="an account's id, label or the start of one")
        one.add_argument("--all", action="store_true", help="every account")
        if action == "acknowledge":
            one.add_argument("--on", metavar="DATE", help="the day on which you did it, as 2026-11-20; else today")
        one.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
        one.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep the acknowledgement. 0 kept or nothing to keep, 2 wrong name or date, 4 it could not be kept."""
    del stdin
    if args.all == bool(args.account):
        raise RefusedError("say which accounts, or --all")
    now = datetime.now(UTC)
    acknowledging = args.action == "acknowledge"
    on = _day(args.on, now) if acknowledging else None
    with session_with_notes(args.config, stderr) as session:
        store = session.store
        accounts = known_accounts(session.loaded.settings, store).accounts
        named = accounts if args.all else [account_named(name, accounts) for name in args.account]
        memory, ids = store.memory("breach"), [account.id for account in accounts]
        if not store.keeps:
            raise StoreError("your answer could not be kept.")
        for account in {account.id: account for account in named}.values():
            others = [each for each in ids if each != account.id]
            if acknowledging:
                count, said = acknowledge(memory, account.id, now, others, on=on), "dealt with"
            else:
                count, said = take_back(memory, account.id, now, others), "open again"
            nothing = "nothing to deal with" if acknowledging else "nothing to take back"
            later = happened_after(memory, account.id, on, now) if on is not None else 0
            line = f"{_counted(count)} {said}" if count else f"nothing {said}" if later else nothing
            line += f": {_counted(later)} happened after that day" if later else ""
            print(f"{spoken(account)}: {line}.", file=stdout)
    print("The next check takes it into account.", file=stdout)
    return 0


def _counted(number: int) -> str:
    return "1 breach" if number == 1 else f"{number} breaches"


def _day(text: str | None, now: datetime) -> date | None:
    today = now.astimezone(LocalZone()).date()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"--on: found {quoted(text)}; allowed: a day such as {today}") from None
    if day > today:
        raise RefusedError(f"--on: {day} is still to come")
    return day
