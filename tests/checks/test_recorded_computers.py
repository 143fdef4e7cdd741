"""Whole Windows and macOS computers, recorded: each gives the verdicts it must give, on any system."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import toml

from agent.cli import rounds
from agent.host.recording import load

FOLDER = Path(__file__).parents[1] / "recordings"
SYSTEMS = ("windows", "macos")
VERDICTS: dict[str, dict[str, dict[str, str]]] = {
    system: toml.loads((FOLDER / system / "verdicts.toml").read_text(encoding="utf-8")) for system in SYSTEMS
}
COMPUTERS = [(system, name) for system in SYSTEMS for name in VERDICTS[system]]


def rows(system: str, name: str) -> dict[str, Any]:
    """What ``watchword check --replay`` finds, by check."""
    path = str(FOLDER / system / f"{name}.json")
    result = rounds.replayed_round(path, [], stdin=io.StringIO())
    return {row.id: row for row in result.document.checks}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_recording_has_its_verdicts(system: str) -> None:
    assert sorted(VERDICTS[system]) == sorted(path.stem for path in (FOLDER / system).glob("*.json"))


@pytest.mark.parametrize(("system", "name"), COMPUTERS)
def test_every_recording_says_what_it_is(system: str, name: str) -> None:
    recording = load((FOLDER / system / f"{name}.json").read_bytes(), name)
    assert recording.system == system
    assert recording.comment


@pytest.mark.parametrize(("system", "name"), COMPUTERS)
def test_a_recorded_computer_gives_its_verdicts(system: str, name: str) -> None:
    found = rows(system, name)
    said = {check: f"{found[check].status} {found[check].reason}" for check in VERDICTS[system][name]}
    assert said == VERDICTS[system][name]
    assert "crashed" not in {row.reason for row in found.values()}


@pytest.mark.parametrize(("system", "name"), [("windows", "win10_pro_german"), ("macos", "macos_26_macbook")])
def test_the_command_line_judges_a_recorded_computer(system: str, name: str) -> None:
    command = [sys.executable, "-m", "agent", "check", "--json", "--replay", str(FOLDER / system / f"{name}.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    document = json.loads(done.stdout)
    said = {row["id"]: f"{row['status']} {row['reason']}" for row in document["checks"]}
    assert said["screen_lock"] == VERDICTS[system][name]["screen_lock"]
    assert document["device"]["platform"] == system
