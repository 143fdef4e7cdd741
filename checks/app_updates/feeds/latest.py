"""What a feed says: the latest version of each line of an app that its maker looks after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cmp_to_key
from typing import Annotated

import msgspec

from checks.app_updates.versions import SCHEMES

__all__ = ["DOTTED", "Latest", "Line", "newest"]

#: A plain version: numbers and dots. A longer one is nobody's version.
DOTTED = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}")

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]


class Line(msgspec.Struct, frozen=True, array_like=True):
    """The latest version of one line.

    ``series`` is empty for the line that everybody may have. Another line is for those whose version begins with its
    ``series`` (an extended support release ``140``). ``complete_at`` is when the last computer is offered the version;
    ``before`` is the release before it, if that is known: whoever has an older one does not wait for the roll-out.
    """

    version: str
    series: str = ""
    complete_at: AwareDatetime | None = None
    before: str = ""


class Latest(msgspec.Struct, frozen=True):
    """The lines of one app, at least one."""

    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]


def newest(versions: Sequence[str], scheme: str) -> str | None:
    """The newest of versions that ``scheme`` allows.

    Raises:
        BadVersionError: one of them is not a version of that scheme.
    """
    order = SCHEMES[scheme]
    for version in versions:
        order(version, version)  # a single one would not be looked at
    return max(versions, key=cmp_to_key(order), default=None)
