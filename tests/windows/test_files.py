"""The live files of Windows: names in every alphabet, files that are locked, and never in anybody's way."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.files import read_regular
from agent.host import Unreadable
from agent.host.live import LiveHost

assert sys.platform == "win32"

GENERIC_READ_WRITE = 0xC0000000
OPEN_ALWAYS = 4


@contextmanager
def kept_to_itself(path: Path) -> Iterator[None]:
    """A program that has the file open and shares it with nobody."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(str(path), ctypes.c_ulong(GENERIC_READ_WRITE), 0, None, OPEN_ALWAYS, 0, None)
    assert handle != ctypes.c_void_p(-1).value
    try:
        yield
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


@pytest.fixture
def folder(own_home: Path) -> Path:
    made = own_home / "AppData" / "Local" / "Łukasz' and Zoë's files"
    made.mkdir()
    return made


def test_a_file_below_a_name_with_spaces_and_any_letters_is_read(host: LiveHost, folder: Path) -> None:
    path = folder / "Łukasz 設定.json"
    path.write_bytes("\ufeffgrün\r\n".encode())
    assert host.read(str(path)) == "grün\r\n"
    assert host.read(str(path).replace("\\", "/").upper()) == "grün\r\n"
    assert host.home in str(folder)


def test_a_glob_finds_names_in_any_case_and_answers_with_backslashes(host: LiveHost, folder: Path) -> None:
    for name in ("Profile 1", "Default", "ŻÓŁW"):
        (folder / name).mkdir()
        (folder / name / "Preferences").write_text("{}")
    expected = sorted(rf"{folder}\{name}\Preferences" for name in ("Profile 1", "Default", "ŻÓŁW"))
    assert host.glob(rf"{folder}\*\Preferences") == expected
    assert host.glob(f"{folder}/*/Preferences") == expected
    assert host.glob(rf"{folder}\pro*") == [rf"{folder}\Profile 1"]


def test_a_locked_file_cannot_be_read_and_says_so(host: LiveHost, folder: Path) -> None:
    path = folder / "History"
    path.write_text("x")
    with kept_to_itself(path):
        assert host.read(str(path)) == Unreadable("locked", str(path))
    assert host.read(str(path)) == "x"


def test_reading_a_file_is_in_nobodys_way(host: LiveHost, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, backup = folder / "Preferences", folder / "Preferences.bak"
    path.write_bytes(b"old")
    read = os.read

    def renamed_meanwhile(descriptor: int, size: int) -> bytes:
        if not backup.exists():
            os.rename(path, backup)  # Windows forbids it while a reader does not share
            path.write_bytes(b"new")
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", renamed_meanwhile)
    assert host.read(str(path)) == "old"
    assert host.read(str(path)) == "new"


@pytest.mark.parametrize("path", [r"C:\no\such\file", r"C:\nosuchfile", r"Q:\x", r"C:\windows\win.ini\x", ""])
def test_only_what_does_not_exist_is_none(host: LiveHost, path: str) -> None:
    assert host.read(path) is None


@pytest.mark.parametrize("path", ["NUL", r"C:\windows", "C:\\"])
def test_a_device_or_directory_is_no_file(host: LiveHost, path: str) -> None:
    assert host.read(path) == Unreadable("unsupported", path)


@pytest.mark.parametrize("path", ["C:\\a\0b", "C:\\" + "x" * 40000, r"C:\a*b"])
def test_a_name_that_no_file_can_have_is_never_an_empty_file(host: LiveHost, path: str) -> None:
    assert not isinstance(host.read(path), str)
    assert host.read("C:\\a\0b") == Unreadable("failed", "C:\\a\0b")


def test_when_a_file_was_written_is_known(host: LiveHost, folder: Path) -> None:
    path = folder / "é"
    path.write_text("")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert host.query("mtime", str(path)) == 1_700_000_000
    assert host.query("mtime", str(folder / "nothing")) is None


@pytest.mark.parametrize(
    ("code", "why"),
    [(2, None), (3, None), (15, None), (53, "offline"), (67, "offline"), (32, "locked"), (33, "locked"), (5, "denied")],
)
def test_a_network_drive_that_does_not_answer_is_not_an_empty_one(
    host: LiveHost, monkeypatch: pytest.MonkeyPatch, code: int, why: str | None
) -> None:
    """Python makes the same FileNotFoundError of both; folders of people in offices are often on such drives."""

    def failing(path: str) -> os.stat_result:
        raise OSError(None, "it failed", path, code)

    path = r"N:\profiles\zoë\Preferences"
    with monkeypatch.context() as patch:  # no longer than this, for pytest looks at files too
        patch.setattr(os, "stat", failing)
        found = host.read(path)
    assert found == (None if why is None else Unreadable(why, path))


def test_a_file_of_ours_that_is_just_being_replaced_is_waited_for(folder: Path) -> None:
    path = folder / "status.json"
    path.write_bytes(b"{}")
    with ThreadPoolExecutor(1) as pool:
        with kept_to_itself(path):
            answer = pool.submit(read_regular, str(path))
            time.sleep(0.3)
            assert not answer.done()
        assert answer.result(5) == b"{}"


def test_a_file_of_ours_that_stays_locked_is_not_waited_for_long(folder: Path) -> None:
    path = folder / "status.json"
    started = time.monotonic()
    with kept_to_itself(path), pytest.raises(PermissionError):
        read_regular(str(path))
    assert 0.9 < time.monotonic() - started < 5


def test_a_folder_in_the_place_of_a_file_of_ours_is_refused_at_once(folder: Path) -> None:
    started = time.monotonic()
    with pytest.raises(OSError, match=r"denied|directory"):
        read_regular(str(folder))
    assert time.monotonic() - started < 0.9


def test_a_file_of_ours_that_is_replaced_all_the_time_is_always_read(folder: Path) -> None:
    path, stop = folder / "status.json", threading.Event()
    path.write_bytes(b"0")

    def replace() -> None:
        while not stop.is_set():
            (folder / "new").write_bytes(b"1" * 100)
            try:
                os.replace(folder / "new", path)
            except PermissionError:  # it is being read
                continue

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        seen = {read_regular(str(path)) for _ in range(300)}
    finally:
        stop.set()
        writer.join()
    assert seen <= {b"0", b"1" * 100}
