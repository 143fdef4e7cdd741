"""A home in which Watchword has kept every kind of file that it can, with a mark in each."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agent.paths import Paths

#: In every file that is planted.
MARK = "PLANTED-7f3a"


def everything(home: Path) -> list[Path]:
    """Write one of each; the files."""
    paths = Paths.here()
    state = os.path.dirname(paths.status)
    names = [
        paths.config,
        *(paths.store + ending for ending in ("", "-wal", "-shm", ".lock")),
        f"{paths.data}/watchword.damaged-20261122T100000Z.db",
        f"{paths.data}/watchword.damaged-20261122T100000Z.db-wal",
        *(paths.journal + ending for ending in ("", ".lock", ".new")),
        f"{paths.data}/journal.damaged.jsonl",
        paths.status,
        f"{state}/.status-abc.tmp",
        paths.health,
        f"{paths.health}.new",
        *(f"{paths.logs}/{name}" for name in ("daemon.log", "daemon.1.log", "worker.2.log")),
        paths.daemon_lock,
        paths.page,
        paths.page_lock,
        f"{paths.runtime}/.page-x1",
        f"{paths.runtime}/page/open-1.html",
        f"{home}/snap/firefox/common/watchword/open-2.html",
        f"{state}/reports/report.json",
        f"{paths.data}/.watchword-tmp",
    ]
    for name in names:
        os.makedirs(os.path.dirname(name), exist_ok=True)
        Path(name).write_text(MARK)
    if sys.platform == "win32":
        Path(paths.doorbell).write_text("12345")
    else:
        os.mkfifo(paths.doorbell)
    return [*map(Path, names), Path(paths.doorbell)]
