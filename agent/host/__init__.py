"""A computer, as much of it as a probe may know.

Three hosts share the :class:`Host` interface: :mod:`agent.host.live` reads this computer, :mod:`agent.host.replay`
answers from a recording, and :mod:`agent.host.watch` watches another host and writes a recording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

__all__ = ["Completed", "Host", "Process", "RegistryValue", "System", "Unreadable", "User"]


class System(StrEnum):
    """The three kinds of system, spelt as in reports and recordings."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


class Unreadable(msgspec.Struct, frozen=True):
    """Could not tell, and why. It is a value so that forgetting it does not type-check.

    ``reason`` is a slug: ``denied``, ``timeout``, ``no_tool``, ``failed``, ``empty``, ``malformed``, ``too_large``,
    ``not_recorded``, ``unsupported``, ``offline``, ``no_keyring``, ``locked``. ``where`` names what was asked, for
    ``explain``.
    """

    reason: str
    where: str = ""


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the agent runs as. ``uid`` is -1 on Windows."""

    name: str
    home: str
    uid: int = -1


class Completed(msgspec.Struct, frozen=True):
    """A command that ran to its end. An exit of 0 with nothing on stdout proves nothing; judge the text."""

    exit: int
    stdout: str = ""
    stderr: str = ""


class Process(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A running process. ``argv`` is empty when it could not be read."""

    pid: int
    name: str
    user: str = ""
    argv: tuple[str, ...] = ()


class RegistryValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Windows registry value: its type (``REG_SZ``, ``REG_DWORD``...) and its value."""

    type: str
    value: Any


class Host(Protocol):
    """All that a probe may know of a computer. Paths are strings in that computer's own form."""

    @property
    def system(self) -> System:
        """Which kind of system it is."""

    @property
    def env(self) -> Mapping[str, str]:
        """The session's environment."""

    @property
    def user(self) -> User:
        """The person whose session this is."""

    @property
    def home(self) -> str:
        """Their home directory."""

    def now(self) -> datetime:
        """The time on that computer, aware, in UTC."""

    def read(self, path: str) -> str | Unreadable | None:
        """A regular file as text (UTF-8, bad bytes replaced, no BOM). ``None`` only when it does not exist."""

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        """A regular file's bytes. ``None`` only when it does not exist."""

    def glob(self, pattern: str) -> list[str]:
        """Existing files and directories that match, sorted. ``*`` and ``?`` stay within one path component."""

    def which(self, name: str) -> str | None:
        """The full path of a program in the system's trusted directories, or ``None``."""

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        """Run a program found by :meth:`which`: no shell, no input, ``LC_ALL=C``, killed after ``timeout`` seconds.

        ``Unreadable`` is ``no_tool``, ``timeout``, ``too_large`` or ``failed`` (it could not be started).
        """

    def registry(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        """The values of a registry key by name, in lower case. ``None`` only when the key does not exist."""

    def registry_subkeys(self, key: str) -> list[str] | Unreadable | None:
        """The names of a registry key's subkeys. ``None`` only when the key does not exist."""

    def processes(self, *names: str) -> list[Process] | Unreadable:
        """Running processes with one of these names (every process when none is given)."""

    def query(self, name: str, *args: str) -> Any:
        """A named native call; its value is anything JSON can hold, or :class:`Unreadable`."""
