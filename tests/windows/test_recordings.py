"""A recorded computer is judged on Windows exactly as on Linux: the same document and evidence, byte for byte."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.windows.answers import NAMES, answer


@pytest.fixture(scope="module")
def on_linux() -> dict[str, dict[str, list[object]]]:
    """What run.sh had Linux answer, just before."""
    path = os.environ.get("WATCHWORD_ANSWERS")
    assert path, "tests/windows/run.sh says where the answers are"
    found: dict[str, dict[str, list[object]]] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def test_every_system_is_among_them(on_linux: dict[str, object]) -> None:
    assert list(on_linux) == NAMES
    assert {name.partition("/")[0] for name in NAMES} == {"linux", "macos", "windows"}


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_same_on_windows_as_on_linux(name: str, on_linux: dict[str, dict[str, list[object]]]) -> None:
    for command, (code, text) in answer(name).items():
        assert code in (0, 1, 3), text
        assert [code, text] == on_linux[name][command], command
