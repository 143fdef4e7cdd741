"""Updates that macOS itself has found and recommends: ``com.apple.SoftwareUpdate.plist``, written by softwareupdated.

``RecommendedUpdates`` lists them and ``LastFullSuccessfulDate`` says when it last looked for all of them. An upgrade to
the next macOS is not an update of this one: its identifier ends in ``_major``, or its version begins with another
number. What the list still recommends although it is installed is left out by its version.

For a macOS that gets no more updates nothing waits, however much it lacks, so its list says nothing of what is newest.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.host import Host, Unreadable, plists
from checks.app_updates.facts import ManagerFacts, Pending
from checks.app_updates.versions import BadVersionError, dotted
from config import end_of_life

__all__ = ["macos_version", "parse_recommended", "read"]

NAME = "macos"
TITLE = "Software Update"
PATH = "/Library/Preferences/com.apple.SoftwareUpdate.plist"
SW_VERS = ("sw_vers", "-productVersion")
TIMEOUT_SECONDS = 5.0
#: A time further in the future than this says that a clock was wrong.
CLOCK_SLACK = timedelta(days=1)
MACOS = re.compile(r"macOS\b")
FIRST_NUMBER = re.compile(r"([0-9]{1,3})(?![0-9])")
#: How many updates macOS recommends, and how many it found. Where it counts some, an empty list is not the answer, and
#: a list that is not there is one only where it counts none: macOS writes an empty one then.
COUNT, FOUND = "LastRecommendedUpdatesAvailable", "LastUpdatesAvailable"
MAX_TEXT = 100


def read(host: Host, version: str | None, now: datetime) -> ManagerFacts:
    """What macOS recommends, and when it last looked."""
    values = _values(host)
    if isinstance(values, Unreadable):
        return ManagerFacts(NAME, "dotted", values, None, PATH, title=TITLE)
    pending, looked_at = parse_recommended(values, version), _looked_at(values, now)
    trouble = looked_at if isinstance(looked_at, Unreadable) else Unreadable("malformed", PATH)
    return ManagerFacts(
        NAME,
        "dotted",
        trouble if pending is None else pending,
        _ended(version, now) or looked_at,
        PATH,
        "LastFullSuccessfulDate",
        TITLE,
    )


def macos_version(host: Host) -> str | None:
    """The version of macOS, from the tool that old programs are not told stories by."""
    done = host.run(SW_VERS, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable) or done.exit != 0:
        return None
    text = done.stdout.strip()
    return text if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}", text) else None


def parse_recommended(values: dict[str, Any], version: str | None) -> tuple[Pending, ...] | None:
    """The recommended updates that this macOS lacks; ``None`` when the list is not one, or is not all of it."""
    count = values.get(COUNT, values.get(FOUND))
    listed = values.get("RecommendedUpdates", [] if count == 0 else None)
    if not isinstance(listed, list) or (not listed and count not in (0, None)):
        return None
    found: list[Pending] = []
    for entry in listed:
        pending = _pending(entry) if isinstance(entry, dict) else None
        if pending is None:
            return None
        if not _is_major(entry, pending, version) and not _is_installed(pending, version):
            found.append(pending)
    return tuple(found)


def _values(host: Host) -> dict[str, Any] | Unreadable:
    data = host.read_bytes(PATH)
    if data is None:
        return Unreadable("empty", PATH)
    if isinstance(data, Unreadable):
        return data
    try:
        return plists.parse(data)
    except plists.BadPlistError:
        return Unreadable("malformed", PATH)


def _pending(entry: dict[Any, Any]) -> Pending | None:
    name, latest = entry.get("Display Name"), entry.get("Display Version", "")
    package = entry.get("Identifier", entry.get("Product Key", name))
    texts = (name, latest, package)
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT and text.isprintable() for text in texts):
        return None
    return Pending(str(package), "", str(latest), title=str(name)) if name and package else None


def _is_macos(pending: Pending) -> bool:
    return MACOS.match(pending.title) is not None


def _is_major(entry: dict[Any, Any], pending: Pending, version: str | None) -> bool:
    keys = (entry.get("Identifier"), entry.get("Product Key"))
    if any(isinstance(key, str) and key.endswith("_major") for key in keys):
        return True
    if version is None or not _is_macos(pending):
        return False
    first = FIRST_NUMBER.match(pending.latest)
    # What has no number of its own may well be an update of this macOS.
    return first is not None and first[1] != version.partition(".")[0]


def _is_installed(pending: Pending, version: str | None) -> bool:
    """Whether this macOS has it. A fix on top of a version has the same number and a title of its own."""
    if version is None or not _is_macos(pending):
        return False
    try:
        order = dotted(version, pending.latest)
    except BadVersionError:
        return False
    return order > 0 or (order == 0 and pending.title.endswith(f" {pending.latest}"))


def _ended(version: str | None, now: datetime) -> Unreadable | None:
    """That nobody makes updates for this macOS any more, where that is known (``config/end_of_life.toml``)."""
    support = end_of_life.macos(version) if version is not None else None
    if support is None or support.on(now.date()) is not end_of_life.State.ENDED:
        return None
    return Unreadable("out_of_support", support.name)


def _looked_at(values: dict[str, Any], now: datetime) -> datetime | Unreadable:
    """A property list holds times in UTC, without saying so."""
    at = values.get("LastFullSuccessfulDate")
    if at is None:
        return Unreadable("no_lists", PATH)
    if not isinstance(at, datetime) or at.replace(tzinfo=UTC) > now + CLOCK_SLACK:
        return Unreadable("malformed", PATH)
    return at.replace(tzinfo=UTC)
