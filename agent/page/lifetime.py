"""How long the page lives: a quarter of an hour after it was last used, or until the person has finished."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

__all__ = ["CLOCKS", "IDLE", "Lifetime"]

IDLE = timedelta(minutes=15)
#: After "Finish" the last page still has to be fetched, with its style.
LAST_WORDS = timedelta(seconds=3)
#: More wrong addresses than this is somebody trying.
WRONG_PATHS = 20

Clock = Callable[[], float]
#: Of several clocks the one that has gone furthest counts: a laptop that slept has a monotonic clock that stood still.
CLOCKS: Sequence[Clock] = (time.monotonic, time.time)
if sys.platform == "linux":

    def _boottime() -> float:
        """Goes on while a laptop sleeps, and is not put right while the page is used, as the clock on the wall is."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    CLOCKS = (_boottime,)


class Lifetime:
    """When the page ends. ``finishing`` says that the person has asked for it."""

    def __init__(self, idle: timedelta = IDLE, *, clocks: Sequence[Clock] = CLOCKS) -> None:
        self._idle = idle
        self._clocks = clocks
        self._wrong = 0
        self.finishing = False
        self.use()

    def use(self) -> None:
        """The page was used. It lives on from now, unless it is about to end."""
        if not self.finishing:
            self._used = [clock() for clock in self._clocks]
            self._used_at = datetime.now(UTC)

    def wrong_path(self) -> None:
        """Somebody asked for an address that is not ours."""
        self._wrong += 1

    def finish(self) -> None:
        """End soon."""
        self.use()
        self.finishing = True

    @property
    def over(self) -> bool:
        """Whether it is time to end."""
        if self._wrong >= WRONG_PATHS:
            return True
        elapsed = max(clock() - used for clock, used in zip(self._clocks, self._used, strict=True))
        return elapsed >= (LAST_WORDS if self.finishing else self._idle).total_seconds()

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used again."""
        return self._used_at + self._idle
