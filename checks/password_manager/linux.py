"""Password managers on Linux: installed apps, running processes, and the browsers' profiles.

Read are the package managers' own records, menu entries, and from browsers ``profiles.ini``, ``extensions.json``,
``Preferences``, ``Secure Preferences`` and the manifests of known extensions. Vaults and login databases are never
opened; a test holds the list of paths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from agent.contract import Memory
from agent.host import Host, Unreadable
from checks.password_manager import catalogue, chromium, desktop, firefox, packages
from checks.password_manager.catalogue import Catalogue, Entry
from checks.password_manager.facts import Facts, Place, Sighting, Standing
from checks.password_manager.packages import Installed
from checks.password_manager.remembered import Files

#: Below $XDG_CONFIG_HOME (or ~/.config), from osquery's tables and, for the less common, several public repositories.
CHROMIUM_IN_CONFIG: Mapping[str, tuple[str, ...]] = {
    "Chrome": ("google-chrome", "google-chrome-beta", "google-chrome-unstable"),
    "Chromium": ("chromium",),
    "Edge": ("microsoft-edge", "microsoft-edge-beta", "microsoft-edge-dev"),
    "Brave": (
        "BraveSoftware/Brave-Browser",
        "BraveSoftware/Brave-Browser-Beta",
        "BraveSoftware/Brave-Browser-Nightly",
    ),
    "Vivaldi": ("vivaldi", "vivaldi-snapshot"),
    "Opera": ("opera", "opera-beta", "opera-developer"),
    "Yandex Browser": ("yandex-browser", "yandex-browser-beta"),
}

#: Below the home directory: snaps, then flatpaks.
CHROMIUM_IN_HOME: Mapping[str, tuple[str, ...]] = {
    "Chromium": (
        "snap/chromium/common/chromium",
        ".var/app/org.chromium.Chromium/config/chromium",
        ".var/app/io.github.ungoogled_software.ungoogled_chromium/config/chromium",
    ),
    "Brave": (
        "snap/brave/current/.config/BraveSoftware/Brave-Browser",
        ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
    ),
    "Chrome": (".var/app/com.google.Chrome/config/google-chrome",),
    "Edge": (".var/app/com.microsoft.Edge/config/microsoft-edge",),
    "Vivaldi": (".var/app/com.vivaldi.Vivaldi/config/vivaldi",),
    "Opera": (".var/app/com.opera.Opera/config/opera",),
}

#: Firefox 147 and later start a new home below $XDG_CONFIG_HOME (seen with Firefox ESR 153).
FIREFOX_IN_CONFIG: Mapping[str, tuple[str, ...]] = {"Firefox": ("mozilla/firefox",)}
FIREFOX_IN_HOME: Mapping[str, tuple[str, ...]] = {
    "Firefox": (
        ".mozilla/firefox",
        "snap/firefox/common/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/config/mozilla/firefox",
    ),
    "LibreWolf": (".librewolf", ".var/app/io.gitlab.librewolf-community/.librewolf"),
    "Zen": (".zen", ".var/app/app.zen_browser.zen/.zen"),
    "Waterfox": (".waterfox",),
    "Floorp": (".floorp",),
}

#: Where each kind of package is looked for: the catalogue's kind of id, the words for the person, the reader.
INSTALLERS: tuple[tuple[str, str, Callable[[Files, Collection[str]], Installed | Unreadable]], ...] = (
    ("linux_package", "app (dpkg)", packages.dpkg),
    ("linux_package", "app (rpm)", packages.rpm),
    ("linux_package", "app (pacman)", packages.pacman),
    ("flatpak", "app (flatpak)", packages.flatpak),
    ("snap", "app (snap)", packages.snap),
    ("desktop_file", "app (menu entry)", desktop.installed),
)


def read(host: Host, memory: Memory, now: datetime, *, fresh: bool = False) -> Facts:
    """All that this computer shows of password managers."""
    known = catalogue.load("linux")
    files = Files(host, memory, now, known.edition, fresh=fresh)
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    profiles = 0
    for seen, unread in (_installed(files, known), _running(host, known)):
        sightings += seen
        unreadable += unread
    for browser in chromium_roots(host):
        seen, unread, count = chromium.read_root(files, browser, known.ids("chromium"))
        sightings += seen
        unreadable += unread
        profiles += count
    add_ons = firefox.Known(known.ids("firefox"), known.ids("firefox_slug"))
    for fox in firefox_roots(host):
        seen, unread, count = firefox.read_root(files, fox, add_ons)
        sightings += seen
        unreadable += unread
        profiles += count
    files.save()
    return Facts(tuple(sightings), tuple(unreadable), profiles)


def config_homes(host: Host) -> list[str]:
    """~/.config, and $XDG_CONFIG_HOME before it where that is set: a browser may have been started without it."""
    set_home = host.env.get("XDG_CONFIG_HOME", "").rstrip("/")
    homes = [set_home, f"{host.home}/.config"] if set_home.startswith("/") else [f"{host.home}/.config"]
    return list(dict.fromkeys(homes))


def chromium_roots(host: Host) -> list[chromium.Root]:
    """Where each browser of the Chromium family keeps its profiles."""
    return [
        chromium.Root(browser, f"{config}/{path}", debian=path == "chromium")
        for config in config_homes(host)
        for browser, paths in CHROMIUM_IN_CONFIG.items()
        for path in paths
    ] + [chromium.Root(browser, f"{host.home}/{path}") for browser, paths in CHROMIUM_IN_HOME.items() for path in paths]


def firefox_roots(host: Host) -> list[firefox.Root]:
    """Where Firefox and the browsers built from it keep ``profiles.ini``."""
    return [
        firefox.Root(browser, f"{config}/{path}")
        for config in config_homes(host)
        for browser, paths in FIREFOX_IN_CONFIG.items()
        for path in paths
    ] + [firefox.Root(browser, f"{host.home}/{path}") for browser, paths in FIREFOX_IN_HOME.items() for path in paths]


def _installed(files: Files, known: Catalogue) -> tuple[list[Sighting], list[Unreadable]]:
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    for kind, source, reader in INSTALLERS:
        entries = known.ids(kind)
        found = reader(files, entries)
        if isinstance(found, Unreadable):
            unreadable.append(found)
            continue
        for key, version in found.versions.items():
            standing = _set_up(files, entries[key])
            if isinstance(standing, Unreadable):
                unreadable.append(standing)
            else:
                sightings.append(_sighting(entries[key], Place.APP, source, standing, version))
    return sightings, unreadable


def _running(host: Host, known: Catalogue) -> tuple[list[Sighting], list[Unreadable]]:
    """The person's own running managers: another person's say nothing about them."""
    entries = {name: entry for name, entry in known.ids("process").items() if not name.endswith(".exe")}
    running = host.processes(*entries)
    if isinstance(running, Unreadable):
        return [], [running]
    names = dict.fromkeys(process.name for process in running if process.user == host.user.name)
    return [
        _sighting(entries[name], Place.RUNNING, "running app", Standing.ENABLED, None)
        for name in names
        if name in entries
    ], []


def _set_up(files: Files, entry: Entry) -> Standing | Unreadable:
    """A command counts once it has a store. Whether the store is there is all that is asked of it."""
    if entry.manager.kind != "command":
        return Standing.ENABLED
    stores = [f"{files.host.home}/{store}" for store in entry.manager.stores]
    own = files.host.env.get("PASSWORD_STORE_DIR", "")
    if own.startswith("/"):
        stores.append(f"{own.rstrip('/')}/.gpg-id")
    answers = [files.exists(store) for store in stores]
    if True in answers:
        return Standing.ENABLED
    return next((answer for answer in answers if isinstance(answer, Unreadable)), Standing.DISABLED)


def _sighting(entry: Entry, place: Place, source: str, standing: Standing, version: str | None) -> Sighting:
    return Sighting(entry.manager.name, place, source, standing, version, entry.confirmed, entry.manager.retired)
