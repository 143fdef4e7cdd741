"""Merging what several parts of a system say about one moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from agent.host import Unreadable

__all__ = ["Busy", "Moment", "Sign", "merge"]

Busy = Literal["no_session", "locked", "presenting", "full_screen", "do_not_disturb"]

#: What one part says: yes, no, or that it cannot tell. ``unsupported`` means that there is no such part here.
Sign = tuple[Busy, bool | Unreadable]


@dataclass(frozen=True)
class Moment:
    """Why the person is not to be interrupted, if they are not, and about what nothing could be learnt."""

    busy: Busy | None
    unknown: tuple[Busy, ...] = ()


def merge(signs: Iterable[Sign]) -> Moment:
    """The first yes, in the order in which they come; a kind that no part could tell about is unknown."""
    seen = list(signs)
    busy = next((kind for kind, answer in seen if answer is True), None)
    told = {kind for kind, answer in seen if not isinstance(answer, Unreadable)}
    asked = dict.fromkeys(kind for kind, _ in seen)
    return Moment(busy, tuple(kind for kind in asked if kind not in told))
