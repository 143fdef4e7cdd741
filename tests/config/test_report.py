"""What may leave the computer is decided for every fact that a check gives, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli.rounds import judge_recording
from agent.host.recording import load
from config.loader import from_values
from config.platforms import methods
from config.practices import practices
from config.report import PRACTICE, SharedFact, StayingFact, shared_facts, staying_facts

RECORDINGS = Path(__file__).parent.parent / "recordings"


def listed_facts() -> list[SharedFact | StayingFact]:
    return [*shared_facts(), *staying_facts()]


def test_no_fact_is_listed_twice() -> None:
    listed = [(fact.check, fact.name) for fact in listed_facts()]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_every_fact_of_every_recorded_computer_is_decided(system: str) -> None:
    decided = {(fact.check, fact.name) for fact in listed_facts()}
    undecided = set()
    for path in sorted((RECORDINGS / system).rglob("*.json")):
        recording = load(path.read_bytes(), str(path))
        rows = judge_recording(recording, from_values(recording.config, str(path))).document.checks
        undecided |= {
            (PRACTICE if row.id in practices() else row.id, name) for row in rows for name in row.facts
        } - decided
    assert undecided == set()


def test_a_code_has_values_and_nothing_else_has() -> None:
    assert all((fact.kind == "code") == bool(fact.values) for fact in shared_facts())


def test_every_second_step_is_a_value() -> None:
    (method,) = [fact for fact in shared_facts() if fact.name == "method"]
    assert {*methods(), "none", "not_sure"} == set(method.values)


@pytest.mark.parametrize("name", ["service", "found", "manager"])
def test_what_would_tell_an_attacker_where_to_look_stays(name: str) -> None:
    assert name not in {fact.name for fact in shared_facts()}
