"""Who is signed in to Windows, as a SID: the one name of a person that every code page can spell."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

from ctypes import wintypes

__all__ = ["own_sid"]

TOKEN_QUERY = 0x8
TOKEN_USER = 1


def own_sid() -> str:
    """The SID of the person this process runs as: "S-1-5-21-...".

    Raises:
        OSError: Windows does not say.
    """
    kernel, security = (ctypes.WinDLL(name, use_last_error=True) for name in ("kernel32", "advapi32"))
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    kernel.LocalFree.argtypes, kernel.LocalFree.restype = (ctypes.c_void_p,), ctypes.c_void_p
    security.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
    security.GetTokenInformation.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
    )
    security.ConvertSidToStringSidW.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
    token, size, text = wintypes.HANDLE(), wintypes.DWORD(), ctypes.c_void_p()
    _must(security.OpenProcessToken(kernel.GetCurrentProcess(), TOKEN_QUERY, token))
    try:
        security.GetTokenInformation(token, TOKEN_USER, None, 0, size)
        user = ctypes.create_string_buffer(size.value)
        _must(security.GetTokenInformation(token, TOKEN_USER, user, size, size))
    finally:
        kernel.CloseHandle(token)
    address = ctypes.c_void_p.from_buffer(user)  # TOKEN_USER begins with the pointer to the SID
    _must(security.ConvertSidToStringSidW(address, text))
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        kernel.LocalFree(text)


def _must(succeeded: Any) -> None:
    if not succeeded:
        raise ctypes.WinError(ctypes.get_last_error())
