"""Extensions in the profiles of a Chromium-family browser, on any system.

A browser's root holds profiles, directories with ``Preferences`` or ``Secure Preferences``. Both may describe an
extension, under ``extensions.settings`` (Opera: ``extensions.opsettings``) by its id. Nothing else of a profile is
opened but the manifest of an extension that the catalogue knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from agent.host import Unreadable
from checks.password_manager.catalogue import Entry
from checks.password_manager.facts import Place, Sighting, Standing
from checks.password_manager.remembered import Files, MalformedError, escaped, when

#: The later one is where Windows and macOS keep extensions; Linux keeps them in the first.
STATE_FILES = ("Preferences", "Secure Preferences")

#: ``ManifestLocation`` in Chromium's source. 5 and 10 are parts of the browser, 0 is no place at all.
FROM_STORE, UNPACKED, COMMAND_LINE = 1, 4, 8
INSTALLED = frozenset({FROM_STORE, 2, 3, UNPACKED, 6, 7, COMMAND_LINE, 9})

#: Since Chromium runs no manifest version 2, unpacked ones are refused when they are loaded, and nothing records it;
#: for those from a store it records a disable reason (both seen with Chromium 156).
OLDEST_MANIFEST = 3

#: Any value but 0 in one of these takes the extension out of use (Chromium's blocklist_extension_prefs.cc). Chromium
#: 156 ignores the old boolean ``blacklist``; others may not, and a browser that set it meant it.
BLOCKED_BY = ("blacklist", "blacklist_state", "omaha_blocklist_state", "extension_telemetry_service_blocklist_state")

#: Debian's launcher starts Chromium with ``--load-extension`` for each directory here, which may be a link into the
#: second place. Elsewhere what came by the command line is gone at the next start, though its entry stays for good.
LAUNCHER_LOADS = "/usr/share/chromium/extensions/"
LAUNCHER_LINKS = "/usr/share/webext/"

#: Profiles of the browser itself, in which no extension serves anyone.
NO_PERSON = frozenset({"System Profile", "Guest Profile"})
#: How the browser calls the folders of profiles that it makes. Another may be its own too, or the copy that somebody
#: put aside when a profile was broken ("Default.old"), which no browser opens.
OWN_NAME = re.compile(r"Default|Profile [0-9]{1,9}")

VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}")


@dataclass(frozen=True)
class Root:
    """Where one browser keeps its profiles, with forward slashes.

    ``debian`` marks the one that Debian's launcher starts.
    """

    browser: str
    path: str
    debian: bool = False


class Extension(msgspec.Struct, frozen=True):
    """One extension's entry: whether anything switches it off, how it came there and where its files are."""

    id: str
    off: bool
    location: int = 0
    path: str = ""


