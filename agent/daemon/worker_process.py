"""The worker as the background agent sees it: a process that is started, waited for without waiting, and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

__all__ = ["WorkerProcess"]

#: The worker says one short line; more than that is not it speaking.
MAX_ANSWER = 4096
#: What a worker gets to end by itself, with everything it started.
TERMINATE_SECONDS = 5.0

if sys.platform == "win32":
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0


class WorkerProcess:
    """One worker. ``on_end`` is called from a thread of its own when it has ended, however it did."""

    def __init__(self, argv: Sequence[str], on_end: Callable[[], None]) -> None:
        """Start it.

        Raises:
            OSError: it cannot be started.
        """
        self.answer: dict[str, object] = {}
        self.code: int | None = None
        self._on_end = on_end
        self._process = subprocess.Popen(  # noqa: S603  (this program itself)
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            start_new_session=sys.platform != "win32",
            creationflags=NO_WINDOW,
            cwd=os.path.expanduser("~") if os.path.isdir(os.path.expanduser("~")) else None,
        )
        self.pid = self._process.pid
        threading.Thread(target=self._wait, name="worker", daemon=True).start()

    def _wait(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as stdout:
                said = stdout.read(MAX_ANSWER)
                while stdout.read(MAX_ANSWER):  # never leave it blocked on a full pipe
                    pass
            with suppress(ValueError):
                answer = json.loads(said)
                self.answer = answer if isinstance(answer, dict) else {}
        finally:
            self.code = self._process.wait()
            self._on_end()

    def end(self) -> None:
        """Ask it to end with everything it started, and kill it when it does not."""
        if self.code is None:
            with suppress(OSError):
                self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(TERMINATE_SECONDS)
        if self._process.poll() is None:
            with suppress(OSError):
                self._process.kill()
            self._process.wait()
