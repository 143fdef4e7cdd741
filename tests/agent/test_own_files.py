"""What is ours, what is not, and that a link leads nowhere."""

from __future__ import annotations

import os
from pathlib import Path

from agent.own_files import find
from agent.paths import Paths
from tests.agent.planted import everything


def kinds(home: Path) -> dict[str, str]:
    return {os.path.basename(file.path): file.kind for file in find(Paths.here(), str(home)).files}


def test_everything_that_is_written_is_found(own_home: Path) -> None:
    written = everything(own_home)
    found = find(Paths.here(), str(own_home))
    assert {Path(file.path) for file in found.files} == set(written)
    assert found.strangers == ()


def test_where_there_is_nothing_there_is_nothing(own_home: Path) -> None:
    found = find(Paths.here(), str(own_home))
    assert (found.files, found.folders, found.strangers) == ((), (), ())


def test_what_is_not_ours_is_told_and_not_looked_into(own_home: Path) -> None:
    data = Path(Paths.here().data)
    for path in ("venv/bin/python", "notes.txt", "program.exe", "journal.jsonl"):
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).write_text("")
    found = find(Paths.here(), str(own_home))
    assert [os.path.basename(file.path) for file in found.files] == ["journal.jsonl"]
    assert {os.path.relpath(path, data) for path in found.strangers} == {"venv", "notes.txt", "program.exe"}


def test_a_folder_that_is_a_link_is_not_followed(own_home: Path, tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("")
    data = Path(Paths.here().data)
    data.parent.mkdir(parents=True)
    data.symlink_to(tmp_path)
    found = find(Paths.here(), str(own_home))
    assert found.files == ()
    assert found.strangers == (str(data),)
