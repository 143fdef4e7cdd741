"""The findings that the page shows: none of an account that has gone, and none that a new account has overtaken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from agent.status import CheckRow, Document, Text
from agent.words import catalogue, fill

__all__ = ["there"]

NO_ACCOUNTS, NOT_RUN = "no_accounts", "not_run"
#: Checks that have something to say of every account. The others may be about a kind of which there is none.
OF_EVERY_ACCOUNT = frozenset({"two_step", "breach"})


def there(
    document: Document | None, labels: Mapping[str, str] | None, titles: Mapping[str, str] | None = None
) -> Iterator[CheckRow]:
    """The rows of a document that still say something. ``labels`` are the accounts there are now; ``None``: unknown.

    One that says that no accounts are listed is not true any more when one was added since, in a terminal say: nobody
    has looked at that account yet.
    """
    for row in document.checks if document is not None else ():
        if labels is not None and row.instance is not None and row.instance not in labels:
            continue
        overtaken = labels and row.reason == NO_ACCOUNTS and row.id in OF_EVERY_ACCOUNT
        yield _not_looked_at(row, titles or {}) if overtaken else row


def _not_looked_at(row: CheckRow, titles: Mapping[str, str]) -> CheckRow:
    words = catalogue()[f"any.{NOT_RUN}"]
    check = titles.get(row.id) or row.id.replace("_", " ").capitalize()
    text = Text(fill(words.title, {"check": check}), words.body)
    return msgspec.structs.replace(row, reason=NOT_RUN, text=text)
