"""Reading files that rarely change: what a file said is remembered with the time of its last change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from agent.contract import Memory
from agent.host import Host, System, Unreadable

#: What the memory key holds changes shape: raise this, and what older versions remembered is read anew.
VERSION = 1
KEY = "files"

#: A change within the same second as the reading would go unseen, so only older files are remembered.
SETTLED_SECONDS = 2

#: The host cannot say (a recording without the answer): then the file itself decides.
CANNOT_SAY = frozenset({"not_recorded", "unsupported"})

T = TypeVar("T", bound=msgspec.Struct)


class MalformedError(ValueError):
    """A parser's word for content that is not of its form."""


class Files:
    """The files of one round. Files whose last change is the remembered one are not read again."""

    def __init__(self, host: Host, memory: Memory, now: datetime, edition: int, *, fresh: bool = False) -> None:
        self.host = host
        self._memory = memory
        self._now = now
        self._edition = [VERSION, edition]
        self._known: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        stored = None if fresh else memory.recall(KEY)
        if isinstance(stored, dict) and stored.get("edition") == self._edition:
            files = stored.get("files")
            self._known = files if isinstance(files, dict) else {}

    def changed_at(self, path: str) -> int | Unreadable | None:
        """When the file or directory last changed, in seconds since 1970; ``None`` when it does not exist."""
        answer = self.host.query("mtime", path)
        if answer is None or isinstance(answer, Unreadable):
            return answer
        return answer if type(answer) is int else Unreadable("malformed", path)

    def exists(self, path: str) -> bool | Unreadable:
        """Whether there is such a file or directory. A directory above that may not be entered is ``Unreadable``."""
        changed = self.changed_at(path)
        if isinstance(changed, Unreadable):
            return bool(self.listed(escaped(path))) if changed.reason in CANNOT_SAY else changed
        return changed is not None

    def listed(self, pattern: str) -> list[str]:
        """What matches, with forward slashes on every system: Windows takes them, and paths are cut at them here."""
        found = self.host.glob(pattern)
        return [path.replace("\\", "/") for path in found] if self.host.system is System.WINDOWS else found

    def parsed(self, path: str, parse: Callable[[bytes], T], shape: type[T]) -> T | Unreadable | None:
        """What ``parse`` makes of the file, ``None`` when there is none.

        ``parse`` raises :class:`MalformedError`; the file is then read once more, as it may have been half written.
        """
        changed = self.changed_at(path)
        if changed is None:
            return None
        if isinstance(changed, Unreadable) and changed.reason not in CANNOT_SAY:
            return changed
        known = self._known.get(path)
        if isinstance(changed, int) and isinstance(known, list) and len(known) == 2 and known[0] == changed:
            try:
                value = msgspec.convert(known[1], shape)
            except msgspec.ValidationError:
                pass  # a memory that was tampered with is no memory
            else:
                self._kept[path] = known
                return value
        answer = self._read(path, parse)
        settled = isinstance(changed, int) and self._now.timestamp() - changed >= SETTLED_SECONDS
        if settled and answer is not None and not isinstance(answer, Unreadable):
            self._kept[path] = [changed, msgspec.to_builtins(answer)]
        return answer

    def save(self) -> None:
        """Remember this round's files and forget those that are gone."""
        if self._kept != self._known:
            self._memory.remember(KEY, {"edition": self._edition, "files": self._kept})

    def _read(self, path: str, parse: Callable[[bytes], T]) -> T | Unreadable | None:
        for _ in range(2):
            data = self.host.read_bytes(path)
            if not isinstance(data, bytes):
                return data
            try:
                return parse(data)
            except MalformedError:
                continue
        return Unreadable("malformed", path)


def escaped(path: str) -> str:
    """The path as a glob pattern that matches only itself."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)


def when(seconds: int) -> datetime | None:
    """A file's time in UTC; ``None`` for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
