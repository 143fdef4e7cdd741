"""``watchword accounts``: the accounts that Watchword looks after with you."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

from agent import account_import, account_list, secrets
from agent.account_list import Kept
from agent.accounts import KnownAccounts, known_accounts
from agent.cli.ask import one_line as ask
from agent.cli.asking import ABOUT_ACCOUNTS, take_in
from agent.cli.session import Session, session_with_notes
from agent.cli.show import CALLED
from agent.cli.subjects import account_named, spoken
from agent.contract import Account, Finding
from agent.daemon.doorbell import ring
from agent.errors import RefusedError
from agent.files import read_regular
from agent.store import StoreError
from checks.two_step import judge
from config.platforms import find, methods, platform, platforms
from config.text import quoted

__all__ = ["add_parser", "run"]

LOOKED_AFTER = "The account is looked after all the same; what needs the address will say that it could not be checked."

EPILOG = """\
An address is optional. It is kept in the keyring of your system, never in Watchword's own files, and only used to
look for it in known data breaches. It is asked for, or read from standard input; never give it as an option.

examples:
  watchword accounts add google --label "Work email"
  watchword accounts edit "Work email" --address
  watchword accounts import accounts.csv
  watchword accounts remove i-3fa1c09b77de
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "accounts",
        help="list, add, import, edit or remove the accounts that are looked after",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(handler=run)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    listing = actions.add_parser("list", help="show them, with the second step each one has", allow_abbrev=False)
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    adding = actions.add_parser(
        "add",
        help="add one",
        description=f"Services: {', '.join(platforms())}.",
        allow_abbrev=False,
    )
    adding.add_argument("service", metavar="SERVICE", help="the service's id or name, for example google")
    adding.add_argument("--label", help="what you call it, for example 'Work email' (no address)")
    adding.add_argument("--no-address", action="store_true", help="do not ask for an address")
    editing = actions.add_parser("edit", help="change one; its history stays", allow_abbrev=False)
    editing.add_argument("subject", metavar="ACCOUNT", help="its id, its label or the start of one")
    editing.add_argument("--label", help="what you call it")
    editing.add_argument("--service", help="the service's id or name")
    address = editing.add_mutually_exclusive_group()
    address.add_argument("--address", action="store_true", help="ask for its address, or read it from standard input")
    address.add_argument("--no-address", action="store_true", help="forget its address")
    importing = actions.add_parser(
        "import",
        help="add those of a list that a spreadsheet saved as CSV",
        description=account_import.FORMAT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    importing.add_argument("file", metavar="FILE", help="the list, or - for standard input")
    importing.add_argument("--dry-run", action="store_true", help="only say what would be done")
    importing.add_argument("--skip-bad", action="store_true", help="leave out what is wrong and import the rest")
    importing.add_argument("--yes", action="store_true", help="do not ask before importing")
    removing = actions.add_parser("remove", help="remove one and forget its address", allow_abbrev=False)
    removing.add_argument("subject", metavar="ACCOUNT", help="its id, its label or the start of one")
    for action in (listing, adding, editing, importing, removing):
        action.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Do it. Exit code 0, 2 for a wrong name or settings, 4 when a change could not be kept."""
    with session_with_notes(args.config, stderr) as session:
        known = known_accounts(session.loaded.settings, session.store)
        if args.action == "list":
            for line in _listed(session, known, as_json=args.json):
                print(line, file=stdout)
            return 0
        if not session.store.keeps:
            raise StoreError("the change could not be kept.")
        change = {"add": _add, "edit": _edit, "import": _import, "remove": _remove}[args.action]
        print(change(args, session, known, stdin, stderr), file=stdout)
        take_in(session, ABOUT_ACCOUNTS)
        ring(session.paths.doorbell)  # the background agent looks the rest up at once
    return 0


def _listed(session: Session, known: KnownAccounts, *, as_json: bool) -> Iterable[str]:
    profile = session.loaded.settings.profile
    found = judge(known.accounts, session.store.attestations(), profile, datetime.now(UTC))
    second_steps = {finding.subject: finding for finding in found}
    if as_json:
        rows = [_as_json(account, known, second_steps[account.id]) for account in known.accounts]
        yield json.dumps(rows, indent=2, ensure_ascii=False)
        return
    if not known.accounts:
        yield "No accounts are listed yet. Start with your email: watchword accounts add google --label 'Work email'"
        return
    table = [("ID", "SERVICE", "LABEL", "ADDRESS", "SECOND STEP")]
    for account in known.accounts:
        address = "kept" if account.has_address else "none"
        name = platform(account.service).name if find(account.service) else account.service
        table.append((account.id, name, account.label, address, _second_step(second_steps[account.id])))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _as_json(account: Account, known: KnownAccounts, finding: Finding) -> dict[str, Any]:
    return {
        "id": account.id,
        "service": account.service,
        "name": platform(account.service).name,
        "label": account.label,
        "address": account.has_address,
        "origin": "settings" if account.id in known.from_settings else "person",
        "second_step": {
            "status": finding.status.value,
            "reason": finding.reason,
            "method": finding.facts.get("method"),
            "expires_at": finding.expires_at.isoformat().replace("+00:00", "Z") if finding.expires_at else None,
        },
    }


def _second_step(finding: Finding) -> str:
    method = methods().get(str(finding.facts.get("method", "")))
    said = f" ({method.name})" if method else ""
    return f"{CALLED[finding.status]}: {finding.reason.replace('_', ' ')}{said}"


def _add(args: argparse.Namespace, session: Session, known: KnownAccounts, stdin: IO[str], stderr: IO[str]) -> str:
    service = account_list.service_of(args.service)
    label = account_list.label_of(args.label) if args.label is not None else service.name
    account_list.must_be_new(service.id, label, known.accounts)  # before an address is asked for
    address = None if args.no_address else _address(stdin, stderr)
    kept = account_list.add(
        session.store,
        known,
        service.id,
        label,
        address=address,
        now=datetime.now(UTC),
        may_prompt=stdin.isatty(),
    )
    _say_not_kept(kept, stderr)
    return f"Added {label} ({kept.account.id}). Say which second step it has: watchword attest {kept.account.id}"


def _edit(args: argparse.Namespace, session: Session, known: KnownAccounts, stdin: IO[str], stderr: IO[str]) -> str:
    account = account_named(args.subject, known.accounts)
    account_list.must_be_own(account, known)
    if args.label is None and args.service is None and not args.address and not args.no_address:
        raise RefusedError("say what to change: --label, --service, --address or --no-address")
    address = _address(stdin, stderr) if args.address else None
    if args.address and not address:
        raise RefusedError("there was no address to keep; nothing was changed")
    kept = account_list.change(
        session.store,
        known,
        account,
        service=args.service,
        label=args.label,
        address=address,
        forget_address=args.no_address,
        now=datetime.now(UTC),
        may_prompt=stdin.isatty(),
    )
    if address:
        _say_not_kept(kept, stderr)
    else:
        _say_not_forgotten(kept, stderr)
    if kept.account.service != account.service:
        print("watchword: what you told us about it was about another service, so it is asked anew.", file=stderr)
    return f"Changed {kept.account.label} ({kept.account.id})."


def _remove(args: argparse.Namespace, session: Session, known: KnownAccounts, stdin: IO[str], stderr: IO[str]) -> str:
    account = account_named(args.subject, known.accounts)
    kept = account_list.remove(session.store, known, account, now=datetime.now(UTC), may_prompt=stdin.isatty())
    _say_not_forgotten(kept, stderr)
    return f"Removed {spoken(account)}."


def _import(args: argparse.Namespace, session: Session, known: KnownAccounts, stdin: IO[str], stderr: IO[str]) -> str:
    plan = account_import.planned(account_import.read(_file(args.file, stdin)), known)
    for line in account_import.preview(plan):
        print(f"watchword: {line}", file=stderr)
    if plan.problems and not args.skip_bad:
        raise RefusedError("nothing was imported; correct these lines, or leave them out with --skip-bad")
    if args.dry_run:
        return f"Nothing was changed: {account_import.counted(plan)}."
    if not plan.steps:
        return "There is nothing to import."
    if stdin.isatty() and not args.yes:
        answer = ask(f"Import {account_import.counted(plan)}? [y/N]", stdin, stderr)
        if (answer or "").casefold() not in ("y", "yes"):
            raise RefusedError("nothing was imported")
    done = account_import.apply(session.store, plan, now=datetime.now(UTC), may_prompt=stdin.isatty())
    if done.problem is not None:
        print(
            f"watchword: {done.not_kept} of the addresses {'was' if done.not_kept == 1 else 'were'} not kept, "
            f"{account_list.why_not(done.problem)}. {LOOKED_AFTER}",
            file=stderr,
        )
    return f"Imported {account_import.counted(plan)}. `watchword accounts list` shows them."


def _file(name: str, stdin: IO[str]) -> bytes:
    """The bytes of the file, or of standard input; one more than is allowed when there are too many."""
    try:
        if name == "-":
            if stdin.isatty():
                raise RefusedError("give the name of a file, or send one by a pipe")
            binary = getattr(stdin, "buffer", None)
            most = account_import.MAX_BYTES + 1
            return bytes(binary.read(most)) if binary is not None else stdin.read(most).encode()
        return read_regular(name, account_import.MAX_BYTES)
    except OSError as error:
        raise RefusedError(f"{quoted(name)}: cannot be read: {error.strerror or error}") from error


def _address(stdin: IO[str], stderr: IO[str]) -> str | None:
    typed = ask("Its email address, to look for it in known breaches (Enter to leave it out):", stdin, stderr)
    if not typed:
        return None
    try:
        return account_list.address_of(typed)
    except RefusedError as error:
        raise RefusedError(f"{error}; nothing was changed") from error


def _say_not_kept(kept: Kept, stderr: IO[str]) -> None:
    if kept.problem is not None:
        why = account_list.why_not(kept.problem)
        print(f"watchword: the address was not kept, {why}. {LOOKED_AFTER}", file=stderr)


def _say_not_forgotten(kept: Kept, stderr: IO[str]) -> None:
    if kept.problem is not None:
        name, why = secrets.address_name(kept.account.id), account_list.why_not(kept.problem)
        print(f"watchword: the address may still be in the keyring under {name}, {why}.", file=stderr)
