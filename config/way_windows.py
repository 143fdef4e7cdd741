"""The way to a file of Windows: all that decides what a path leads to."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Iterator

__all__ = ["NoWayError", "way"]

#: A drive by its letter or by the name of its volume, as links may name it.
DRIVE = re.compile(r"(\\\\\?\\)?[A-Za-z]:\\|\\\\\?\\Volume\{[0-9A-Fa-f-]+\}\\")
MAX_LINKS = 32


class NoWayError(Exception):
    """The path leads out of this computer, or nowhere: the end of a sentence that begins with the file."""


def way(path: str, target_of: Callable[[str], str | None]) -> Iterator[tuple[str, bool]]:
    r"""Every folder, link and file on the way, from the drive down, and whether it is a link; the target is the last.

    ``path`` is absolute. ``target_of`` is asked of each place below a drive, as it is come to, where it leads if it is
    a link: a path, absolute or from the link's own folder.

    Raises:
        NoWayError: it leaves the drives of this computer, or has more links than anybody would make.
    """
    links = 0
    place, names = _split(path)
    yield place, False
    while names:
        place = ntpath.join(place, names.pop(0))
        target = target_of(place)
        yield place, target is not None
        if target is not None:
            links += 1
            if links > MAX_LINKS:
                raise NoWayError("is reached by too many links")
            place, beyond = _split(ntpath.join(ntpath.dirname(place), target))
            names = beyond + names
            yield place, False


def _split(path: str) -> tuple[str, list[str]]:
    """The root of the drive, and the names below it."""
    drive, rest = ntpath.splitdrive(ntpath.normpath(path))
    root = f"{drive}\\"
    if not DRIVE.fullmatch(root) or not rest.startswith("\\"):
        # Whose administrators own a file on another computer is not said by its owner.
        raise NoWayError("does not lie on a drive of this computer")
    return root, [name for name in rest.split("\\") if name]
