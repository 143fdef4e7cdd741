"""What is installed on macOS: the app bundles in the places where apps live, from each one's own Info.plist.

Looking there asks nobody for a permission. Containers and other apps' data, which would, are never looked at. Apple's
own apps come with macOS and the App Store.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.host import Host, System, Unreadable, plists
from checks.app_updates.installed import Installed, KnownApp, known_apps

__all__ = ["SHOWN_PLACES", "read"]

SHOWN_PLACES = ("/Applications", "~/Applications")
#: An app, an app in a folder of its maker, and an iPhone app in its wrapper.
PATTERNS = ("*.app/Contents/Info.plist", "*/*.app/Contents/Info.plist", "*.app/Wrapper/*.app/Info.plist")
MAX_BUNDLES = 1000
APPLE = "com.apple."
RECEIPT = "Contents/_MASReceipt/receipt"
#: Browsers leave small apps that only open a web site; the browser keeps them up to date.
WEB_SITE = "CrAppModeShortcutID"


def read(host: Host) -> list[Installed]:
    """Every bundle but Apple's. One whose Info.plist could not be read is an app without a version."""
    found: list[Installed] = []
    seen: set[str] = set()
    for path in _plists(host):
        if path not in seen and len(seen) < MAX_BUNDLES:
            seen.add(path)
            app = _bundle(host, path)
            if app is not None:
                found.append(app)
    return found


def _plists(host: Host) -> Iterator[str]:
    for place in SHOWN_PLACES:
        folder = place.replace("~", host.home, 1)
        for pattern in PATTERNS:
            yield from host.glob(f"{folder}/{pattern}")


def _bundle(host: Host, path: str) -> Installed | None:
    folder = path.partition(".app/")[0] + ".app"
    title = folder.rpartition("/")[2].removesuffix(".app")[:80]
    place = "for this person" if folder.startswith(f"{host.home}/") else "for everybody"
    data = host.read_bytes(path)
    values: dict[str, Any] | None = None
    if isinstance(data, bytes):
        try:
            values = plists.parse(data)
        except plists.BadPlistError:
            values = None
    elif data is None:
        return None
    if values is None or isinstance(data, Unreadable):
        return Installed(title, title, "", place, _in_folder(f"{title}.app"))
    bundle = _text(values, "CFBundleIdentifier")
    if bundle.startswith(APPLE) or WEB_SITE in values:
        return None
    known = next((app for app in known_apps(System.MACOS) if bundle in app.bundles), None)
    return Installed(
        package=bundle or title,
        title=title,
        version=_text(values, "CFBundleShortVersionString"),
        build=_text(values, "CFBundleVersion"),
        place=place,
        known=known,
        feed_url=_text(values, "SUFeedURL", 500),
        from_store=bool(host.glob(f"{_escaped(folder)}/{RECEIPT}")),
    )


def _in_folder(name: str) -> KnownApp | None:
    """The app that is usually in a folder of this name: one that cannot be read must not be overlooked."""
    return next((app for app in known_apps(System.MACOS) if app.folder == name), None)


def _escaped(path: str) -> str:
    """A path as a pattern that only it matches."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)


def _text(values: dict[str, Any], key: str, longest: int = 60) -> str:
    value = values.get(key)
    return value.strip() if isinstance(value, str) and len(value) <= longest and value.isprintable() else ""
