"""The supervisor with real worker processes: it starts them when due, ends them when late, and never storms."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.daemon.clock import Clock
from agent.daemon.doorbell import Doorbell, ring
from agent.daemon.supervisor import Supervisor, Timing, moment
from agent.logs import Log

#: A worker: notes that it ran, then does as the file beside it says.
WORKER = """
import os, sys, time
place, since = sys.argv[1:3]
with open(place + "/ran", "a") as file:
    file.write(since + "\\n")
exec(open(place + "/does").read())
"""
LATER = 'print(\'{"next_at": "2099-01-01T00:00:00Z"}\')'


class Quick(Timing):
    settle = 0.05
    spread = 0.0
    after_wake = 0.2
    after_ring = 0.05
    gap = 0.05
    look = 0.3
    deadline = 3.0
    back_off = 1.0
    back_off_most = 4.0


class Settable(Clock):
    """The real clock, moved by hand."""

    ahead = 0.0

    def wall(self) -> float:
        return super().wall() + self.ahead


@dataclass
class Running:
    """A supervisor in a thread of its own."""

    place: Path
    supervisor: Supervisor
    bell: Doorbell
    thread: threading.Thread
    clock: Settable

    def ran(self) -> int:
        return len((self.place / "ran").read_text().splitlines()) if (self.place / "ran").exists() else 0

    def wait_for_runs(self, count: int, seconds: float = 20) -> int:
        deadline = time.monotonic() + seconds
        while self.ran() < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.ran()

    def does(self, code: str) -> None:
        (self.place / "does").write_text(code)

    def log(self) -> list[dict[str, object]]:
        path = self.place / "daemon.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def health(self) -> dict[str, object]:
        return dict(json.loads((self.place / "health.json").read_text()))

    def until(self, event: str, seconds: float = 20) -> dict[str, object]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [line for line in self.log() if line["event"] == event]
            if found:
                return found[-1]
            time.sleep(0.02)
        raise AssertionError(f"no {event} in {self.log()}")

    def stop(self) -> None:
        self.supervisor.stop(15)
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    (tmp_path / "does").write_text(LATER)
    (tmp_path / "worker.py").write_text(WORKER)
    bell = Doorbell(str(tmp_path / "bell"))
    clock = Settable()
    supervisor = Supervisor(
        argv=lambda since: [sys.executable, str(tmp_path / "worker.py"), str(tmp_path), since],
        bell=bell,
        clock=clock,
        log=Log(str(tmp_path), "daemon"),
        health_path=str(tmp_path / "health.json"),
        watched=(str(tmp_path / "config.toml"),),
        timing=Quick(),
    )
    found = Running(tmp_path, supervisor, bell, threading.Thread(target=supervisor.run), clock)
    found.thread.start()
    yield found
    found.stop()
    bell.close()


def test_a_round_is_run_after_sign_in_and_then_none_until_it_is_due(running: Running) -> None:
    running.until("round")
    time.sleep(1.0)
    assert running.ran() == 1
    assert running.health()["next_round"] is not None
    assert running.health()["last_round"] is not None


def test_the_next_round_is_when_the_worker_says(running: Running) -> None:
    running.does(
        'at = time.gmtime(time.time() + 1)\nprint(\'{"next_at": "%s"}\' % time.strftime("%Y-%m-%dT%H:%M:%SZ", at))'
    )
    assert running.wait_for_runs(3) >= 3


def test_ringing_starts_a_round_at_once(running: Running) -> None:
    running.until("round")
    assert ring(str(running.place / "bell"))
    assert running.wait_for_runs(2) == 2


def test_a_changed_settings_file_starts_a_round(running: Running) -> None:
    running.until("round")
    (running.place / "config.toml").write_text("profile = 'heightened'")
    assert running.wait_for_runs(2) == 2


def test_ringing_all_the_time_does_not_run_rounds_all_the_time(running: Running) -> None:
    running.supervisor._timing.gap = 1.0
    running.until("round")
    until = time.monotonic() + 2
    while time.monotonic() < until:
        ring(str(running.place / "bell"))
        time.sleep(0.01)
    assert running.ran() <= 4


def test_a_worker_past_its_deadline_is_ended_and_another_is_tried_later(running: Running) -> None:
    running.does("print('{}', flush=True)\ntime.sleep(600)")
    assert running.wait_for_runs(1) == 1
    running.wait_for_runs(2, seconds=0.5)
    assert running.until("worker_failed")["reason"] == "deadline"
    running.does(LATER)
    running.until("round")


def test_a_worker_that_crashes_is_tried_again_with_longer_and_longer_waits(running: Running) -> None:
    running.does("os.kill(os.getpid(), 9)" if sys.platform != "win32" else "os._exit(3)")
    running.until("worker_failed")
    time.sleep(4)
    failures = [line for line in running.log() if line["event"] == "worker_failed"]
    assert 2 <= len(failures) <= 4
    assert running.health()["failures"] == len(failures)
    running.does(LATER)
    running.until("round")
    deadline = time.monotonic() + 10  # it is noted after it is logged
    while running.health()["failures"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running.health()["failures"] == 0


@pytest.mark.parametrize("said", ["print('x' * 100000)", "print('[1]')", "print('{\"next_at\": 5}')", "pass"])
def test_nonsense_from_a_worker_is_a_failure(running: Running, said: str) -> None:
    running.until("round")
    running.does(said)
    ring(str(running.place / "bell"))
    assert running.until("worker_failed")["attempt"] == 1


def test_a_clock_set_back_eight_hours_stalls_nothing(running: Running) -> None:
    running.until("round")
    running.clock.ahead = -8 * 3600
    running.bell.wake()
    assert running.wait_for_runs(2) == 2
    assert running.until("clock_jump")["by_seconds"] in range(-8 * 3600 - 5, -8 * 3600 + 5)


def test_a_clock_set_forward_a_year_runs_one_round(running: Running) -> None:
    running.until("round")
    running.clock.ahead = 365 * 86400
    running.bell.wake()
    running.wait_for_runs(2)
    time.sleep(1)
    assert running.ran() == 2


def test_after_a_sleep_the_person_is_present_since_the_wake(running: Running) -> None:
    running.until("round")
    running.clock.ahead = 8 * 3600
    running.bell.wake()
    running.wait_for_runs(2)
    first, second = (moment(line) for line in (running.place / "ran").read_text().splitlines())
    assert first is not None
    assert second is not None
    assert second - first >= 8 * 3600 - 1


def test_stopping_ends_the_worker_too(running: Running) -> None:
    running.until("round")
    running.does("open(place + '/pid', 'w').write(str(os.getpid()))\ntime.sleep(600)")
    deadline = time.monotonic() + 20
    while not (running.place / "pid").exists() and time.monotonic() < deadline:
        ring(str(running.place / "bell"))
        time.sleep(0.05)
    time.sleep(0.1)
    pid = int((running.place / "pid").read_text())
    running.stop()
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert running.health()["pid"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
@pytest.mark.parametrize("there", ["pipe", "link"])
def test_what_lies_in_the_place_of_its_notes_is_neither_waited_for_nor_written_to(running: Running, there: str) -> None:
    running.until("round")
    mine = running.place / "mine"
    mine.write_text("mine")
    new = running.place / "health.json.new"
    if there == "pipe":
        os.mkfifo(new)
    else:
        new.symlink_to(mine)
    ran = running.ran()
    ring(str(running.place / "bell"))
    assert running.wait_for_runs(ran + 1) > ran
    assert mine.read_text() == "mine"


def test_a_worker_that_could_not_keep_all_is_noted(running: Running) -> None:
    running.until("round")
    running.does(LATER + "\nsys.stdout.flush()\nos._exit(4)")
    ring(str(running.place / "bell"))
    deadline = time.monotonic() + 20
    while not running.health()["unkept"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert running.health()["failures"] == 0


def test_a_disk_that_takes_nothing_stops_no_rounds(running: Running) -> None:
    running.until("round")
    (running.place / "health.json").unlink()
    (running.place / "health.json").mkdir()
    ring(str(running.place / "bell"))
    running.until("health_not_written")
    ran = running.ran()
    ring(str(running.place / "bell"))
    assert running.wait_for_runs(ran + 1) > ran


@pytest.mark.parametrize("text", [None, 5, "", "tomorrow", "2026-02-30T00:00:00Z", "2026-11-22T10:00:00+01:00"])
def test_only_a_moment_in_utc_is_a_moment(text: object) -> None:
    assert moment(text) is None
