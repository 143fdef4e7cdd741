""":mod:`schedule`, guarded against what it does when things go wrong (each measured, and each a test).

It keeps naive local time: a clock that is set back, summer time's end or a journey west leave a job waiting for hours,
so :meth:`Timetable.again` sets every job anew when the clock jumped. A job that raises stays due and starves those
after it, so each is wrapped. Without jobs it has no idle time at all, so the wait is capped, which also bounds how long
a computer that slept goes unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable

import schedule

__all__ = ["MAX_WAIT_SECONDS", "SHORTEST_SECONDS", "Timetable"]

#: The longest wait in one piece. After a sleep of the computer, what was due is started at most this much later.
MAX_WAIT_SECONDS = 15 * 60.0
#: `schedule` counts whole seconds.
SHORTEST_SECONDS = 1


class Timetable:
    """Jobs by name, each due once at a time; a job that ran is set anew by whoever knows when it is due next."""

    def __init__(self, on_error: Callable[[str, Exception], None], monotonic: Callable[[], float]) -> None:
        self._scheduler = schedule.Scheduler()
        self._on_error = on_error
        self._monotonic = monotonic
        self._due: dict[str, tuple[float, Callable[[], None]]] = {}

    def set(self, name: str, seconds: float, run: Callable[[], None]) -> None:
        """Run ``run`` once in ``seconds``, instead of what was set under this name before."""
        self._scheduler.clear(name)
        self._due[name] = (self._monotonic() + seconds, run)
        self._add(name, seconds, run)

    def _add(self, name: str, seconds: float, run: Callable[[], None]) -> None:
        self._scheduler.every(max(SHORTEST_SECONDS, round(seconds))).seconds.do(self._once, name, run).tag(name)

    def _once(self, name: str, run: Callable[[], None]) -> type[schedule.CancelJob]:
        self._due.pop(name, None)
        try:
            run()
        except Exception as error:  # noqa: BLE001  (the wall around a job: the others go on, and the log says what it was)
            self._on_error(name, error)
        return schedule.CancelJob

    def again(self) -> None:
        """The local clock moved: set every job anew, by the monotonic clock that did not."""
        self._scheduler.clear()
        now = self._monotonic()
        for name, (due, run) in self._due.items():
            self._add(name, due - now, run)

    def wait_seconds(self) -> float:
        """How long there is nothing to do."""
        idle = self._scheduler.idle_seconds
        return MAX_WAIT_SECONDS if idle is None else min(max(idle, 0.0), MAX_WAIT_SECONDS)

    def run_pending(self) -> None:
        """Run what is due."""
        self._scheduler.run_pending()
