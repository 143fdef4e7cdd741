"""Firefox and Thunderbird: Mozilla's product details.

The release line is for everybody; extended support releases (ESR) are lines of their own, and two of them are looked
after while ``..._ESR_NEXT`` is not empty. A release reaches everybody over days, so a new one is complete a week after
``LAST_RELEASE_DATE``, which is the date of the last release with a new first number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from checks.app_updates.feeds.latest import Latest, Line

__all__ = ["parse_firefox", "parse_thunderbird"]

VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}")
ESR = re.compile(rf"({VERSION.pattern})(?:esr)?")
ROLL_OUT = timedelta(days=7)


def parse_firefox(body: bytes) -> Latest | None:
    """Firefox's lines, or ``None`` when the answer does not name them."""
    details = msgspec.json.decode(body, type=dict[str, str])
    return _lines(details, "LATEST_FIREFOX_VERSION", ("FIREFOX_ESR", "FIREFOX_ESR_NEXT"))


def parse_thunderbird(body: bytes) -> Latest | None:
    """Thunderbird's lines, or ``None`` when the answer does not name them."""
    details = msgspec.json.decode(body, type=dict[str, str])
    return _lines(details, "LATEST_THUNDERBIRD_VERSION", ("THUNDERBIRD_ESR", "THUNDERBIRD_ESR_NEXT"))


def _lines(details: Mapping[str, str], release: str, extended: tuple[str, ...]) -> Latest | None:
    latest = details.get(release, "")
    if not VERSION.fullmatch(latest):
        return None
    complete_at = _complete_at(latest, details.get("LAST_RELEASE_DATE", ""))
    lines = [Line(latest, complete_at=complete_at, before=_before(latest) if complete_at else "")]
    for name in extended:
        version = ESR.fullmatch(details.get(name, ""))
        if version is not None:
            lines.append(Line(version[1], series=version[1].partition(".")[0]))
        elif details.get(name) or name == extended[0]:
            return None  # a line that cannot be read is not a line that has ended
    return Latest(tuple(lines))


def _before(version: str) -> str:
    """The release before one with a new first number: the first numbers leave none out."""
    return f"{int(version.partition('.')[0]) - 1}.0"


def _complete_at(version: str, released: str) -> datetime | None:
    """When a release with a new first number has reached everybody; a fix for it goes out at once."""
    if any(number.strip("0") for number in version.split(".")[1:]):
        return None
    try:
        return datetime.strptime(released, "%Y-%m-%d").replace(tzinfo=UTC) + ROLL_OUT
    except (ValueError, OverflowError):
        return None
