"""A report at a lower level of sharing than the one it was made at. Nothing is ever added."""

from __future__ import annotations

from functools import cache

import msgspec

from agent.report.model import LEVELS, Level, Privacy, Report, Row
from config.report import shared_facts

__all__ = ["lower", "lowest"]


def lowest(*levels: Level) -> Level:
    """The least of these levels."""
    return min(levels, key=LEVELS.index)


def lower(report: Report, level: Level) -> Report:
    """The same report with what is shared at ``level`` and not at more; as it is when it shares less already."""
    if LEVELS.index(report.privacy.level) <= LEVELS.index(level):
        return report
    rows = () if level == "summary" else tuple(_without_details(row, level) for row in report.checks)
    privacy = Privacy(level=level, withheld=report.privacy.withheld)
    return msgspec.structs.replace(report, checks=rows, privacy=privacy)


def _without_details(row: Row, level: Level) -> Row:
    kept = {name: value for name, value in row.facts.items() if (row.id, name) in _shared_at(level)}
    return msgspec.structs.replace(row, facts=kept)


@cache
def _shared_at(level: Level) -> frozenset[tuple[str, str]]:
    at = LEVELS.index(level)
    return frozenset((fact.check, fact.name) for fact in shared_facts() if LEVELS.index(fact.level) <= at)
