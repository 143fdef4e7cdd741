"""One process at a time, by a lock that the system itself lets go of when its holder dies. Never a pid file alone.

Imported by the background agent, which must stay small: nothing but the standard library's smallest modules.
"""

import os
import sys
from contextlib import suppress

__all__ = ["FileLock", "is_held", "taken"]

#: A lock on a file system that numbers a file anew each time it is looked up is as good as any there.
TRIES = 5


class FileLock:
    """A lock file. ``take`` says whether it is ours now; the file itself stays, so that nobody locks a deleted one."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock if nobody holds it; ``shared``: if nobody holds it alone. It stays what it was taken as.

        Raises:
            OSError: the file cannot be made, or this file system knows no locks.
        """
        if self._descriptor is not None:
            return True
        self._descriptor = self._locked(shared=shared)
        for _ in range(TRIES):
            if self._descriptor is None or self.in_place:
                break
            self.release()  # its file was removed between opening and locking it: nobody else would find it
            self._descriptor = self._locked(shared=shared)
        return self._descriptor is not None

    def _locked(self, *, shared: bool) -> int | None:
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            taken = _try_shared(descriptor) if shared else _try(descriptor)
        except BaseException:  # Ctrl-C too: let go of it, then go on raising
            os.close(descriptor)
            raise
        if taken:
            return descriptor
        os.close(descriptor)
        return None

    @property
    def in_place(self) -> bool:
        """Whether it is ours and still the one that others find; everything may have been forgotten meanwhile."""
        if self._descriptor is None:
            return False
        if sys.platform == "win32":  # which removes no file that somebody has open
            return True
        try:
            return os.path.samestat(os.lstat(self.path), os.fstat(self._descriptor))
        except OSError:
            return False

    def write(self, text: str) -> None:
        """Leave a line in the file for people and for :mod:`agent.daemon.doorbell`; the lock has to be ours."""
        if self._descriptor is None:
            raise ValueError("the lock is not held")
        # Byte 0 is what is locked on Windows, where nobody else could read it.
        os.lseek(self._descriptor, 1, os.SEEK_SET)
        os.write(self._descriptor, text.encode() + b"\n")

    def release(self) -> None:
        """Let go of it. Doing so twice does no harm."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def taken(lock: FileLock) -> bool:
    """Whether nobody else holds the lock, who could do the same at once.

    In a home that cannot be written there is no lock, and nothing is kept, so nothing can be done twice.
    """
    try:
        return lock.take()
    except OSError:
        return True


def is_held(path: str) -> bool:
    """Whether some process holds the lock now. A file that cannot be opened is held by nobody."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        return not _try(descriptor)
    except OSError:  # this file system knows no locks
        return False
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return True
        return False

    def _try_shared(descriptor: int) -> bool:
        """The same byte by the system's own call: that of the C library, above, knows no other lock than for one."""
        import ctypes  # not for the background agent, which shares no lock
        from ctypes import wintypes

        class Overlapped(ctypes.Structure):
            _fields_ = (
                ("internal", ctypes.c_size_t),
                ("internal_high", ctypes.c_size_t),
                ("offset", wintypes.DWORD),
                ("offset_high", wintypes.DWORD),
                ("event", wintypes.HANDLE),
            )

        fail_immediately = 1
        call = ctypes.WinDLL("kernel32").LockFileEx
        call.restype = wintypes.BOOL
        call.argtypes = (wintypes.HANDLE, *(wintypes.DWORD,) * 4, ctypes.POINTER(Overlapped))
        handle = msvcrt.get_osfhandle(descriptor)
        return bool(call(handle, fail_immediately, 0, 1, 0, ctypes.byref(Overlapped())))

else:
    import fcntl

    def _try(descriptor: int, how: int = fcntl.LOCK_EX) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            return True
        return False

    def _try_shared(descriptor: int) -> bool:
        return _try(descriptor, fcntl.LOCK_SH)
