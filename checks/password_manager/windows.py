"""Password managers on Windows: installed apps, running processes, and the browsers' profiles.

Read are the registry's lists of apps, and from browsers the files that :mod:`checks.password_manager.linux` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from agent.contract import Memory
from agent.host import Host, Unreadable
from agent.host.uninstall_entries import Trace, variables
from checks.password_manager import browsers, catalogue, chromium, firefox, running, windows_apps
from checks.password_manager.catalogue import Catalogue, Entry
from checks.password_manager.facts import Facts, Place, Sighting, Standing
from checks.password_manager.remembered import Files
from checks.password_manager.running import sighting

__all__ = ["chromium_roots", "firefox_roots", "read"]

#: Below %LOCALAPPDATA% (osquery's tables; Pareto's for the less common).
CHROMIUM_LOCAL: Mapping[str, tuple[str, ...]] = {
    "Chrome": tuple(f"Google/{name}/User Data" for name in ("Chrome", "Chrome Beta", "Chrome Dev", "Chrome SxS")),
    "Chromium": ("Chromium/User Data",),
    "Edge": tuple(f"Microsoft/{name}/User Data" for name in ("Edge", "Edge Beta", "Edge Dev", "Edge SxS")),
    "Brave": tuple(
        f"BraveSoftware/{name}/User Data" for name in ("Brave-Browser", "Brave-Browser-Beta", "Brave-Browser-Nightly")
    ),
    "Vivaldi": ("Vivaldi/User Data",),
    "Yandex Browser": ("Yandex/YandexBrowser/User Data",),
    "Comet": ("Perplexity/Comet/User Data",),
}
#: Below %APPDATA%. Opera's own directory is its profile.
CHROMIUM_ROAMING: Mapping[str, tuple[str, ...]] = {
    "Opera": ("Opera Software/Opera Stable",),
    "Opera GX": ("Opera Software/Opera GX Stable",),
}
FIREFOX_ROAMING: Mapping[str, tuple[str, ...]] = {
    "Firefox": ("Mozilla/Firefox",),
    "LibreWolf": ("librewolf",),
    "Waterfox": ("Waterfox",),
    "Zen": ("zen",),
    "Floorp": ("Floorp",),
}
#: The build from the Microsoft Store is kept in a folder of its own, below %LOCALAPPDATA%.
FIREFOX_LOCAL: Mapping[str, tuple[str, ...]] = {
    "Firefox": ("Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox",),
}
VARIABLE = re.compile(r"%([^%]+)%")


def read(host: Host, memory: Memory, now: datetime, *, fresh: bool = False) -> Facts:
    """All that this computer shows of password managers."""
    known = catalogue.load("windows")
    files = Files(host, memory, now, known.edition, fresh=fresh)
    parts = (
        _installed(files, known),
        _program_files(files, known),
        running.read(host, known, lambda name: name.endswith(".exe")),
        browsers.read(files, known, chromium_roots(host), firefox_roots(host)),
    )
    files.save()
    return Facts(
        tuple(seen for part in parts for seen in part.sightings),
        tuple(unread for part in parts for unread in part.unreadable),
        sum(part.profiles for part in parts),
    )


def chromium_roots(host: Host) -> list[chromium.Root]:
    """Where every browser of the Chromium family keeps its profiles."""
    places = ((_local(host), CHROMIUM_LOCAL), (_roaming(host), CHROMIUM_ROAMING))
    return [
        chromium.Root(browser, f"{base}/{path}")
        for base, table in places
        for browser, paths in table.items()
        for path in paths
    ]


def firefox_roots(host: Host) -> list[firefox.Root]:
    """Where Firefox and the browsers built from it keep ``profiles.ini``."""
    places = ((_roaming(host), FIREFOX_ROAMING), (_local(host), FIREFOX_LOCAL))
    return [
        firefox.Root(browser, f"{base}/{path}")
        for base, table in places
        for browser, paths in table.items()
        for path in paths
    ]


def _installed(files: Files, known: Catalogue) -> Facts:
    """What Windows lists as installed, and whether it is there.

    The system's own apps are there on every computer and say nothing.
    """
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    for kind, source, reader in (
        ("windows_name", "installed app", windows_apps.uninstallable),
        ("windows_family", "Microsoft Store app", windows_apps.store_packages),
    ):
        entries = {key: entry for key, entry in known.ids(kind).items() if entry.manager.kind == "app"}
        found, unread = reader(files, entries)
        sightings += [_listed(entries[key], source, listed) for key, listed in found.items()]
        unreadable += unread
    return Facts(tuple(sightings), tuple(unreadable))


def _listed(entry: Entry, source: str, listed: windows_apps.Listed) -> Sighting:
    """An app as far as its files are there. Where they may or may not be, the list alone decides nothing."""
    seen = sighting(entry, Place.APP, source, listed.version)
    standing = Standing.LEFTOVER if listed.trace is Trace.GONE else Standing.ENABLED
    return replace(seen, standing=standing, confirmed=seen.confirmed and listed.trace is not Trace.OPEN)


def _program_files(files: Files, known: Catalogue) -> Facts:
    """Programs in the places where their own installers put them, for copies that are in no list."""
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    known_variables = variables(files.host) | {"LOCALAPPDATA": _local(files.host), "APPDATA": _roaming(files.host)}
    for path, entry in known.ids("windows_path").items():
        there = files.exists(_expanded(path, known_variables).replace("\\", "/"))
        if isinstance(there, Unreadable):
            unreadable.append(there)
        elif there:
            sightings.append(sighting(entry, Place.APP, "installed app", None))
    return Facts(tuple(sightings), tuple(unreadable))


def _expanded(path: str, known: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: known.get(match[1].upper(), match[0]), path)


def _local(host: Host) -> str:
    return _folder(host, "LOCALAPPDATA", "AppData/Local")


def _roaming(host: Host) -> str:
    return _folder(host, "APPDATA", "AppData/Roaming")


def _folder(host: Host, name: str, usual: str) -> str:
    """A folder of the person by the session's variable, with forward slashes; without one, where it usually is."""
    told = next((value for key, value in host.env.items() if key.upper() == name), "")
    folder = told if re.match(r"[A-Za-z]:[\\/]", told) else f"{host.home}/{usual}"
    return folder.replace("\\", "/").rstrip("/")
