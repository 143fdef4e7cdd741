"""What the page calls a finding about breaches: with the name of the service, which no alert says."""

from __future__ import annotations

from agent.contract import Status
from agent.status import CheckRow

__all__ = ["BREACH", "breach_title"]

BREACH = "breach"


def breach_title(row: CheckRow) -> str:
    """What to change where a password is known to others, else which service lost data; nothing where none is named.

    Beside the name of a mailbox "change that password" would mean the mailbox's own.
    """
    named = [item for item in row.items if item.status is row.status and item.to_do]
    if not named or row.text is None or row.status not in (Status.FAIL, Status.WARN):
        return ""
    first, more = named[0], len(named) - 1
    said = str(first.to_do) if row.status is Status.FAIL else f"{row.text.title}: {first.name}"
    return f"{said} (and {more} more)" if more else said
