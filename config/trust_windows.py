"""Owner and access list of a machine policy or of a folder for reports on Windows, and of all that leads to it."""

from __future__ import annotations

import ctypes
import ntpath
import os
import sys

from config.access_lists import ALLOWED, DENIED, Access, Entry, Kind, weakness
from config.way_windows import NoWayError, way

if sys.platform != "win32":
    raise ImportError("only Windows has access lists like these")

import msvcrt
from ctypes import wintypes

__all__ = ["access_of", "descriptor_access", "distrust", "distrust_folder"]

SE_FILE_OBJECT = 1
OWNER_AND_LIST = 0x1 | 0x4  # OWNER_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION
ACL_SIZE_INFORMATION = 2
READ_CONTROL = 0x20000
SHARE_READ_WRITE_DELETE = 0x7
OPEN_EXISTING = 3
#: FILE_FLAG_BACKUP_SEMANTICS: folders too; FILE_FLAG_OPEN_REPARSE_POINT: the link itself.
FOLDERS_AND_LINKS = 0x02000000 | 0x00200000
INVALID_HANDLE = ctypes.c_void_p(-1).value
DRIVE_FIXED = 3
#: The bit of a reparse tag that says "this stands for another name" (IsReparseTagNameSurrogate); Windows follows the
#: others by itself.
NAME_SURROGATE = 0x20000000
#: Beyond any list of 64 KiB.
MAX_ENTRIES = 8192


def distrust(path: str, descriptor: int, administrators: frozenset[str]) -> str | None:
    """Why the open policy file is not to be trusted, or ``None`` when it is.

    The file is looked at through the open descriptor. Then every folder and link on the way to it, or somebody else
    could put another file in its place.
    """
    path = os.path.abspath(path)
    try:
        problem = weakness(access_of(msvcrt.get_osfhandle(descriptor)), Kind.FILE, administrators)
        if problem is not None:
            return f"{problem}; {_advice(path, path)}"
        place = path
        for place, link in way(path, _target):
            problem = None if _is_reliable(place) else "is on a drive that can be taken out or is not here"
            kind = Kind.FOLDER if not link and os.path.isdir(place) else Kind.FILE
            problem = problem or weakness(_access_at(place), kind, administrators)
            if problem is not None:
                return f"is reached by {place}, which {problem}; {_advice(place, path)}"
        if not os.path.samestat(os.fstat(descriptor), os.stat(place)):
            return "is another file now than when it was opened, so it is not used"
    except NoWayError as error:
        return f"{error}, so it is not used"
    except (OSError, ValueError):
        return "its owner and permissions, or those of a folder that leads to it, cannot be read, so it is not used"
    return None


def distrust_folder(path: str, administrators: frozenset[str]) -> str | None:
    """Why a folder is not one in which people may leave files, or ``None`` when it is. Names no path.

    It and all that leads to it is an administrator's. Others may add to it, but neither remove what is in it nor change
    its list, or somebody could take what somebody else left there.
    """
    path = os.path.abspath(path)
    try:
        for place, link in way(path, _target):
            kind = Kind.FOLDER if not link else Kind.FILE
            problem = None if _is_reliable(place) else "is on a drive that can be taken out or is not here"
            problem = problem or weakness(_access_at(place), kind, administrators)
            if problem is not None:
                return problem if place == path else f"lies in a folder that {problem}"
    except NoWayError as error:
        return str(error)
    except (OSError, ValueError):
        return "or one that leads to it does not show who may change it"
    return None


def _target(place: str) -> str | None:
    """Where a link or junction leads; a ``ValueError`` for what stands for another name in a way of its own."""
    return os.readlink(place) if os.lstat(place).st_reparse_tag & NAME_SURROGATE else None


def _is_reliable(place: str) -> bool:
    """Whether the drive is part of the computer. Only its root is asked."""
    if ntpath.splitdrive(place)[1] != "\\":
        return True
    kind: int = ctypes.WinDLL("kernel32").GetDriveTypeW(wintypes.LPCWSTR(place))
    return kind == DRIVE_FIXED


