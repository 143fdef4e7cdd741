"""What the background agent does: start a worker when something is due, see that it ends, and know what comes next.

The worker decides what is due and keeps everything (:mod:`agent.due`); the supervisor knows only moments. So it can be
killed at any time: the next one starts a worker soon after sign-in, which finds in the store what is left to do.
"""

from __future__ import annotations

import calendar
import json
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress

from agent.daemon.clock import Clock
from agent.daemon.doorbell import Doorbell
from agent.daemon.timetable import SHORTEST_SECONDS, Timetable
from agent.daemon.worker_process import WorkerProcess
from agent.logs import Log

__all__ = ["Supervisor", "Timing", "moment"]

ROUND = "round"
LOOK = "look"
#: How a worker ends that could not keep all it should have (agent.cli.FAILED).
UNKEPT = 4
FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Timing:
    """Every wait of the supervisor, in seconds.

    After sign-in the first round waits a random part of ``spread`` (a whole office signs in at nine), and some more so
    that the desktop is there. After a wake it waits for the network. Two rounds are never closer than ``gap``, however
    often something rings. A worker that takes longer than ``deadline`` is ended: its checks have 20 to 60 seconds each,
    side by side. After a crash the wait doubles from ``back_off`` to ``back_off_most``.
    """

    settle = 60.0
    spread = 20 * 60.0
    after_wake = 90.0
    after_ring = 1.0
    gap = 20.0
    look = 15 * 60.0
    deadline = 5 * 60.0
    back_off = 60.0
    back_off_most = 3600.0
    #: What is taken for the next round when a worker names no moment, and the most it may name.
    usual = 4 * 3600.0
    most = 24 * 3600.0


