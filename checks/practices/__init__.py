"""Practices: what only a person can confirm. Each row of ``config/practices.toml`` is a check of its own.

They share one judge and read nothing but what the person stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.contract import Category, Check, Context, Finding
from checks.practices.judge import judge, reasons
from config.practices import Practice, practices

__all__ = ["check_of"]

#: Nothing but an answer or its age changes these, and an answer is taken in at once. A task is overdue by the hour.
PACE, PACE_OF_A_TASK = timedelta(hours=12), timedelta(hours=4)


def check_of(practice: Practice) -> Check:
    """The check of one practice."""

    def run(context: Context) -> Sequence[Finding]:
        return judge(practice, context.attestations, context.accounts, context.profile, context.now)

    return Check(
        id=practice.id,
        title=practice.title,
        category=Category(practice.category),
        run=run,
        reasons=reasons(practice),
        every=PACE_OF_A_TASK if practice.opened_by else PACE,
        refs=tuple(f"toolkit:{ref}" for ref in practice.refs),
    )


def __getattr__(name: str) -> Check:
    """The check of the practice with this id: what its entry point names."""
    practice = practices().get(name)
    if practice is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return check_of(practice)
