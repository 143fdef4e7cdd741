"""The screen saver and the state of the person's session on Windows (user32.dll, wtsapi32.dll)."""

from __future__ import annotations

import ctypes
import sys

from agent.host import Unreadable

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

from ctypes import wintypes

__all__ = ["notification_state", "screensaver", "session_locked"]

#: What ``SystemParametersInfoW`` is asked, and whether its answer is yes or no. Policy is merged into the answers.
SCREEN_SAVER = {
    "active": (0x0010, True),  # SPI_GETSCREENSAVEACTIVE
    "timeout_seconds": (0x000E, False),  # SPI_GETSCREENSAVETIMEOUT
    "secure": (0x0076, True),  # SPI_GETSCREENSAVESECURE
}

CURRENT_SESSION = 0xFFFFFFFF
SESSION_INFO_EX = 25
LEVEL_1 = 1
#: WTSINFOEXW: Level, padding, SessionId, SessionState, SessionFlags.
FLAGS_OFFSET = 16
LOCKED, UNLOCKED = 0, 1


def screensaver() -> dict[str, bool | int] | Unreadable:
    """``active``, ``timeout_seconds`` and ``secure`` as the session uses them; one that cannot be read is not there.

    Windows may call it active although it is switched off (documented for ``SPI_GETSCREENSAVEACTIVE``), and whether a
    saver is chosen is not said. So this can contradict what the registry says, and proves nothing alone.
    """
    ask = ctypes.WinDLL("user32").SystemParametersInfoW
    ask.argtypes = (wintypes.UINT, wintypes.UINT, ctypes.c_void_p, wintypes.UINT)
    ask.restype = wintypes.BOOL
    found: dict[str, bool | int] = {}
    for name, (action, yes_or_no) in SCREEN_SAVER.items():
        value = ctypes.c_int(-1)
        if ask(action, 0, ctypes.byref(value), 0) and value.value >= 0:
            found[name] = bool(value.value) if yes_or_no else value.value
    return found or Unreadable("failed", "screen saver")


def notification_state() -> int | Unreadable:
    """Whether this is a moment for notifications (``SHQueryUserNotificationState``), as its number.

    1 nobody is there (locked, screen saver, another user), 2 full screen or presenting, 3 full-screen graphics,
    4 presentation mode, 5 notifications are welcome, 6 the first hour of a new user, 7 a Store app is in front.
    """
    state = ctypes.c_int(0)
    try:
        ask = ctypes.WinDLL("shell32").SHQueryUserNotificationState
    except (OSError, AttributeError):
        return Unreadable("unsupported", "notification state")
    ask.argtypes, ask.restype = (ctypes.POINTER(ctypes.c_int),), ctypes.c_long
    if ask(ctypes.byref(state)) != 0:
        return Unreadable("failed", "notification state")
    return state.value


def session_locked() -> bool | Unreadable:
    """Whether the session is locked now (``WTSSessionInfoEx``). Evidence about this moment, not about a setting."""
    buffer, size = ctypes.c_void_p(), wintypes.DWORD()
    try:
        library = ctypes.WinDLL("wtsapi32")
        ask, free = library.WTSQuerySessionInformationW, library.WTSFreeMemory
    except (OSError, AttributeError):
        return Unreadable("unsupported", "session")
    ask.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), wintypes.LPDWORD)
    ask.restype = wintypes.BOOL
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    if not ask(None, CURRENT_SESSION, SESSION_INFO_EX, buffer, size) or not buffer.value:
        return Unreadable("failed", "session")
    try:
        answer = ctypes.string_at(buffer.value, size.value)
    finally:
        free(buffer)
    if len(answer) < FLAGS_OFFSET + 4 or int.from_bytes(answer[:4], "little") != LEVEL_1:
        return Unreadable("malformed", "session")
    flags = int.from_bytes(answer[FLAGS_OFFSET : FLAGS_OFFSET + 4], "little")
    return flags == LOCKED if flags in (LOCKED, UNLOCKED) else Unreadable("empty", "session")
