"""Reading a file that should be small and ours, whatever has been put in its place."""

import errno
import os
import stat

__all__ = ["read_regular"]


def read_regular(path: str, most: int = 16 * 1024 * 1024) -> bytes:
    """The bytes of a regular file of at most ``most`` bytes.

    Raises:
        OSError: it cannot be read, it is too large, or it is a pipe or device, which could go on for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "Too large to be ours", path)
    return data
