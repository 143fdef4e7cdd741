"""Finding and running programs on this computer.

A program comes from a directory that only an administrator can write, gets no shell, no input and few variables, and
is ended with everything it started when its time is up, when it says too much, and when it leaves children behind.
"""

from __future__ import annotations

import codecs
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import IO

from agent.host import Completed, System, Unreadable
from agent.host.collecting import REAP_SECONDS, Answer
from agent.host.collecting import collect as _collect
from agent.host.collecting import collect_in_threads as _collect_in_threads

if sys.platform == "win32":
    from agent.host.native import winfiles, winjob

    START_FLAGS = subprocess.CREATE_NO_WINDOW | winjob.CREATE_SUSPENDED
else:
    START_FLAGS = 0

__all__ = ["directories", "find", "run"]

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
    "SWAYSOCK",
    "I3SOCK",
    "HYPRLAND_INSTANCE_SIGNATURE",
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


def directories(system: System, env: Mapping[str, str]) -> tuple[str, ...]:
    """Where programs may come from, in the order in which they are looked for."""
    if sys.platform == "win32":
        return (winfiles.system_directory(),)
    if system is System.WINDOWS:
        return (os.path.join(env.get("SYSTEMROOT", r"C:\Windows"), "System32"),)
    return tuple(directory for directory in TRUSTED_DIRECTORIES[system] if not _open_to_all(directory))


def find(name: str, trusted: Sequence[str]) -> str | None:
    """The full path of a program, given by its name or by a full path in a trusted directory."""
    if not name or "\0" in name:
        return None
    folder, bare = os.path.split(name)
    if folder and os.path.normcase(folder) not in map(os.path.normcase, trusted):
        return None
    if sys.platform == "win32" and not bare.lower().endswith(".exe"):
        bare += ".exe"  # and never .bat or .cmd: those hand their arguments to a shell
    for directory in [folder] if folder else trusted:
        path = os.path.join(directory, bare)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def run(argv: Sequence[str], timeout: float, trusted: Sequence[str], env: Mapping[str, str]) -> Completed | Unreadable:
    """Run a program that :func:`find` knows, and collect what it says. As :meth:`agent.host.Host.run`."""
    where = " ".join(argv)
    program = find(argv[0], trusted) if argv else None
    if program is None:
        return Unreadable("no_tool", where)
    environment = {name: env[name] for name in PASSED_ENVIRONMENT if name in env}
    environment["PATH"] = os.pathsep.join(trusted)
    environment["LC_ALL"] = "C"
    try:
        child = subprocess.Popen(  # noqa: S603  (absolute program from a trusted directory, no shell)
            [program, *argv[1:]],
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=os.sep if sys.platform != "win32" else trusted[0],
            start_new_session=sys.platform != "win32",
            creationflags=START_FLAGS,
        )
    except (OSError, ValueError):
        return Unreadable("failed", where)
    assert child.stdout is not None
    assert child.stderr is not None
    pipes = (child.stdout, child.stderr)
    deadline = time.monotonic() + timeout
    collect: Callable[[subprocess.Popen[bytes], Sequence[IO[bytes]], float], Answer] = _collect
    if sys.platform == "win32":
        try:
            job = winjob.Job(child.pid)
        except OSError:
            _end(child)
            return Unreadable("failed", where)
        collect = partial(_collect_in_threads, end_the_rest=job.end)
    problem: str | None = "failed"
    outputs: Sequence[bytes | bytearray] = ()
    try:
        problem, outputs = collect(child, pipes, deadline)
    except ChildProcessError:
        pass  # SIGCHLD is ignored here, so how the child ended is lost. Popen would call that an exit of 0.
    finally:
        if sys.platform == "win32":
            job.end()
            job.close()
        _end(child)
    if problem is not None:
        return Unreadable(problem, where)
    stdout, stderr = map(_text, outputs)
    return Completed(child.returncode, stdout, stderr)


def _text(output: bytes | bytearray) -> str:
    """What a program said. On Windows some say it in UTF-16 (wmic), and most in the console's own code page."""
    if sys.platform == "win32":
        if output.startswith(codecs.BOM_UTF16_LE):
            return output.decode("utf-16", errors="replace")
        try:
            return output.decode("utf-8-sig")
        except UnicodeDecodeError:
            return output.decode("oem", errors="replace")
    return output.decode("utf-8", errors="replace")


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever of its group is left, close the pipes, and leave no zombie."""
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    if sys.platform != "win32":  # there a thread may still be reading, and closing would wait for it
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()
    try:
        child.wait(REAP_SECONDS)
    except subprocess.TimeoutExpired:
        # Stuck in the kernel (a dead network drive): it ends when that does.
        threading.Thread(target=child.wait, name="reaper", daemon=True).start()


def _open_to_all(directory: str) -> bool:
    """Whether anybody may put programs into a directory, which then is not to be trusted."""
    try:
        return bool(os.stat(directory).st_mode & stat.S_IWOTH)
    except OSError:
        return False
