r"""Which paths on Windows lead away from this computer.

To look at ``\\server\share`` is to connect to that server and to offer it the person's credentials, and a path in a
browser's profile or in a variable may name any server there is. The same two backslashes begin the names of pipes and
devices. So such a path is not looked at, but for those in a home that lies on a server itself.
"""

from __future__ import annotations

import ntpath

__all__ = ["leads_away"]

#: ``\\server\share``, ``\\?\``, ``\\.\`` and the form that the kernel knows.
AWAY = ("\\\\", "\\??\\")
DEVICES = ("\\\\?\\", "\\\\.\\", "\\??\\")


def leads_away(path: str, home: str) -> bool:
    """Whether a path or a pattern names a server, a pipe or a device, and does not lie in ``home``."""
    path = path.replace("/", "\\")
    if not path.startswith(AWAY):
        return False
    home = _compared(home)
    if path.startswith(DEVICES) or not home.startswith("\\\\") or home.startswith(DEVICES):
        return True
    return not f"{_compared(path)}\\".startswith(f"{home}\\")


def _compared(path: str) -> str:
    return ntpath.normpath(path).lower().rstrip("\\")
