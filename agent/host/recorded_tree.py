"""The files of a recording as a tree, so that a pattern finds in it what it found on the computer."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from agent.host.recording import FileEntry

__all__ = ["RecordedTree"]

MAGIC = re.compile(r"[*?[]")


class RecordedTree:
    """Recorded files by path.

    A directory exists if a file lies below it, or if it was recorded itself, with a separator at the end. On Windows
    names match without case and either slash separates them; paths keep the spelling of the recording.
    """

    def __init__(self, files: Mapping[str, str | FileEntry], *, windows: bool) -> None:
        self._windows = windows
        self._separator = "\\" if windows else "/"
        self._entries = {self._key(path): entry for path, entry in files.items()}
        #: Directory (as compared) -> name (as compared) -> name (as spelt).
        self._children: dict[str, dict[str, str]] = {}
        for path in files:
            self._add(path.replace("/", "\\") if windows else path)

    def entry(self, path: str) -> str | FileEntry | None:
        """What was recorded at a path."""
        return self._entries.get(self._key(path))

    def is_directory(self, path: str) -> bool:
        """Whether a recorded file lies below a path."""
        return self._key(path).rstrip(self._separator) in self._children

    def glob(self, pattern: str) -> list[str]:
        """Existing paths that match, sorted. ``*`` and ``?`` stay within one component and skip hidden names."""
        first, *parts = self._key(pattern).split(self._separator)
        spelt = (pattern.replace("/", "\\") if self._windows else pattern).split(self._separator)[0]
        if not parts or MAGIC.search(first):
            return []
        return sorted(found for found in self._walk(first, self._root_spelling(first, spelt), parts))

    def _walk(self, folder: str, spelling: str, parts: list[str]) -> Iterator[str]:
        part, *rest = parts
        children = self._children.get(folder, {})
        if not part:  # a separator at the end asks for directories only
            if not rest and folder in self._children:
                yield spelling + self._separator
            return
        for name, spelt in children.items():
            if _matches(part, name):
                path, shown = f"{folder}{self._separator}{name}", f"{spelling}{self._separator}{spelt}"
                if not rest:
                    yield shown
                else:
                    yield from self._walk(path, shown, rest)

    def _root_spelling(self, first: str, asked: str) -> str:
        return self._children.get("", {}).get(first, asked) if self._windows else first

    def _add(self, path: str) -> None:
        """Make every directory on the way to a path know its child."""
        folder = ""
        for number, name in enumerate(path.split(self._separator)):
            key = name.lower() if self._windows else name
            if number == 0:
                folder = key
                if self._windows:
                    self._children.setdefault("", {}).setdefault(key, name)
                continue
            if not name:  # a separator at the end says that it is a directory
                self._children.setdefault(folder, {})
                continue
            self._children.setdefault(folder, {}).setdefault(key, name)
            folder = f"{folder}{self._separator}{key}"

    def _key(self, path: str) -> str:
        """A path as it is compared."""
        return path.replace("/", "\\").lower() if self._windows else path


def _matches(pattern: str, name: str) -> bool:
    """As the glob of the live host: a name that begins with a dot needs a pattern that does."""
    if not MAGIC.search(pattern):
        return pattern == name
    return (pattern.startswith(".") or not name.startswith(".")) and _compiled(pattern).match(name) is not None


@lru_cache(1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
