"""Whether a machine policy really comes from an administrator of this computer."""

from __future__ import annotations

import os
import stat
import sys

__all__ = ["ADMINISTRATORS", "distrust"]

#: User ids that may own a machine policy; on Windows SIDs, beside those of :mod:`config.access_lists`.
ADMINISTRATORS: frozenset[int | str] = frozenset() if sys.platform == "win32" else frozenset({0})
#: Groups whose members are administrators anyway: root or wheel, and on macOS admin.
ADMINISTRATOR_GROUPS = frozenset({0, 80}) if sys.platform == "darwin" else frozenset({0})


def distrust(path: str, descriptor: int, administrators: frozenset[int | str] = ADMINISTRATORS) -> str | None:
    """Why the open policy file is not to be trusted, or ``None`` when it is.

    A link is judged by its target; every directory that leads to the link or to the target must be safe as well, or
    somebody else could put another file in its place.
    """
    if sys.platform == "win32":
        from config import trust_windows  # of use on Windows only

        return trust_windows.distrust(path, descriptor, frozenset(map(str, administrators)))
    problem = _problem(os.fstat(descriptor), administrators)
    if problem is not None:
        return f"{problem}; {_advice(path)}"
    for start in dict.fromkeys((os.path.dirname(os.path.abspath(path)), os.path.dirname(os.path.realpath(path)))):
        directory = os.path.realpath(start)
        while True:
            problem = _problem(os.stat(directory), administrators)
            if problem is not None:
                return f"its directory {directory} {problem}; {_advice(directory)}"
            if directory == os.path.dirname(directory):
                break
            directory = os.path.dirname(directory)
    return None


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
