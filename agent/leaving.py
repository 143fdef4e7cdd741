"""Somebody who could use the accounts has left: when that was told, and what is still to be done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.attested import Statements
from agent.contract import Attestation, Finding
from checks.practices.judge import judge
from config.practices import practices
from config.schema import Profile

__all__ = ["EVENT", "TASK", "Leaving", "leaving"]

EVENT, TASK = "event.leaver", "leaver"


@dataclass(frozen=True)
class Leaving:
    """The last leaver. ``left`` of the three things are open; ``due_at`` is by when they are best done, if any is."""

    told_at: datetime
    left: int
    due_at: datetime | None
    overdue: bool

    @property
    def open(self) -> bool:
        """Whether anything is still to be done."""
        return self.due_at is not None


def leaving(attestations: Sequence[Attestation], profile: Profile, now: datetime) -> Leaving | None:
    """How it stands with the last one who has left; ``None`` when nobody has, or that was taken back."""
    told = Statements(attestations).happened(EVENT)
    if not told:
        return None
    finding: Finding
    (finding,) = judge(practices()[TASK], attestations, (), profile, now)
    is_open = finding.reason in ("open", "overdue")
    left = finding.facts.get("left", 0)
    return Leaving(
        told_at=told[-1].made.at,
        left=left if is_open and isinstance(left, int) else 0,
        due_at=finding.due_at if is_open else None,
        overdue=finding.reason == "overdue",
    )
