"""``watchword attest``: say what only you can know: a second step, where mail goes, whether there is a plan."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from agent.accounts import known_accounts
from agent.attested import TAKEN_BACK
from agent.cli.ask import one_line
from agent.cli.asking import Asked, ask_what_is_due, take_in
from agent.cli.question import ask, ask_how_known, say
from agent.cli.session import Session, session_with_notes
from agent.cli.show import spoken_time
from agent.cli.subjects import account_named
from agent.contract import Account, Attestation
from agent.errors import RefusedError
from agent.leaving import EVENT as LEFT
from agent.leaving import Leaving, leaving
from agent.questions import about_whom
from agent.statements import EVIDENCE, HAPPENED, LAPTOP, Statement, about, read_by, statements
from agent.store import StoreError
from config.platforms import methods, platform
from config.practices import NOT_SURE
from config.text import nearest, quoted

__all__ = ["add_parser", "run"]

NEW_PHONE = "event.new_phone"
YES = ("y", "yes")

EPILOG = """\
On a terminal the question is asked. An answer is kept with its date and is good for a while; nothing is ever
overwritten, so to correct one, answer again: the last answer counts. No password or code is ever asked for.

examples:
  watchword attest --due                                 all there is to ask, one after the other; stop at any time
  watchword attest "Work email"                          ask which second step it has
  watchword attest i-3fa1c09b77de --method app           for scripts
  watchword attest laptop --statement recovery_plan.plan --answer checked
  watchword attest --left                                someone has left: three things to do, and no name
  watchword attest --left --yes                          the same without being asked whether that is so
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
    parser.add_argument("--evidence", choices=EVIDENCE, help="how you know (default: asked on a terminal, else none)")
    parser.add_argument("--yes", action="store_true", help="with --left or --new-phone: note it without asking")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep the answer. Exit code 0 when it is kept, 2 for a wrong name or answer, 4 when it could not be kept."""
    event = LEFT if args.left else NEW_PHONE if args.new_phone else None
    if args.subject is None and not (args.due or event):
        raise RefusedError("say which account (or: laptop), or let --due ask all there is to ask")
    if args.subject is not None and (args.due or event):
        raise RefusedError("--due, --left and --new-phone are about everything: leave the account out")
    if args.yes and event is None:
        raise RefusedError("--yes goes with --left or --new-phone")
    with session_with_notes(args.config, stderr) as session:
        if args.due:
            return ask_what_is_due(session, stdin, stdout, stderr)
        if event is not None:
            if args.yes or _is_so(event, session, stdin, stderr):
                return _happened(statements()[event], session, stdin, stdout, stderr)
            return _not_so(event, session, stdin, stdout, stderr)
        account = _subject(args.subject, session)
        statement = _statement(args, account)
        answer, evidence = _answer(args, account, statement, stdin, stderr)
        made = _keep(session, Asked(statement, account), answer, evidence)
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


def _is_so(event: str, session: Session, stdin: IO[str], stderr: IO[str]) -> bool:
    """Whether it has happened: asked on a terminal, taken from the command elsewhere unless one is open already.

    Raises:
        RefusedError: nobody can be asked, and whether another one has left is not clear.
    """
    last = _leaving(session) if event == LEFT else None
    is_open = last is not None and last.open
    if last is not None and is_open:
        told = (
            f"You told us on {spoken_time(last.told_at)} that someone has left; {last.left} of the 3 things are open."
        )
        if not stdin.isatty():
            raise RefusedError(f"{told} Has someone else left as well? Then say --yes")
        say(told, stderr)
    if not stdin.isatty():
        return True
    question = "Has someone else left since?" if is_open else statements()[event].question
    say(question, stderr)
    return (one_line("Yes or no (Enter is no):", stdin, stderr) or "").casefold() in YES


def _not_so(event: str, session: Session, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Nothing is noted. What is open of an earlier one is asked."""
    last = _leaving(session) if event == LEFT else None
    if last is not None and last.open:
        return ask_what_is_due(session, stdin, stdout, stderr, only=read_by(statements()[event]))
    print("Nothing was noted.", file=stdout)
    return 0


def _leaving(session: Session) -> Leaving | None:
    return leaving(session.store.attestations(), session.loaded.settings.profile, datetime.now(UTC))


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
) -> tuple[str, str]:
    """The answer, and how it is known."""
    given = args.method if args.method is not None else args.answer
    if given is None:
        if not stdin.isatty():
            option = "--method" if statement.id == "two_step.method" else "--answer"
            raise RefusedError(f"say your answer with {option}: {', '.join(statement.answers)}")
        print(about_whom(account), file=stderr)
        typed = ask(statement, account, stdin, stderr)
        if not typed:
            raise RefusedError("nothing was kept")
        unsure = typed == NOT_SURE.id
        return typed, args.evidence or ("none" if unsure else ask_how_known(statement, account, stdin, stderr))
    answer: str = given.strip().casefold().replace(" ", "_").replace("-", "_")
    if answer not in statement.answers:
        near = nearest(answer, statement.answers)
        hint = f"did you mean {near}? " if near else ""
        raise RefusedError(f"{quoted(given)} is not an answer; {hint}allowed: {', '.join(statement.answers)}")
    return answer, args.evidence or "none"


def _doubt(account: Account, answer: str, stderr: IO[str]) -> None:
    """Say so when the catalogue does not list this method for the service: a slip is easily made."""
    service, method = platform(account.service), methods().get(answer)
    if method is not None and service.complete and answer not in (*service.methods, *service.recalled):
        print(
            f"watchword: we do not know of {method.name} for {service.name} (checked {service.checked_on}); "
            "please look once more.",
            file=stderr,
        )
