"""Add-ons in the profiles of Firefox and the browsers built from it, on any system.

``profiles.ini`` in a browser's root lists the profiles; ``extensions.json`` in a profile lists its add-ons. Nothing
else of a profile is opened.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import msgspec

from agent.host import Unreadable
from checks.password_manager.catalogue import Entry
from checks.password_manager.facts import Place, Sighting, Standing
from checks.password_manager.remembered import Files, MalformedError, escaped, when

#: Where an add-on that serves a person can be: their profile, or a place that the system or office fills
#: (XPIProvider's scopes). The browser's own (``app-builtin``, ``app-system-defaults``, ``app-system-addons``) and
#: ``app-temporary``, gone at the next start, are not among them.
IN_PROFILE = "app-profile"
LOCATIONS = frozenset(
    {
        IN_PROFILE,
        "app-global",
        "app-system-local",
        "app-system-share",
        "app-system-user",
        "winreg-app-global",
        "winreg-app-user",
    }
)
SWITCHED_OFF_BY = ("userDisabled", "appDisabled", "softDisabled", "embedderDisabled", "pendingUninstall", "hidden")
STORE_HOST = "addons.mozilla.org"
SECTION = re.compile(r"Profile[0-9]+")
VERSION = re.compile(r"[0-9][0-9A-Za-z.]{0,31}")


@dataclass(frozen=True)
class Root:
    """Where one browser keeps ``profiles.ini``, with forward slashes."""

    browser: str
    path: str


class Listed(msgspec.Struct, frozen=True):
    """One profile of ``profiles.ini``: its path, from the root if ``relative``."""

    path: str
    relative: bool


class Listing(msgspec.Struct, frozen=True):
    """All of ``profiles.ini``. With a ``group``, further profiles are listed in a database beside it."""

    profiles: tuple[Listed, ...] = ()
    group: bool = False


class Addon(msgspec.Struct, frozen=True):
    """One add-on: ``slug`` is its name in the store's file name, for those whose id is not in the catalogue."""

    id: str
    on: bool
    location: str
    version: str | None = None
    path: str = ""
    slug: str = ""


class Addons(msgspec.Struct, frozen=True):
    """The catalogue's add-ons in one profile."""

    addons: tuple[Addon, ...] = ()


@dataclass(frozen=True)
class Known:
    """The catalogue's entries by add-on id, and by the store's slug for those whose id is not known."""

    by_id: Mapping[str, Entry]
    by_slug: Mapping[str, Entry]


class _File(msgspec.Struct):
    """Entries stay raw, since one odd entry must not hide the others."""

    addons: list[msgspec.Raw]


_FILE = msgspec.json.Decoder(_File)


def read_root(files: Files, root: Root, known: Known) -> tuple[list[Sighting], list[Unreadable], int]:
    """What the profiles of one browser show: sightings, what could not be read, and the number of profiles."""
    listing = files.parsed(f"{root.path}/profiles.ini", parse_profiles, Listing)
    if isinstance(listing, Unreadable):
        return [], [listing], 0
    if listing is None:
        return [], [], 0
    profiles = {_absolute(root.path, listed): True for listed in listing.profiles}
    if listing.group:
        # Profiles of a group are not in profiles.ini. What is in such a directory may be one that was removed.
        for path in files.listed(f"{escaped(root.path)}/*/extensions.json"):
            profiles.setdefault(path.rpartition("/")[0], False)
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    for profile, certain in profiles.items():
        addons = files.parsed(f"{profile}/extensions.json", lambda data: parse_addons(data, known), Addons)
        if isinstance(addons, Unreadable):
            unreadable.append(addons)
        elif addons is not None:
            for seen in _sightings(files, root, profile, addons, known):
                if isinstance(seen, Unreadable):
                    unreadable.append(seen)
                else:
                    sightings.append(replace(seen, confirmed=seen.confirmed and certain))
    return sightings, unreadable, len(profiles)


def parse_profiles(data: bytes) -> Listing:
    """The profiles that ``profiles.ini`` lists.

    Raises:
        MalformedError: it is not an INI file.
    """
    parser = configparser.ConfigParser(
        interpolation=None, strict=False, delimiters=("=",), comment_prefixes=(";", "#"), default_section="\0"
    )
    try:
        parser.read_string(data.decode("utf-8-sig", errors="replace"))
    except configparser.Error as error:
        raise MalformedError(str(error)) from error
    profiles: list[Listed] = []
    for name in parser.sections():
        path = parser[name].get("Path", "")
        if SECTION.fullmatch(name) and path and "\0" not in path:
            profiles.append(Listed(path, parser[name].get("IsRelative", "1").strip() != "0"))
    return Listing(tuple(profiles), any("StoreID" in parser[name] for name in parser.sections()))


