"""Adding, changing and removing an account that the person listed: what the command line and the page both do.

Addresses go to the keyring and nowhere else. Where there is none, the account is looked after all the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent import secrets
from agent.accounts import KnownAccounts
from agent.attested import SERVICE_CHANGED
from agent.contract import Account, Attestation
from agent.errors import RefusedError
from agent.host import Unreadable
from agent.store import Store, StoredAccount
from checks.breach.remembered import forget as forget_breaches
from config.platforms import OTHER, Platform, find, nearest_service, platform, platforms
from config.text import can_be_seen, folded, one_line, quoted

__all__ = [
    "Kept",
    "add",
    "address_of",
    "change",
    "holds_address",
    "keep_address",
    "label_of",
    "must_be_new",
    "must_be_own",
    "objection",
    "remove",
    "service_of",
    "why_not",
]

MAX_LABEL = 80
#: RFC 5321 allows 254 characters in an address.
MAX_ADDRESS = 254
#: What may stand around an address that is part of a sentence, or before the name of an account.
AROUND = "<>()[]{}.,;:'\"@"


@dataclass(frozen=True)
class Kept:
    """An account as it is now. ``problem`` is why the keyring did not keep, or forget, its address."""

    account: Account
    problem: Unreadable | None = None


def service_of(name: str) -> Platform:
    """The service that somebody names by its id, name or domain.

    Raises:
        RefusedError: there is none; the message says which there are, and repeats no address.
    """
    service = find(name)
    if service is not None:
        return service
    if holds_address(name):
        raise RefusedError("service: an address is not a service; say for example google")
    near = nearest_service(name)
    hint = f"did you mean {near}?" if near else f"known are {', '.join(platforms())}."
    raise RefusedError(f"there is no service {quoted(name)}; {hint} For any other say {OTHER} or other_email.")


def label_of(text: str) -> str:
    """A label as it is kept.

    Raises:
        RefusedError: it looks empty, is too long, is more than a line or holds an address: labels may go to IT.
    """
    label = text.strip()
    if holds_address(label):
        raise RefusedError("label: an address is not a label; call it something like 'Work email'")
    if not can_be_seen(label) or len(label) > MAX_LABEL or not one_line(label):
        raise RefusedError(f"label: found {quoted(text)}; allowed: one line of 1 to {MAX_LABEL} characters")
    return label


def address_of(text: str) -> str:
    """An email address as it is kept.

    Raises:
        RefusedError: it is none. What was typed may be a password in the wrong place, so it is not repeated.
    """
    address = text.strip()
    if not _is_address(address):
        raise RefusedError("that is not an email address")
    return address


def add(
    store: Store,
    known: KnownAccounts,
    service: str,
    label: str,
    *,
    address: str | None = None,
    now: datetime,
    may_prompt: bool,
) -> Kept:
    """List an account. An empty ``label`` is the service's name; ``may_prompt``: the keyring may ask to be unlocked.

    Raises:
        RefusedError: a wrong service, label or address, or the account is listed already. Nothing was changed.
        agent.store.StoreError: it could not be kept.
    """
    found = service_of(service)
    wanted = label_of(label) if label.strip() else found.name
    must_be_new(found.id, wanted, known.accounts)
    checked = address_of(address) if address else None
    stored = store.add_account(found.id, wanted, now=now, unless=objection(found.id, wanted))
    account = Account(id=stored.id, service=found.id, label=wanted)
    return keep_address(store, account, checked, may_prompt=may_prompt) if checked else Kept(account)


def change(
    store: Store,
    known: KnownAccounts,
    account: Account,
    *,
    service: str | None = None,
    label: str | None = None,
    address: str | None = None,
    forget_address: bool = False,
    now: datetime,
    may_prompt: bool,
) -> Kept:
    """Change what is given; the account's history stays. An ``address`` takes the place of the one that was kept.

    On another service everything about the account is asked anew: what was said of it was said of the one before.

    Raises:
        RefusedError: a wrong value, an account of a settings file, or two of the same name. Nothing was changed.
        agent.store.StoreError: it could not be kept.
    """
    must_be_own(account, known)
    service = service_of(service).id if service is not None else account.service
    label = label_of(label) if label is not None else account.label
    checked = address_of(address) if address is not None else None
    must_be_new(service, label, (each for each in known.accounts if each.id != account.id))
    if (service, label) != (account.service, account.label):
        store.change_account(account.id, service=service, label=label, unless=objection(service, label))
    if service != account.service:
        _begin_anew(store, account.id, now)
    changed = Account(id=account.id, service=service, label=label, has_address=account.has_address)
    if checked is not None:
        return keep_address(store, changed, checked, may_prompt=may_prompt)
    return _without_address(store, changed, may_prompt=may_prompt) if forget_address else Kept(changed)


def remove(store: Store, known: KnownAccounts, account: Account, *, now: datetime, may_prompt: bool) -> Kept:
    """Take an account off the list, with its address and what is remembered of its breaches.

    Raises:
        RefusedError: it is listed in a settings file.
        agent.store.StoreError: it could not be kept.
    """
    must_be_own(account, known)
    done = _without_address(store, account, may_prompt=may_prompt) if account.has_address else Kept(account)
    store.remove_account(account.id, now=now)
    forget_breaches(store.memory("breach"), account.id)
    return done


def keep_address(store: Store, account: Account, address: str, *, may_prompt: bool) -> Kept:
    """Keep the address of an account in the keyring.

    Raises:
        agent.store.StoreError: that it has one could not be kept.
    """
    problem = secrets.store(secrets.address_name(account.id), address, may_prompt=may_prompt)
    if problem is None:
        store.change_account(account.id, has_address=True)
    has_address = problem is None or account.has_address
    return Kept(Account(id=account.id, service=account.service, label=account.label, has_address=has_address), problem)


def why_not(problem: Unreadable) -> str:
    """Why the keyring did not do as asked, as the end of a sentence."""
    return {
        "no_keyring": "because this system has no keyring that keeps secrets",
        "locked": "because the keyring is locked",
        "timeout": "because the keyring did not answer in time",
    }.get(problem.reason, "because the keyring refused")


def must_be_own(account: Account, known: KnownAccounts) -> None:
    """An account of a settings file can only be changed there.

    Raises:
        RefusedError: it is one.
    """
    if account.id in known.from_settings:
        raise RefusedError(f"{account.label} ({account.id}) is listed in a settings file: change it there")


def must_be_new(service: str, label: str, accounts: Iterable[Account | StoredAccount]) -> None:
    """Two accounts of one service have two labels, which look different.

    Raises:
        RefusedError: there is such an account.
    """
    for account in accounts:
        if account.service == service and folded(account.label) == folded(label):
            name = platform(service).name
            raise RefusedError(f"there already is {account.label} ({account.id}) on {name}; choose another label")


def objection(service: str, label: str) -> Callable[[Iterable[StoredAccount]], None]:
    """:func:`must_be_new` for the store: somebody else may be listing the same just now."""
    return lambda listed: must_be_new(service, label, listed)


def _begin_anew(store: Store, account_id: str, now: datetime) -> None:
    """What was said and found of an account, and when to be reminded of that, ends here."""
    store.attest(Attestation(subject=account_id, statement=SERVICE_CHANGED, answer="changed", at=now))
    ours = [episode for episode in store.episodes() if episode.subject == account_id]
    store.keep_episodes(msgspec.structs.replace(one, closed_at=now, revision=one.revision + 1) for one in ours)
    for reminder in (one for one in store.reminders() if one.subject == account_id):
        store.keep_reminder(msgspec.structs.replace(reminder, done_at=now))


def _without_address(store: Store, account: Account, *, may_prompt: bool) -> Kept:
    done = secrets.remove(secrets.address_name(account.id), may_prompt=may_prompt)
    store.change_account(account.id, has_address=False)
    bare = Account(id=account.id, service=account.service, label=account.label)
    return Kept(bare, done if isinstance(done, Unreadable) and account.has_address else None)


def holds_address(text: str) -> bool:
    """Whether there is an address in it, or what somebody would read as one; the name ``@alex`` is none."""
    return any("@" in word.strip(AROUND) for word in unicodedata.normalize("NFKC", text).split())


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    whole = 3 <= len(text) <= MAX_ADDRESS and one_line(text) and not any(map(str.isspace, text))
    return bool(whole and name and domain) and "@" not in name and "." in domain.strip(".")
