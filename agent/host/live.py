"""The live host: this computer.

Everything here can meet hostile or broken input, so every way in is bounded: regular files only and 32 MiB at
most, so many matches of a pattern, no path that leads to another computer, and programs as :mod:`agent.host.programs`
allows them.
"""

from __future__ import annotations

import errno
import glob as globbing
import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from typing import Any

from agent.host import Completed, Process, RegistryValue, System, Unreadable, User, programs
from agent.host.windows_paths import leads_away

MAX_FILE_BYTES = 32 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
MAX_GLOB_RESULTS = 20_000
#: Never wait for a FIFO's writer, never take over a terminal.
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
#: ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_INVALID_DRIVE, ERROR_DIRECTORY.
WINDOWS_NOT_FOUND = frozenset({2, 3, 15, 267})
#: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION.
WINDOWS_LOCKED = frozenset({32, 33})


def this_system() -> System:
    """The kind of system this interpreter runs on."""
    if sys.platform == "win32":
        return System.WINDOWS
    return System.MACOS if sys.platform == "darwin" else System.LINUX


class LiveHost:
    """This computer, read as the person who is signed in."""

    def __init__(self) -> None:
        self.system = this_system()
        self.env: Mapping[str, str] = dict(os.environ)
        self.user = _current_user()
        self.home = self.user.home
        self._trusted = programs.directories(self.system, self.env)
        self._natives: Mapping[str, Callable[..., Any]] | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def read(self, path: str) -> str | Unreadable | None:
        data = self.read_bytes(path)
        return data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        if self._leads_away(path):
            return Unreadable("unsupported", path)
        try:
            data = _read_regular(path)
        except OSError as error:
            reason = _why_not(error)
            return None if reason is None else Unreadable(reason, path)
        except ValueError:  # a NUL, or a character that no file name can hold
            return Unreadable("failed", path)
        return data if isinstance(data, bytes) else Unreadable(data, path)

    def glob(self, pattern: str) -> list[str]:
        if self._leads_away(pattern):
            return []
        if sys.platform == "win32":
            pattern = pattern.replace("/", "\\")
        try:
            found = list(islice(filter(_exists, globbing.iglob(pattern)), MAX_GLOB_RESULTS))
        except (OSError, ValueError):
            return []
        return sorted(found)

    def which(self, name: str) -> str | None:
        return programs.find(name, self._trusted)

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        return programs.run(argv, timeout, self._trusted, self.env)

    def registry(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        if self.system is not System.WINDOWS:
            return None
        from agent.host.native import winregistry  # of use on Windows only

        return winregistry.values(key)

    def registry_subkeys(self, key: str) -> list[str] | Unreadable | None:
        if self.system is not System.WINDOWS:
            return None
        from agent.host.native import winregistry  # of use on Windows only

        return winregistry.subkeys(key)

    def processes(self, *names: str) -> list[Process] | Unreadable:
        if sys.platform == "win32":
            from agent.host.native import winprocesses  # of use on Windows only

            return winprocesses.processes(frozenset(names))
        import psutil  # 4 MiB and 30 ms: only for the checks that look at processes

        found = []
        wanted = set(names)
        try:
            for process in psutil.process_iter():
                with suppress(psutil.Error, OSError):
                    name = process.name()
                    # One that has ended but is still listed, or is halted, does nothing.
                    idle = (psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED)
                    if (not wanted or name in wanted) and process.status() not in idle:
                        found.append(_describe(process, name))
        except OSError as error:
            return Unreadable("failed", f"processes: {error.strerror}")
        return found

    def query(self, name: str, *args: str) -> Any:
        if any(map(self._leads_away, args)):
            return Unreadable("unsupported", name)
        if self._natives is None:
            self._natives = import_module(f"agent.host.native.{self.system.value}").QUERIES
        call = self._natives.get(name)
        return Unreadable("unsupported", name) if call is None else call(*args)

    def _leads_away(self, path: str) -> bool:
        return self.system is System.WINDOWS and leads_away(path, self.home)


def _describe(process: Any, name: str) -> Process:
    """One process; what may not be read of it is left empty."""
    import psutil

    user, argv = "", ()
    with suppress(psutil.Error, OSError, KeyError):
        user = process.username()
    with suppress(psutil.Error, OSError):
        argv = tuple(process.cmdline())
    return Process(process.pid, name, user, argv)


def _current_user() -> User:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        with suppress(OSError):
            return User(os.getlogin(), home)
        return User(os.environ.get("USERNAME", ""), home)
    import pwd

    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # a uid without a passwd entry, as in some containers
        name = str(uid)
    return User(name, home, uid)


def _read_regular(path: str) -> bytes | str:
    """The bytes of a regular file, or why not: ``unsupported`` (something else), ``too_large``."""
    # Opening a device can have effects (a tape rewinds, a watchdog starts): look before, and again after.
    if not stat.S_ISREG(os.stat(path).st_mode):
        return "unsupported"
    descriptor = _open(path)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "unsupported"
        data = bytearray()
        while chunk := os.read(descriptor, CHUNK_BYTES):
            data += chunk
            if len(data) > MAX_FILE_BYTES:
                return "too_large"
        return bytes(data)
    finally:
        os.close(descriptor)


def _open(path: str) -> int:
    if sys.platform == "win32":
        from agent.host.native import winfiles  # of use on Windows only

        return winfiles.open_shared(path)
    return os.open(path, OPEN_FLAGS)


def _why_not(error: OSError) -> str | None:
    """Why a file could not be read; ``None`` when there is none.

    Windows has more ways of not finding a file than a file that is not there: of a network drive that does not
    answer Python says the same, and a folder that was redirected to one is not empty.
    """
    code = getattr(error, "winerror", None)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return None if code is None or code in WINDOWS_NOT_FOUND else "offline"
    if code in WINDOWS_LOCKED:
        return "locked"
    return "denied" if error.errno in (errno.EACCES, errno.EPERM) else "failed"


def _exists(path: str) -> bool:
    """Whether there is something at the path; a link that leads nowhere is not."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
