r"""Apps that Windows itself lists: what can be uninstalled, and packages from the Microsoft Store.

Both are in the registry. The list of what can be uninstalled has a part for each kind of program (64 and 32 bit) and
one for the person. Either may name an app whose files are gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.host import RegistryValue, Unreadable
from agent.host.uninstall_entries import Trace, trace
from checks.password_manager.catalogue import Entry
from checks.password_manager.remembered import Files

__all__ = ["MAX_KEYS", "Listed", "family_of", "matches", "store_packages", "uninstallable"]

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
UNINSTALL_32_BIT = r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
#: Where each part is. The 32-bit one goes by either name; the second is asked for if the first is not there.
PARTS = (
    (rf"HKLM64\{UNINSTALL}",),
    (rf"HKLM32\{UNINSTALL}", rf"HKLM64\{UNINSTALL_32_BIT}"),
    (rf"HKCU\{UNINSTALL}",),
)
PACKAGES = (
    r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
)
MAX_KEYS = 5000
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")
#: What installers put behind the name: its version, and for whom or what it was made.
BEHIND = re.compile(r"(?: v?[0-9]{1,9}(?:\.[0-9]{1,9}){1,3})?(?: \((?:64-bit|32-bit|x64|x86|only current user)\))?")
#: Name_Version_Architecture_ResourceId_PublisherHash; parts for a language or a screen are packages of their own.
PACKAGE = re.compile(
    r"([A-Za-z0-9.-]{1,64})_([0-9]{1,9}(?:\.[0-9]{1,9}){3})_(?:[A-Za-z0-9]{1,16})_([^_]{0,64})_([A-Za-z0-9]{13})"
)
PART_OF_A_PACKAGE = "split."
FULL_PATH = re.compile(r"[A-Za-z]:\\[^\0]+")


@dataclass(frozen=True)
class Listed:
    """What Windows' lists say of one app: its version, and what is left of its files."""

    version: str | None
    trace: Trace


Found = tuple[dict[str, Listed], list[Unreadable]]


def uninstallable(files: Files, names: Mapping[str, Entry]) -> Found:
    """The catalogue's names that are listed, each as the entry says of which most is left, and what is unreadable."""
    found: dict[str, Listed] = {}
    unreadable: list[Unreadable] = []
    for places in PARTS:
        for place in places:
            keys = files.host.registry_subkeys(place)
            if isinstance(keys, Unreadable):
                unreadable.append(keys)
                break
            if keys is None:
                continue
            for key in keys[:MAX_KEYS]:
                _look(files, rf"{place}\{key}", names, found, unreadable)
            break
    return found, unreadable


def store_packages(files: Files, families: Mapping[str, Entry]) -> Found:
    """The catalogue's package families that are installed for this person, each with its version."""
    keys = files.host.registry_subkeys(PACKAGES)
    if isinstance(keys, Unreadable):
        return {}, [keys]
    spelt = {family.lower(): family for family in families}
    found: dict[str, Listed] = {}
    for key in keys or ():
        family, version = family_of(key)
        known = spelt.get(family.lower())
        if known is not None:
            _add(found, known, Listed(version, _left_of_package(files, key)))
    return found, []


def matches(shown: str, names: Mapping[str, Entry]) -> str | None:
    """The catalogue's name that a display name is: the same, or with a version and the like behind it."""
    if shown in names:
        return shown
    for name in names:
        if shown.startswith(f"{name} ") and BEHIND.fullmatch(shown[len(name) :]):
            return name
    return None


def family_of(full_name: str) -> tuple[str, str | None]:
    """The family and version of a package by its full name; nothing for a part of a package, or no package."""
    match = PACKAGE.fullmatch(full_name)
    if match is None or match[3].lower().startswith(PART_OF_A_PACKAGE):
        return "", None
    return f"{match[1]}_{match[4]}", match[2]


def _left_of_package(files: Files, key: str) -> Trace:
    """Windows itself keeps this list in step; only a folder that is certainly gone speaks against it.

    ``PackageRootFolder`` lies where a person may not look around, so it is not asked what is in it.
    """
    values = files.host.registry(rf"{PACKAGES}\{key}")
    folder = _text(values, "packagerootfolder") if isinstance(values, Mapping) else ""
    gone = FULL_PATH.fullmatch(folder) is not None and files.exists(folder.replace("\\", "/")) is False
    return Trace.GONE if gone else Trace.THERE


def _look(
    files: Files, key: str, names: Mapping[str, Entry], found: dict[str, Listed], unreadable: list[Unreadable]
) -> None:
    values = files.host.registry(key)
    if isinstance(values, Unreadable):
        unreadable.append(values)
        return
    if values is None or _is_part(values):
        return
    name = matches(_text(values, "displayname").strip(), names)
    if name is not None:
        version = _text(values, "displayversion").strip()
        _add(found, name, Listed(version if VERSION.fullmatch(version) else None, trace(files.host, values)))


def _add(found: dict[str, Listed], name: str, listed: Listed) -> None:
    """Of two entries of one app the one with more left of it counts, then the one with a version."""
    before = found.get(name)
    if before is None or (listed.trace, listed.version is not None) > (before.trace, before.version is not None):
        found[name] = listed


def _is_part(values: Mapping[str, RegistryValue]) -> bool:
    """Entries that Windows does not show: components, and updates of something else."""
    component = values.get("systemcomponent")
    return (component is not None and component.value in (1, "1")) or bool(_text(values, "parentkeyname"))


def _text(values: Mapping[str, RegistryValue], name: str) -> str:
    found = values.get(name)
    return found.value.rstrip("\0") if found is not None and isinstance(found.value, str) else ""
