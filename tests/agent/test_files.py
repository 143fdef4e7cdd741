"""Files of ours, whatever has been put in their place."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from agent.files import flush_folder, put_whole, read_regular


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\r\n\0")
    assert read_regular(str(tmp_path / "file")) == b"\xff\r\n\0"


def test_a_file_may_have_all_the_bytes_it_is_allowed_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1234")
    assert read_regular(str(tmp_path / "file"), 4) == b"1234"
    with pytest.raises(OSError, match="Too large"):
        read_regular(str(tmp_path / "file"), 3)
    assert read_regular(str(tmp_path / "file"), 3, start=1) == b"234"


@pytest.mark.parametrize("path", ["pipe", "/dev/zero", "."])
def test_a_pipe_a_device_and_a_folder_are_refused_at_once(path: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"regular file|directory"):
        read_regular(str(tmp_path / path))


# Putting one there


def test_a_file_is_put_there_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        put_whole(str(tmp_path / "file"), b"\xff\r\n\0")
    finally:
        os.umask(before)
    assert (tmp_path / "file").read_bytes() == b"\xff\r\n\0"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_there_is_replaced_and_a_link_with_its_name_too(tmp_path: Path) -> None:
    put_whole(str(tmp_path / "file"), b"first, and longer")
    put_whole(str(tmp_path / "file"), b"second")
    assert (tmp_path / "file").read_bytes() == b"second"
    (tmp_path / "link").symlink_to(tmp_path / "file")
    put_whole(str(tmp_path / "link"), b"third")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"second"


def test_what_lies_under_the_temporary_name_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    (tmp_path / "file.new").symlink_to(tmp_path / "precious")
    put_whole(str(tmp_path / "file"), b"ours")
    assert (tmp_path / "precious").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "precious"]


def test_on_a_full_disk_the_file_is_as_it_was_and_no_half_of_one_is_left(tmp_path: Path) -> None:
    put_whole(str(tmp_path / "file"), b"first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            put_whole(str(tmp_path / "file"), b"x" * 101)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "file").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_where_it_cannot_be_the_reason_is_raised(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put_whole(str(tmp_path / "nowhere" / "file"), b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        put_whole(str(tmp_path / "folder"), b"")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_that_cannot_be_flushed_is_no_trouble(tmp_path: Path) -> None:
    flush_folder(str(tmp_path / "nowhere"))
    flush_folder("/proc/self/fd")
    flush_folder(str(tmp_path))
