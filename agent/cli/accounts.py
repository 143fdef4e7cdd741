"""``watchword accounts``: the accounts that Watchword looks after with you."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, Any

from agent import secrets
from agent.accounts import KnownAccounts, known_accounts
from agent.cli.ask import one_line as ask
from agent.cli.session import Session, session_with_notes
from agent.cli.show import CALLED
from agent.cli.subjects import account_named, spoken
from agent.contract import Account, Finding
from agent.errors import RefusedError
from agent.host import Unreadable
from agent.store import StoreError
from checks.two_step import judge
from config.platforms import OTHER, Platform, find, methods, nearest_service, platform, platforms
from config.text import one_line, quoted

__all__ = ["add_parser", "run"]

MAX_LABEL = 80
#: RFC 5321 allows 254 characters in an address.
MAX_ADDRESS = 254

EPILOG = """\
An address is optional. It is kept in the keyring of your system, never in Watchword's own files, and only used to
look for it in known data breaches. It is asked for, or read from standard input; never give it as an option.

examples:
  watchword accounts add google --label "Work email"
  watchword accounts edit "Work email" --address
  watchword accounts remove i-3fa1c09b77de
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "accounts",
        help="list, add, edit or remove the accounts that are looked after",
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
    removing = actions.add_parser("remove", help="remove one and forget its address", allow_abbrev=False)
    removing.add_argument("subject", metavar="ACCOUNT", help="its id, its label or the start of one")
    for action in (listing, adding, editing, removing):
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
        change = {"add": _add, "edit": _edit, "remove": _remove}[args.action]
        print(change(args, session, known, stdin, stderr), file=stdout)
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
    service = _service(args.service)
    label = _label(args.label if args.label is not None else service.name)
    _must_be_new(service.id, label, known.accounts)
    address = None if args.no_address else _address(stdin, stderr)
    stored = session.store.add_account(service.id, label, now=datetime.now(UTC))
    if address:
        _keep_address(stored.id, address, session, stdin, stderr)
    return f"Added {label} ({stored.id}). Say which second step it has: watchword attest {stored.id}"


def _edit(args: argparse.Namespace, session: Session, known: KnownAccounts, stdin: IO[str], stderr: IO[str]) -> str:
    account = _own(args.subject, known)
    if args.label is None and args.service is None and not args.address and not args.no_address:
        raise RefusedError("say what to change: --label, --service, --address or --no-address")
    service = _service(args.service).id if args.service is not None else account.service
    label = _label(args.label) if args.label is not None else account.label
    if (service, label) != (account.service, account.label):
        _must_be_new(service, label, known.accounts)
    address = _address(stdin, stderr) if args.address else None
    if args.address and not address:
        raise RefusedError("there was no address to keep; nothing was changed")
    session.store.change_account(account.id, service=service, label=label)
    if address:
        _keep_address(account.id, address, session, stdin, stderr)
    if args.no_address:
        _forget_address(account, session, stdin, stderr)
    return f"Changed {label} ({account.id})."


def _remove(args: argparse.Namespace, session: Session, known: KnownAccounts, stdin: IO[str], stderr: IO[str]) -> str:
    account = _own(args.subject, known)
    if account.has_address:
        _forget_address(account, session, stdin, stderr)
    session.store.remove_account(account.id, now=datetime.now(UTC))
    return f"Removed {spoken(account)}."


def _own(name: str, known: KnownAccounts) -> Account:
    account = account_named(name, known.accounts)
    if account.id in known.from_settings:
        raise RefusedError(f"{spoken(account)} is listed in a settings file: change it there")
    return account


def _service(name: str) -> Platform:
    service = find(name)
    if service is not None:
        return service
    near = nearest_service(name)
    hint = f"did you mean {near}?" if near else f"known are {', '.join(platforms())}."
    raise RefusedError(f"there is no service {quoted(name)}; {hint} For any other say {OTHER} or other_email.")


def _label(text: str) -> str:
    label = text.strip()
    if not label or len(label) > MAX_LABEL or not one_line(label):
        raise RefusedError(f"--label: found {quoted(text)}; allowed: one line of 1 to {MAX_LABEL} characters")
    if _is_address(label):
        raise RefusedError("--label: an address is not a label; call it something like 'Work email'")
    return label


def _must_be_new(service: str, label: str, accounts: Sequence[Account]) -> None:
    for account in accounts:
        if account.service == service and account.label.casefold() == label.casefold():
            raise RefusedError(
                f"there already is {spoken(account)} on {platform(service).name}; choose another --label"
            )


def _address(stdin: IO[str], stderr: IO[str]) -> str | None:
    address = ask("Its email address, to look for it in known breaches (Enter to leave it out):", stdin, stderr)
    if address and not _is_address(address):
        # It may be a password that was typed into the wrong place: it is not repeated.
        raise RefusedError("that is not an email address; nothing was changed")
    return address


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    whole = 3 <= len(text) <= MAX_ADDRESS and one_line(text) and not any(map(str.isspace, text))
    return bool(whole and name and domain) and "@" not in name and "." in domain.strip(".")


def _keep_address(account_id: str, address: str, session: Session, stdin: IO[str], stderr: IO[str]) -> None:
    problem = secrets.store(secrets.address_name(account_id), address, may_prompt=stdin.isatty())
    if problem is None:
        session.store.change_account(account_id, has_address=True)
        return
    print(
        f"watchword: the address was not kept, {_why(problem)}. The account is looked after all the same; what needs "
        "the address will say that it could not be checked.",
        file=stderr,
    )


def _forget_address(account: Account, session: Session, stdin: IO[str], stderr: IO[str]) -> None:
    name = secrets.address_name(account.id)
    done = secrets.remove(name, may_prompt=stdin.isatty())
    if isinstance(done, Unreadable) and account.has_address:
        print(f"watchword: the address may still be in the keyring under {name}, {_why(done)}.", file=stderr)
    session.store.change_account(account.id, has_address=False)


def _why(problem: Unreadable) -> str:
    return {
        "no_keyring": "because this system has no keyring that keeps secrets",
        "locked": "because the keyring is locked",
        "timeout": "because the keyring did not answer in time",
    }.get(problem.reason, "because the keyring refused")
