"""A thread that nobody waits for without an end, not even for its beginning.

``threading.Thread.start`` waits until the new thread says that it runs. One that has no memory to say so, because the
computer is out of it, is waited for for ever (CPython 3.11 and 3.12: ``_started.wait()``). So this starts threads one
level below, with everything they need to say "begun" and "ended" made beforehand.
"""

from __future__ import annotations

import _thread
import time
from collections.abc import Callable

__all__ = ["BEGIN_SECONDS", "Background"]

#: A thread that has not begun after so long never will. They begin within a millisecond; a laptop that swaps is slow.
BEGIN_SECONDS = 10.0


class Background:
    """A thread that runs ``target`` and dies with the process. ``target`` has to deal with its own errors."""

    __slots__ = ("_began", "_ended", "_over", "_started", "_target")

    def __init__(self, target: Callable[[], object]) -> None:
        self._target = target
        self._began = False
        self._ended = False
        self._started = 0.0
        self._over = _thread.allocate_lock()

    def start(self) -> None:
        """Start it.

        Raises:
            RuntimeError, MemoryError: the system has no room for another thread.
        """
        self._over.acquire()
        self._started = time.monotonic()
        _thread.start_new_thread(self._run, ())

    @property
    def over(self) -> bool:
        """Whether it has ended, or will never begin."""
        return self._ended or (not self._began and time.monotonic() - self._started > BEGIN_SECONDS)

    def wait(self, seconds: float) -> bool:
        """Wait for its end, ``seconds`` at most. Returns whether it has ended."""
        if self._over.acquire(timeout=max(0.0, seconds)):
            self._over.release()
        return self._ended

    def _run(self) -> None:
        self._began = True
        try:
            self._target()
        except MemoryError:
            return  # not even a report of it could be made; that there is no answer says it
        finally:
            self._ended = True
            self._over.release()
