"""Applications on macOS: a small app in the person's own folder. Written from documentation, not yet tried on a Mac.

An app is a folder with a description (``Info.plist``) and a program, here a shell script of one command. Nothing is
signed: what is made on a Mac itself is not asked for a signature.
"""

from __future__ import annotations

import os
import plistlib
import shlex
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files as resources

from agent.autostart import NotOursError, Problem, Standing, files, templates
from agent.errors import RefusedError
from agent.host import plists

__all__ = ["IDENTIFIER", "Part", "parts", "place", "put", "read", "take_away"]

IDENTIFIER = "org.saferpolitics.watchword.open"
#: The outermost first.
FOLDERS = ("", "Contents", "Contents/MacOS", "Contents/Resources")
LAUNCHER, DESCRIPTION = "Contents/MacOS/watchword", "Contents/Info.plist"
LAUNCHER_MARK = b"#!/bin/sh\n# Written by Watchword."
LAUNCHER_MODE = 0o755


@dataclass(frozen=True)
class Part:
    """A file of the app: its name in it, its content, how to know one of ours, and its rights."""

    name: str
    data: bytes
    is_ours: Callable[[bytes], bool]
    mode: int = files.MODE


def read(argv: tuple[str, ...]) -> Standing:
    """How it stands with the app that starts this command."""
    app = place()
    try:
        found = {part.name: data for part, data in _found(app, argv)}
        starts = os.access(os.path.join(app, LAUNCHER), os.X_OK)
    except NotOursError as error:
        return Standing("unknown", problem=Problem.NOT_OURS, where=error.where)
    except OSError as error:
        return Standing("unknown", problem=Problem.NO_ANSWER, where=error.filename or app)
    if not any(found.values()):
        return Standing("off")
    launcher = found[LAUNCHER]
    if launcher is None or found[DESCRIPTION] is None or not starts:
        return Standing("off", problem=Problem.INCOMPLETE, where=app)
    if not _starts(launcher, argv):
        return Standing("on", problem=Problem.OTHER_PROGRAM)
    return Standing("on", problem=None if all(found.values()) else Problem.INCOMPLETE)


def put(argv: tuple[str, ...]) -> bool:
    """Make the app. Says whether anything had to be changed.

    Raises:
        NotOursError: somebody else's app, file or link has its place; nothing has been written.
        RefusedError: the folder of apps belongs to somebody else, or everybody may write to it.
        OSError: it cannot be written.
    """
    app = place()
    list(_found(app, argv))  # before anything is written
    files.make_folder(os.path.dirname(app))
    changed = False
    for part in parts(argv):
        changed = files.write(os.path.join(app, part.name), part.data, part.is_ours, part.mode) or changed
    return changed


def take_away() -> bool:
    """Remove the app. Says whether there was one.

    Raises:
        NotOursError: it is somebody else's; nothing has been removed.
        RefusedError: somebody has put something into ours. The app is gone, that is left.
        OSError: it cannot be removed.
    """
    app = place()
    had = [part for part, data in _found(app, ()) if data is not None]
    for part in reversed(had):  # the description first: without it nothing is an app
        files.remove(os.path.join(app, part.name), part.is_ours)
    for name in reversed(FOLDERS):
        with suppress(OSError):  # one with a stranger in it stays
            os.rmdir(os.path.join(app, name))
    if os.path.lexists(app):
        raise RefusedError(f"{app} has something in it that Watchword did not write, so that was left.")
    return bool(had)


def place() -> str:
    """The app, in the person's own folder of apps: Spotlight and Launchpad look there as well."""
    return os.path.join(os.path.expanduser("~"), "Applications", "Watchword.app")


def parts(argv: tuple[str, ...]) -> tuple[Part, ...]:
    """The files of an app that starts this command, in the order in which to write them: what makes it an app last."""
    launcher = templates.fill(templates.template("macos", "watchword-open.sh"), EXEC=shlex.join(argv))
    description = plistlib.loads(templates.template("macos", "Watchword.app.plist").encode())
    return (
        Part(LAUNCHER, launcher.encode(), _is_our_launcher, LAUNCHER_MODE),
        Part("Contents/Resources/watchword.icns", _icon(), _is_icon),
        Part(DESCRIPTION, plistlib.dumps(description, sort_keys=False), _is_our_description),
    )


def _found(app: str, argv: tuple[str, ...]) -> Iterator[tuple[Part, bytes | None]]:
    """Each part with what is there of it.

    Raises:
        NotOursError: somebody else's app, or any other thing, has its place.
    """
    for name in FOLDERS:
        path = os.path.join(app, name).rstrip("/")
        with suppress(FileNotFoundError, NotADirectoryError):
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                raise NotOursError(path)
    try:
        found = [(part, files.read(os.path.join(app, part.name), part.is_ours)) for part in parts(argv)]
    except NotOursError:
        raise NotOursError(app) from None
    if not any(data for _, data in found) and os.path.isdir(app) and _files(app):
        raise NotOursError(app)
    yield from found


def _files(app: str) -> bool:
    """Whether there is any file in it. Folders alone may be what is left of one that was never finished."""
    return any(names for _, _, names in os.walk(app))


def _starts(launcher: bytes, argv: tuple[str, ...]) -> bool:
    try:
        return shlex.split(launcher.decode().splitlines()[-1]) == ["exec", *argv]
    except ValueError:  # no UTF-8, or a quote without its end: somebody has been at it
        return False


def _is_our_launcher(data: bytes) -> bool:
    return data.startswith(LAUNCHER_MARK)


def _is_our_description(data: bytes) -> bool:
    """With our identifier, which is a reversed domain name and so nobody else's."""
    try:
        return plists.parse(data).get("CFBundleIdentifier") == IDENTIFIER
    except plists.BadPlistError:
        return False


def _is_icon(data: bytes) -> bool:
    """Any icon: it lies in an app that is ours by its other parts, and changes with versions of Watchword."""
    return data.startswith(b"icns")


def _icon() -> bytes:
    return resources("installers").joinpath("macos", "watchword.icns").read_bytes()
