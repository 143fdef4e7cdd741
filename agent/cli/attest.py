"""``watchword attest``: say what only you can know: a second step, where mail goes, whether there is a plan."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from agent.accounts import known_accounts
from agent.attested import TAKEN_BACK
from agent.cli.ask import one_line
from agent.cli.asking import Asked, ask_what_is_due, heading, options, take_in
from agent.cli.session import Session, session_with_notes
from agent.cli.show import spoken_time
from agent.cli.subjects import account_named
from agent.contract import Account, Attestation
from agent.errors import RefusedError
from agent.statements import EVIDENCE, HAPPENED, LAPTOP, Statement, about, read_by, statements
from agent.store import StoreError
from config.platforms import methods, platform
from config.text import nearest, quoted

__all__ = ["add_parser", "run"]

LEFT, NEW_PHONE = "event.leaver", "event.new_phone"

EPILOG = """\
On a terminal the question is asked. An answer is kept with its date and is good for a while; nothing is ever
overwritten, so to correct one, answer again: the last answer counts. No password or code is ever asked for.

examples:
  watchword attest --due                                 all there is to ask, one after the other; stop at any time
  watchword attest "Work email"                          ask which second step it has
  watchword attest i-3fa1c09b77de --method app           for scripts
  watchword attest laptop --statement recovery_plan.plan --answer checked
  watchword attest --left                                someone has left: three things to do, and no name
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    known = ", ".join((*methods(), "none", "not_sure"))
    parser = subparsers.add_parser(
        "attest",
        help="say what only you can know, such as which second step an account has",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("subject", metavar="SUBJECT", nargs="?", help="an account's id, label or its start; or: laptop")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--due", action="store_true", help="ask all that is unanswered or about to expire")
    instead.add_argument("--left", action="store_true", help="someone has left who could use your accounts")
    instead.add_argument("--new-phone", action="store_true", help="you have a new phone or phone number")
    instead.add_argument("--method", metavar="METHOD", help=f"the second step: {known}")
    instead.add_argument("--answer", metavar="ANSWER", help="the answer to another statement")
    parser.add_argument("--statement", metavar="ID", help="which statement, if there is a choice")
    parser.add_argument("--evidence", choices=EVIDENCE, default="none", help="how you know (default: none)")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep the answer. Exit code 0 when it is kept, 2 for a wrong name or answer, 4 when it could not be kept."""
    event = LEFT if args.left else NEW_PHONE if args.new_phone else None
    if args.subject is None and not (args.due or event):
        raise RefusedError("say which account (or: laptop), or let --due ask all there is to ask")
    if args.subject is not None and (args.due or event):
        raise RefusedError("--due, --left and --new-phone are about everything: leave the account out")
    with session_with_notes(args.config, stderr) as session:
        if args.due:
            return ask_what_is_due(session, stdin, stdout, stderr)
        if event is not None:
            return _happened(statements()[event], session, stdin, stdout, stderr)
        account = _subject(args.subject, session)
        statement = _statement(args, account)
        answer = _answer(args, account, statement, stdin, stderr)
        made = _keep(session, Asked(statement, account), answer, args.evidence)
        take_in(session, read_by(statement))
    print(f"Kept for {account.label if account else 'this laptop'}: {statement.answers[answer]}.", file=stdout)
    days = statement.good_for_days(session.loaded.settings.profile)
    if days is not None:
        print(f"Good until {spoken_time(made.at + timedelta(days=days))}. To change it, answer again.", file=stdout)
    if account is not None:
        _doubt(account, answer, stderr)
    return 0


def _keep(session: Session, asked: Asked, answer: str, evidence: str = "none") -> Attestation:
    if not session.store.keeps:
        raise StoreError("your answer could not be kept.")
    made = asked.answered(answer, datetime.now(UTC), evidence)
    session.store.attest(made)
    return made


def _happened(event: Statement, session: Session, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep that it happened, say what that means, and ask what is best done at once."""
    _keep(session, Asked(event, None), HAPPENED)
    if event.id == LEFT:
        print("Kept: someone has left. There are three things to do, within one working day:", file=stdout)
        for item in statements().values():
            if item.opened_by == event.id:
                print(f"  - {item.question}", file=stdout)
        print("Who can use each account is asked anew. No name is kept.", file=stdout)
    else:
        print("Kept: a new phone or number. Second steps and linked devices are asked anew.", file=stdout)
    print(f"A mistake? watchword attest laptop --statement {event.id} --answer {TAKEN_BACK}", file=stdout)
    ended = read_by(event)
    take_in(session, ended)
    if not stdin.isatty():
        return 0
    return ask_what_is_due(session, stdin, stdout, stderr, only=ended)


def _subject(name: str, session: Session) -> Account | None:
    """The account that is meant, or ``None`` for the laptop."""
    if name.casefold() == LAPTOP:
        return None
    return account_named(name, known_accounts(session.loaded.settings, session.store).accounts)


def _statement(args: argparse.Namespace, account: Account | None) -> Statement:
    offered = {statement.id: statement for statement in about(account)}
    if args.method is not None and account is None:
        raise RefusedError("--method is about an account; for the laptop say --answer")
    if args.statement is None:
        return offered["two_step.method" if account else "password_manager.kind"]
    if args.statement not in offered:
        what = "this account" if account else "the laptop"
        asked, known = quoted(args.statement), ", ".join(offered)
        raise RefusedError(f"there is no statement {asked} about {what}; there is {known}")
    return offered[args.statement]


def _answer(
    args: argparse.Namespace, account: Account | None, statement: Statement, stdin: IO[str], stderr: IO[str]
) -> str:
    given = args.method if args.method is not None else args.answer
    if given is None:
        if not stdin.isatty():
            option = "--method" if statement.id == "two_step.method" else "--answer"
            raise RefusedError(f"say your answer with {option}: {', '.join(statement.answers)}")
        given = _typed(account, statement, stdin, stderr)
    answer: str = given.strip().casefold().replace(" ", "_").replace("-", "_")
    if answer not in statement.answers:
        near = nearest(answer, statement.answers)
        hint = f"did you mean {near}? " if near else ""
        raise RefusedError(f"{quoted(given)} is not an answer; {hint}allowed: {', '.join(statement.answers)}")
    return answer


def _typed(account: Account | None, statement: Statement, stdin: IO[str], stderr: IO[str]) -> str:
    print(f"{heading(account)}: {statement.question}", file=stderr)
    for line in options(statement):
        print(line, file=stderr)
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
