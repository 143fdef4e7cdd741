"""Every file that Watchword keeps for a person, so that all of it can be given to them and all of it removed.

Found by what lies in its folders, not by a list of what should: a new kind of file must not be forgotten. What does not
look like one of ours is told and left alone, and so are the program and the machine policy.
"""

from __future__ import annotations

import fnmatch
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import escape, glob
from typing import Literal

from agent.paths import Paths

__all__ = ["Found", "Kind", "OwnFile", "find"]

Kind = Literal["store", "journal", "settings", "status", "log", "runtime", "other"]

#: By name, the first that fits. Only files whose names fit one of these are taken for ours.
NAMES: tuple[tuple[str, Kind], ...] = (
    ("*.lock", "runtime"),
    ("watchword*.db*", "store"),
    ("journal*.jsonl*", "journal"),
    ("config.toml", "settings"),
    ("*.log", "log"),
    (".page-*", "runtime"),
    ("page.json", "runtime"),
    ("*.bell", "runtime"),
    ("open-*.html", "runtime"),
    (".status-*", "status"),
    ("status.json*", "status"),
    ("health.json*", "status"),
    (".watchword-*", "other"),
    ("*.json", "other"),
    ("*.jsonl", "other"),
    ("*.new", "other"),
    ("*.tmp", "other"),
)
#: Folders below ours that are looked into. Any other may be a program that somebody put there.
FOLDERS = frozenset({"logs", "run", "page", "report", "reports", "outbox"})
DEEPEST = 3
#: Where a browser from the snap store can read the file that opens the page (:mod:`agent.page.opening`).
SNAP_PAGES = "snap/*/common/watchword"


@dataclass(frozen=True)
class OwnFile:
    """One file, link, socket or pipe of ours."""

    path: str
    kind: Kind


@dataclass(frozen=True)
class Found:
    """What there is. ``folders`` come with the deepest first; ``strangers`` lie in them and are not ours."""

    files: tuple[OwnFile, ...]
    folders: tuple[str, ...]
    strangers: tuple[str, ...]


def find(paths: Paths, home: str) -> Found:
    """Everything that is there now. What cannot be looked into counts as a stranger."""
    files: dict[str, OwnFile] = {}
    folders: list[str] = []
    strangers: list[str] = []
    for folder in _folders(paths, home):
        for path, kind in _walk(folder, 0, folders):
            if kind is None:
                strangers.append(path)
            elif path != os.path.abspath(paths.policy):
                files.setdefault(path, OwnFile(path, kind))
    order = sorted(set(folders), key=lambda path: (-path.count(os.sep), path))
    return Found(tuple(files.values()), tuple(order), tuple(dict.fromkeys(strangers)))


def _folders(paths: Paths, home: str) -> Iterable[str]:
    """Where ours lie. On Linux a session without ``XDG_RUNTIME_DIR`` keeps elsewhere what one with it has there."""
    known = [os.path.dirname(path) for path in (paths.config, paths.store, paths.status)]
    known += [paths.logs, paths.runtime]
    if sys.platform == "linux":
        known += [os.path.join(home, ".cache", "watchword"), *glob(os.path.join(escape(home), SNAP_PAGES))]
    return dict.fromkeys(map(os.path.abspath, known))


def _walk(folder: str, depth: int, folders: list[str]) -> Iterator[tuple[str, Kind | None]]:
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            yield folder, None  # a link in its place leads to what is somebody's choice
            return
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError:
        yield folder, None
        return
    folders.append(folder)
    for entry in entries:
        path = os.path.join(folder, entry.name)
        if not entry.is_dir(follow_symlinks=False):
            yield path, next((kind for pattern, kind in NAMES if fnmatch.fnmatchcase(entry.name, pattern)), None)
        elif entry.name in FOLDERS and depth < DEEPEST:
            yield from _walk(path, depth + 1, folders)
        else:
            yield path, None
