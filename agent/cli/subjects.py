"""Finding the account that someone means by its id, its label, its service or the start of one of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.contract import Account
from agent.errors import RefusedError
from config.platforms import find
from config.text import nearest, quoted

__all__ = ["SubjectError", "account_named", "spoken"]


class SubjectError(RefusedError):
    """No account, or more than one, is called that; the message says which there are."""


def account_named(text: str, accounts: Sequence[Account]) -> Account:
    """The account that ``text`` means: exact matches first, then the only one that starts so.

    Raises:
        SubjectError: none or several match.
    """
    asked = " ".join(text.casefold().split())
    if not asked:
        raise SubjectError("say which account: its id, its label or the start of one")
    service = find(text)
    tests: tuple[Callable[[Account], bool], ...] = (
        lambda account: account.id == asked,
        lambda account: account.label.casefold() == asked,
        lambda account: service is not None and find(account.service) == service,
        lambda account: account.id.startswith(asked) or account.label.casefold().startswith(asked),
    )
    for matches in tests:
        found = [account for account in accounts if matches(account)]
        if len(found) == 1:
            return found[0]
        if found:
            raise SubjectError(f"{quoted(text)} can mean {' or '.join(map(spoken, found))}: say its id")
    if not accounts:
        raise SubjectError("no accounts are listed yet: add one with `watchword accounts add`")
    near = nearest(asked, [account.label.casefold() for account in accounts])
    meant = next((account for account in accounts if account.label.casefold() == near), None)
    hint = f"did you mean {spoken(meant)}?" if meant else "`watchword accounts list` shows them"
    raise SubjectError(f"there is no account {quoted(text)}; {hint}")


def spoken(account: Account) -> str:
    """An account as it is named in a sentence."""
    return f"{account.label} ({account.id})"
