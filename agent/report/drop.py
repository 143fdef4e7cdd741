"""One folder of this computer in which office IT find everybody's report: putting ours there, and taking it back.

An administrator makes the folder (``installers/it/drop/``), the agent never does. Whoever uses the computer may leave a
file in it; only its owner and administrators can read or remove that, and only administrators can list the folder.
``<device id>.json`` is always a whole report: it is written beside it under a temporary name and then put in its place.

The temporary name is ``.<device id>.tmp``, always the same, because in a folder that one may not list there is no other
way to find what a killed process left behind. To guess it takes the device id, which is random, and in the folder known
only to whoever can read the report. Somebody who has it from elsewhere could take the name first: then nothing is put
there, which is said.

Two processes of one person do not put a report there at once: whoever does holds the lock of the outbox.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from agent.errors import WatchwordError
from agent.report.reader import MAX_BYTES
from config.trust import ADMINISTRATORS

if sys.platform == "win32":
    from agent.report.drop_windows import Folder
else:
    from agent.report.drop_posix import Folder

__all__ = ["put", "take_back"]

DEVICE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def put(folder: str, device_id: str, data: bytes, *, administrators: frozenset[int | str] = ADMINISTRATORS) -> None:
    """Put the report of this device into the folder, in place of the last one. It is on the disk when this returns.

    ``administrators`` are the user ids (on Windows SIDs) whose folder it may be.

    Raises:
        WatchwordError: it could not be done, or not safely; one sentence without any path. The last report is still
            there if there was one.
    """
    name, temporary = _names(device_id)
    if len(data) > MAX_BYTES:
        raise WatchwordError("The report is too large for the folder for reports.")
    with _opened(folder, "The report could not be put into the folder for reports") as there:
        reason = there.distrust(administrators)
        if reason is not None:
            raise WatchwordError(f"The folder for reports {reason}, so it is not used: office IT can put that right.")
        there.put(name, temporary, data)


def take_back(folder: str, device_id: str) -> None:
    """Take the report of this device out of the folder, and what a killed process left. Nothing there is fine.

    It does not matter whether the folder could still be trusted: only a file of our own goes, and only by its name.

    Raises:
        WatchwordError: it is still there; one sentence without any path.
    """
    with (
        suppress(_NotThereError),
        _opened(folder, "The report could not be taken out of the folder for reports") as there,
    ):
        for name in _names(device_id):
            there.remove(name)


class _NotThereError(WatchwordError):
    """There is no such folder."""


def _names(device_id: str) -> tuple[str, str]:
    if DEVICE_ID.fullmatch(device_id) is None:
        raise WatchwordError("The number of this device is none, so no report can be named by it.")
    return f"{device_id}.json", f".{device_id}.tmp"


def _full(folder: str) -> str:
    """The folder without a ``/`` at its end, after which a link would be followed."""
    if not os.path.isabs(folder) or {".", ".."} & set(re.split(r"[/\\]", folder)):
        raise WatchwordError("The folder for reports is not named by its full path, so it is not used.")
    return os.path.normpath(folder)


@contextmanager
def _opened(folder: str, failed: str) -> Iterator[Folder]:
    """The folder, whose troubles are said in words that begin with what ``failed``."""
    path = _full(folder)
    try:
        opened = Folder(path)
    except FileNotFoundError as error:
        raise _NotThereError("The folder for reports is not there: office IT has to make it.") from error
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise WatchwordError("The folder for reports is no folder, or only a link, so it is not used.") from error
        raise WatchwordError(f"{failed}: {error.strerror}.") from error
    with opened as there:
        try:
            yield there
        except OSError as error:
            raise WatchwordError(f"{failed}: {error.strerror}.") from error
