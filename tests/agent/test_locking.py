"""A lock is held by one, and by nobody once its holder has gone, however it went."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent import locking
from agent.locking import FileLock, is_held

HOLD = "import sys; from agent.locking import FileLock; l = FileLock(sys.argv[1]); print(l.take(), flush=True); input()"


def test_the_second_one_does_not_get_it(tmp_path: Path) -> None:
    path = str(tmp_path / "run" / "lock")
    first, second = FileLock(path), FileLock(path)
    assert first.take()
    assert first.take()
    assert not second.take()
    assert is_held(path)
    first.release()
    assert not is_held(path)
    assert second.take()
    second.release()


@pytest.mark.skipif(sys.platform == "win32", reason="no file that somebody has open can be removed there")
def test_one_that_is_removed_while_it_is_taken_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock"
    lock_it = locking._try
    removed: list[Path] = []

    def removed_meanwhile(descriptor: int) -> bool:
        if not removed:
            removed.append(path)
            path.unlink()
        return lock_it(descriptor)

    monkeypatch.setattr(locking, "_try", removed_meanwhile)
    lock = FileLock(str(path))
    assert lock.take()
    assert lock.in_place
    assert not FileLock(str(path)).take()
    lock.release()


def test_a_file_that_is_not_there_is_held_by_nobody(tmp_path: Path) -> None:
    assert not is_held(str(tmp_path / "lock"))
    assert list(tmp_path.iterdir()) == []


def test_one_whose_file_was_removed_is_not_the_one_that_others_find(tmp_path: Path) -> None:
    first, second = FileLock(str(tmp_path / "lock")), FileLock(str(tmp_path / "lock"))
    assert not first.in_place
    assert first.take()
    assert first.in_place
    if sys.platform != "win32":
        (tmp_path / "lock").unlink()
        assert not first.in_place
        assert second.take()
        assert (first.in_place, second.in_place) == (False, True)
    first.release()
    assert not first.in_place
    second.release()


def test_those_who_share_it_keep_out_only_who_wants_it_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    one, other, alone = FileLock(path), FileLock(path), FileLock(path)
    assert one.take(shared=True)
    assert other.take(shared=True)
    assert not alone.take()
    one.release()
    assert not alone.take()
    other.release()
    assert alone.take()
    assert not one.take(shared=True)
    alone.release()


def test_it_ends_with_its_holder_even_when_that_is_killed(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        assert is_held(path)
        holder.kill()
    assert not is_held(path)
