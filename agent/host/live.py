"""The live host: this computer.

Everything here can meet hostile or broken input, so every way in is bounded: regular files only and 32 MiB at
most; programs from directories that only an administrator can write, without a shell or input, with a time limit
and capped output, and with their whole process group ended on time-out.
"""

from __future__ import annotations

import errno
import glob as globbing
import os
import signal
import stat
import subprocess  # noqa: S404  (the one place that starts programs; see run)
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import IO, Any

from agent.host import Completed, Process, RegistryValue, System, Unreadable, User

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_OUTPUT_BYTES = 16 * 1024 * 1024
MAX_GLOB_RESULTS = 5000

TRUSTED_DIRECTORIES: Mapping[System, tuple[str, ...]] = {
    System.LINUX: (
        "/usr/bin",
        "/bin",
        "/usr/sbin",
        "/sbin",
        "/usr/local/bin",
        "/snap/bin",
        "/run/current-system/sw/bin",
    ),
    System.MACOS: ("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/opt/homebrew/bin"),
    System.WINDOWS: (),
}

#: Variables a started program may see. The rest (LD_PRELOAD, PYTHONPATH, tokens) stays behind.
PASSED_ENVIRONMENT = (
    "HOME",
    "USER",
    "LOGNAME",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_CURRENT_DESKTOP",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    "XDG_CACHE_HOME",
    "XDG_SESSION_ID",
    "DCONF_PROFILE",
    "GSETTINGS_BACKEND",
    "SYSTEMROOT",
    "LOCALAPPDATA",
    "APPDATA",
    "USERPROFILE",
    "PROGRAMDATA",
)


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
        self._natives: Mapping[str, Callable[..., Any]] | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def read(self, path: str) -> str | Unreadable | None:
        data = self.read_bytes(path)
        return data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        try:
            # O_NONBLOCK: opening a FIFO that someone left in a profile must not hang the round.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            return Unreadable("denied", path)
        except (OSError, ValueError):
            return Unreadable("failed", path)
        with os.fdopen(descriptor, "rb") as file:
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return Unreadable("unsupported", path)
                data = file.read(MAX_FILE_BYTES + 1)
            except OSError as error:
                return Unreadable("denied" if error.errno in (errno.EACCES, errno.EPERM) else "failed", path)
        return Unreadable("too_large", path) if len(data) > MAX_FILE_BYTES else data

    def glob(self, pattern: str) -> list[str]:
        return sorted(path for path, _ in zip(globbing.iglob(pattern), range(MAX_GLOB_RESULTS), strict=False))

    def which(self, name: str) -> str | None:
        directories = _trusted_directories(self.system, self.env)
        if os.path.isabs(name):
            return name if os.path.dirname(name) in directories and os.access(name, os.X_OK) else None
        if os.path.basename(name) != name:
            return None
        for directory in directories:
            path = os.path.join(directory, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
        return None

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        where = " ".join(argv)
        program = self.which(argv[0])
        if program is None:
            return Unreadable("no_tool", where)
        environment = {name: self.env[name] for name in PASSED_ENVIRONMENT if name in self.env}
        environment["PATH"] = os.pathsep.join(_trusted_directories(self.system, self.env))
        environment["LC_ALL"] = "C"
        try:
            child = subprocess.Popen(  # noqa: S603  (absolute program from a trusted directory, no shell)
                [program, *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=os.sep if self.system is not System.WINDOWS else None,
                start_new_session=self.system is not System.WINDOWS,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError):
            return Unreadable("failed", where)
        return _collect(child, timeout, where)

    def registry(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        if self.system is not System.WINDOWS:
            return None
        from agent.host.native import winregistry  # exists on Windows only

        return winregistry.values(key)

    def registry_subkeys(self, key: str) -> list[str] | Unreadable | None:
        if self.system is not System.WINDOWS:
            return None
        from agent.host.native import winregistry  # exists on Windows only

        return winregistry.subkeys(key)

    def processes(self, *names: str) -> list[Process] | Unreadable:
        import psutil  # 4 MiB and 30 ms: only for the checks that look at processes

        found = []
        wanted = set(names)
        try:
            for process in psutil.process_iter():
                with suppress(psutil.Error, OSError):
                    name = process.name()
                    if not wanted or name in wanted:
                        found.append(_describe(process, name))
        except OSError as error:
            # Windows Python under some hosts cannot list processes at all.
            return Unreadable("failed", f"processes: {error.strerror}")
        return found

    def query(self, name: str, *args: str) -> Any:
        if self._natives is None:
            self._natives = import_module(f"agent.host.native.{self.system.value}").QUERIES
        call = self._natives.get(name)
        return Unreadable("unsupported", name) if call is None else call(*args)


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
        return User(os.environ.get("USERNAME", ""), home)
    import pwd

    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # a uid without a passwd entry, as in some containers
        name = str(uid)
    return User(name, home, uid)


def _trusted_directories(system: System, env: Mapping[str, str]) -> tuple[str, ...]:
    if system is not System.WINDOWS:
        return TRUSTED_DIRECTORIES[system]
    root = env.get("SYSTEMROOT", r"C:\Windows")
    return (os.path.join(root, "System32"), root)


def _collect(child: subprocess.Popen[bytes], timeout: float, where: str) -> Completed | Unreadable:
    """Read both pipes side by side, up to the cap, until the child ends or its time is up."""
    deadline = time.monotonic() + timeout
    outputs: dict[str, bytes] = {}
    overflowed = threading.Event()

    def drain(name: str, pipe: IO[bytes]) -> None:
        with suppress(OSError, ValueError):
            outputs[name] = pipe.read(MAX_OUTPUT_BYTES + 1)
            if len(outputs[name]) > MAX_OUTPUT_BYTES:
                overflowed.set()
                _end(child)

    assert child.stdout is not None
    assert child.stderr is not None
    readers = [
        threading.Thread(target=drain, args=(name, pipe), daemon=True)
        for name, pipe in (("stdout", child.stdout), ("stderr", child.stderr))
    ]
    for reader in readers:
        reader.start()
    # A grandchild may hold the pipes open after the child is gone: the readers are what must end in time.
    for reader in readers:
        reader.join(max(0.0, deadline - time.monotonic()))
    late = any(reader.is_alive() for reader in readers)
    if not late:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
    if late:
        _end(child)
    for reader in readers:
        reader.join(1.0)
    if not any(reader.is_alive() for reader in readers):
        child.stdout.close()
        child.stderr.close()
    child.wait()
    if overflowed.is_set():
        return Unreadable("too_large", where)
    if late:
        return Unreadable("timeout", where)
    out, err = (outputs.get(name, b"").decode("utf-8", errors="replace") for name in ("stdout", "stderr"))
    return Completed(child.returncode, out, err)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and everything it started."""
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
