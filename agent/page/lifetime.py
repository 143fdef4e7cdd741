"""How long the page lives: a quarter of an hour after it was last used, or until the person has finished."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["IDLE", "Lifetime"]

IDLE = timedelta(minutes=15)
#: After "Finish" the last page still has to be fetched, with its style.
LAST_WORDS = timedelta(seconds=3)
#: More wrong addresses than this is somebody trying.
WRONG_PATHS = 20


class Lifetime:
    """When the page ends. ``finishing`` says that the person has asked for it."""

    def __init__(
        self,
        idle: timedelta = IDLE,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._idle = idle
        self._clocks = (monotonic, wall)
        self._used = [clock() for clock in self._clocks]
        self._wrong = 0
        self.finishing = False

    def use(self) -> None:
        """The page was used. It lives on from now, unless it is about to end."""
        if not self.finishing:
            self._used = [clock() for clock in self._clocks]

    def wrong_path(self) -> None:
        """Somebody asked for an address that is not ours."""
        self._wrong += 1

    def finish(self) -> None:
        """End soon."""
        self.use()
        self.finishing = True

    @property
    def over(self) -> bool:
        """Whether it is time to end. A laptop that slept has a monotonic clock that did not run, so both count."""
        if self._wrong >= WRONG_PATHS:
            return True
        elapsed = max(clock() - used for clock, used in zip(self._clocks, self._used, strict=True))
        return elapsed >= (LAST_WORDS if self.finishing else self._idle).total_seconds()

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used again."""
        return datetime.fromtimestamp(self._used[1], UTC) + self._idle
