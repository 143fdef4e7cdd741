"""What comes first: what is worse, then what lets somebody else into an account. The same order on every visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.contract import Category, Severity
from agent.page.lines import URGENCY, standing
from agent.status import CheckRow
from config.practices import practices

__all__ = ["TAKEOVER", "order"]

#: What an account is taken over by, the shortest way first: who still has a key, then the second step, then the rest.
TAKEOVER: Sequence[str] = (
    "leaver",
    "two_step",
    "breach",
    "mail_forwarding",
    "account_access",
    "linked_devices",
    "passwords",
    "password_manager",
    "posting_tool",
)
#: After that, the computer; after that, habits of a team.
CATEGORIES: Mapping[Category, int] = {
    Category.ACCOUNT: 1,
    Category.DEVICE: 2,
    Category.PRACTICE: 3,
    Category.AGENT: 4,
}
SEVERITIES: Sequence[Severity] = (Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)


def order(row: CheckRow, now: datetime) -> tuple[int, int, int, int, str]:
    """The lower comes first. Findings of one check that matter as much stay as the check gave them: email first."""
    group = 0 if row.id in TAKEOVER else CATEGORIES[row.category]
    return URGENCY.index(standing(row, now)), group, SEVERITIES.index(row.severity), _place(row.id), row.id


def _place(check_id: str) -> int:
    """Where a check stands among those of its group, the most important first."""
    known = TAKEOVER if check_id in TAKEOVER else list(practices())
    return known.index(check_id) if check_id in known else -1
