"""Finding the checks: every one, built-in or not, registers in the entry-point group ``watchword.checks``.

Built-ins are the entry points of this distribution. Anybody else's code is only ever started when the machine
policy names the check under ``plugins``, and then in a process of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import EntryPoint, distribution, entry_points

from agent.contract import Check

__all__ = ["GROUP", "OURS", "Registered", "built_in", "builtin_checks", "third_party"]

GROUP = "watchword.checks"
OURS = "watchword"


@dataclass(frozen=True)
class Registered:
    """A check that some installed distribution offers: its id (the entry point's name) and who brings it."""

    id: str
    distribution: str
    version: str


def built_in() -> list[EntryPoint]:
    """The entry points of the built-in checks, in the order in which they are declared."""
    return [point for point in distribution(OURS).entry_points if point.group == GROUP]


def builtin_checks(only: Collection[str] | None = None) -> list[Check]:
    """The built-in checks, loaded. ``only`` loads just those ids."""
    return [point.load() for point in built_in() if only is None or point.name in only]


def third_party() -> list[Registered]:
    """The checks that other distributions offer. Nothing of theirs is imported."""
    ours = {point.name for point in built_in()}
    return [
        Registered(point.name, point.dist.name, point.dist.version)
        for point in entry_points(group=GROUP)
        if point.dist is not None and point.dist.name != OURS and point.name not in ours
    ]
