"""Sparkle: the feed of updates that a Mac app names in its own Info.plist (SUFeedURL).

Whoever writes an app writes its address and what is found there, so nothing of it is trusted: https to a named host,
1 MiB at most, no document type (entities that grow without end live there). An item counts for this computer when it
is on the main channel, for this version of macOS and this processor, and when a phased roll-out has reached everybody
(seven groups, one after each interval). Versions are compared by Sparkle's own rule with CFBundleVersion.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated
from urllib.parse import urlsplit
from xml.parsers import expat

import msgspec

from checks.app_updates.feeds.latest import Latest, Line, newest
from checks.app_updates.versions import SCHEMES, BadVersionError

__all__ = ["MAX_BYTES", "Item", "is_safe", "latest_for", "may_lack", "parse_items"]

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
#: Of a long feed the items that are newest; the rest only waits to be forgotten.
MAX_ITEMS = 20
MAX_TEXT = 64
MAX_URL = 500
NAMESPACE = "http://www.andymatuschak.org/xml-namespaces/sparkle"
#: ``SUPhasedUpdateGroupInfo``: an update is offered to one more group after each interval.
GROUPS = 7

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One update on the main channel. ``version`` is compared, ``shown`` is what people call it."""

    version: str
    shown: str = ""
    minimum_system: str = ""
    maximum_system: str = ""
    arm_only: bool = False
    complete_at: AwareDatetime | None = None


def is_safe(url: str) -> bool:
    """Whether an address from an app may be asked: https, a name on the public network, no password in it."""
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username is not None or parts.password is not None or port not in (None, 443):
        return False
    labels = host.split(".")
    if len(labels) < 2 or labels[-1] in ("local", "localhost", "internal", "home", "lan", "test", "invalid"):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not labels[-1].isdigit()  # 127.1 is an address too
    return False


def parse_items(body: bytes) -> tuple[Item, ...] | None:
    """The updates of a feed, newest first; ``None`` when it is no feed, or has none that could be compared."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _NotAFeedError):
        return None
    items = {item.version: item for raw in reversed(reader.items) if (item := _item(raw)) is not None}
    kept: list[Item] = []
    while items and len(kept) < MAX_ITEMS:
        top = newest(list(items), "sparkle")
        assert top is not None
        kept.append(items.pop(top))
    return tuple(kept) or None


def latest_for(items: Iterable[Item], macos: str | None, *, arm: bool | None, now: datetime) -> Latest | None:
    """The newest update for this computer; ``None`` when none is, or when that cannot be told.

    While it is being rolled out, the newest one that everybody is offered stands beside it: whoever lacks that one
    does not wait for the roll-out.
    """
    mine = [item for item in items if _is_for(item, macos, arm=arm)]
    if not mine:
        return None
    newest_of_all, complete = mine[0], next((item for item in mine if _is_complete(item, now)), None)
    before = complete.version if complete is not None and complete is not newest_of_all else ""
    return Latest((Line(newest_of_all.version, complete_at=newest_of_all.complete_at, before=before),))


def may_lack(items: Iterable[Item], build: str, macos: str | None, *, arm: bool | None) -> bool:
    """Whether one of them that is newer than ``build`` may be for this computer, and it cannot be told."""
    compare = SCHEMES["sparkle"]
    return any(_is_for(item, macos, arm=arm) is None and compare(item.version, build) > 0 for item in items)


def _is_for(item: Item, macos: str | None, *, arm: bool | None) -> bool | None:
    """Whether an item is for this computer; ``None`` when that cannot be told."""
    answers = {not item.arm_only or arm, not (item.minimum_system or item.maximum_system) or _runs_on(item, macos)}
    return False if False in answers else None if None in answers else True


def _is_complete(item: Item, now: datetime) -> bool:
    return item.complete_at is None or item.complete_at <= now


def _runs_on(item: Item, macos: str | None) -> bool | None:
    if macos is None:
        return None
    compare = SCHEMES["sparkle"]
    try:
        low = not item.minimum_system or compare(macos, item.minimum_system) >= 0
        return low and (not item.maximum_system or compare(macos, item.maximum_system) <= 0)
    except BadVersionError:
        return None


class _NotAFeedError(Exception):
    """Ends the parser."""


def _refuse(*_: object) -> None:
    raise _NotAFeedError


class _Reader:
    """Collects, for each item of the first channel, the text and the attributes of what lies directly in it."""

    def __init__(self) -> None:
        self.items: list[dict[str, str]] = []
        self._path: list[str] = []
        self._item: dict[str, str] | None = None
        self._field = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > MAX_DEPTH or (len(self._path) == 1 and name != "rss"):
            raise _NotAFeedError
        if self._path == ["rss", "channel", "item"]:
            self._item = {}
        elif self._item is not None and len(self._path) == 4:
            self._field = name
            self._item.setdefault(name, "")
            if name == "enclosure":
                self._item |= {f"enclosure {key}": value for key, value in attributes.items()}

    def end(self, _: str) -> None:
        if self._path == ["rss", "channel", "item"] and self._item is not None:
            self.items.append(self._item)
            self._item = None
        self._path.pop()
        self._field = ""

    def text(self, data: str) -> None:
        if self._item is not None and self._field and len(self._path) == 4:
            self._item[self._field] = (self._item[self._field] + data)[: MAX_TEXT * 4]


def _item(raw: Mapping[str, str]) -> Item | None:
    """One item, unless it is on another channel, for another system, only tells about something, or has no version."""

    def value(name: str) -> str:
        text = raw.get(f"{NAMESPACE} {name}", "") or raw.get(f"enclosure {NAMESPACE} {name}", "")
        return text.strip()[: MAX_TEXT + 1]

    present = {name.partition(f"{NAMESPACE} ")[2] for name in raw}
    if "channel" in present or "informationalUpdate" in present or value("os") not in ("", "macos", "osx"):
        return None
    version, shown = value("version"), value("shortVersionString")
    limits = (version, shown, value("minimumSystemVersion"), value("maximumSystemVersion"))
    if not version or any(len(text) > MAX_TEXT or not text.isprintable() for text in limits):
        return None
    complete_at: datetime | None = None
    if "phasedRolloutInterval" in present and "criticalUpdate" not in present:
        complete_at = _complete_at(raw.get("pubDate", ""), value("phasedRolloutInterval"))
        if complete_at is None:
            return None  # for somebody, at some time: nothing to hold against anybody
    try:
        SCHEMES["sparkle"](version, version)
    except BadVersionError:
        return None
    requirements = value("hardwareRequirements")
    return Item(version, shown, limits[2], limits[3], bool(requirements), complete_at)


def _complete_at(published: str, interval: str) -> datetime | None:
    """When the last group is offered an update of a phased roll-out."""
    if not (interval.isascii() and interval.isdigit() and len(interval) < 9):
        return None
    try:
        at = parsedate_to_datetime(published.strip())
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return (at + GROUPS * timedelta(seconds=int(interval))).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
