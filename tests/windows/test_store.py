"""A damaged store on Windows, where a file that somebody has open cannot be renamed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.paths import Paths
from agent.store import Store
from tests.windows.conftest import Watchword

assert sys.platform == "win32"

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OPENS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA user_version")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def paths(own_home: Path) -> Paths:
    """A store with one account and its journal, whose database then is damaged."""
    paths = Paths.here()
    with Store.open(paths) as store:
        store.add_account("google", "Zoë's work email", now=NOW)
    data = bytearray(Path(paths.store).read_bytes())
    data[100:] = b"?" * (len(data) - 100)
    Path(paths.store).write_bytes(data)
    return paths


@contextmanager
def in_use(path: str) -> Iterator[None]:
    """Another process that has the file open as a database."""
    other = subprocess.Popen(
        [sys.executable, "-c", OPENS, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"open"
        yield
    finally:
        other.communicate(timeout=30)


def labels(store: Store) -> list[str]:
    return sorted(account.label for account in store.accounts())


def test_a_damaged_store_is_set_aside(paths: Paths) -> None:
    damaged = Path(paths.store).read_bytes()
    with Store.open(paths) as store:
        assert labels(store) == ["Zoë's work email"]
        assert "kept as" in store.notes[0]
    (aside,) = Path(paths.data).glob("watchword.damaged-*.db")
    assert aside.read_bytes() == damaged


def test_one_that_is_in_use_for_a_moment_is_waited_for(paths: Paths) -> None:
    with open(paths.store, "rb") as file:
        threading.Timer(0.7, file.close).start()
        started = time.monotonic()
        with Store.open(paths) as store:
            assert time.monotonic() - started >= 0.6
            assert store.keeps
            assert labels(store) == ["Zoë's work email"]


def test_one_that_stays_in_use_is_left_alone_and_nothing_is_lost(paths: Paths) -> None:
    before = {path: Path(path).read_bytes() for path in (paths.store, paths.journal)}
    with in_use(paths.store):
        started = time.monotonic()
        with Store.open_or_in_memory(paths) as store:
            assert not store.keeps
            assert labels(store) == ["Zoë's work email"]
            assert "damaged and could not be set aside: another program has it open." in store.notes[0]
            assert "Nothing from this round will be kept." in store.notes[0]
        assert time.monotonic() - started < 10
        assert {path: Path(path).read_bytes() for path in before} == before
    assert list(Path(paths.data).glob("watchword.damaged-*")) == []
    with Store.open(paths) as store:
        assert store.keeps
        assert labels(store) == ["Zoë's work email"]
    assert Path(paths.journal).read_bytes().startswith(before[paths.journal])


def test_a_change_is_refused_in_one_sentence_while_it_is_in_use(paths: Paths, watchword: Watchword) -> None:
    with in_use(paths.store):
        done = watchword("accounts", "add", "microsoft", "--no-address")
        listed = watchword("accounts", "list")
    assert done.returncode == 4
    assert b"another program has it open" in done.stderr
    assert b"Traceback" not in done.stderr + listed.stderr
    assert "Zoë's work email" in listed.stdout.decode()


def test_a_sound_store_that_another_has_open_is_shared(own_home: Path) -> None:
    paths = Paths.here()
    with Store.open(paths) as store, in_use(paths.store), Store.open(paths) as second:
        store.add_account("google", "One", now=NOW)
        second.add_account("google", "Two", now=NOW)
        assert labels(store) == labels(second) == ["One", "Two"]
