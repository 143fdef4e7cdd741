"""Writing and removing a file that is ours, in a folder that others write to as well."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress

from agent.autostart import NotOursError
from agent.errors import RefusedError
from agent.files import read_regular

__all__ = ["MODE", "make_folder", "read", "remove", "write"]

MAX_BYTES = 1024 * 1024
#: As other units and entries: systemd warns about those that others may not read, and there is no secret in them.
MODE = 0o644
EXECUTABLE = 0o111

#: Whether a file's content is ours.
Ours = Callable[[bytes], bool]


def read(path: str, ours: Ours) -> bytes | None:
    """The content of a file of ours, ``None`` if there is nothing.

    Raises:
        NotOursError: it is a link (wherever it leads), no regular file, or has been written by somebody else.
        OSError: it cannot be read.
    """
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
        raise NotOursError(path)
    data = read_regular(path, MAX_BYTES)
    if not ours(data):
        raise NotOursError(path)
    return data


def write(path: str, data: bytes, ours: Ours, mode: int = MODE) -> bool:
    """Put a file in place, whole or not at all. Says whether anything had to be changed.

    With a ``mode`` by which it can be started, one that cannot be is written anew.

    Raises:
        NotOursError: something else is there.
        RefusedError: the folder belongs to somebody else, or everybody may write to it.
        OSError: it cannot be written.
    """
    if read(path, ours) == data and not mode & ~os.stat(path).st_mode & EXECUTABLE:
        return False
    folder = os.path.dirname(path)
    make_folder(folder)
    descriptor, temporary = tempfile.mkstemp(prefix=".watchword-", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:  # Ctrl-C too: leave no half file, then go on raising
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return True


def remove(path: str, ours: Ours) -> bool:
    """Remove a file of ours. Says whether there was one.

    Raises:
        NotOursError: it is not ours.
        OSError: it cannot be removed.
    """
    if read(path, ours) is None:
        return False
    os.unlink(path)
    return True


def make_folder(folder: str) -> None:
    """Make a folder if it is not there. It may be reached by links (people keep their settings elsewhere).

    Raises:
        RefusedError: it belongs to somebody else, or everybody may write to it.
        OSError: it cannot be made.
    """
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if sys.platform == "win32":
        return  # there the only such file is in the person's own Start menu, whose access list keeps others out
    found = os.stat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_IWOTH:
        raise RefusedError(
            f"{folder} belongs to somebody else, or everybody may change it, so nothing was written there."
        )
