"""What the person has dealt with, and what makes a breach new to them all the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from checks.breach.breach import Breach
from checks.breach.severity import Weight, weight

__all__ = ["DealtWith", "classes_of", "is_new"]


class DealtWith(msgspec.Struct, frozen=True):
    """One breach as it was when the person had dealt with it.

    ``at`` is when they said so, ``on`` the day on which they say they did it. ``classes`` is what was known to have
    leaked, ``None`` when that was not known.
    """

    weight: int
    at: datetime
    on: date | None = None
    classes: tuple[str, ...] | None = None


def classes_of(breach: Breach) -> tuple[str, ...] | None:
    """What leaked, in lower case; ``None`` when only the breach's name is known."""
    return tuple(sorted({each.lower() for each in breach.data_classes})) if breach.detailed else None


def is_new(breach: Breach, dealt_with: Mapping[str, DealtWith]) -> bool:
    """Whether there is something to deal with: never acknowledged, or graver or more than was known to leak then.

    By name and not by date: a breach that was loaded long ago can come to include an address later.
    """
    now = weight(breach)
    if now is Weight.IGNORED:
        return False
    then = dealt_with.get(breach.name)
    if then is None or now > then.weight:
        return True
    classes = classes_of(breach)
    return classes is not None and then.classes is not None and not set(classes) <= set(then.classes)
