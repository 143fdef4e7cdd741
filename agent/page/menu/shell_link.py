"""Making and reading shortcuts by Windows itself: the shell's link object, in memory.

Windows writes its own format best, with the target as its Explorer looks for it. What is read back is what the link
says: it is not resolved, so no drive is looked at and no program started.
"""

from __future__ import annotations

import ctypes
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

from ctypes import wintypes

__all__ = ["Link", "made", "target"]

SHELL_LINK = "00021401-0000-0000-C000-000000000046"
ISHELLLINKW = "000214F9-0000-0000-C000-000000000046"
IPERSISTSTREAM = "00000109-0000-0000-C000-000000000046"
IN_PROCESS = 1
APARTMENT_WITHOUT_OLE1 = 0x2 | 0x4
#: COM is there already for this thread, in the other way. Both do.
RPC_E_CHANGED_MODE = -2147417850

#: Places of the functions in each interface's table (ShObjIdl_core.h, ObjIdl.h).
QUERY_INTERFACE, RELEASE = 0, 2
GET_ID_LIST, SET_DESCRIPTION, SET_WORKING_DIRECTORY, SET_ARGUMENTS = 4, 7, 9, 11
SET_SHOW_COMMAND, SET_ICON_LOCATION, SET_PATH = 15, 17, 20
LOAD, SAVE = 5, 6
READ, WRITE, SEEK = 3, 4, 5
FROM_BEGINNING, FROM_END = 0, 2
#: The most that the shell says of a path (minwindef.h). A link to a longer one reads back as leading nowhere.
MAX_PATH = 260

SHOW_NORMALLY, SHOW_MINIMISED = 1, 7


class Link(msgspec.Struct, frozen=True):
    """What a shortcut starts, where, and how it looks. ``minimised`` is for a program with a window of its own."""

    target: str
    arguments: str
    folder: str
    description: str
    icon: str
    minimised: bool = False


def made(link: Link) -> bytes:
    """The file of this shortcut.

    Raises:
        OSError: Windows does not make it.
    """
    with _link() as shell_link:
        _call(shell_link, SET_PATH, (wintypes.LPCWSTR, link.target))
        _call(shell_link, SET_ARGUMENTS, (wintypes.LPCWSTR, link.arguments))
        _call(shell_link, SET_WORKING_DIRECTORY, (wintypes.LPCWSTR, link.folder))
        _call(shell_link, SET_DESCRIPTION, (wintypes.LPCWSTR, link.description))
        _call(shell_link, SET_ICON_LOCATION, (wintypes.LPCWSTR, link.icon), (ctypes.c_int, 0))
        _call(shell_link, SET_SHOW_COMMAND, (ctypes.c_int, SHOW_MINIMISED if link.minimised else SHOW_NORMALLY))
        with _as(shell_link, IPERSISTSTREAM) as persistent, _stream() as stream:
            _call(persistent, SAVE, (ctypes.c_void_p, stream), (wintypes.BOOL, True))
            return _content(stream)


def target(data: bytes) -> str:
    """The program that a shortcut's file starts; empty if it starts none.

    Raises:
        OSError: Windows makes nothing of the file.
    """
    with _link() as shell_link:
        with _as(shell_link, IPERSISTSTREAM) as persistent, _stream() as stream:
            _call(stream, WRITE, (ctypes.c_char_p, data), (wintypes.ULONG, len(data)), (ctypes.c_void_p, None))
            _seek(stream, FROM_BEGINNING)
            _call(persistent, LOAD, (ctypes.c_void_p, stream))
        return _target(shell_link)


@contextmanager
def _link() -> Iterator[ctypes.c_void_p]:
    ole = ctypes.WinDLL("ole32")
    ole.CoInitializeEx.argtypes, ole.CoInitializeEx.restype = (ctypes.c_void_p, wintypes.DWORD), ctypes.c_long
    ole.CoUninitialize.argtypes, ole.CoUninitialize.restype = (), None
    ole.CoCreateInstance.argtypes = (ctypes.c_void_p, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p)
    ole.CoCreateInstance.restype = ctypes.HRESULT
    begun = ole.CoInitializeEx(None, APARTMENT_WITHOUT_OLE1)
    if begun < 0 and begun != RPC_E_CHANGED_MODE:
        raise ctypes.WinError(begun)
    try:
        found = ctypes.c_void_p()
        ole.CoCreateInstance(_guid(SHELL_LINK), None, IN_PROCESS, _guid(ISHELLLINKW), ctypes.byref(found))
        with _released(found):
            yield found
    finally:
        if begun >= 0:
            ole.CoUninitialize()


def _target(shell_link: ctypes.c_void_p) -> str:
    """By the list of items from the desktop down: the link's other path may have lost letters to a code page."""
    items = ctypes.c_void_p()
    _call(shell_link, GET_ID_LIST, (ctypes.c_void_p, ctypes.byref(items)))
    name, free = ctypes.WinDLL("shell32").SHGetPathFromIDListW, ctypes.WinDLL("ole32").CoTaskMemFree
    name.argtypes, name.restype = (ctypes.c_void_p, wintypes.LPWSTR), wintypes.BOOL
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    path = ctypes.create_unicode_buffer(MAX_PATH)
    try:
        return path.value if items.value and name(items, path) else ""
    finally:
        free(items)


@contextmanager
def _as(unknown: ctypes.c_void_p, interface: str) -> Iterator[ctypes.c_void_p]:
    """The same object by another of its interfaces."""
    found = ctypes.c_void_p()
    _call(unknown, QUERY_INTERFACE, (ctypes.c_void_p, _guid(interface)), (ctypes.c_void_p, ctypes.byref(found)))
    with _released(found):
        yield found


@contextmanager
def _stream() -> Iterator[ctypes.c_void_p]:
    """A stream in memory, which goes with it."""
    create = ctypes.WinDLL("ole32").CreateStreamOnHGlobal
    create.argtypes, create.restype = (ctypes.c_void_p, wintypes.BOOL, ctypes.c_void_p), ctypes.HRESULT
    found = ctypes.c_void_p()
    create(None, True, ctypes.byref(found))
    with _released(found):
        yield found


@contextmanager
def _released(unknown: ctypes.c_void_p) -> Iterator[None]:
    try:
        yield
    finally:
        ctypes.WINFUNCTYPE(wintypes.ULONG)(RELEASE, "Release")(unknown)


def _content(stream: ctypes.c_void_p) -> bytes:
    size = _seek(stream, FROM_END)
    _seek(stream, FROM_BEGINNING)
    data = ctypes.create_string_buffer(size)
    got = wintypes.ULONG()
    _call(stream, READ, (ctypes.c_void_p, data), (wintypes.ULONG, size), (ctypes.c_void_p, ctypes.byref(got)))
    return data.raw[: got.value]


def _seek(stream: ctypes.c_void_p, origin: int) -> int:
    at = ctypes.c_uint64()
    _call(stream, SEEK, (ctypes.c_int64, 0), (wintypes.DWORD, origin), (ctypes.c_void_p, ctypes.byref(at)))
    return at.value


def _call(unknown: ctypes.c_void_p, place: int, *arguments: tuple[Any, Any]) -> None:
    """Call a function of an interface, each argument with its type.

    Raises:
        OSError: it fails, with the reason in ``winerror``.
    """
    types = [kind for kind, _ in arguments]
    ctypes.WINFUNCTYPE(ctypes.HRESULT, *types)(place, "function")(unknown, *[value for _, value in arguments])


def _guid(text: str) -> Any:
    return ctypes.create_string_buffer(uuid.UUID(text).bytes_le, 16)
