"""Jumps of the clock are noticed, and nothing else is taken for one."""

from __future__ import annotations

from agent.daemon.clock import Clock


class Moved(Clock):
    """Clocks that are moved by hand."""

    def __init__(self) -> None:
        self.wall_seconds = 1_790_000_000.0
        self.monotonic_seconds = 1000.0
        self.offset_seconds = 0
        super().__init__()

    def wall(self) -> float:
        return self.wall_seconds

    def monotonic(self) -> float:
        return self.monotonic_seconds

    def offset(self) -> int:
        return self.offset_seconds

    def pass_(self, seconds: float) -> None:
        self.wall_seconds += seconds
        self.monotonic_seconds += seconds


def by(clock: Clock, waited: float | None = None) -> float | None:
    jump = clock.jump(waited)
    return None if jump is None else round(jump.by_seconds)


def test_time_that_just_passes_is_no_jump() -> None:
    clock = Moved()
    clock.pass_(7200)
    assert by(clock) is None


def test_a_time_server_that_corrects_by_a_minute_is_no_jump() -> None:
    clock = Moved()
    clock.wall_seconds += 60
    assert by(clock) is None


def test_a_sleep_during_which_the_monotonic_clock_stood_still_is_a_jump_forward() -> None:
    clock = Moved()
    clock.wall_seconds += 8 * 3600
    jump = clock.jump()
    assert jump is not None
    assert (jump.forward, jump.by_seconds) == (True, 8 * 3600)


def test_a_sleep_during_which_the_monotonic_clock_went_on_shows_as_a_wait_that_took_too_long() -> None:
    clock = Moved()
    clock.pass_(8 * 3600)
    assert by(clock, waited=900) == 8 * 3600 - 900


def test_a_clock_set_back_is_a_jump_backward() -> None:
    clock = Moved()
    clock.pass_(10)
    clock.wall_seconds -= 8 * 3600
    jump = clock.jump(900)
    assert jump is not None
    assert not jump.forward


def test_summer_time_and_travel_count() -> None:
    clock = Moved()
    clock.pass_(10)
    clock.offset_seconds = -3600
    assert by(clock) == -3600


def test_each_jump_is_told_once() -> None:
    clock = Moved()
    clock.wall_seconds += 3600
    assert by(clock) == 3600
    assert by(clock) is None
