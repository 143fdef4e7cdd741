"""Password managers on macOS: app bundles, running processes, Safari extensions, and the browsers' profiles.

Nothing here makes macOS ask the person for a permission: the folders for apps, the browsers' own folders (which are
no containers), and ``pluginkit``. Whether a Safari extension is switched on is kept where only Full Disk Access
leads, so such an extension is known to be installed, no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from agent.contract import Memory
from agent.host import Host, Unreadable, plists
from checks.password_manager import browsers, catalogue, chromium, firefox, running
from checks.password_manager.catalogue import Catalogue
from checks.password_manager.facts import Facts, Place, Sighting, Standing
from checks.password_manager.remembered import Files, MalformedError, escaped
from checks.password_manager.running import sighting

__all__ = ["chromium_roots", "firefox_roots", "parse_bundle", "parse_extensions", "read"]

#: Below ~/Library/Application Support (osquery's tables).
CHROMIUM: Mapping[str, tuple[str, ...]] = {
    "Chrome": ("Google/Chrome", "Google/Chrome Beta", "Google/Chrome Dev", "Google/Chrome Canary"),
    "Chromium": ("Chromium",),
    "Edge": ("Microsoft Edge", "Microsoft Edge Beta", "Microsoft Edge Dev", "Microsoft Edge Canary"),
    "Brave": tuple(f"BraveSoftware/Brave-Browser{kind}" for kind in ("", "-Beta", "-Nightly")),
    "Vivaldi": ("Vivaldi",),
    "Opera": ("com.operasoftware.Opera",),
    "Opera GX": ("com.operasoftware.OperaGX",),
    "Arc": ("Arc/User Data",),
    "Dia": ("Dia/User Data",),
    "Comet": ("Comet",),
    "Yandex Browser": ("Yandex/YandexBrowser",),
}
FIREFOX: Mapping[str, tuple[str, ...]] = {
    "Firefox": ("Firefox",),
    "LibreWolf": ("librewolf",),
    "Waterfox": ("Waterfox",),
    "Zen": ("zen",),
    "Floorp": ("Floorp",),
}
#: An app is a folder; one from the App Store of iPhones has another in it. Subfolders are Utilities, Setapp and such.
BUNDLES = ("*.app/Contents/Info.plist", "*/*.app/Contents/Info.plist", "*.app/Wrapper/*.app/Info.plist")
SAFARI = ("pluginkit", "-mAvv", "-p", "com.apple.Safari.web-extension")
TIME_LIMIT_SECONDS = 5.0
NOT_RECORDED = 127
#: "     com.bitwarden.desktop.safari(2026.5.0)"; a sign before it is the person's choice, "-" being "do not use".
PLUGIN = re.compile(r"([-+!?=])?\s*([A-Za-z0-9][A-Za-z0-9.-]{0,254})\(([^()]{0,64})\)")
VERSION = re.compile(r"[0-9][0-9A-Za-z.+_-]{0,63}")


class Bundle(msgspec.Struct, frozen=True):
    """An app: its id if the catalogue knows it, else nothing, as other apps are nobody's business."""

    id: str = ""
    version: str | None = None


def read(host: Host, memory: Memory, now: datetime, *, fresh: bool = False) -> Facts:
    """All that this computer shows of password managers."""
    known = catalogue.load("macos")
    files = Files(host, memory, now, known.edition, fresh=fresh)
    parts = (
        _bundles(files, known),
        _safari(host, known),
        running.read(host, known, lambda name: not name.endswith(".exe")),
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
    support = f"{host.home}/Library/Application Support"
    return [chromium.Root(browser, f"{support}/{path}") for browser, paths in CHROMIUM.items() for path in paths]


def firefox_roots(host: Host) -> list[firefox.Root]:
    """Where Firefox and the browsers built from it keep ``profiles.ini``."""
    support = f"{host.home}/Library/Application Support"
    return [firefox.Root(browser, f"{support}/{path}") for browser, paths in FIREFOX.items() for path in paths]


def parse_bundle(data: bytes, known: Collection[str]) -> Bundle:
    """The app's id and version from its ``Info.plist``.

    Raises:
        MalformedError: it is no property list; macOS would not start the app either.
    """
    try:
        values = plists.parse(data)
    except plists.BadPlistError as error:
        raise MalformedError(str(error)) from error
    bundle, version = values.get("CFBundleIdentifier"), values.get("CFBundleShortVersionString")
    if not isinstance(bundle, str) or bundle not in known:
        return Bundle()
    return Bundle(bundle, version if isinstance(version, str) and VERSION.fullmatch(version) else None)


def parse_extensions(text: str, known: Collection[str]) -> dict[str, tuple[Standing, str | None]]:
    """The catalogue's extensions in what ``pluginkit`` lists; switched off only where the person said so there."""
    found: dict[str, tuple[Standing, str | None]] = {}
    for line in text.splitlines():
        match = PLUGIN.fullmatch(line.strip())
        if match is None or match[2] not in known:
            continue
        standing = Standing.DISABLED if match[1] == "-" else Standing.ENABLED
        if match[2] not in found or found[match[2]][0] is not Standing.DISABLED:
            found[match[2]] = (standing, match[3] if VERSION.fullmatch(match[3]) else None)
    return found


def _bundles(files: Files, known: Catalogue) -> Facts:
    """Apps by the id in their bundle. Those of the system are there on every Mac and say nothing."""
    entries = {key: entry for key, entry in known.ids("macos_bundle").items() if entry.manager.kind == "app"}
    found: dict[str, str | None] = {}
    unreadable: list[Unreadable] = []
    for folder in ("/Applications", f"{escaped(files.host.home)}/Applications"):
        for path in sorted({path for pattern in BUNDLES for path in files.listed(f"{folder}/{pattern}")}):
            bundle = files.parsed(path, lambda data: parse_bundle(data, entries), Bundle)
            if isinstance(bundle, Unreadable):
                if bundle.reason != "malformed":
                    unreadable.append(bundle)
            elif bundle is not None and bundle.id in entries:
                found[bundle.id] = bundle.version
    apps = [sighting(entries[key], Place.APP, "installed app", version) for key, version in found.items()]
    return Facts(tuple(apps), tuple(unreadable))


def _safari(host: Host, known: Catalogue) -> Facts:
    """Safari's extensions: installed, and never certain to be on, so none decides anything alone."""
    where = " ".join(SAFARI)
    done = host.run(SAFARI, timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        # A Mac has pluginkit; without it there is no list that could name one.
        return Facts() if done.reason == "no_tool" else Facts(unreadable=(done,))
    if done.exit != 0:
        return Facts() if done.exit == NOT_RECORDED else Facts(unreadable=(Unreadable("failed", where),))
    entries = known.ids("safari")
    seen: list[Sighting] = []
    for key, (standing, version) in parse_extensions(done.stdout, entries).items():
        manager = entries[key].manager
        seen.append(
            Sighting(
                manager.name,
                Place.EXTENSION,
                "Safari extension",
                standing,
                version,
                confirmed=False,
                retired=manager.retired,
            )
        )
    return Facts(tuple(seen))