def parse_addons(data: bytes, known: Known) -> Addons:
    """The add-ons of ``extensions.json`` that the catalogue knows by id or by the store's file name.

    Raises:
        MalformedError: it is not JSON, or has no list of add-ons.
    """
    try:
        entries = _FILE.decode(data).addons
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    found: list[Addon] = []
    for raw in entries:
        try:
            entry = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(entry, dict) and entry.get("type") == "extension":
            addon = _addon(entry, known.by_slug)
            if addon.location in LOCATIONS and (addon.id in known.by_id or addon.slug):
                found.append(addon)
    return Addons(tuple(found))


def switched_on(entry: Mapping[str, Any]) -> bool:
    """Active, visible, and nothing against it (XPIDatabase's own fields); only a plain ``true`` is active."""
    if entry.get("active") is not True or entry.get("visible", True) is not True:
        return False
    if any(entry.get(key) not in (None, False) for key in SWITCHED_OFF_BY):
        return False
    return entry.get("blocklistState") in (None, 0)


def store_slug(source: object, slugs: Mapping[str, Entry]) -> str:
    """The catalogue's slug that the store's file name begins with ("psono_pw-1.2.xpi"), or nothing."""
    if not isinstance(source, str):
        return ""
    try:
        parts = urlsplit(source)
    except ValueError:
        return ""
    if parts.scheme != "https" or parts.netloc != STORE_HOST or not parts.path.endswith(".xpi"):
        return ""
    name = parts.path.rpartition("/")[2].rpartition("-")[0].replace("_", "-")
    return name if name in slugs else ""


def _addon(entry: Mapping[str, Any], slugs: Mapping[str, Entry]) -> Addon:
    def text(key: str) -> str:
        value = entry.get(key)
        return value if isinstance(value, str) and "\0" not in value else ""

    version = text("version")
    return Addon(
        text("id"),
        switched_on(entry),
        text("location"),
        version if VERSION.fullmatch(version) else None,
        text("path"),
        store_slug(entry.get("sourceURI"), slugs),
    )


def _sightings(files: Files, root: Root, profile: str, addons: Addons, known: Known) -> list[Sighting | Unreadable]:
    # prefs.js is written whenever the browser is used; only its time is asked for.
    changed = files.changed_at(f"{profile}/prefs.js")
    last_used = when(changed) if isinstance(changed, int) else None
    sightings: list[Sighting | Unreadable] = []
    for addon in addons.addons:
        entry = known.by_id.get(addon.id) or known.by_slug.get(addon.slug)
        if entry is None:
            continue
        there = _has_files(files, profile, addon, by_id=addon.id in known.by_id)
        if isinstance(there, Unreadable):
            sightings.append(there)
            continue
        on_disk = Standing.ENABLED if addon.on else Standing.DISABLED
        sightings.append(
            Sighting(
                entry.manager.name,
                Place.EXTENSION,
                f"{root.browser} extension",
                on_disk if there else Standing.LEFTOVER,
                addon.version,
                # How the store names its files is not documented, so a file name alone decides nothing.
                addon.id in known.by_id and entry.confirmed,
                entry.manager.retired,
                last_used,
            )
        )
    return sightings


def _has_files(files: Files, profile: str, addon: Addon, *, by_id: bool) -> bool | Unreadable:
    """Whether the add-on is on the disk. In a flatpak the recorded path is that inside the sandbox."""
    places = [addon.path] if re.match(r"/|[A-Za-z]:\\", addon.path) else []
    if addon.location == IN_PROFILE and by_id:
        places += [f"{profile}/extensions/{addon.id}.xpi", f"{profile}/extensions/{addon.id}"]
    answers = [files.exists(place) for place in places]
    if True in answers:
        return True
    return next((answer for answer in answers if isinstance(answer, Unreadable)), False)


def _absolute(root: str, listed: Listed) -> str:
    path = listed.path.replace("\\", "/") if re.match(r"[A-Za-z]:", root) else listed.path
    return f"{root}/{path}" if listed.relative else path
