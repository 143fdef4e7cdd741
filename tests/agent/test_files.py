"""Files of ours, whatever has been put in their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.files import read_regular


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
