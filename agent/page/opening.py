"""Putting a file where the person's browser can read it, and opening it there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from agent.errors import WatchwordError
from agent.host import Completed, Host
from agent.paths import Paths

__all__ = ["OpeningError", "folder", "open_file", "sweep", "write"]

PREFIX, SUFFIX = "open-", ".html"
#: A slow browser may still be about to read it; after a day it has had its use.
KEEP_SECONDS = 24 * 3600.0
#: What opens a file in the program the person chose for it.
OPENERS = {"linux": "xdg-open", "darwin": "/usr/bin/open"}
#: An opener that is still busy after this long has become the browser.
OPENING_SECONDS = 8.0
#: The .desktop file of a program from a snap: the snap's name, then the program's.
SNAP_DESKTOP = re.compile(r"([a-z0-9][a-z0-9-]{0,39})_[A-Za-z0-9.-]+\.desktop")


class OpeningError(WatchwordError):
    """The page could not be written or opened; the message says why."""


def folder(host: Host, paths: Paths) -> Path:
    """Where the page is written: a private folder, and one that the browser may read.

    A browser from a snap sees no hidden folder and none outside the home, but has a folder of its own in it.
    """
    own = Path(paths.runtime) / "page"
    if host.which("xdg-settings") is None or not host.glob(f"{host.home}/snap/*"):
        return own
    done = host.run(["xdg-settings", "get", "default-web-browser"], timeout=3)
    named = SNAP_DESKTOP.fullmatch(done.stdout.strip()) if isinstance(done, Completed) and done.exit == 0 else None
    shared = Path(host.home) / "snap" / named[1] / "common" if named else None
    return shared / "watchword" if shared is not None and shared.is_dir() else own


def write(document: str, where: Path) -> Path:
    """The page as a file that only its owner may read; pages of other days are taken away.

    Raises:
        OpeningError: it cannot be written.
    """
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform != "win32":
            where.chmod(0o700)
        sweep(where)
        descriptor, name = tempfile.mkstemp(dir=where, prefix=PREFIX, suffix=SUFFIX)  # 0600, O_EXCL
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(document)
    except OSError as error:
        raise OpeningError(f"{where}: the page could not be written: {error.strerror}") from error
    return Path(name)


def sweep(where: Path, *, older_than_seconds: float = KEEP_SECONDS) -> None:
    """Take away our own files that are older than a day, or than is said."""
    before = time.time() - older_than_seconds
    with suppress(OSError):
        for path in where.glob(f"{PREFIX}*{SUFFIX}"):
            with suppress(OSError):
                if path.lstat().st_mtime <= before:
                    path.unlink()


def open_file(path: Path, host: Host) -> None:
    """Open it in the person's browser.

    Raises:
        OpeningError: there is nothing to open it with, or that did not work.
    """
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606  (that is what opens it in the program the person chose)
        except OSError as error:
            raise OpeningError(f"no program opens web pages here ({error.strerror}); the page is {path}") from error
        return
    opener = host.which(OPENERS.get(sys.platform, "xdg-open"))
    if opener is None:
        raise OpeningError(f"there is no program that opens web pages here; the page is {path}")
    # Not `host.run`: the browser may be started by this and must outlive it.
    child = subprocess.Popen(  # noqa: S603  (absolute program from a trusted directory, no shell)
        [opener, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = child.wait(OPENING_SECONDS)
    except subprocess.TimeoutExpired:
        child.returncode = 0  # it has become the browser: it is not waited for
        return
    if code != 0:
        raise OpeningError(f"no program opens web pages here; the page is {path}")
