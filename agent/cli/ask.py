"""Asking for one line: on a terminal with a question, from a pipe or file without one."""

from __future__ import annotations

import io
import os
import select
import stat
import sys
import time
from typing import IO

__all__ = ["one_line"]

#: How long a pipe may take to bring its first line. One that a parent left open may never bring any.
PIPE_SECONDS = 2.0
#: Far beyond any answer; a stream without line ends must not fill the memory.
MAX_CHARACTERS = 4096


def one_line(question: str, stdin: IO[str], stderr: IO[str]) -> str | None:
    """The answer without surrounding space; ``None`` when there is none to be had."""
    terminal = stdin.isatty()
    if terminal:
        print(question, end=" ", file=stderr, flush=True)
    elif not _has_input(stdin):
        return None
    if isinstance(stdin, io.TextIOWrapper) and stdin.errors != "surrogateescape":  # once: not after it was read from
        stdin.reconfigure(errors="surrogateescape")  # bytes that are no text become an answer that is none
    line = ""
    try:
        line = stdin.readline(MAX_CHARACTERS)
    finally:
        if terminal and not line:  # Ctrl-C or Ctrl-D: what is said next begins on a line of its own
            print(file=stderr)
    return line.strip() if line else None


def _has_input(stdin: IO[str]) -> bool:
    try:
        descriptor = stdin.fileno()
    except (OSError, io.UnsupportedOperation):
        return True  # text in memory
    waits = stat.S_ISFIFO(os.fstat(descriptor).st_mode) or stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    if not waits:
        return True
    if sys.platform == "win32":
        return _pipe_has_input(descriptor)
    return bool(select.select([descriptor], [], [], PIPE_SECONDS)[0])


def _pipe_has_input(descriptor: int) -> bool:
    """Windows can only be asked what is in a pipe, not to wait for it: ``select`` is for sockets there."""
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt
    from ctypes import wintypes

    peek = ctypes.WinDLL("kernel32").PeekNamedPipe
    peek.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD, *[wintypes.LPDWORD] * 3)
    peek.restype = wintypes.BOOL
    handle, waiting = msvcrt.get_osfhandle(descriptor), wintypes.DWORD()
    deadline = time.monotonic() + PIPE_SECONDS
    while peek(handle, None, 0, None, waiting, None):
        if waiting.value:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True  # it was closed at the other end: its end can be read
