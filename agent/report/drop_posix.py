"""The folder for reports on Linux and macOS: mode 1733, so one may leave files in it and not list it."""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from agent.errors import WatchwordError
from config.trust import distrust_folder

if sys.platform == "win32":
    raise ImportError("Windows has its own way")

__all__ = ["Folder"]

#: To open a folder only in order to reach what is in it: reading it is what mode 1733 refuses. macOS has a flag of its
#: own for that (<sys/fcntl.h>: O_EXEC), which Python does not name.
SEARCH = 0x40000000 if sys.platform == "darwin" else os.O_PATH
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: Longer than any disk takes to write a report: what is older was left behind.
LEFT_BEHIND_SECONDS = 60.0


class Folder:
    """The folder, held open so that everything happens in this very one, whatever its name leads to meanwhile."""

    def __init__(self, path: str) -> None:
        """Open it; ``path`` has no ``/`` at its end.

        Raises:
            OSError: it is not there, no folder, a link, or may not be entered.
        """
        self._path = path
        self._descriptor = os.open(path, SEARCH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def distrust(self, administrators: frozenset[int | str]) -> str | None:
        """Why it is not a folder to leave a report in, or ``None``."""
        return distrust_folder(self._path, self._descriptor, administrators)

    def put(self, name: str, temporary: str, data: bytes) -> None:
        """Put a file in place in one step, for its owner alone.

        The folder itself is not flushed, for that takes reading it. If the power fails just now the file is the last
        one or this one, whole.

        Raises:
            OSError: the file is as it was.
            WatchwordError: something that is not ours has its name.
        """
        self._is_ours(name)
        file = self._new(temporary)
        try:
            with open(file, "wb") as writing:
                os.fchmod(file, 0o600)
                writing.write(data)
                writing.flush()
                os.fsync(file)
            os.replace(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException:  # Ctrl-C too: leave nothing half written, then go on raising
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self._descriptor)
            raise

    def remove(self, name: str) -> None:
        """Remove a file of ours; none is fine.

        Raises:
            OSError: it is still there.
            WatchwordError: something that is not ours has its name.
        """
        if self._is_ours(name):
            os.unlink(name, dir_fd=self._descriptor)

    def _new(self, temporary: str) -> int:
        """A new file, in place of one that was left behind."""
        try:
            return os.open(temporary, NEW, 0o600, dir_fd=self._descriptor)
        except FileExistsError:
            self._is_ours(temporary)
            age = time.time() - os.stat(temporary, dir_fd=self._descriptor, follow_symlinks=False).st_mtime
            if abs(age) < LEFT_BEHIND_SECONDS:  # one from the future was not written just now either
                raise WatchwordError("Another report is just being put into the folder for reports.") from None
        os.unlink(temporary, dir_fd=self._descriptor)
        return os.open(temporary, NEW, 0o600, dir_fd=self._descriptor)

    def _is_ours(self, name: str) -> bool:
        """Whether a file of ours has the name; ``False`` when nothing has it."""
        try:
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise WatchwordError("In the folder for reports something else has the name of ours: office IT can look.")
        return True
