"""One process at a time opens, repairs or migrates the store. The system lets go of the lock if that process dies."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager

from agent.locking import FileLock
from agent.store.errors import StoreError

__all__ = ["exclusive"]

POLL_SECONDS = 0.02
#: A network home without locks: SQLite's own locking is all there is.
NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


@contextmanager
def exclusive(path: str, timeout_seconds: float = 10.0) -> Iterator[None]:
    """Hold the lock file ``path``.

    Raises:
        StoreError: the file cannot be made, or another process held it for the whole time.
    """
    lock = FileLock(path)
    deadline = time.monotonic() + timeout_seconds
    try:
        while not lock.take():
            if time.monotonic() > deadline:
                raise StoreError("Another Watchword kept the store busy; try again in a moment.")
            time.sleep(POLL_SECONDS)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise StoreError(f"The store's lock {path} could not be made: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()
