"""Values of the Windows registry as settings, each of exactly the type that Windows reads it as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from agent.host import Host, RegistryValue, Unreadable
from checks.screen_lock.facts import Setting, Source

__all__ = ["DWORD_MAX", "Key", "opened"]

T = TypeVar("T", bound=int | str)

DWORD_MAX = 0xFFFFFFFF
DIGITS = re.compile(r"\s*([0-9]{1,10})\s*")
TEXT_TYPES = frozenset({"REG_SZ", "REG_EXPAND_SZ"})


@dataclass(frozen=True)
class Key:
    """One key: its values by name in lower case, ``None`` when it does not exist, and who writes there."""

    path: str
    source: Source
    values: Mapping[str, RegistryValue] | Unreadable | None

    def number(self, name: str) -> Setting[int] | None:
        """A ``REG_DWORD``; ``None`` when it is not there."""
        found = self._found(name)
        if not isinstance(found, RegistryValue):
            return self._setting(name, found)
        value = found.value
        if found.type != "REG_DWORD" or type(value) is not int or not -1 <= value <= DWORD_MAX:
            return self._setting(name, self._malformed(name))
        # Some tools record the largest number as a signed one.
        return self._setting(name, value & DWORD_MAX)

    def text(self, name: str) -> Setting[str] | None:
        """A ``REG_SZ`` or ``REG_EXPAND_SZ``, as it stands; ``None`` when it is not there."""
        found = self._found(name)
        if not isinstance(found, RegistryValue):
            return self._setting(name, found)
        if found.type not in TEXT_TYPES or not isinstance(found.value, str):
            return self._setting(name, self._malformed(name))
        return self._setting(name, found.value.rstrip("\0"))

    def digits(self, name: str) -> Setting[int] | None:
        """A number that Windows keeps as text; ``None`` when it is not there."""
        found = self.text(name)
        if found is None:
            return None
        if isinstance(found.value, Unreadable):
            return Setting(found.value, found.source, found.where)
        number = DIGITS.fullmatch(found.value)
        return self._setting(name, int(number[1]) if number else self._malformed(name))

    def _found(self, name: str) -> RegistryValue | Unreadable | None:
        return self.values.get(name.lower()) if isinstance(self.values, Mapping) else self.values

    def _malformed(self, name: str) -> Unreadable:
        return Unreadable("malformed", f"{self.path}\\{name}")

    def _setting(self, name: str, value: T | Unreadable | None) -> Setting[T] | None:
        return None if value is None else Setting(value, self.source, f"{self.path}\\{name}")


def opened(host: Host, path: str, source: Source) -> Key:
    """A key of this computer."""
    return Key(path, source, host.registry(path))
