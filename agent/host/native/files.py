"""Facts about a file that its content does not show; the same on every system."""

from __future__ import annotations

import os

from agent.host import Unreadable
from config import trust


def mtime(path: str) -> int | Unreadable | None:
    """When the file was last written, in whole seconds since 1970. ``None`` when it does not exist."""
    try:
        return int(os.stat(path).st_mtime)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Unreadable("denied", path)


def owner(path: str) -> int | Unreadable | None:
    """The number of the user who owns the file. ``None`` when it does not exist."""
    try:
        return os.stat(path).st_uid
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Unreadable("denied", path)


def distrust(path: str) -> str | Unreadable | None:
    """Why somebody other than an administrator could have written the file; empty when nobody else could.

    ``None`` when it does not exist.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Unreadable("denied", path)
    try:
        return trust.distrust(path, descriptor) or ""
    except OSError:
        return Unreadable("denied", path)
    finally:
        os.close(descriptor)
