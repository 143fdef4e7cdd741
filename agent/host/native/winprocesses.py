"""Running processes on Windows, from one snapshot (kernel32.dll)."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from agent.host import Process, Unreadable

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

from ctypes import wintypes

__all__ = ["processes"]

SNAPSHOT_PROCESSES = 0x2
INVALID_HANDLE = ctypes.c_void_p(-1).value


class _Entry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("usage", wintypes.DWORD),
        ("pid", wintypes.DWORD),
        ("heap", ctypes.c_void_p),
        ("module", wintypes.DWORD),
        ("threads", wintypes.DWORD),
        ("parent", wintypes.DWORD),
        ("priority", wintypes.LONG),
        ("flags", wintypes.DWORD),
        ("name", wintypes.WCHAR * 260),
    )


def processes(names: frozenset[str]) -> list[Process] | Unreadable:
    """Processes with one of these names, in any case; all when there is none.

    The snapshot has every process of every user; whose it is and its arguments are asked of the process itself, and
    are empty when it does not say (another person's, or one of the system).
    """
    wanted = {name.lower() for name in names}
    try:
        return [Process(pid, name, *_details(pid)) for pid, name in _snapshot() if not wanted or name.lower() in wanted]
    except OSError as error:
        return Unreadable("failed", f"processes: {error.strerror}")


def _snapshot() -> Iterator[tuple[int, str]]:
    library = ctypes.WinDLL("kernel32", use_last_error=True)
    library.CreateToolhelp32Snapshot.argtypes = (wintypes.DWORD, wintypes.DWORD)
    library.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    library.CloseHandle.argtypes = (wintypes.HANDLE,)
    for step in (library.Process32FirstW, library.Process32NextW):
        step.argtypes, step.restype = (wintypes.HANDLE, ctypes.POINTER(_Entry)), wintypes.BOOL
    handle = library.CreateToolhelp32Snapshot(SNAPSHOT_PROCESSES, 0)
    if handle == INVALID_HANDLE:
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        entry = _Entry(size=ctypes.sizeof(_Entry))
        if not library.Process32FirstW(handle, entry):  # there is always at least this one
            raise ctypes.WinError(ctypes.get_last_error())
        while True:
            yield entry.pid, entry.name
            if not library.Process32NextW(handle, entry):
                return
    finally:
        library.CloseHandle(handle)


def _details(pid: int) -> tuple[str, tuple[str, ...]]:
    """The user, without the domain, and the arguments, as far as the process tells."""
    import psutil  # 4 MiB and 30 ms: only for the processes that were asked for

    user, argv = "", ()
    process: Any = None
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
    if process is not None:
        with suppress(psutil.Error, OSError):
            user = process.username().rpartition("\\")[2]
        with suppress(psutil.Error, OSError):
            argv = tuple(process.cmdline())
    return user, argv
