"""The office's deadlines: by which day a check should be in order. They set a date and never change a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import distribution
from typing import Any

from config.text import as_found, nearest, one_line

__all__ = ["kept", "problems"]

FIELDS = ("check", "by")
#: Nothing else of what ``date.fromisoformat`` takes: "20270115" may be a slip, "2027-W02-5" nobody reads.
WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: The calendars of some systems do not reach much further.
YEARS = range(2000, 2200)
ALLOWED = 'a date such as "2027-01-15"'


def problems(entries: Sequence[Mapping[str, Any]], plugins: Any = ()) -> Iterator[str]:
    """What is wrong with ``[[deadlines]]`` entries, in words.

    ``plugins`` is what the same file says under that name: checks from elsewhere, which may have a deadline too.
    """
    known = [*_built_in(), *(plugins if isinstance(plugins, list) else ())] if entries else []
    first: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        yield from (f"deadlines, entry {number}: {problem}" for problem in _entry_problems(entry, known))
        check = entry.get("check")
        if isinstance(check, str) and (earlier := first.setdefault(check, number)) != number:
            problem = f"check: found {as_found(check)}, as in entry {earlier}; allowed: each check once"
            yield f"deadlines, entry {number}: {problem}"


def kept(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Checked entries as plain text, so that they can be kept and shown as JSON."""
    return [{"check": entry["check"], "by": str(entry["by"])} for entry in entries]


def _entry_problems(entry: Mapping[str, Any], known: Sequence[Any]) -> Iterator[str]:
    for field in entry:
        if field not in FIELDS:
            near = nearest(field, FIELDS)
            named = field if field.isascii() and one_line(field) and len(field) <= 80 else as_found(field)
            yield f"{named}: unknown setting" + (f"; did you mean {near}?" if near else "")
    names = [name for name in known if isinstance(name, str)]
    check = entry.get("check")
    if "check" not in entry:
        yield "check: is missing; allowed: the id of a check, for example two_step"
    elif not isinstance(check, str) or check not in names:
        near = nearest(check, names) if isinstance(check, str) else ""
        hint = f"; did you mean {near}?" if near else ""
        yield f"check: found {as_found(check)}; allowed: {', '.join(names)}{hint}"
    if "by" not in entry:
        yield f"by: is missing; allowed: {ALLOWED}"
    elif not _is_day(entry["by"]):
        yield f"by: found {as_found(entry['by'])}; allowed: {ALLOWED}, without a time"


def _is_day(value: Any) -> bool:
    if isinstance(value, str) and WRITTEN.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:  # the 30th of February
            return False
    return isinstance(value, date) and not isinstance(value, datetime) and value.year in YEARS


def _built_in() -> list[str]:
    """The ids of Watchword's own checks, as they are registered. Settings import no check."""
    return [point.name for point in distribution("watchword").entry_points if point.group == "watchword.checks"]
