"""Collecting what a running program says, until it has ended, said too much or run out of time."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

__all__ = ["REAP_SECONDS", "Answer", "collect", "collect_in_threads"]

MAX_OUTPUT_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
#: How often to look whether the child has ended, where the kernel cannot tell us.
POLL_SECONDS = 0.05
#: How long a killed child may take to be gone before a thread of its own waits for it.
REAP_SECONDS = 1.0

#: Why there is no output, or the two outputs.
Answer = tuple[str | None, Sequence[bytes | bytearray]]


def collect(child: subprocess.Popen[bytes], pipes: Sequence[IO[bytes]], deadline: float) -> Answer:
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

    It stays a zombie, so that its number cannot become somebody else's before its group is ended.
    """
    if sys.platform != "linux":  # Windows, and macOS before Python 3.13, cannot look without reaping
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def collect_in_threads(
    child: subprocess.Popen[bytes],
    pipes: Sequence[IO[bytes]],
    deadline: float,
    end_the_rest: Callable[[], None] = lambda: None,
) -> Answer:
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
