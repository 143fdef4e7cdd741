r"""The Windows registry, read with ``winreg``.

Keys are written as in recordings: ``HKCU\...``, ``HKU\...``, ``HKLM64\...`` and ``HKLM32\...`` for one view of the
machine's part, ``HKLM\...`` for both, of which the 64-bit one wins. Names of values come in lower case. A value that
is bytes is given as hexadecimal text, so that a recording can hold it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from agent.host import RegistryValue, Unreadable

__all__ = ["subkeys", "values"]

TYPES = (
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
)
#: Root name -> (its full name, the views it is read in: 64, 32, or 0 for the only one).
ROOTS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "HKLM": ("HKEY_LOCAL_MACHINE", (64, 32)),
    "HKLM64": ("HKEY_LOCAL_MACHINE", (64,)),
    "HKLM32": ("HKEY_LOCAL_MACHINE", (32,)),
    "HKCU": ("HKEY_CURRENT_USER", (0,)),
    "HKU": ("HKEY_USERS", (0,)),
}
LONG_NAMES = {"HKEY_LOCAL_MACHINE": "HKLM", "HKEY_CURRENT_USER": "HKCU", "HKEY_USERS": "HKU"}

Found = TypeVar("Found")


def values(key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
    """The values of a key by name, in lower case. ``None`` only when the key does not exist."""
    found = _each_view(key, _values)
    if not isinstance(found, list):
        return found
    merged: dict[str, RegistryValue] = {}
    for view in reversed(found):
        merged |= view
    return merged


def subkeys(key: str) -> list[str] | Unreadable | None:
    """The names of a key's subkeys, sorted. ``None`` only when the key does not exist."""
    found = _each_view(key, _subkeys)
    if not isinstance(found, list):
        return found
    names: dict[str, str] = {}
    for view in found:
        for name in view:
            names.setdefault(name.lower(), name)
    return sorted(names.values())


def _each_view(key: str, read: Callable[[Any], Found]) -> list[Found] | Unreadable | None:
    """What ``read`` finds in each view that has the key. A view that cannot be read hides what the other says."""
    root, _, path = key.partition("\\")
    root = LONG_NAMES.get(root.upper(), root.upper())
    if root not in ROOTS:
        return Unreadable("unsupported", key)
    full_name, views = ROOTS[root]
    found = []
    for view in views:
        try:
            with _opened(full_name, path.rstrip("\\"), view) as handle:
                found.append(read(handle))
        except FileNotFoundError:
            continue
        except PermissionError:
            return Unreadable("denied", key)
        except (OSError, ValueError):
            return Unreadable("failed", key)
    return found or None


if sys.platform == "win32":
    import winreg

    @contextmanager
    def _opened(root: str, path: str, view: int) -> Iterator[winreg.HKEYType]:
        access = winreg.KEY_READ | {64: winreg.KEY_WOW64_64KEY, 32: winreg.KEY_WOW64_32KEY, 0: 0}[view]
        with winreg.OpenKey(getattr(winreg, root), path, 0, access) as handle:
            yield handle

    def _values(handle: winreg.HKEYType) -> dict[str, RegistryValue]:
        count = winreg.QueryInfoKey(handle)[1]
        return {
            _plain(name).lower(): RegistryValue(_type_name(kind), _plain(value))
            for name, value, kind in (winreg.EnumValue(handle, index) for index in range(count))
        }

    def _subkeys(handle: winreg.HKEYType) -> list[str]:
        return [_plain(winreg.EnumKey(handle, index)) for index in range(winreg.QueryInfoKey(handle)[0])]

else:

    @contextmanager
    def _opened(root: str, path: str, view: int) -> Iterator[None]:
        raise OSError(f"there is no registry on this system: {root}\\{path} ({view})")
        yield

    def _values(handle: None) -> dict[str, RegistryValue]:
        raise NotImplementedError

    def _subkeys(handle: None) -> list[str]:
        raise NotImplementedError


def _type_name(kind: int) -> str:
    return TYPES[kind] if 0 <= kind < len(TYPES) else f"REG_{kind}"


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):  # half a character is no text
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value.hex() if isinstance(value, bytes) else value