class Supervisor:
    """The daemon's one loop. ``watched`` are files whose change makes a round worth running at once."""

    def __init__(
        self,
        *,
        argv: Callable[[str], list[str]],
        bell: Doorbell,
        clock: Clock,
        log: Log,
        health_path: str,
        watched: tuple[str, ...] = (),
        timing: Timing | None = None,
    ) -> None:
        self._argv = argv
        self._bell = bell
        self._clock = clock
        self._log = log
        self._health_path = health_path
        self._watched = watched
        self._timing = timing or Timing()
        self._stamps = self._read_stamps()
        self._timetable = Timetable(self._job_failed, clock.monotonic)
        self._worker: WorkerProcess | None = None
        self._worker_started = float("-inf")
        self._rung = False
        self._failures = 0
        self._unkept = False
        self._last_round: float | None = None
        self._next_round = clock.wall()
        self._present_since = clock.wall()
        self.stop_signal: int | None = None

    def stop(self, number: int, _frame: object = None) -> None:
        """End after this: the handler of signals."""
        self.stop_signal = number
        self._bell.wake()

    def run(self) -> None:
        """Go on until a signal ends it."""
        timing = self._timing
        self._next_in(timing.settle + random.uniform(0.0, timing.spread))  # noqa: S311  (spreads load, keeps no secret)
        self._timetable.set(LOOK, timing.look, self._look)
        waited = None
        try:
            while self.stop_signal is None:
                self._notice_jump(waited)
                self._timetable.run_pending()
                self._see_to_worker()
                waited = self._wait_seconds()
                if self.stop_signal is None and self._bell.wait(waited):
                    self._sooner(timing.after_ring)
        finally:
            if self._worker is not None:
                self._worker.end()
            self._note_health(running=False)

    def _wait_seconds(self) -> float:
        waits = [self._timetable.wait_seconds()]
        if self._worker is not None:
            waits.append(max(0.0, self._worker_started + self._timing.deadline - self._clock.monotonic()))
        return min(waits)

    def _notice_jump(self, waited: float | None) -> None:
        jump = self._clock.jump(waited)
        if jump is None:
            return
        self._log.write("clock_jump", by_seconds=round(jump.by_seconds))
        if jump.forward:
            # It slept, or somebody set the clock. Either way nobody has been sitting here for long.
            self._present_since = self._clock.wall()
        self._timetable.again()
        if self._worker is None:
            self._next_in(self._timing.after_wake)

    # Rounds

    def _next_in(self, seconds: float) -> None:
        seconds = max(seconds, self._worker_started + self._timing.gap - self._clock.monotonic(), 0.0)
        self._next_round = self._clock.wall() + seconds
        self._timetable.set(ROUND, seconds, self._start_round)
        self._note_health(running=True)

    def _sooner(self, seconds: float) -> None:
        """Run a round in ``seconds`` unless one is nearer already. A running worker is asked again when it ends."""
        if self._worker is not None:
            self._rung = True
        elif self._next_round - self._clock.wall() > max(seconds, SHORTEST_SECONDS):
            self._next_in(seconds)

    def _start_round(self) -> None:
        if self._worker is not None:
            return
        self._rung = False
        self._worker_started = self._clock.monotonic()
        try:
            self._worker = WorkerProcess(
                self._argv(time.strftime(FORMAT, time.gmtime(self._present_since))), self._bell.wake
            )
        except OSError as error:
            self._failed(error=type(error).__name__)

    def _see_to_worker(self) -> None:
        worker = self._worker
        if worker is None:
            return
        took = self._clock.monotonic() - self._worker_started
        if worker.code is None and took < self._timing.deadline:
            return
        if worker.code is None:
            worker.end()
            self._worker = None
            self._failed(reason="deadline", seconds=round(took))
            return
        self._worker = None
        next_at = moment(worker.answer.get("next_at"))
        if next_at is None:
            self._failed(code=worker.code, seconds=round(took, 1))
            return
        self._failures = 0
        self._unkept = worker.code == UNKEPT
        self._last_round = self._clock.wall()
        wait = min(max(next_at - self._clock.wall(), self._timing.gap), self._timing.most)
        self._log.write("round", code=worker.code, seconds=round(took, 1), next_at=worker.answer["next_at"])
        self._next_in(self._timing.after_ring if self._rung else wait)

    def _failed(self, **fields: object) -> None:
        self._failures += 1
        wait = min(self._timing.back_off * 2 ** min(self._failures - 1, 16), self._timing.back_off_most)
        self._log.write("worker_failed", attempt=self._failures, **fields)
        self._next_in(wait)

    def _job_failed(self, name: str, error: Exception) -> None:
        self._log.write("job_failed", kind=name, error=type(error).__name__)
        if name == ROUND:
            self._failed(error=type(error).__name__)

    # What changes from outside

    def _look(self) -> None:
        """Whether somebody changed the settings since."""
        self._timetable.set(LOOK, self._timing.look, self._look)
        stamps = self._read_stamps()
        if stamps != self._stamps:
            self._stamps = stamps
            self._sooner(self._timing.after_ring)

    def _read_stamps(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp(path) for path in self._watched)

    def _note_health(self, *, running: bool) -> None:
        """Leave for ``watchword status`` how things stand. Losing it costs a line on a screen, no more."""
        noted = {
            "pid": os.getpid() if running else None,
            "failures": self._failures,
            "unkept": self._unkept,
            "last_round": _written(self._last_round),
            "next_round": _written(self._next_round) if running else None,
        }
        try:
            os.makedirs(os.path.dirname(self._health_path), mode=0o700, exist_ok=True)
            temporary = f"{self._health_path}.new"
            with suppress(FileNotFoundError):
                os.unlink(temporary)  # of one that was killed; or something else, which is not to be written into
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                json.dump(noted, file)
            os.replace(temporary, self._health_path)
        except OSError as error:
            self._log.write("health_not_written", error=type(error).__name__)


def moment(text: object) -> float | None:
    """A moment that a worker named, in seconds since 1970; ``None`` for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return float(calendar.timegm(time.strptime(text, FORMAT)))
    except ValueError:
        return None


def _written(at: float | None) -> str | None:
    return None if at is None else time.strftime(FORMAT, time.gmtime(at))


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
