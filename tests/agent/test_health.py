"""How the background agent does, in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.health import Health, read, sentence
from agent.locking import FileLock
from agent.paths import Paths

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_none_is_running_when_nobody_holds_the_lock() -> None:
    paths = Paths.here()
    assert read(paths) is None
    assert "not running" in sentence(None, UTC, NOW)


def test_the_command_that_mends_it_is_said_in_a_terminal_alone() -> None:
    for health in (None, Health(unkept=True)):
        assert "`watchword" in sentence(health, UTC, NOW, in_terminal=True)
        assert "`" not in sentence(health, UTC, NOW)


def test_a_note_left_by_one_that_was_killed_does_not_count() -> None:
    paths = Paths.here()
    Path(paths.health).parent.mkdir(parents=True, exist_ok=True)
    Path(paths.health).write_text(json.dumps({"pid": 1, "next_round": "2026-11-22T14:00:00Z"}))
    assert read(paths) is None


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"failures": "many"}'])
def test_a_damaged_note_says_at_least_that_it_runs(text: str) -> None:
    paths = Paths.here()
    lock = FileLock(paths.daemon_lock)
    assert lock.take()
    try:
        Path(paths.health).parent.mkdir(parents=True, exist_ok=True)
        Path(paths.health).write_text(text)
        assert read(paths) == Health()
    finally:
        lock.release()


def test_a_round_that_could_not_keep_its_results_is_said() -> None:
    assert "could not keep its results" in sentence(Health(unkept=True), UTC, NOW)


def test_a_moment_that_nothing_can_show_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths.here()
    lock = FileLock(paths.daemon_lock)
    assert lock.take()
    try:
        Path(paths.health).parent.mkdir(parents=True, exist_ok=True)
        Path(paths.health).write_text('{"next_round": "9999-12-31T23:59:59-12:00"}')
        assert read(paths) == Health()
    finally:
        lock.release()


def test_today_has_a_time_and_another_day_its_name() -> None:
    health = Health(
        pid=1,
        last_round=datetime(2026, 11, 22, 10, 5, tzinfo=UTC),
        next_round=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    )
    assert sentence(health, UTC, NOW) == (
        "The background agent is running. Last round 10:05. Next round about 09:30 on Monday 23 November."
    )


def test_rounds_that_fail_are_said() -> None:
    assert "The last 3 rounds did not finish" in sentence(Health(failures=3), UTC, NOW)
