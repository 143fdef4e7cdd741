"""The folder for reports on Windows: an access list lets people add files to it, and says who may do what with them."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from agent.errors import WatchwordError

if sys.platform != "win32":
    raise ImportError("only Windows has access lists like these")

import msvcrt
from ctypes import wintypes

from agent.autostart.sid import own_sid
from config.trust_windows import distrust_folder

__all__ = ["Folder"]

GENERIC_WRITE = 0x40000000
CREATE_NEW = 1
INVALID_HANDLE = ctypes.c_void_p(-1).value
SDDL_REVISION = 1
#: Longer than any disk takes to write a report: what is older was left behind.
LEFT_BEHIND_SECONDS = 60.0
#: For how long whoever reads the last report, a collector or a virus scanner, may keep it open.
IN_USE_SECONDS = 5.0


class _Attributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("length", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", wintypes.BOOL))


class Folder:
    """The folder. Where :meth:`distrust` has nothing to say, only an administrator could put another in its place."""

    def __init__(self, path: str) -> None:
        """Look at it.

        Raises:
            OSError: it is not there, no folder or a link.
        """
        found = os.lstat(path)
        if found.st_reparse_tag or not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "Not a folder", path)
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def distrust(self, administrators: frozenset[int | str]) -> str | None:
        """Why it is not a folder to leave a report in, or ``None``."""
        return distrust_folder(self._path, frozenset(map(str, administrators)))

    def put(self, name: str, temporary: str, data: bytes) -> None:
        """Put a file in place in one step, for its owner and administrators alone.

        Raises:
            OSError: the file is as it was.
            WatchwordError: something that is no plain file has its name.
        """
        self._is_ours(name)
        file = self._new(temporary)
        try:
            with open(file, "wb") as writing:
                writing.write(data)
                writing.flush()
                os.fsync(file)
            self._put_in_place(temporary, name)
        except BaseException:  # Ctrl-C too: leave nothing half written, then go on raising
            with suppress(OSError):
                os.unlink(self._at(temporary))
            raise

    def remove(self, name: str) -> None:
        """Remove a file of ours; none is fine.

        Raises:
            OSError: it is still there, perhaps because it is somebody else's.
            WatchwordError: something that is no plain file has its name.
        """
        if self._is_ours(name):
            os.unlink(self._at(name))

    def _new(self, temporary: str) -> int:
        """A new file, in place of one that was left behind."""
        try:
            return _create(self._at(temporary))
        except FileExistsError:
            self._is_ours(temporary)
            if abs(time.time() - os.lstat(self._at(temporary)).st_mtime) < LEFT_BEHIND_SECONDS:
                raise WatchwordError("Another report is just being put into the folder for reports.") from None
        os.unlink(self._at(temporary))
        return _create(self._at(temporary))

    def _put_in_place(self, temporary: str, name: str) -> None:
        deadline = time.monotonic() + IN_USE_SECONDS
        while True:
            try:
                os.replace(self._at(temporary), self._at(name))
            except PermissionError:  # Windows does not say whether it is in use or forbidden
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def _is_ours(self, name: str) -> bool:
        """Whether a plain file has the name, ``False`` when nothing has it. Whose it is, Windows itself looks at."""
        try:
            found = os.lstat(self._at(name))
        except FileNotFoundError:
            return False
        if found.st_reparse_tag or not stat.S_ISREG(found.st_mode):
            raise WatchwordError("In the folder for reports something else has the name of ours: office IT can look.")
        return True

    def _at(self, name: str) -> str:
        return os.path.join(self._path, name)


def _create(path: str) -> int:
    """A new file, open for writing, that only this person and administrators may read, whatever its folder hands down.

    Raises:
        OSError: it cannot be made; ``FileExistsError`` when there is something of that name.
    """
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    create = kernel.CreateFileW
    create.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.POINTER(_Attributes),
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    )
    create.restype = wintypes.HANDLE
    descriptor = _private_to(own_sid())
    try:
        attributes = _Attributes(ctypes.sizeof(_Attributes), descriptor, False)
        handle = create(path, GENERIC_WRITE, 0, attributes, CREATE_NEW, 0, None)
        if handle is None or handle == INVALID_HANDLE:
            raise ctypes.WinError(ctypes.get_last_error())
    finally:
        kernel.LocalFree.argtypes, kernel.LocalFree.restype = (ctypes.c_void_p,), ctypes.c_void_p
        kernel.LocalFree(descriptor)
    return msvcrt.open_osfhandle(handle, os.O_WRONLY | os.O_BINARY | os.O_NOINHERIT)


def _private_to(sid: str) -> ctypes.c_void_p:
    """A security descriptor that inherits nothing: all rights for the owner, administrators and the system.

    The owner is said as well: for an administrator Windows would take the group, and the next report of the same person
    without those rights could not take this one's place.
    """
    convert = ctypes.WinDLL("advapi32", use_last_error=True).ConvertStringSecurityDescriptorToSecurityDescriptorW
    convert.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
    convert.restype = wintypes.BOOL
    descriptor = ctypes.c_void_p()
    if not convert(f"O:{sid}D:P(A;;FA;;;{sid})(A;;FA;;;BA)(A;;FA;;;SY)", SDDL_REVISION, descriptor, None):
        raise ctypes.WinError(ctypes.get_last_error())
    return descriptor
