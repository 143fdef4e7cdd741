"""Installed apps on systems where no package manager knows them all, and which of them the catalogue knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from agent.host import System, Unreadable
from checks.app_updates.catalogue import document

__all__ = ["Installed", "KnownApp", "known_apps"]

#: What the catalogue adds to an id in words: ``com.microsoft.OneDrive-mac (App Store)``.
REMARK = re.compile(r" \(.*\)$")


@dataclass(frozen=True)
class KnownApp:
    """One app of the catalogue on one system. ``feed`` is where its latest version is published."""

    name: str
    feed: str | None = None
    display_name: re.Pattern[str] | None = None
    publisher: str = ""
    winget: str = ""
    family: str = ""
    bundles: tuple[str, ...] = ()
    cask: str = ""
    folder: str = ""

    def is_called(self, display_name: str, publisher: str) -> bool:
        """Whether Windows lists it so. A publisher changes its name, but hardly the first word of it."""
        if self.display_name is None or not self.display_name.search(display_name):
            return False
        first = _first_word(self.publisher)
        return not first or not publisher or _first_word(publisher) == first


@dataclass(frozen=True)
class Installed:
    """One installed app.

    ``package`` is what it is remembered by and never changes; ``version`` is empty when it could not be told. ``line``
    is ``release`` or ``esr`` where the system says which. ``place`` says where it was found. ``unread`` is why nobody
    can tell which app it is.
    """

    package: str
    title: str
    version: str
    place: str
    known: KnownApp | None = None
    line: str | None = None
    product_code: str = ""
    family: str = ""
    build: str = ""
    feed_url: str = ""
    from_store: bool = False
    unread: Unreadable | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.known.name if self.known else self.title


def _first_word(publisher: str) -> str:
    """``Google, Inc.``, as it once was, and ``Google LLC`` begin the same."""
    return next(iter(publisher.casefold().split()), "").rstrip(",")


@lru_cache
def known_apps(system: System) -> tuple[KnownApp, ...]:
    """The apps of ``config/apps.toml`` that this system has."""
    return tuple(_app(entry, entry[system.value]) for entry in document()["app"] if system.value in entry)


def _app(entry: dict[str, Any], here: dict[str, Any]) -> KnownApp:
    pattern = here.get("display_name_regex")
    return KnownApp(
        name=entry["name"],
        feed=here.get("feed"),
        display_name=re.compile(pattern) if pattern else None,
        publisher=here.get("publisher", ""),
        winget=REMARK.sub("", here.get("winget_id", "")),
        family=REMARK.sub("", here.get("appx_family", "")),
        bundles=_ids([*here.get("bundle_id", "").split(" / "), *here.get("also", ())]),
        cask=here.get("cask", ""),
        folder=here.get("app", ""),
    )


def _ids(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(REMARK.sub("", text) for text in texts if text)
