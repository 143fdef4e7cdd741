"""The catalogue of password managers, ``config/password_managers.toml``, as lookup tables by exact id."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import toml

FILE = "password_managers.toml"

#: Sources that are no confirmation: something remembered, or seen in one place only.
UNCONFIRMED_SOURCES = frozenset({"RECALLED", "SEEN1"})

#: The kinds of id, as the file spells them. All but ``stores`` are exact values in an app's or browser's own records.
ID_KINDS = (
    "chromium",
    "firefox",
    "firefox_slug",
    "safari",
    "linux_package",
    "flatpak",
    "snap",
    "desktop_file",
    "process",
    "windows_name",
    "windows_publisher",
    "windows_family",
    "winget",
    "windows_path",
    "macos_bundle",
    "macos_team",
    "macos_app",
)


class BadCatalogueError(ValueError):
    """The catalogue cannot be used; the message names the manager and the entry."""


class Manager(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One manager as the file has it; each id is "value | confidence | sources | note"."""

    name: str
    kind: Literal["app", "command", "system", "browser"]
    note: str = ""
    retired: bool = False
    #: The systems on which it can work; empty is all of them.
    systems: tuple[str, ...] = ()
    #: For commands: files below the home directory that show that a store was set up.
    stores: tuple[str, ...] = ()
    chromium: tuple[str, ...] = ()
    firefox: tuple[str, ...] = ()
    firefox_slug: tuple[str, ...] = ()
    safari: tuple[str, ...] = ()
    linux_package: tuple[str, ...] = ()
    flatpak: tuple[str, ...] = ()
    snap: tuple[str, ...] = ()
    desktop_file: tuple[str, ...] = ()
    process: tuple[str, ...] = ()
    windows_name: tuple[str, ...] = ()
    windows_publisher: tuple[str, ...] = ()
    windows_family: tuple[str, ...] = ()
    winget: tuple[str, ...] = ()
    windows_path: tuple[str, ...] = ()
    macos_bundle: tuple[str, ...] = ()
    macos_team: tuple[str, ...] = ()
    macos_app: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """What an id stands for. ``confirmed`` is false when it may not decide a pass by itself."""

    manager: Manager
    confidence: str
    sources: tuple[str, ...]
    note: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether some public source confirms the id and nothing speaks against it."""
        return self.confidence != "low" and not UNCONFIRMED_SOURCES.issuperset(self.sources)


@dataclass(frozen=True)
class Catalogue:
    """Every manager, and for one system the entry of each id by kind."""

    managers: tuple[Manager, ...]
    checked_on: str
    #: Changes whenever the file does, so that answers remembered from another edition are not used.
    edition: int
    by_kind: Mapping[str, Mapping[str, Entry]]

    def ids(self, kind: str) -> Mapping[str, Entry]:
        """The entries of one kind by exact id. Managers built into a browser or the system have no say here."""
        return self.by_kind[kind]


@cache
def load(system: str) -> Catalogue:
    """The packaged catalogue for one system (``linux``, ``macos``, ``windows``), read once."""
    return parse(files("config").joinpath(FILE).read_text(encoding="utf-8"), system)


def parse(text: str, system: str) -> Catalogue:
    """The catalogue from the text of its file.

    Raises:
        BadCatalogueError: an entry is not of the form, or an id stands for two managers.
    """
    document: dict[str, Any] = toml.loads(text)
    try:
        managers = msgspec.convert(document.get("manager", []), tuple[Manager, ...])
    except msgspec.ValidationError as error:
        raise BadCatalogueError(f"{FILE}: {error}") from error
    known_sources = frozenset(document.get("sources", {}))
    by_kind: dict[str, dict[str, Entry]] = {kind: {} for kind in ID_KINDS}
    for manager in managers:
        if manager.kind == "browser" or (manager.systems and system not in manager.systems):
            continue
        for kind in ID_KINDS:
            for line in getattr(manager, kind):
                value, entry = _entry(manager, line, known_sources)
                other = by_kind[kind].setdefault(value, entry)
                if other.manager.name != manager.name and kind in ("chromium", "firefox"):
                    raise BadCatalogueError(f"{FILE}: {value} stands for {other.manager.name} and {manager.name}")
    return Catalogue(managers, str(document.get("checked_on", "")), zlib.crc32(text.encode()), by_kind)


def _entry(manager: Manager, line: str, known_sources: frozenset[str]) -> tuple[str, Entry]:
    parts = line.split(" | ")
    if not 3 <= len(parts) <= 4 or not parts[0] or parts[1] not in ("high", "medium", "low"):
        raise BadCatalogueError(f"{FILE}: {manager.name}: {line!r} is not 'value | confidence | sources | note'")
    sources = tuple(parts[2].split())
    if not sources or not known_sources.issuperset(sources):
        raise BadCatalogueError(f"{FILE}: {manager.name}: {line!r} names a source that [sources] does not have")
    return parts[0], Entry(manager, parts[1], sources, parts[3] if len(parts) == 4 else "")
