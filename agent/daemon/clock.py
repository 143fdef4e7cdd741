"""Telling that the clock was set, or that the computer slept, from two clocks that should go at the same speed.

``time.monotonic`` stands still while a computer sleeps (Linux, macOS; on Windows it goes on, so there a sleep shows as
a wait that took too long). The wall clock does not, and it can be set.
"""

import time

__all__ = ["Clock", "Jump"]

#: Less than this is no jump: time servers correct a clock by seconds, and a busy computer wakes us late.
TOLERANCE_SECONDS = 90.0


class Jump:
    """How far the wall clock moved against the monotonic one; ``forward`` may be a sleep or a clock that was set."""

    __slots__ = ("by_seconds",)

    def __init__(self, by_seconds: float) -> None:
        self.by_seconds = by_seconds

    @property
    def forward(self) -> bool:
        """Whether the wall clock is ahead of where it should be."""
        return self.by_seconds > 0


class Clock:
    """The two clocks. ``wall`` is seconds since 1970 in UTC, ``local`` the same with the local offset."""

    def __init__(self) -> None:
        self._wall = self.wall()
        self._monotonic = self.monotonic()
        self._offset = self.offset()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment, never set."""
        return time.monotonic()

    def offset(self) -> int:
        """Seconds that local time is ahead of UTC, summer time included."""
        return time.localtime().tm_gmtoff

    def jump(self, waited_seconds: float | None = None) -> Jump | None:
        """What happened to the wall clock since this was last asked.

        ``waited_seconds`` is how long we meant to wait at most: a monotonic clock that goes on during sleep shows it
        by a wait that took longer. A change of the local offset (travel, summer time) counts too, because
        :mod:`schedule` keeps local time.
        """
        wall, monotonic, offset = self.wall(), self.monotonic(), self.offset()
        passed = monotonic - self._monotonic
        by = (wall - self._wall) - passed
        if abs(by) <= TOLERANCE_SECONDS and waited_seconds is not None and passed - waited_seconds > TOLERANCE_SECONDS:
            by = passed - waited_seconds
        if abs(by) <= TOLERANCE_SECONDS and offset != self._offset:
            by = float(offset - self._offset)
        self._wall, self._monotonic, self._offset = wall, monotonic, offset
        return Jump(by) if abs(by) > TOLERANCE_SECONDS else None
