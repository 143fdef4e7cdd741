"""Asking for one line: on a terminal with a question, from a pipe or file without one."""

from __future__ import annotations

import io
import os
import select
import stat
from typing import IO

__all__ = ["one_line"]

#: How long a pipe may take to bring its first line. One that a parent left open may never bring any.
PIPE_SECONDS = 2.0


def one_line(question: str, stdin: IO[str], stderr: IO[str]) -> str | None:
    """The answer without surrounding space; ``None`` when there is none to be had."""
    if stdin.isatty():
        print(question, end=" ", file=stderr, flush=True)
    elif not _has_input(stdin):
        return None
    line = stdin.readline()
    return line.strip() if line else None


def _has_input(stdin: IO[str]) -> bool:
    try:
        descriptor = stdin.fileno()
    except (OSError, io.UnsupportedOperation):
        return True  # text in memory
    waits = stat.S_ISFIFO(os.fstat(descriptor).st_mode) or stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    if not waits or os.name == "nt":
        return True
    return bool(select.select([descriptor], [], [], PIPE_SECONDS)[0])
