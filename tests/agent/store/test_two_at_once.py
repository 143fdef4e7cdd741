"""Two at once: threads of one process, as the page has them, beside another process."""

from __future__ import annotations

import os
import subprocess
import sys

from agent.paths import Paths
from agent.store import Store
from tests.builders import NOW

OTHER = """
from datetime import UTC, datetime
from agent.paths import Paths
from agent.store import Store

with Store.open(Paths.here()) as store:
    store.choose("by_another_process", 1, datetime.now(UTC))
"""


def another_process() -> None:
    """Another Watchword opens the store, keeps something and closes it."""
    subprocess.run([sys.executable, "-P", "-c", OTHER], check=True, timeout=60)


def test_a_second_one_in_this_process_does_not_open_the_first_to_another_process() -> None:
    """POSIX lets go of all locks of a process on a file when it closes any handle to it.

    Then another process takes itself for the last one that has the database open, and takes away the log that we still
    write to: "database disk image is malformed".
    """
    paths = Paths.here()
    with Store.open(paths) as first:
        first.choose("before", 1, NOW)
        with Store.open(paths) as second:
            second.choose("beside", 1, NOW)
        another_process()
        assert os.path.exists(paths.store + "-wal"), "we have not closed it"
        first.choose("after", 1, NOW)
        assert set(first.choices()) == {"before", "beside", "by_another_process", "after"}
    with Store.open(paths) as again:
        assert set(again.choices()) == {"before", "beside", "by_another_process", "after"}
        assert again.notes == []
