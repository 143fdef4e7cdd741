"""What office IT can see, made from the report itself: every member with today's value and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from agent.contract import Status
from agent.page.lines import TONES, WORDS, Tone
from agent.report.model import Report
from agent.report.reader import encode
from config.practices import practices
from config.report import PRACTICE, shared_facts, staying_facts
from config.report_words import field_meanings

__all__ = ["FactLine", "FieldLine", "RowLine", "ShortLine", "facts", "fields", "pretty", "rows", "short", "stays"]

NOT_THERE = "not in this report"


@dataclass(frozen=True)
class FieldLine:
    """One member: its path, what it means, and its value today."""

    path: str
    meaning: str
    value: str


@dataclass(frozen=True)
class ShortLine:
    """One finding as office IT read it, in our four words."""

    name: str
    tone: Tone
    word: str


@dataclass(frozen=True)
class RowLine:
    """One finding of the report: what it is about, and each of its members in words."""

    name: str
    members: tuple[FieldLine, ...]


@dataclass(frozen=True)
class FactLine:
    """A fact that may be shared, or with ``why`` one that never is."""

    check: str
    name: str
    meaning: str = ""
    level: str = ""
    why: str = ""


def pretty(report: Report) -> str:
    """The same report over several lines, for people."""
    return msgspec.json.format(encode(report), indent=2).decode()


def short(report: Report, names: Mapping[str, str]) -> tuple[ShortLine, ...]:
    """Every finding of the report in a line: what it is about, and how it stands."""
    lines = []
    for row in report.checks:
        tone = TONES.get(Status(row.status), "unknown")
        about = names.get(row.id, row.id) + (f": {row.label}" if row.label else "")
        lines.append(ShortLine(about, tone, "Does not apply" if row.status == "not_applicable" else WORDS[tone]))
    return tuple(lines)


def fields(report: Report) -> tuple[FieldLine, ...]:
    """Every member outside the findings, with its value."""
    found = dict(_leaves(msgspec.to_builtins(report), ""))
    return tuple(
        FieldLine(path, meaning, found.get(path, NOT_THERE))
        for path, meaning in field_meanings().items()
        if not path.startswith("checks.")
    )


def rows(report: Report, names: Mapping[str, str]) -> tuple[RowLine, ...]:
    """Every finding of the report. ``names`` are what checks are called."""
    lines = []
    shared = {(fact.check, fact.name): fact.meaning for fact in shared_facts()}
    for row in report.checks:
        found = dict(_leaves(msgspec.to_builtins(row), "checks."))
        meanings = {path: meaning for path, meaning in field_meanings().items() if path in found}
        members = [FieldLine(path, meaning, found[path]) for path, meaning in meanings.items()]
        check = PRACTICE if row.id in practices() else row.id  # as the facts of a report are looked up
        members += [
            FieldLine(f"checks.facts.{name}", shared[check, name], found[f"checks.facts.{name}"]) for name in row.facts
        ]
        about = names.get(row.id, row.id) + (f": {row.label}" if row.label else "")
        lines.append(RowLine(about, tuple(members)))
    return tuple(lines)


def facts(names: Mapping[str, str]) -> tuple[FactLine, ...]:
    """Every fact that may be shared, and from which level on."""
    return tuple(
        FactLine(names.get(fact.check, fact.check), fact.name, meaning=fact.meaning, level=fact.level)
        for fact in shared_facts()
    )


def stays(names: Mapping[str, str]) -> tuple[FactLine, ...]:
    """Every fact that a check has and that never leaves, and why."""
    return tuple(FactLine(names.get(fact.check, fact.check), fact.name, why=fact.why) for fact in staying_facts())


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Each value that is no table, by its path."""
    for name, each in value.items():
        here = f"{path}{name}"
        if isinstance(each, dict):
            yield from _leaves(each, f"{here}.")
        elif isinstance(each, list | tuple):
            if here != "checks":
                yield here, ", ".join(map(str, each)) or "none"
        elif isinstance(each, bool):
            yield here, "yes" if each else "no"
        else:
            yield here, str(each)
