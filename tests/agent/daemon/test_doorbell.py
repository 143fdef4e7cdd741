"""The doorbell: another process wakes the background agent, and nothing else does."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.daemon.doorbell import Doorbell, ring


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "run" / "daemon.bell")


@pytest.fixture
def bell(place: str) -> Iterator[Doorbell]:
    bell = Doorbell(place)
    yield bell
    bell.close()


def test_a_wait_without_a_ring_ends_with_its_time(bell: Doorbell) -> None:
    started = time.monotonic()
    assert not bell.wait(0.1)
    assert 0.05 < time.monotonic() - started < 5


def test_a_ring_ends_the_wait(bell: Doorbell, place: str) -> None:
    threading.Timer(0.1, ring, [place]).start()
    started = time.monotonic()
    assert bell.wait(30)
    assert time.monotonic() - started < 10


def test_a_ring_before_the_wait_is_not_lost_and_many_are_one(bell: Doorbell, place: str) -> None:
    assert all(ring(place) for _ in range(100))
    assert bell.wait(30)
    assert not bell.wait(0.05)


def test_a_thousand_rings_that_nobody_hears_block_nobody(bell: Doorbell, place: str) -> None:
    for _ in range(70_000 if sys.platform != "win32" else 100):
        ring(place)
    assert bell.wait(0)


def test_being_woken_by_another_thread_is_no_ring(bell: Doorbell) -> None:
    threading.Timer(0.1, bell.wake).start()
    started = time.monotonic()
    assert not bell.wait(30)
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals from outside")
def test_a_signal_ends_the_wait(bell: Doorbell) -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGUSR1]).start()
        started = time.monotonic()
        assert not bell.wait(30)
        assert time.monotonic() - started < 10
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [signal.SIGUSR1]


def test_ringing_where_nobody_listens_says_so(place: str) -> None:
    assert not ring(place)
    Doorbell(place).close()
    assert not ring(place)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_pipe_left_behind_by_one_that_was_killed_is_replaced(place: str) -> None:
    os.makedirs(os.path.dirname(place))
    os.mkfifo(place)
    assert not ring(place)
    bell = Doorbell(place)
    assert ring(place)
    bell.close()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_only_the_person_can_ring(bell: Doorbell, place: str) -> None:
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_file_in_the_place_of_the_bell_is_not_written_to(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("mine")
    assert not ring(str(place))
    assert place.read_text() == "mine"
