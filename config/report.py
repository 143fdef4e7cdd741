"""``config/report.toml``: which facts of a finding may leave the computer, and why the others may not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import toml

__all__ = ["PRACTICE", "SharedFact", "StayingFact", "shared_facts", "staying_facts"]

#: Stands for every check that ``config/practices.toml`` makes.
PRACTICE = "practice"


class SharedFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact that office IT may see from a level on. ``meaning`` is what the person reads about it.

    ``values`` are all that a ``code`` can be: words of ours, so that none of somebody else's can pass for one.
    """

    check: str
    name: str
    kind: Literal["number", "yes_no", "month", "code", "apps"]
    level: Literal["standard", "detailed"]
    meaning: str
    values: tuple[str, ...] = ()


class StayingFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact that never leaves, and why."""

    check: str
    name: str
    why: str


@cache
def shared_facts() -> tuple[SharedFact, ...]:
    """Every fact that may be shared, in the order of the file."""
    return msgspec.convert(_table()["fact"], tuple[SharedFact, ...])


@cache
def staying_facts() -> tuple[StayingFact, ...]:
    """Facts that stay on the computer although a check has them."""
    return msgspec.convert(_table()["stays"], tuple[StayingFact, ...])


@cache
def _table() -> dict[str, Any]:
    return toml.loads(files("config").joinpath("report.toml").read_text(encoding="utf-8"))
