r"""The registry of a recording.

Keys and names of values match without case. ``HKLM64\`` and ``HKLM32\`` name one view; ``HKLM\`` is both: asked for,
it is what either view has (the 64-bit one first); recorded, it answers for either view.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import RegistryValue, Unreadable

__all__ = ["RecordedRegistry"]

BOTH = "hklm"
VIEWS = ("hklm64", "hklm32")
LONG_NAMES = {"hkey_local_machine": BOTH, "hkey_current_user": "hkcu", "hkey_users": "hku"}


class RecordedRegistry:
    """Recorded keys with their values, and the keys that could not be read."""

    def __init__(self, keys: Mapping[str, Mapping[str, RegistryValue]], unreadable: Mapping[str, str]) -> None:
        self._values: dict[str, dict[str, RegistryValue]] = {}
        #: Key -> its subkeys, as compared -> as spelt.
        self._subkeys: dict[str, dict[str, str]] = {}
        self._unreadable = {_plain(key): reason for key, reason in unreadable.items() if "\\" in key}
        for key, values in keys.items():
            merged = self._values.setdefault(_plain(key), {})
            for name, value in values.items():
                merged.setdefault(name.lower(), value)
        for key in [*keys, *(key for key in unreadable if "\\" in key)]:
            self._add(key)

    def values(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        """The values of a key by name, in lower case. A key that only has subkeys has none."""
        found: dict[str, RegistryValue] | None = None
        for name in _names(key):
            if name in self._unreadable:
                return Unreadable(self._unreadable[name], key)
            if name in self._values or name in self._subkeys:
                found = self._values.get(name, {}) | (found or {})
        return found

    def subkeys(self, key: str) -> list[str] | Unreadable | None:
        """The names of a key's subkeys, sorted."""
        found: dict[str, str] | None = None
        for name in _names(key):
            if name in self._unreadable:
                return Unreadable(self._unreadable[name], key)
            if name in self._values or name in self._subkeys:
                found = self._subkeys.get(name, {}) | (found or {})
        return None if found is None else sorted(found.values())

    def _add(self, key: str) -> None:
        """Make every key on the way know its child."""
        parts = key.strip("\\").split("\\")
        for depth in range(1, len(parts)):
            parent = _plain("\\".join(parts[:depth]))
            self._subkeys.setdefault(parent, {}).setdefault(parts[depth].lower(), parts[depth])


def _names(key: str) -> tuple[str, ...]:
    """The recorded names that answer for a key, the strongest first."""
    plain = _plain(key)
    root, separator, rest = plain.partition("\\")
    if root == BOTH:
        return (plain, *(f"{view}{separator}{rest}" for view in VIEWS))
    return (plain, f"{BOTH}{separator}{rest}") if root in VIEWS else (plain,)


def _plain(key: str) -> str:
    root, separator, rest = key.lower().strip("\\").partition("\\")
    return f"{LONG_NAMES.get(root, root)}{separator}{rest}"
