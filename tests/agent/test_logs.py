"""The agent's log: small, turned over, and with nothing of the person's in it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agent.logs import Log


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_says_when_what_and_the_allowed_fields(tmp_path: Path) -> None:
    assert Log(str(tmp_path / "logs"), "daemon").write("round", seconds=1.5, code=0)
    (line,) = lines(tmp_path / "logs" / "daemon.log")
    assert {name: line[name] for name in ("event", "seconds", "code")} == {"event": "round", "seconds": 1.5, "code": 0}
    assert str(line["at"]).endswith("Z")


def test_a_field_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="address"):
        Log(str(tmp_path), "daemon").write("round", address="alex@example.org")
    assert list(tmp_path.iterdir()) == []


def test_a_long_text_is_cut_and_line_ends_stay_inside_the_line(tmp_path: Path) -> None:
    Log(str(tmp_path), "daemon").write("x", error="a\nb" * 1000)
    (line,) = lines(tmp_path / "daemon.log")
    assert len(str(line["error"])) == 80


def test_it_is_turned_over_and_never_grows_beyond_three_files(tmp_path: Path) -> None:
    log = Log(str(tmp_path), "daemon", max_bytes=1000)
    for number in range(500):
        log.write("round", attempt=number)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["daemon.1.log", "daemon.2.log", "daemon.log"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    kept = [
        line["attempt"] for name in ("daemon.2.log", "daemon.1.log", "daemon.log") for line in lines(tmp_path / name)
    ]
    assert kept == list(range(500 - len(kept), 500))


def test_only_the_person_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Log(str(tmp_path / "logs"), "daemon").write("x")
    finally:
        os.umask(before)
    if os.name == "posix":
        assert (tmp_path / "logs" / "daemon.log").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are POSIX's")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "daemon.log")
    assert not Log(str(tmp_path), "daemon").write("x")


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the directory should be")
    assert not Log(str(tmp_path / "logs"), "daemon").write("x")


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "daemon.log").symlink_to(tmp_path / "target")
    assert not Log(str(tmp_path), "daemon").write("x")
    assert (tmp_path / "target").read_text() == "mine"
