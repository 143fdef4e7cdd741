"""Ending what runs of Watchword: the background agent, and the process behind an open page."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from agent import health
from agent.files import read_regular
from agent.locking import is_held
from agent.paths import Paths

__all__ = ["serves_the_page", "still_running", "stop"]

#: A worker gets five seconds to end, and the agent waits for it.
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
MAX_BYTES = 64


def still_running(paths: Paths) -> list[str]:
    """What runs now, in words. The process that asks does not count."""
    return [what for what, _, lock in _running(paths) if is_held(lock)]


def serves_the_page(paths: Paths) -> bool:
    """Whether the process that asks is the one behind the open page."""
    return is_held(paths.page_lock) and _noted_in(paths.page_lock) == os.getpid()


def stop(paths: Paths, seconds: float = STOP_SECONDS) -> list[str]:
    """Ask everything that runs to end, and wait. Returns what did not, in words."""
    running = _running(paths)
    for _, pid, _ in running:
        if pid is not None and _is_ours(pid):
            with suppress(OSError):
                os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(is_held(lock) for _, _, lock in running) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return [what for what, _, lock in running if is_held(lock)]


def _running(paths: Paths) -> list[tuple[str, int | None, str]]:
    """What holds a lock: its name, its process and the lock. The lock is the proof, the number may be of yesterday."""
    noted = health.read(paths)
    found = [("the background agent", noted.pid, paths.daemon_lock)] if noted is not None else []
    if is_held(paths.page_lock):
        pid = _noted_in(paths.page_lock)
        if pid != os.getpid():
            found.append(("the open page", pid, paths.page_lock))
    return found


def _noted_in(lock: str) -> int | None:
    try:
        # Byte 0 is what is locked: on Windows nobody but its holder may read that.
        text = read_regular(lock, MAX_BYTES, start=1).partition(b"\n")[0].strip()
        return int(text) if text.isdigit() else None
    except OSError:
        return None


def _is_ours(pid: int) -> bool:
    """Whether that process is a Watchword of this person."""
    import psutil

    try:
        process = psutil.Process(pid)
        if pid == os.getpid() or process.username() != psutil.Process().username():
            return False
        words = [os.path.basename(word).casefold() for word in process.cmdline()]
    except (psutil.Error, OSError):
        return False
    return "agent" in words or any(word.startswith("watchword") for word in words)
