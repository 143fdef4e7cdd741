"""A page that runs as ``watchword open`` starts it, in a home of its own, and what it keeps."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from agent.page.address import Address, noted
from agent.paths import Paths
from tests.agent.page.test_server import end, serving

__all__ = ["opened", "watchword", "what_is_kept"]


def watchword(*arguments: str, more: Mapping[str, str] | None = None, stdin: str = "") -> str:
    """Run a command of ours; what it printed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "agent", *arguments],
        env={**os.environ, **(more or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def opened(more: Mapping[str, str] | None = None) -> Iterator[Address]:
    """The page of the home in the environment, ended afterwards if it is still there."""
    url = watchword("open", "--no-browser", more=more)
    address = noted(Paths.here().page)
    assert address is not None
    assert url == address.url()
    process = serving(address)
    try:
        yield address
    finally:
        end(process)


def what_is_kept(paths: Paths) -> object:
    """The store row by row, the other files byte by byte, to be compared with what is kept later."""
    with closing(sqlite3.connect(paths.store)) as connection:
        rows = list(connection.iterdump())
    roots = {Path(paths.data), Path(paths.status).parent, Path(paths.config).parent}
    files = {
        str(path): path.read_bytes()
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(Path(paths.store).name)
    }
    return rows, files
