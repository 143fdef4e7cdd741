"""How an installed version stands beside what a feed says: current, behind, or not to be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.host import Unreadable
from checks.app_updates.feeds.latest import DOTTED, Latest, Line, newest
from checks.app_updates.versions import SCHEMES, BadVersionError

__all__ = ["CURRENT", "FORMS", "Behind", "Current", "compare"]

#: An installed version that is this much ahead by its first number is of another scheme, not from the future.
MAX_AHEAD = 10
#: As macOS shows the version of Zoom: ``6.5.7 (60598)``.
BUILD_IN_BRACKETS = re.compile(r"([0-9.]{1,60}) \(([0-9]{1,12})\)")
ESR = re.compile(r"([0-9.]{1,60})esr")
#: Brave on Windows puts the number of its Chromium in front: ``150.1.91.175`` is Brave 1.91.175.
FIRST_CHROMIUM = 100


@dataclass(frozen=True)
class Behind:
    """A newer version is there. ``offered`` is ``False`` while its roll-out may not have reached this computer."""

    latest: str
    offered: bool = True


@dataclass(frozen=True)
class Current:
    """Nothing newer is known."""


CURRENT = Current()


def compare(
    version: str, line: str | None, latest: Latest, *, scheme: str, form: str, now: datetime
) -> Behind | Current | Unreadable:
    """How ``version``, as the system shows it, stands beside ``latest``.

    Who is on a line of its own (ESR, extended, one release of several that are looked after) is compared with that
    line, everybody else with the release for everybody. ``Unreadable`` is ``incomparable``.
    """
    esr = ESR.fullmatch(version)
    if esr is not None:
        version, line = esr[1], "esr"
    lines = [each for each in latest.lines if line is None or bool(each.series) == (line == "esr")] or latest.lines
    shown = {each: FORMS[form](version, each.version) for each in lines}
    where = f"{version[:60]} beside {lines[0].version}"
    try:
        top = newest([each.version for each in lines], scheme)
        rows = [_Row(each, text, SCHEMES[scheme](text, each.version) >= 0) for each, text in shown.items() if text]
        starts = {each for each in lines if each.series and SCHEMES[scheme](each.version, each.series) == 0}
    except BadVersionError as error:
        return Unreadable("incomparable", str(error))
    if top is None or len(rows) < len(lines) or min(_first(row.text) for row in rows) > _first(top) + MAX_AHEAD:
        return Unreadable("incomparable", where)
    general = next((row for row in rows if not row.line.series), None)
    own = next((row for row in rows if row.line.series and _is_of(row.text, row.line.series)), None)
    if line is None and general and own and own.line in starts and own.reached and not general.reached:
        # The first version of a line is also the release of that day: which of the two it is cannot be told.
        return Unreadable("incomparable", f"{version[:60]} may be of either line")
    if any(row is not None and row.reached for row in (general, own)):
        return CURRENT
    lacking = own if own and (line == "esr" or general is None) else general
    if lacking is None:
        # A line that nobody looks after any more: the oldest newer one that somebody does.
        lacking = next((row for row in sorted(rows, key=_by_series) if not row.reached), None)
    return CURRENT if lacking is None else _behind(lacking, scheme, now)


@dataclass(frozen=True)
class _Row:
    """One line beside the installed version in that line's form, and whether it is reached."""

    line: Line
    text: str
    reached: bool


def _by_series(row: _Row) -> list[int]:
    return [_first(number) for number in row.line.series.split(".")]


def _behind(row: _Row, scheme: str, now: datetime) -> Behind:
    """A roll-out excuses only who has the release before it: anybody older lacks one that has reached everybody."""
    line = row.line
    complete = line.complete_at is None or line.complete_at <= now
    return Behind(line.version, offered=complete or bool(line.before and SCHEMES[scheme](row.text, line.before) < 0))


def _is_of(version: str, series: str) -> bool:
    return version == series or version.startswith(f"{series}.")


def _first(version: str) -> int:
    digits = re.match(r"[^0-9]*([0-9]{1,18})", version)
    return int(digits[1]) if digits else 0


def _as_it_is(version: str, _: str) -> str | None:
    return version or None


def _brave(version: str, _: str) -> str | None:
    """Brave's own three numbers: alone, after Chromium's, or before a zero."""
    numbers = version.split(".")
    if not DOTTED.fullmatch(version):
        return None
    if len(numbers) == 4 and int(numbers[0]) >= FIRST_CHROMIUM and int(numbers[1]) > 0:  # Chromium's second one is 0
        return ".".join(numbers[1:])
    if len(numbers) == 4 and numbers[3] == "0":
        return ".".join(numbers[:3])
    return version if len(numbers) == 3 and int(numbers[0]) < FIRST_CHROMIUM else None


def _published_parts(version: str, published: str) -> str | None:
    """As many numbers as are published: ``25.8.0.4`` is 25.8.0."""
    if not DOTTED.fullmatch(version):
        return None
    return ".".join(version.split(".")[: published.count(".") + 1])


def _same_parts(version: str, published: str) -> str | None:
    """Numbers that mean the same as the published ones, by their count; zeros may be left out at the end."""
    found = BUILD_IN_BRACKETS.fullmatch(version)
    plain = f"{found[1]}.{found[2]}" if found else version
    if not DOTTED.fullmatch(plain):
        return None
    parts, wanted = plain.split("."), published.count(".") + 1
    if len(parts) > wanted and not any(part.strip("0") for part in parts[wanted:]):
        parts = parts[:wanted]
    if len(parts) < wanted and any(part.strip("0") for part in published.split(".")[len(parts) :]):
        return None
    return ".".join(parts) if len(parts) <= wanted else None


#: How the version that the system shows becomes one that can stand beside the published one.
FORMS: Mapping[str, Callable[[str, str], str | None]] = {
    "": _as_it_is,
    "brave": _brave,
    "published_parts": _published_parts,
    "same_parts": _same_parts,
}
