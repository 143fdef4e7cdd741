r"""Whether the files of an app are still where its entry in Windows' list of apps says.

The entry is only a note that an installer left behind: deleting an app's folder leaves it as it is. Entries of Windows
Installer often name no place at all (``InstallLocation`` is ``ARPINSTALLLOCATION``, which few packages set), so they
leave it open whether anything is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum

from agent.host import Host, RegistryValue, Unreadable

__all__ = ["Trace", "is_gone", "trace", "variables"]

#: ``"C:\...\App.exe",0``: what is behind the comma is the number of a picture in the file.
ICON = re.compile(r'"?([^"]+?)"?(?:\s*,\s*-?[0-9]{1,9})?')
#: ``"C:\...\unins000.exe" /SILENT``, or without quotes up to the first ".exe".
COMMAND = re.compile(r'"([^"]+)"(?:\s.*)?|([^"]+?\.exe)(?:\s.*)?', re.IGNORECASE)
FULL_PATH = re.compile(r"[A-Za-z]:/[^%\0:*?\"<>|]+")
VARIABLE = re.compile(r"%([^%]+)%")
DEFAULTS = {"PROGRAMFILES": r"C:\Program Files", "PROGRAMFILES(X86)": r"C:\Program Files (x86)"}
#: Longer text is nobody's path.
MAX_TEXT = 1024
#: A folder less deep than this (``C:/Program Files``) holds the programs of others too.
LEAST_DEPTH = 3


class Trace(IntEnum):
    """What is left of an app; more is greater."""

    #: Every file and folder that the entry names is gone.
    GONE = 0
    #: The entry names none that could be looked for, or they do not show that the app's program is there.
    OPEN = 1
    #: A program is there.
    THERE = 2


def variables(host: Host) -> dict[str, str]:
    """The variables of this session by name in capitals, with those that every Windows has."""
    told = {name.upper(): value for name, value in host.env.items() if value}
    root = told.get("SYSTEMROOT") or told.get("WINDIR") or r"C:\Windows"
    return DEFAULTS | {"SYSTEMROOT": root, "WINDIR": root} | told


def trace(host: Host, values: Mapping[str, RegistryValue]) -> Trace:
    """What is left of the app of an entry with these values."""
    icon, uninstaller, folder = _places(host, values)
    if icon.lower().endswith(".exe") and icon != uninstaller:
        if _exists(host, icon) is True:
            return Trace.THERE
    elif any(_holds_a_program(host, each, uninstaller) for each in _folders(icon, uninstaller, folder)):
        return Trace.THERE
    return Trace.GONE if is_gone(host, values) else Trace.OPEN


def is_gone(host: Host, values: Mapping[str, RegistryValue]) -> bool:
    """Whether an entry with these values names a place, and nothing is left in any that it names."""
    named = [path for path in _places(host, values) if path]
    return bool(named) and all(_exists(host, path) is False for path in named)


def _places(host: Host, values: Mapping[str, RegistryValue]) -> tuple[str, str, str]:
    """The icon, the program that removes the app, and its folder, as far as the entry names them."""
    known = variables(host)
    return (
        _path(ICON.fullmatch(_text(values, "displayicon")), known),
        _path(COMMAND.fullmatch(_text(values, "uninstallstring")), known),
        _path(ICON.fullmatch(_text(values, "installlocation")), known),
    )


def _path(match: re.Match[str] | None, known: Mapping[str, str]) -> str:
    """A full path outside Windows' own folder, with forward slashes; nothing for anything else."""
    text = next((group for group in match.groups() if group), "") if match else ""
    path = VARIABLE.sub(lambda found: known.get(found[1].upper(), found[0]), text.strip()).replace("\\", "/")
    path = re.sub("(?<=.)/+", "/", path).rstrip("/")
    own = known["SYSTEMROOT"].replace("\\", "/").rstrip("/").lower()
    if not FULL_PATH.fullmatch(path) or ".." in path.split("/") or f"{path}/".lower().startswith(f"{own}/"):
        return ""
    return path


def _folders(icon: str, uninstaller: str, folder: str) -> list[str]:
    found = [icon.rpartition("/")[0], uninstaller.rpartition("/")[0], folder]
    return [each for each in dict.fromkeys(found) if each.count("/") >= LEAST_DEPTH - 1]


def _holds_a_program(host: Host, folder: str, uninstaller: str) -> bool:
    """Whether there is a program in it other than the one that removes the app."""
    found = [path.replace("\\", "/") for path in host.glob(f"{_escaped(folder)}/*.exe")]
    names = {path.rpartition("/")[2].lower() for path in found}
    return bool(names - {uninstaller.rpartition("/")[2].lower()})


def _exists(host: Host, path: str) -> bool | Unreadable:
    changed = host.query("mtime", path)
    if isinstance(changed, Unreadable) and changed.reason in ("not_recorded", "unsupported"):
        return bool(host.glob(_escaped(path)))
    return changed if isinstance(changed, Unreadable) else changed is not None


def _escaped(path: str) -> str:
    """A path as a pattern that only it matches."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _text(values: Mapping[str, RegistryValue], name: str) -> str:
    found = values.get(name)
    if found is None or not isinstance(found.value, str) or len(found.value) > MAX_TEXT:
        return ""
    return found.value.strip("\0 \t")