class State(msgspec.Struct, frozen=True):
    """The catalogue's extensions in one state file."""

    extensions: tuple[Extension, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """The two values of an extension's manifest that say whether it is there."""

    version: str
    manifest_version: int


class _Settings(msgspec.Struct):
    """``extensions`` of a state file; entries stay raw, since one odd entry of many must not hide the others."""

    settings: dict[str, msgspec.Raw] | None = None
    opsettings: dict[str, msgspec.Raw] | None = None


class _Preferences(msgspec.Struct):
    extensions: _Settings | None = None


_PREFERENCES = msgspec.json.Decoder(_Preferences)
_MANIFEST = msgspec.json.Decoder(Manifest)


def read_root(files: Files, root: Root, known: Mapping[str, Entry]) -> tuple[list[Sighting], list[Unreadable], int]:
    """What the profiles below one root show: sightings, what could not be read, and the number of profiles."""
    there = files.exists(root.path)
    if isinstance(there, Unreadable):
        return [], [there], 0
    if not there:
        return [], [], 0
    profiles, unreadable = _profiles(files, root.path)
    sightings: list[Sighting] = []
    for profile in profiles:
        seen, unread = _read_profile(files, root, profile, known)
        sightings += seen
        unreadable += unread
    return sightings, unreadable, len(profiles)


def parse_state(data: bytes, known: Iterable[str]) -> State:
    """The extensions of a state file that are in ``known``.

    Raises:
        MalformedError: it is not JSON, or ``extensions`` and its settings are not objects.
    """
    try:
        extensions = _PREFERENCES.decode(data).extensions
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    if extensions is None:
        return State()
    found: list[Extension] = []
    for settings in (extensions.settings, extensions.opsettings):
        if settings:
            found += [_entry(key, settings[key]) for key in known if key in settings]
    return State(tuple(found))


def parse_manifest(data: bytes) -> Manifest:
    """The manifest's versions.

    Raises:
        MalformedError: it is no manifest; a browser would not load the extension either.
    """
    try:
        return _MANIFEST.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error


def switched_off(entry: Mapping[str, Any]) -> bool:
    """Whether anything in an extension's entry takes it out of use; a value of an unexpected kind does.

    ``disable_reasons`` is a list of numbers, before 2025 one number of bits; ``state`` is the older on/off, 1 being
    on. Either may be absent (Chromium source, ExtensionPrefs).
    """
    reasons = entry.get("disable_reasons")
    if not (reasons is None or reasons == [] or (type(reasons) is int and reasons == 0)):
        return True
    state = entry.get("state", 1)
    if type(state) is not int or state != 1:
        return True
    return any(entry.get(key) not in (None, 0, False) for key in BLOCKED_BY)


def _entry(extension_id: str, raw: msgspec.Raw) -> Extension:
    try:
        entry = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        entry = None
    if not isinstance(entry, dict):
        return Extension(extension_id, off=True)
    location, path = entry.get("location"), entry.get("path")
    return Extension(
        extension_id,
        switched_off(entry),
        location if type(location) is int and location in INSTALLED else 0,
        path if isinstance(path, str) else "",
    )


def merged(states: Sequence[State]) -> list[Extension]:
    """One entry for each extension: off if any file says so, the rest from the file that has it."""
    extensions: dict[str, Extension] = {}
    for extension in (extension for state in states for extension in state.extensions):
        other = extensions.get(extension.id, extension)
        extensions[extension.id] = Extension(
            extension.id,
            extension.off or other.off,
            extension.location or other.location,
            extension.path or other.path,
        )
    return list(extensions.values())


def _profiles(files: Files, root: str) -> tuple[list[str], list[Unreadable]]:
    """The profile directories below a root, and those that may not be entered."""
    base = escaped(root)
    found = {path.rpartition("/")[0] for name in STATE_FILES for path in files.listed(f"{base}/*/{name}")}
    named = {path for pattern in ("Default", "Profile *") for path in files.listed(f"{base}/{pattern}")}
    unreadable: list[Unreadable] = []
    # Older Opera keeps its only profile in the root. A profile that may not be entered is not found by its files.
    for directory in sorted((named | {root}) - found):
        there = files.exists(f"{directory}/{STATE_FILES[0]}")
        if isinstance(there, Unreadable):
            unreadable.append(there)
        elif there:
            found.add(directory)
    if not found and not unreadable and files.exists(f"{root}/Local State"):
        # A browser that has run has a profile. That none can be seen means that the directory cannot be listed.
        unreadable.append(Unreadable("denied", root))
    return sorted(path for path in found if path.rpartition("/")[2] not in NO_PERSON), unreadable


def _read_profile(
    files: Files, root: Root, profile: str, known: Mapping[str, Entry]
) -> tuple[list[Sighting], list[Unreadable]]:
    states: list[State] = []
    for name in STATE_FILES:
        state = files.parsed(f"{profile}/{name}", lambda data: parse_state(data, known), State)
        if isinstance(state, Unreadable):
            # The file that cannot be read may be the one that says "off".
            return [], [state]
        if state is not None:
            states.append(state)
    changes = [files.changed_at(f"{profile}/{name}") for name in STATE_FILES]
    newest = max((changed for changed in changes if isinstance(changed, int)), default=None)
    last_used = None if newest is None else when(newest)
    certain = profile == root.path or OWN_NAME.fullmatch(profile.rpartition("/")[2]) is not None
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    for extension in merged(states):
        standing, version = _standing(files, root, profile, extension)
        if isinstance(standing, Unreadable):
            unreadable.append(standing)
            continue
        entry = known[extension.id]
        sightings.append(
            Sighting(
                entry.manager.name,
                Place.EXTENSION,
                f"{root.browser} extension",
                standing,
                version,
                entry.confirmed and certain,
                entry.manager.retired,
                last_used,
            )
        )
    return sightings, unreadable


def _standing(files: Files, root: Root, profile: str, extension: Extension) -> tuple[Standing | Unreadable, str | None]:
    """How an extension stands, and its version. Chromium keeps the entry of one whose files are gone (seen in 156)."""
    directory = _directory(profile, extension)
    if extension.location not in INSTALLED or directory is None:
        return Standing.LEFTOVER, None
    manifest = files.parsed(f"{directory}/manifest.json", parse_manifest, Manifest)
    if isinstance(manifest, Unreadable) and manifest.reason != "malformed":
        return manifest, None
    if manifest is None or isinstance(manifest, Unreadable):
        return Standing.LEFTOVER, None
    version = manifest.version if VERSION.fullmatch(manifest.version) else None
    if extension.location in (UNPACKED, COMMAND_LINE) and manifest.manifest_version < OLDEST_MANIFEST:
        return Standing.LEFTOVER, version
    if extension.location == COMMAND_LINE and not _launcher_loads(files, root, directory):
        return Standing.LEFTOVER, version
    return (Standing.DISABLED if extension.off else Standing.ENABLED), version


def _directory(profile: str, extension: Extension) -> str | None:
    """Where the extension's files are: an absolute path as it is, another below the profile and its own id."""
    path = extension.path
    if path.startswith("/") or re.match(r"[A-Za-z]:\\", path):
        return path.rstrip("/\\") if "\0" not in path else None
    folder, separator, version = path.replace("\\", "/").partition("/")
    if folder != extension.id or not separator or "/" in version or version in ("", ".", "..") or "\0" in version:
        return None
    return f"{profile}/Extensions/{folder}/{version}"


def _launcher_loads(files: Files, root: Root, directory: str) -> bool:
    name = directory.rpartition("/")[2]
    if not root.debian or directory not in (LAUNCHER_LOADS + name, LAUNCHER_LINKS + name):
        return False
    return files.exists(f"{LAUNCHER_LOADS}{name}/manifest.json") is True
