"""Reading one settings file: a small regular file of TOML, or one clear sentence."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from collections.abc import Callable
from typing import Any

import toml

from config.errors import SettingsError

__all__ = ["parse", "read_table"]

MAX_BYTES = 1024 * 1024


def read_table(path: str, *, refuse: Callable[[int], str | None] = lambda _: None) -> dict[str, Any] | None:
    """The table in a settings file, or ``None`` when there is no such file.

    ``refuse`` may look at the open file and say why it is not to be trusted.

    Raises:
        SettingsError: it is no regular file, unreadable, over 1 MiB, not UTF-8 or not TOML, or ``refuse`` objected.
    """
    try:
        # O_NONBLOCK: a FIFO in its place must not hang the agent.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError) and os.path.isdir(path):  # Windows does not open folders
            raise SettingsError([f"{path}: is not a regular file"]) from error
        raise SettingsError([f"{path}: cannot be read: {_why(error)}"]) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SettingsError([f"{path}: is not a regular file"])
        reason = refuse(descriptor)
        if reason is not None:
            raise SettingsError([f"{path}: {reason}"])
        data = _bytes(descriptor)
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {_why(error)}"]) from error
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise SettingsError([f"{path}: is larger than 1 MiB, which no settings file needs to be"])
    try:
        # "utf-8-sig" drops the mark that Notepad writes in front; toml would make it part of the first key.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError([f"{path}: line {line}: is not UTF-8 text; save the file as UTF-8"]) from error
    return parse(text, path)


def parse(text: str, name: str) -> dict[str, Any]:
    """TOML text as a table; ``name`` stands for it in errors.

    ``toml`` is the reader, but it takes some text that is not TOML (``a=1 b=2`` becomes one key), refuses some that
    is (``[1, "x"]``) and on more raises whatever comes. So the standard library's reader looks first, and a text
    that the two understand differently is refused rather than guessed at.

    Raises:
        SettingsError: it is not TOML, or not TOML that is read the same way everywhere.
    """
    try:
        expected = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError, OverflowError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else _lower_first(str(error))
        raise SettingsError([f"{name}: is not valid TOML: {why}"]) from error
    try:
        found = toml.loads(text)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        raise SettingsError([f"{name}: is written in a way that is not supported: {_unsupported(error)}"]) from error
    if found != expected:
        raise SettingsError([f"{name}: can be read in two ways; write each key on a line of its own"])
    return found


def _bytes(descriptor: int) -> bytes:
    data = bytearray()
    while len(data) <= MAX_BYTES and (chunk := os.read(descriptor, MAX_BYTES + 1 - len(data))):
        data += chunk
    return bytes(data)


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "it is a link that leads back to itself"
    return error.strerror or "no such name" if isinstance(error, OSError) else "no such name"


def _unsupported(error: Exception) -> str:
    if isinstance(error, toml.TomlDecodeError):
        return f"line {error.lineno}: {_lower_first(error.msg)}"
    return "use plain numbers, text in double quotes, and lists whose values are all of one kind"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
