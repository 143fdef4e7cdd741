"""Killed at any moment, or out of room: nothing that was said to be kept is lost, and nothing is kept by half."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def crashes(mode: str, home: Path, count: int) -> str:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    done = subprocess.run(
        [sys.executable, "-m", "tests.agent.store.crashes", mode, str(home), str(count)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_killed_at_random_moments_it_loses_no_alert_episode_choice_or_statement(tmp_path: Path) -> None:
    said = crashes("random", tmp_path, 80)
    assert said.startswith("80 killed")
    assert ", 0 with" not in said  # journals were made smaller while it was being killed


def test_killed_at_every_single_step_of_making_the_journal_smaller_it_loses_nothing(tmp_path: Path) -> None:
    calls = int(crashes("every", tmp_path, 0).split()[2])
    assert calls >= 15  # two appends, the damaged lines, the new file, its flush, the exchange


def test_without_room_every_refusal_is_a_sentence_and_nothing_refused_is_kept(tmp_path: Path) -> None:
    assert crashes("no_room", tmp_path, 40).startswith("40 refused")
