"""Reading a file that should be small and ours, whatever has been put in its place."""

import errno
import os
import stat
import time

__all__ = ["read_regular"]

#: How long Windows may refuse to open a file that another program has just put in place, or is reading by itself.
IN_USE_SECONDS = 1.0


def read_regular(path: str, most: int = 16 * 1024 * 1024) -> bytes:
    """The bytes of a regular file of at most ``most`` bytes.

    Raises:
        OSError: it cannot be read, it is too large, or it is a pipe or device, which could go on for ever.
    """
    descriptor = _open(path)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "Too large to be ours", path)
    return data


def _open(path: str) -> int:
    deadline = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except PermissionError:
            # Windows does not say whether it is in use or forbidden; of a folder it says the same.
            if os.name != "nt" or os.path.isdir(path) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)
