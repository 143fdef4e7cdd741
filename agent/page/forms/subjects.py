"""What a form is about: an account of this person's list, or this computer and its person."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from agent.accounts import KnownAccounts, known_accounts
from agent.cli.session import Session
from agent.contract import Account
from agent.statements import LAPTOP
from agent.store import StoreError

__all__ = ["account_at", "known_in", "must_keep", "sentence", "subject_at"]


def known_in(session: Session) -> KnownAccounts:
    """The accounts there are now."""
    return known_accounts(session.loaded.settings, session.store)


def account_at(known: KnownAccounts, account_id: str) -> Account:
    """The account with exactly this id.

    Raises:
        HTTPException: there is none (404).
    """
    for account in known.accounts:
        if account.id == account_id:
            return account
    raise HTTPException(404)


def subject_at(known: KnownAccounts, subject: str) -> Account | None:
    """The account with this id, ``None`` for this computer and its person.

    Raises:
        HTTPException: there is no such subject (404).
    """
    return None if subject == LAPTOP else account_at(known, subject)


def must_keep(session: Session) -> None:
    """Nothing is said to be kept that is not.

    Raises:
        StoreError: this store keeps nothing; the message says why.
    """
    if not session.store.keeps:
        raise StoreError(f"This could not be kept. {session.store.obstacle}".strip())


def sentence(error: Exception) -> str:
    """What an error says, as a sentence beside a field: without the field's name before it."""
    said = str(error)
    for field in ("label", "service", "address"):
        said = said.removeprefix(f"{field}: ")
    return f"{said[:1].upper()}{said[1:]}".rstrip(".") + "."
