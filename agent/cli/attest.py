"""``watchword attest``: say which second step an account has, or another thing that only you can know."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from agent.accounts import known_accounts
from agent.cli.ask import one_line
from agent.cli.session import Session, session_with_notes
from agent.cli.show import spoken_time
from agent.cli.subjects import account_named
from agent.contract import Account, Attestation
from agent.errors import RefusedError
from agent.statements import LAPTOP, Statement, about
from agent.store import StoreError
from config.platforms import methods, platform
from config.text import nearest, quoted

__all__ = ["add_parser", "run"]

EVIDENCE = ("none", "looked_at_settings", "second_person", "local_file")

EPILOG = """\
On a terminal the question is asked. An answer is kept with its date and is good for a while; nothing is ever
overwritten, so to correct one, answer again: the last answer counts. No password or code is ever asked for.

examples:
  watchword attest "Work email"                          ask which second step it has
  watchword attest i-3fa1c09b77de --method app           for scripts
  watchword attest laptop --statement password_manager.kind --answer app
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    known = ", ".join((*methods(), "none", "not_sure"))
    parser = subparsers.add_parser(
        "attest",
        help="say which second step an account has",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("subject", metavar="SUBJECT", help="an account's id, label or the start of one; or: laptop")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--method", metavar="METHOD", help=f"the second step: {known}")
    answer.add_argument("--answer", metavar="ANSWER", help="the answer to another statement")
    parser.add_argument("--statement", metavar="ID", help="which statement, if there is a choice")
    parser.add_argument("--evidence", choices=EVIDENCE, default="none", help="how you know (default: none)")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep the answer. Exit code 0 when it is kept, 2 for a wrong name or answer, 4 when it could not be kept."""
    with session_with_notes(args.config, stderr) as session:
        account = _subject(args.subject, session)
        statement = _statement(args, account)
        answer = _answer(args, account, statement, stdin, stderr)
        if not session.store.keeps:
            raise StoreError("your answer could not be kept.")
        made = Attestation(
            subject=account.id if account else LAPTOP,
            statement=statement.id,
            statement_version=statement.version,
            answer=answer,
            at=datetime.now(UTC),
            evidence=args.evidence,
        )
        session.store.attest(made)
    until = made.at + timedelta(days=statement.good_for_days(session.loaded.settings.profile))
    print(f"Kept for {account.label if account else 'this laptop'}: {statement.answers[answer]}.", file=stdout)
    print(f"Good until {spoken_time(until)}. To change it, answer again.", file=stdout)
    if account is not None:
        _doubt(account, answer, stderr)
    return 0


def _subject(name: str, session: Session) -> Account | None:
    """The account that is meant, or ``None`` for the laptop."""
    if name.casefold() == LAPTOP:
        return None
    return account_named(name, known_accounts(session.loaded.settings, session.store).accounts)


def _statement(args: argparse.Namespace, account: Account | None) -> Statement:
    offered = {statement.id: statement for statement in about(account.id if account else LAPTOP)}
    if args.method is not None and account is None:
        raise RefusedError("--method is about an account; for the laptop say --answer")
    if args.statement is None:
        return next(iter(offered.values()))
    if args.statement not in offered:
        what = "an account" if account else "the laptop"
        asked, known = quoted(args.statement), ", ".join(offered)
        raise RefusedError(f"there is no statement {asked} about {what}; there is {known}")
    return offered[args.statement]


def _answer(
    args: argparse.Namespace, account: Account | None, statement: Statement, stdin: IO[str], stderr: IO[str]
) -> str:
    given = args.method if args.method is not None else args.answer
    if given is None:
        if not stdin.isatty():
            option = "--method" if account else "--answer"
            raise RefusedError(f"say your answer with {option}: {', '.join(statement.answers)}")
        given = _asked(account, statement, stdin, stderr)
    answer: str = given.strip().casefold().replace(" ", "_").replace("-", "_")
    if answer not in statement.answers:
        near = nearest(answer, statement.answers)
        hint = f"did you mean {near}? " if near else ""
        raise RefusedError(f"{quoted(given)} is not an answer; {hint}allowed: {', '.join(statement.answers)}")
    return answer


def _asked(account: Account | None, statement: Statement, stdin: IO[str], stderr: IO[str]) -> str:
    name = f"{account.label} ({platform(account.service).name})" if account else "This laptop"
    print(f"{name}: {statement.question}", file=stderr)
    for number, meaning in enumerate(statement.answers.values(), start=1):
        print(f"  {number:>2}  {meaning}", file=stderr)
    given = one_line(f"Number, 1 to {len(statement.answers)} (Enter to leave it):", stdin, stderr)
    if not given:
        raise RefusedError("nothing was kept")
    if not (given.isascii() and given.isdigit()):
        return given
    if not 1 <= int(given[:3]) <= len(statement.answers):
        raise RefusedError(f"there is no answer {given[:3]}; nothing was kept")
    return list(statement.answers)[int(given[:3]) - 1]


def _doubt(account: Account, answer: str, stderr: IO[str]) -> None:
    """Say so when the catalogue does not list this method for the service: a slip is easily made."""
    service, method = platform(account.service), methods().get(answer)
    if method is not None and service.complete and answer not in (*service.methods, *service.recalled):
        print(
            f"watchword: we do not know of {method.name} for {service.name} (checked {service.checked_on}); "
            "please look once more.",
            file=stderr,
        )
