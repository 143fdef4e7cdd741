r"""Apps that Windows itself lists: what can be uninstalled, and packages from the Microsoft Store.

Both are in the registry. The list of what can be uninstalled has a part for each kind of program (64 and 32 bit) and
one for the person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.host import Host, RegistryValue, Unreadable
from checks.password_manager.catalogue import Entry

__all__ = ["MAX_KEYS", "family_of", "matches", "store_packages", "uninstallable"]

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

Found = tuple[dict[str, str | None], list[Unreadable]]


def uninstallable(host: Host, names: Mapping[str, Entry]) -> Found:
    """The catalogue's names that are installed, each with its version, and what could not be read."""
    found: dict[str, str | None] = {}
    unreadable: list[Unreadable] = []
    for places in PARTS:
        for place in places:
            keys = host.registry_subkeys(place)
            if isinstance(keys, Unreadable):
                unreadable.append(keys)
                break
            if keys is None:
                continue
            for key in keys[:MAX_KEYS]:
                _look(host, rf"{place}\{key}", names, found, unreadable)
            break
    return found, unreadable


def store_packages(host: Host, families: Mapping[str, Entry]) -> Found:
    """The catalogue's package families that are installed for this person, each with its version."""
    keys = host.registry_subkeys(PACKAGES)
    if isinstance(keys, Unreadable):
        return {}, [keys]
    spelt = {family.lower(): family for family in families}
    found: dict[str, str | None] = {}
    for key in keys or ():
        family, version = family_of(key)
        known = spelt.get(family.lower())
        if known is not None:
            found[known] = version
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


def _look(
    host: Host, key: str, names: Mapping[str, Entry], found: dict[str, str | None], unreadable: list[Unreadable]
) -> None:
    values = host.registry(key)
    if isinstance(values, Unreadable):
        unreadable.append(values)
        return
    if values is None or _is_part(values):
        return
    name = matches(_text(values, "displayname").strip(), names)
    if name is not None:
        version = _text(values, "displayversion").strip()
        found[name] = version if VERSION.fullmatch(version) else found.get(name)


def _is_part(values: Mapping[str, RegistryValue]) -> bool:
    """Entries that Windows does not show: components, and updates of something else."""
    component = values.get("systemcomponent")
    return (component is not None and component.value in (1, "1")) or bool(_text(values, "parentkeyname"))


def _text(values: Mapping[str, RegistryValue], name: str) -> str:
    found = values.get(name)
    return found.value.rstrip("\0") if found is not None and isinstance(found.value, str) else ""
