"""Whether a machine policy, or a folder for reports, really comes from an administrator of this computer."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator

__all__ = ["ADMINISTRATORS", "distrust", "distrust_folder"]

#: User ids that may own a machine policy; on Windows SIDs, beside those of :mod:`config.access_lists`.
ADMINISTRATORS: frozenset[int | str] = frozenset() if sys.platform == "win32" else frozenset({0})
#: Groups whose members are administrators anyway: root or wheel, and on macOS admin.
ADMINISTRATOR_GROUPS = frozenset({0, 80}) if sys.platform == "darwin" else frozenset({0})
#: As many as Linux follows in one path (path_resolution(7)).
MAX_LINKS = 40


def distrust(path: str, descriptor: int, administrators: frozenset[int | str] = ADMINISTRATORS) -> str | None:
    """Why the open policy file is not to be trusted, or ``None`` when it is.

    A link is judged by its target; every directory that leads to a link or to the target must be safe as well, or
    somebody else could put another file in its place.
    """
    if sys.platform == "win32":
        from config import trust_windows  # of use on Windows only

        return trust_windows.distrust(path, descriptor, frozenset(map(str, administrators)))
    problem = _problem(os.fstat(descriptor), administrators)
    if problem is not None:
        return f"{problem}; {_advice(path)}"
    for directory in _leading_to(path):
        problem = _problem(os.stat(directory), administrators)
        if problem is not None:
            return f"its directory {directory} {problem}; {_advice(directory)}"
    return None


def distrust_folder(path: str, descriptor: int, administrators: frozenset[int | str] = ADMINISTRATORS) -> str | None:
    """Why the open folder is not one in which people may leave files, or ``None`` when it is. Names no path.

    An administrator's, and if others may write, sticky: nobody can put another in its place, nor take what somebody
    else left in it. On Windows :func:`config.trust_windows.distrust_folder` says so.

    Raises:
        OSError: what leads to it cannot be looked at.
    """
    problem = _problem(os.fstat(descriptor), administrators)
    if problem is not None:
        return problem
    for directory in _leading_to(path):
        problem = _problem(os.stat(directory), administrators)
        if problem is not None:
            return f"lies in a folder that {problem}"
    return None


def _leading_to(path: str) -> Iterator[str]:
    """Every directory in which a name is looked up on the way to a file, from the root down, links followed.

    Raises:
        OSError: there are more links than any system follows.
    """
    place, names, links = "/", _names(os.path.abspath(path)), 0
    while names:
        yield place
        name = names.pop(0)
        if name == "..":  # of a link's target
            place = os.path.dirname(place)
            continue
        there = os.path.join(place, name)
        if not os.path.islink(there):
            place = there
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        target = os.readlink(there)
        names = _names(target) + names
        place = "/" if target.startswith("/") else place


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]


def _problem(found: os.stat_result, administrators: frozenset[int | str]) -> str | None:
    # Root may always change everything, so what root owns is as good as what the administrator owns.
    if found.st_uid not in administrators | ADMINISTRATORS:
        return "is not owned by an administrator"
    # In a sticky directory (/tmp) others may add files, but not replace those of an administrator.
    sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
    if found.st_mode & stat.S_IWOTH and not sticky:
        return "can be changed by anybody"
    if found.st_mode & stat.S_IWGRP and found.st_gid not in ADMINISTRATOR_GROUPS and not sticky:
        return "can be changed by others (its group)"
    return None


def _advice(path: str) -> str:
    return f"it is not used (an administrator can run: chown root '{path}' && chmod go-w '{path}')"
