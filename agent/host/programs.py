"""Finding and running programs on this computer.

A program comes from a directory that only an administrator can write, gets no shell, no input and few variables, and
is ended with everything it started when its time is up, when it says too much, and when it leaves children behind.
"""

from __future__ import annotations

import codecs
import os
import selectors
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import IO

from agent.host import Completed, System, Unreadable

if sys.platform == "win32":
    from agent.host.native import winfiles, winjob

    START_FLAGS = subprocess.CREATE_NO_WINDOW | winjob.CREATE_SUSPENDED
else:
    START_FLAGS = 0

__all__ = ["MAX_OUTPUT_BYTES", "directories", "find", "run"]

MAX_OUTPUT_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
#: How often to look whether the child has ended, where the kernel cannot tell us.
POLL_SECONDS = 0.05
#: How long a killed child may take to be gone before a thread of its own waits for it.
REAP_SECONDS = 1.0

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

#: Why there is no output, or the two outputs.
_Answer = tuple[str | None, Sequence[bytes | bytearray]]


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
    collect: Callable[[subprocess.Popen[bytes], Sequence[IO[bytes]], float], _Answer] = _collect
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


def _collect(child: subprocess.Popen[bytes], pipes: Sequence[IO[bytes]], deadline: float) -> _Answer:
    """Read both pipes, up to the cap, until the child has ended or its time is up.

    A grandchild may hold the pipes open after the child is gone. What the child itself wrote is in them by then, so
    they are emptied once more and not waited for.
    """
    outputs = {pipe.fileno(): bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector, _exit_notice(child) as ended:
        for descriptor in outputs:
            _set_nonblocking(descriptor)
            selector.register(descriptor, selectors.EVENT_READ)
        if ended is not None:
            selector.register(ended, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            events = selector.select(left if ended is not None else min(left, POLL_SECONDS))
            gone = _has_ended(child)
            for descriptor in outputs if gone else [key.fd for key, _ in events if key.fd != ended]:
                if not _drain(descriptor, outputs[descriptor]) and descriptor in selector.get_map():
                    selector.unregister(descriptor)
            if any(len(output) > MAX_OUTPUT_BYTES for output in outputs.values()):
                return "too_large", ()
            if gone:
                return None, list(outputs.values())
    return "timeout", ()


def _set_nonblocking(descriptor: int) -> None:
    if sys.platform != "win32":
        os.set_blocking(descriptor, False)


def _drain(descriptor: int, output: bytearray) -> bool:
    """Read all there is for now, up to just over the cap; ``False`` at the end of the pipe."""
    with suppress(BlockingIOError):
        while len(output) <= MAX_OUTPUT_BYTES:
            chunk = os.read(descriptor, CHUNK_BYTES)
            if not chunk:
                return False
            output += chunk
    return True


@contextmanager
def _exit_notice(child: subprocess.Popen[bytes]) -> Iterator[int | None]:
    """A descriptor that becomes readable when the child ends (Linux 5.3), or ``None`` where there is no such thing."""
    descriptor = None
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            descriptor = os.pidfd_open(child.pid)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended.

    It stays a zombie, so that its number cannot become somebody else's before :func:`_end` has ended its group.
    """
    if sys.platform != "linux":  # Windows, and macOS before Python 3.13, cannot look without reaping
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _collect_in_threads(
    child: subprocess.Popen[bytes],
    pipes: Sequence[IO[bytes]],
    deadline: float,
    end_the_rest: Callable[[], None] = lambda: None,
) -> _Answer:
    """The same where pipes cannot be waited for together (Windows): a thread for each.

    ``end_the_rest`` ends what the child left behind, which would keep the pipes open; what is in them stays.
    """
    outputs = [bytearray() for _ in pipes]

    def drain(pipe: IO[bytes], output: bytearray) -> None:
        with suppress(OSError, ValueError), pipe:
            while len(output) <= MAX_OUTPUT_BYTES and (chunk := pipe.read(CHUNK_BYTES)):
                output += chunk
        if len(output) > MAX_OUTPUT_BYTES:
            child.kill()

    readers = [threading.Thread(target=drain, args=pair, daemon=True) for pair in zip(pipes, outputs, strict=True)]
    for reader in readers:
        reader.start()
    try:
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return "timeout", ()
    end_the_rest()
    for reader in readers:
        reader.join(REAP_SECONDS)
    if any(len(output) > MAX_OUTPUT_BYTES for output in outputs):
        return "too_large", ()
    return None, outputs


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
