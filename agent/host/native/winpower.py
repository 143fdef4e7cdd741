"""Power settings and batteries on Windows, by the power management functions (powrprof.dll, kernel32.dll)."""

from __future__ import annotations

import ctypes
import sys
import uuid
from typing import Any

from agent.host import Unreadable

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

from ctypes import wintypes

__all__ = ["battery_present", "power_capabilities", "power_now", "power_setting"]

SUCCESS = 0
ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
#: ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED: there is no power management to ask.
NO_SUCH_CALL = frozenset({50, 120})
#: Power source -> (the function for the value that was set, the one for the default of a scheme).
READERS = {
    "ac": ("PowerReadACValueIndex", "PowerReadACDefaultIndex"),
    "dc": ("PowerReadDCValueIndex", "PowerReadDCDefaultIndex"),
}

SYSTEM_POWER_CAPABILITIES = 4
CAPABILITIES_BYTES = 76
#: SYSTEM_POWER_CAPABILITIES.SystemS1, SystemS2 and SystemS3 (winnt.h).
OLDER_SLEEP = slice(3, 6)
#: SYSTEM_POWER_CAPABILITIES.AoAc: "the system supports the S0 low power idle model" (winnt.h), also: Modern Standby.
AOAC_OFFSET = 20
#: SYSTEM_POWER_CAPABILITIES.SystemBatteriesPresent.
BATTERIES_OFFSET = 30

#: SYSTEM_POWER_STATUS.BatteryFlag.
NO_SYSTEM_BATTERY = 0x80
UNKNOWN_BATTERY = 0xFF
#: SYSTEM_POWER_STATUS.ACLineStatus: 0 on battery, 1 plugged in.
AC_LINE = {0: False, 1: True}
#: SYSTEM_POWER_STATUS.SystemStatusFlag: 1 while battery saver is on.
BATTERY_SAVER = 1


class _Guid(ctypes.Structure):
    _fields_ = (("bytes", ctypes.c_byte * 16),)


class _PowerStatus(ctypes.Structure):
    _fields_ = (
        ("ac_line", ctypes.c_ubyte),
        ("battery_flag", ctypes.c_ubyte),
        ("battery_percent", ctypes.c_ubyte),
        ("system_flag", ctypes.c_ubyte),
        ("life_seconds", wintypes.DWORD),
        ("full_life_seconds", wintypes.DWORD),
    )


def power_setting(subgroup: str, setting: str, source: str) -> int | Unreadable:
    """The value of a setting of the power plan in use, in its own unit (seconds, or the number of a choice).

    ``subgroup`` and ``setting`` are GUIDs, with or without braces; ``source`` is ``ac`` (plugged in) or ``dc`` (on
    battery). A setting that was never changed has the default of the plan. Group policy is not looked at.
    """
    where = f"power plan: {subgroup} {setting} {source}"
    readers = READERS.get(source)
    try:
        wanted = [_guid(uuid.UUID(each)) for each in (subgroup, setting)]
    except ValueError:
        return Unreadable("unsupported", where)
    if readers is None:
        return Unreadable("unsupported", where)
    try:
        library = ctypes.WinDLL("powrprof")
        scheme = _active_scheme(library)
        if isinstance(scheme, int):
            return _unreadable(scheme, where)
        status = SUCCESS
        for name in readers:
            value = wintypes.DWORD(0xFFFFFFFF)
            function = getattr(library, name)
            function.restype = wintypes.DWORD
            function.argtypes = (ctypes.c_void_p, *[ctypes.POINTER(_Guid)] * 3, wintypes.LPDWORD)
            status = function(None, scheme, *wanted, value)
            if status == SUCCESS:
                return int(value.value)
            if status != ERROR_FILE_NOT_FOUND:
                break
    except (OSError, AttributeError):  # a Windows without the library, or without the function in it
        return Unreadable("unsupported", where)
    return _unreadable(status, where)


def power_capabilities() -> dict[str, bool] | Unreadable:
    """``modern_standby`` (sleep is S0 low power idle), ``older_sleep`` (any of S1 to S3) and ``batteries``.

    As Windows knows its own hardware. A computer may have neither kind of sleep.
    """
    answer = ctypes.create_string_buffer(CAPABILITIES_BYTES)
    try:
        call = ctypes.WinDLL("powrprof").CallNtPowerInformation
        call.restype = wintypes.LONG
        call.argtypes = (ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.c_void_p, wintypes.ULONG)
        status = call(SYSTEM_POWER_CAPABILITIES, None, 0, answer, CAPABILITIES_BYTES)
    except (OSError, AttributeError):
        return Unreadable("unsupported", "CallNtPowerInformation")
    if status != SUCCESS:
        return Unreadable("failed", f"CallNtPowerInformation: {status & 0xFFFFFFFF:#010x}")
    return {
        "modern_standby": answer.raw[AOAC_OFFSET] != 0,
        "older_sleep": any(answer.raw[OLDER_SLEEP]),
        "batteries": answer.raw[BATTERIES_OFFSET] != 0,
    }


def battery_present() -> bool | Unreadable:
    """Whether there is a battery (``GetSystemPowerStatus``)."""
    status = _power_status()
    if status is None:
        return Unreadable("failed", "GetSystemPowerStatus")
    if status.battery_flag == UNKNOWN_BATTERY:
        return Unreadable("empty", "GetSystemPowerStatus")
    return not status.battery_flag & NO_SYSTEM_BATTERY


def power_now() -> dict[str, bool | int | None] | Unreadable:
    """``plugged``, the battery's ``percent`` and whether battery ``saver`` is on; ``None``: not known."""
    status = _power_status()
    if status is None:
        return Unreadable("failed", "GetSystemPowerStatus")
    percent = status.battery_percent
    return {
        "plugged": AC_LINE.get(status.ac_line),
        "percent": percent if percent <= 100 else None,
        "saver": status.system_flag == BATTERY_SAVER,
    }


def _power_status() -> _PowerStatus | None:
    status = _PowerStatus()
    call = ctypes.WinDLL("kernel32").GetSystemPowerStatus
    call.argtypes = (ctypes.POINTER(_PowerStatus),)
    call.restype = wintypes.BOOL
    return status if call(status) else None


def _active_scheme(library: Any) -> _Guid | int:
    """The power plan in use, or the number of the error."""
    found = ctypes.POINTER(_Guid)()
    library.PowerGetActiveScheme.restype = wintypes.DWORD
    library.PowerGetActiveScheme.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.POINTER(_Guid)))
    status = int(library.PowerGetActiveScheme(None, found))
    if status != SUCCESS:
        return status
    if not found:
        return ERROR_FILE_NOT_FOUND
    scheme = _Guid.from_buffer_copy(found.contents)
    free = ctypes.WinDLL("kernel32").LocalFree
    free.argtypes, free.restype = (ctypes.c_void_p,), ctypes.c_void_p
    free(ctypes.cast(found, ctypes.c_void_p))
    return scheme


def _guid(value: uuid.UUID) -> _Guid:
    return _Guid.from_buffer_copy(value.bytes_le)


def _unreadable(status: int, where: str) -> Unreadable:
    if status in NO_SUCH_CALL:
        return Unreadable("unsupported", where)
    return Unreadable("denied" if status == ERROR_ACCESS_DENIED else "failed", f"{where}: error {status}")
