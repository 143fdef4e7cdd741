"""Reading a file that should be small and ours, whatever has been put in its place, and putting one there whole."""

import errno
import os
import stat
import time
from contextlib import suppress

__all__ = ["flush_folder", "put_whole", "read_regular"]

#: How long Windows may refuse to open a file that another program has just put in place, or is reading by itself.
IN_USE_SECONDS = 1.0


def read_regular(path: str, most: int = 16 * 1024 * 1024, start: int = 0) -> bytes:
    """The bytes of a regular file of at most ``most`` bytes, from its ``start`` on.

    Raises:
        OSError: it cannot be read, it is too large, or it is a pipe or device, which could go on for ever.
    """
    descriptor = _open(path)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        file.seek(start)
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "Too large to be ours", path)
    return data


def put_whole(path: str, data: bytes) -> None:
    """Put a file in place in one step, for its owner alone. When this returns it is on the disk.

    Only one process may do so at a time: what a killed one left under the temporary name is removed.

    Raises:
        OSError: the file is as it was.
    """
    temporary = f"{path}.new"
    with suppress(FileNotFoundError):
        os.unlink(temporary)  # a link in its place must not be followed
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    flush_folder(os.path.dirname(path) or ".")


def flush_folder(path: str) -> None:
    """Make new names in a folder last through a power cut, where one can be flushed: not on Windows or some servers."""
    if os.name == "nt":
        return
    with suppress(OSError):  # the file is in its place all the same
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


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