def _access_at(place: str) -> Access:
    """The owner and list of a folder or of a link itself."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    create, close = kernel.CreateFileW, kernel.CloseHandle
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
    close.argtypes = (wintypes.HANDLE,)
    handle = create(place, READ_CONTROL, SHARE_READ_WRITE_DELETE, None, OPEN_EXISTING, FOLDERS_AND_LINKS, None)
    if handle is None or handle == INVALID_HANDLE:
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        return access_of(handle)
    finally:
        close(handle)


def access_of(handle: int) -> Access:
    """The owner and list of an open file or folder.

    Raises:
        OSError: Windows does not tell, or what it tells makes no sense.
    """
    ask = ctypes.WinDLL("advapi32").GetSecurityInfo
    ask.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, *[ctypes.POINTER(ctypes.c_void_p)] * 5)
    ask.restype = wintypes.DWORD
    descriptor = ctypes.c_void_p()
    code = ask(handle, SE_FILE_OBJECT, OWNER_AND_LIST, None, None, None, None, descriptor)
    try:
        if code != 0 or not descriptor.value:
            raise ctypes.WinError(code)
        return descriptor_access(descriptor.value)
    finally:
        _free(descriptor)


def descriptor_access(descriptor: int) -> Access:
    """The owner and list in a security descriptor, given by its address.

    Raises:
        OSError: it makes no sense.
    """
    library = ctypes.WinDLL("advapi32", use_last_error=True)
    address, flag = ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(wintypes.BOOL)
    get_owner, get_list = library.GetSecurityDescriptorOwner, library.GetSecurityDescriptorDacl
    get_owner.argtypes = (ctypes.c_void_p, address, flag)
    get_list.argtypes = (ctypes.c_void_p, flag, address, flag)
    get_owner.restype = get_list.restype = wintypes.BOOL
    owner, entries, present, defaulted = ctypes.c_void_p(), ctypes.c_void_p(), wintypes.BOOL(), wintypes.BOOL()
    if not get_owner(descriptor, owner, defaulted) or not get_list(descriptor, present, entries, defaulted):
        raise ctypes.WinError(ctypes.get_last_error())
    name = _sid(owner.value)
    # No list, or a list that is no list: everybody may do everything. A list without entries lets nobody in.
    return Access(name, _entries(entries.value) if present.value and entries.value else None)


class _Size(ctypes.Structure):
    """ACL_SIZE_INFORMATION."""

    _fields_ = (("count", wintypes.DWORD), ("used", wintypes.DWORD), ("free", wintypes.DWORD))


class _Header(ctypes.Structure):
    """ACE_HEADER and the mask behind it, which an entry that allows or denies has; its SID follows."""

    _fields_ = (
        ("type", ctypes.c_ubyte),
        ("flags", ctypes.c_ubyte),
        ("size", wintypes.WORD),
        ("mask", wintypes.DWORD),
    )


def _entries(entries: int) -> tuple[Entry, ...]:
    library = ctypes.WinDLL("advapi32", use_last_error=True)
    valid, measure, get = library.IsValidAcl, library.GetAclInformation, library.GetAce
    valid.argtypes = (ctypes.c_void_p,)
    measure.argtypes = (ctypes.c_void_p, ctypes.POINTER(_Size), wintypes.DWORD, ctypes.c_int)
    get.argtypes = (ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p))
    valid.restype = measure.restype = get.restype = wintypes.BOOL
    size = _Size()
    if not valid(entries) or not measure(entries, size, ctypes.sizeof(size), ACL_SIZE_INFORMATION):
        raise OSError("not an access list")
    if size.count > MAX_ENTRIES:
        raise OSError("an access list too long to be one")
    found = []
    for number in range(size.count):
        entry = ctypes.c_void_p()
        if not get(entries, number, entry) or not entry.value:
            raise ctypes.WinError(ctypes.get_last_error())
        header = _Header.from_address(entry.value)
        if header.type in (ALLOWED, DENIED):
            sid = _sid(entry.value + ctypes.sizeof(_Header))
            found.append(Entry(header.type, header.flags, header.mask, sid))
        else:
            found.append(Entry(header.type, header.flags, 0, ""))
    return tuple(found)


def _sid(address: int | None) -> str:
    """A SID as text: "S-1-5-18"."""
    library = ctypes.WinDLL("advapi32", use_last_error=True)
    valid, convert = library.IsValidSid, library.ConvertSidToStringSidW
    valid.argtypes = (ctypes.c_void_p,)
    convert.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
    valid.restype = convert.restype = wintypes.BOOL
    text = ctypes.c_void_p()
    try:
        if not address or not valid(address) or not convert(address, text) or not text.value:
            raise OSError("not a SID")
        return ctypes.wstring_at(text.value)
    finally:
        _free(text)


def _free(memory: ctypes.c_void_p) -> None:
    free = ctypes.WinDLL("kernel32").LocalFree
    free.argtypes, free.restype = (ctypes.c_void_p,), ctypes.c_void_p
    free(memory)


def _advice(place: str, path: str) -> str:
    if place not in (path, ntpath.dirname(path)):
        # A reset would give it what the folder above grants, which is not for any folder.
        return "it is not used (an administrator has to look at who may change that)"
    # In this order: a reset gives the owner of the time what the folder above grants to creators.
    return (
        f'it is not used (an administrator can run: icacls "{place}" /setowner *S-1-5-32-544, and then: '
        f'icacls "{place}" /reset)'
    )
