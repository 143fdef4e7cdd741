"""Files on Windows: opened so that nobody is disturbed, the version of a program, and the well-known folders."""

from __future__ import annotations

import ctypes
import os
import sys
import uuid

from agent.host import Unreadable

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

import msvcrt
from ctypes import wintypes

__all__ = ["file_version", "known_folder", "open_shared", "system_directory"]

GENERIC_READ = 0x80000000
SHARE_READ_WRITE_DELETE = 0x7
OPEN_EXISTING = 3
FILE_ATTRIBUTE_NORMAL = 0x80
#: Never lend our identity to a file name that turns out to be somebody's named pipe.
SECURITY_ANONYMOUS = 0x00100000
INVALID_HANDLE = ctypes.c_void_p(-1).value

ERROR_RESOURCE_DATA_NOT_FOUND = 1812
ERROR_RESOURCE_TYPE_NOT_FOUND = 1813
ERROR_RESOURCE_NAME_NOT_FOUND = 1814
NO_VERSION = frozenset({ERROR_RESOURCE_DATA_NOT_FOUND, ERROR_RESOURCE_TYPE_NOT_FOUND, ERROR_RESOURCE_NAME_NOT_FOUND})
FIXED_INFO_SIGNATURE = 0xFEEF04BD
MAX_VERSION_BYTES = 1024 * 1024

#: KNOWNFOLDERID of the folders that programs, their settings and their shortcuts live in.
FOLDERS = {
    "local_app_data": "F1B32785-6FBA-4FCF-9D55-7B8E7F157091",
    "roaming_app_data": "3EB685DB-65F9-4CF6-A03A-E3EF65729F3D",
    "profile": "5E6C858F-0E22-4760-9AFE-EA3317B67173",
    "program_data": "62AB5D82-FDC1-4DC3-A9DD-070D1D495D97",
    "program_files": "6D809377-6AF0-444B-8957-A3773F02200E",
    "program_files_x86": "7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E",
    "start_menu": "A77F5D77-2E2B-44C3-A6A2-ABA601054A51",  # FOLDERID_Programs: the person's own part of it
    "windows": "F38BF404-1D43-42F2-9305-67DE0B28FC23",
}


def open_shared(path: str) -> int:
    """A descriptor to read ``path`` from, while others may still write, rename or replace the file.

    Raises:
        OSError: it cannot be opened, with the reason in ``winerror`` (32 or 33: somebody keeps it locked).
        ValueError: a NUL in the name.
    """
    if "\0" in path:
        raise ValueError("a NUL in the name of a file")
    create = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
    create.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    )
    create.restype = wintypes.HANDLE
    flags = FILE_ATTRIBUTE_NORMAL | SECURITY_ANONYMOUS
    handle = create(path, GENERIC_READ, SHARE_READ_WRITE_DELETE, None, OPEN_EXISTING, flags, None)
    if handle == INVALID_HANDLE:
        code = ctypes.get_last_error()
        raise OSError(None, ctypes.FormatError(code), path, code)
    return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)


def file_version(path: str) -> str | Unreadable | None:
    """The version in a program file's fixed version information: "128.0.6613.120". ``None`` when there is no file.

    ``Unreadable`` is ``empty`` for a file that says none.
    """
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Unreadable("denied", path)
    try:
        information = _fixed_information(path)
    except OSError as error:
        return Unreadable("empty" if error.winerror in NO_VERSION else "failed", path)
    if len(information) < 16:
        return Unreadable("empty", path)
    signature, _, high, low = (wintypes.DWORD * 4).from_buffer_copy(information)
    if signature != FIXED_INFO_SIGNATURE:
        return Unreadable("malformed", path)
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"


def _fixed_information(path: str) -> bytes:
    """The VS_FIXEDFILEINFO of a file; nothing when its version information has none."""
    library = ctypes.WinDLL("version", use_last_error=True)
    measure, load, look_up = library.GetFileVersionInfoSizeW, library.GetFileVersionInfoW, library.VerQueryValueW
    measure.argtypes, measure.restype = (wintypes.LPCWSTR, wintypes.LPDWORD), wintypes.DWORD
    load.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p)
    load.restype = look_up.restype = wintypes.BOOL
    look_up.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_void_p), wintypes.LPUINT)
    size = measure(path, None)
    block = ctypes.create_string_buffer(min(size, MAX_VERSION_BYTES))
    if size == 0 or not load(path, 0, len(block), block):
        raise ctypes.WinError(ctypes.get_last_error())
    found, length = ctypes.c_void_p(), wintypes.UINT()
    if not look_up(block, "\\", found, length) or not found.value:
        return b""
    return ctypes.string_at(found.value, length.value)


def known_folder(name: str) -> str | Unreadable:
    """Where Windows keeps one of :data:`FOLDERS` for this person, whatever the environment says."""
    if name not in FOLDERS:
        return Unreadable("unsupported", f"folder {name}")
    guid = ctypes.create_string_buffer(uuid.UUID(FOLDERS[name]).bytes_le, 16)
    found = ctypes.c_void_p()
    ask = ctypes.WinDLL("shell32").SHGetKnownFolderPath
    ask.argtypes = (ctypes.c_void_p, wintypes.DWORD, wintypes.HANDLE, ctypes.POINTER(ctypes.c_void_p))
    ask.restype = ctypes.c_long
    free = ctypes.WinDLL("ole32").CoTaskMemFree
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    try:
        if ask(guid, 0, None, found) != 0 or not found.value:
            return Unreadable("failed", f"folder {name}")
        return ctypes.wstring_at(found.value)
    finally:
        free(found)


def system_directory() -> str:
    """The directory of Windows' own programs, asked of Windows: the environment is the person's to change."""
    ask = ctypes.WinDLL("kernel32").GetSystemDirectoryW
    ask.argtypes, ask.restype = (wintypes.LPWSTR, wintypes.UINT), wintypes.UINT
    buffer = ctypes.create_unicode_buffer(32768)
    return buffer.value if ask(buffer, len(buffer)) else r"C:\Windows\System32"
