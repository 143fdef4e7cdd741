"""Threads that nobody waits for without an end."""

from __future__ import annotations

import _thread
import threading
import time

import pytest

from agent import background
from agent.background import Background


def test_its_end_is_waited_for_and_told() -> None:
    done: list[int] = []
    thread = Background(lambda: done.append(1))
    thread.start()
    assert thread.wait(5)
    assert thread.over
    assert done == [1]


def test_one_that_goes_on_is_left_after_the_time_given() -> None:
    release = threading.Event()
    thread = Background(lambda: release.wait(20))
    thread.start()
    began = time.monotonic()
    assert not thread.wait(0.1)
    assert time.monotonic() - began < 5
    assert not thread.over
    release.set()
    assert thread.wait(5)


def test_one_without_memory_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    def target() -> None:
        raise MemoryError

    thread = Background(target)
    thread.start()
    assert thread.wait(5)
    assert capfd.readouterr().err == ""


def test_one_that_never_begins_is_over_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    # As when the system makes a thread and Python has no memory for its first call.
    monkeypatch.setattr(_thread, "start_new_thread", lambda *_: 1)
    monkeypatch.setattr(background, "BEGIN_SECONDS", 0.05)
    thread = Background(lambda: None)
    thread.start()
    assert not thread.wait(0.1)
    assert thread.over


def test_a_system_without_room_for_a_thread_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", refuse)
    with pytest.raises(RuntimeError):
        Background(lambda: None).start()
