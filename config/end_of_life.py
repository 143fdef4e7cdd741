"""Until when systems and Office are supported: ``config/end_of_life.toml``, read.

A look-up gives ``None`` for what is not listed. The answer for a day is one of four: a system that is not known to be
supported is not thereby known to be unsupported.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from config.files import parse

__all__ = ["State", "Support", "checked_on", "linux", "macos", "office", "windows"]


#: How long after the list was checked it may call something supported of which no maker has given a date.
CERTAIN_FOR = timedelta(days=180)


class State(StrEnum):
    """How something is supported on a day. ``EXTENDED`` is for those who ordered it, or made by volunteers."""

    SUPPORTED = "supported"
    EXTENDED = "extended"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Support(msgspec.Struct, frozen=True):
    """Until when one release gets security updates.

    ``sure_until`` is the last day on which it certainly does, ``ends`` the last on which it may (``None``: nobody has
    said); they differ where the edition or the maker leaves it open. ``extended`` is the last day of updates that
    somebody has to have ordered.
    """

    name: str
    sure_until: date
    ends: date | None = None
    extended: date | None = None

    def on(self, day: date) -> State:
        """How it is supported on a day."""
        if day <= self.sure_until:
            return State.SUPPORTED
        if self.ends is None or day <= self.ends:
            return State.UNKNOWN
        return State.EXTENDED if self.extended is not None and day <= self.extended else State.ENDED


class _Windows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    build: int
    home: date
    enterprise: date
    extended: date | None = None


class _Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    version: str
    id: str = ""
    ends: date | None = None
    sure_until: date | None = None
    extended: date | None = None
    macos: date | None = None

    def __post_init__(self) -> None:
        """Refuse a release without any date, and one that is sure for longer than it may last."""
        if self.ends is None and self.sure_until is None:
            raise ValueError(f"{self.name} needs ends, sure_until or both")
        if self.ends is not None and self.sure_until is not None and self.ends < self.sure_until:
            raise ValueError(f"{self.name} is sure for longer than it may last")


class _Editions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    home: tuple[str, ...]
    enterprise: tuple[str, ...]
    unknown: tuple[str, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked: date
    windows: tuple[_Windows, ...]
    windows_editions: _Editions
    macos: tuple[_Release, ...]
    linux: tuple[_Release, ...]
    office: tuple[_Release, ...]


def checked_on() -> date:
    """The day on which the list was last compared with its sources."""
    return _table().checked


def windows(build: int, edition: str) -> Support | None:
    """Windows by ``CurrentBuild`` and ``EditionID`` of the registry.

    The long-term channel has dates of its own, which are not known here. An edition that is not listed has at least
    the shorter of the two kinds of support; when it ends nobody can say (servers share builds with Windows 10).
    """
    found = next((release for release in _table().windows if release.build == build), None)
    editions = _table().windows_editions
    if found is None or _is_one_of(edition, editions.unknown):
        return None
    if _is_one_of(edition, editions.home):
        return Support(found.name, found.home, found.home, found.extended)
    if _is_one_of(edition, editions.enterprise):
        return Support(found.name, found.enterprise, found.enterprise, found.extended)
    return Support(found.name, min(found.home, found.enterprise))


def macos(version: str) -> Support | None:
    """A macOS by its product version, such as ``14.8.1``."""
    numbers = version.split(".")
    wanted = ".".join(numbers[:2]) if numbers[0] == "10" else numbers[0]
    return _support(next((release for release in _table().macos if release.version == wanted), None))


def linux(identifier: str, version: str) -> Support | None:
    """A distribution by ``ID`` and ``VERSION_ID`` of os-release(5)."""
    releases = _table().linux
    return _support(next((each for each in releases if (each.id, each.version) == (identifier, version)), None))


def office(version: str, *, on_macos: bool = False) -> Support | None:
    """Microsoft Office by its year (``2021``) or ``365``."""
    found = next((release for release in _table().office if release.version == version), None)
    if found is not None and on_macos and found.macos is not None:
        return Support(found.name, found.macos, found.macos)
    return _support(found)


def _support(found: _Release | None) -> Support | None:
    if found is None:
        return None
    sure = found.sure_until or found.ends
    assert sure is not None
    if found.ends is None:
        sure = min(sure, checked_on() + CERTAIN_FOR)
    return Support(found.name, sure, found.ends, found.extended)


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    return name.casefold() in {each.casefold() for each in names}


@lru_cache
def _table() -> _Table:
    document: Mapping[str, Any] = parse(
        files("config").joinpath("end_of_life.toml").read_text(encoding="utf-8"), "end_of_life.toml"
    )
    return msgspec.convert(document, _Table)
