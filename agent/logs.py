"""The agent's own log: one JSON object a line, of allowed fields only, in a small file that is turned over.

Not :mod:`logging.handlers`: it costs the background agent two of its fifteen megabytes. What is not in ``FIELDS`` is
not written, whoever asks, so that no address, path or name can end up here by accident.
"""

import errno
import json
import os
import stat
import sys
import time

__all__ = ["FIELDS", "Log"]

#: Every field a line may have besides ``at`` and ``event``: numbers, slugs and moments, never anything of the person's.
FIELDS = frozenset(
    {
        "attempt", "by_seconds", "checks", "code", "delivered", "error", "held", "how", "kind", "next_at", "pid",
        "reason", "seconds", "signal", "version",
    }
)  # fmt: skip
MAX_BYTES = 256 * 1024
#: ``watchword.log`` and two older ones: well over a year of quiet days.
OLDER = 2
MAX_TEXT = 80


class Log:
    """A log file in a directory of the person's. A disk that will not take a line does not stop the agent."""

    def __init__(self, directory: str, name: str, *, max_bytes: int = MAX_BYTES) -> None:
        self.path = os.path.join(directory, f"{name}.log")
        self._max_bytes = max_bytes

    def write(self, event: str, **fields: object) -> bool:
        """Append one line; returns whether the disk took it.

        Raises:
            ValueError: a field that is not allowed. That is a mistake in the program, and a test finds it.
        """
        unknown = sorted(set(fields) - FIELDS)
        if unknown:
            raise ValueError(f"not a field of the log: {', '.join(unknown)}")
        line: dict[str, object] = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event}
        line |= {name: _short(value) for name, value in fields.items()}
        try:
            return self._append(json.dumps(line, ensure_ascii=True).encode() + b"\n")
        except OSError:
            return False

    def _append(self, line: bytes) -> bool:
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        descriptor = _open(self.path)
        try:
            full = os.fstat(descriptor).st_size + len(line) > self._max_bytes
            if not full:
                return os.write(descriptor, line) == len(line)
        finally:
            os.close(descriptor)
        self._turn_over()
        descriptor = _open(self.path)
        try:
            return os.write(descriptor, line) == len(line)
        finally:
            os.close(descriptor)

    def _turn_over(self) -> None:
        stem = self.path.removesuffix(".log")
        for number in range(OLDER, 0, -1):
            newer = self.path if number == 1 else f"{stem}.{number - 1}.log"
            try:
                os.replace(newer, f"{stem}.{number}.log")
            except FileNotFoundError:
                continue
            except PermissionError:
                if sys.platform != "win32":  # there, somebody may have it open; it grows a little and is turned later
                    raise


def _open(path: str) -> int:
    """A file to append to. Never a link, and never a pipe that nobody reads, for which one would wait for ever.

    Raises:
        OSError: it cannot be opened, or is something else than a file.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "Not a regular file", path)
    return descriptor


def _short(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_short(each) for each in value][:32]
    return str(value)[:MAX_TEXT]
