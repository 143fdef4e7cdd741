"""One folder for everybody's report: what is put there, and what is refused."""

from __future__ import annotations

import os
import resource
import signal
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent.errors import WatchwordError
from agent.report.drop import put, take_back
from agent.report.reader import MAX_BYTES
from tests.config.administrators import ME

DEVICE = "6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22"
OTHER = "0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11"
NAME, TEMPORARY = f"{DEVICE}.json", f".{DEVICE}.tmp"
SOMEBODY = 4321
SOMETHING_ELSE = "In the folder for reports something else has the name of ours: office IT can look."

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder as the kit makes it."""
    tmp_path.chmod(0o755)
    made = tmp_path / "reports"
    made.mkdir()
    made.chmod(0o1733)
    return made


def drop(folder: Path | str, data: bytes = b"a report", device: str = DEVICE) -> None:
    put(str(folder), device, data, administrators=ME)


def refusal(folder: Path | str, act: Callable[[Path | str], None] = drop) -> str:
    """The sentence in which it is refused: one line without any path."""
    with pytest.raises(WatchwordError) as caught:
        act(folder)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    assert not {"/", "\\"} & set(said)
    return said


def take(folder: Path | str) -> None:
    take_back(str(folder), DEVICE)


# What is put there


def test_the_report_is_there_byte_for_byte_for_its_owner_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        drop(folder, b'{"format": "watchword.report/1"}')
    finally:
        os.umask(before)
    found = (folder / NAME).stat()
    assert (folder / NAME).read_bytes() == b'{"format": "watchword.report/1"}'
    assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_nlink) == (0o600, os.geteuid(), 1)
    assert os.listdir(folder) == [NAME]


def test_a_new_report_takes_the_place_of_the_last_one_of_this_device_only(folder: Path) -> None:
    drop(folder, b"theirs", OTHER)
    drop(folder, b"old")
    drop(folder, b"new")
    assert {name: (folder / name).read_bytes() for name in os.listdir(folder)} == {
        NAME: b"new",
        f"{OTHER}.json": b"theirs",
    }


def test_whoever_has_the_last_report_open_reads_it_to_its_end(folder: Path) -> None:
    drop(folder, b"old")
    with (folder / NAME).open("rb") as reading:
        drop(folder, b"new and longer")
        assert reading.read() == b"old"


def test_the_largest_report_fits_and_no_larger_one(folder: Path) -> None:
    drop(folder, b"x" * MAX_BYTES)
    said = refusal(folder, lambda where: drop(where, b"x" * (MAX_BYTES + 1)))
    assert said == "The report is too large for the folder for reports."
    assert (folder / NAME).stat().st_size == MAX_BYTES


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
@example("../" + DEVICE)
@example(DEVICE.upper())
@example(DEVICE + "\n")
@example("")
def test_nothing_but_the_number_of_a_device_names_a_file(folder: Path, text: str) -> None:
    with pytest.raises(WatchwordError):
        drop(folder, device=text)
    with pytest.raises(WatchwordError):
        take_back(str(folder), text)
    assert os.listdir(folder) == []


# Which folder is used


def test_a_folder_that_is_not_there_is_not_made(folder: Path) -> None:
    folder.rmdir()
    assert refusal(folder) == "The folder for reports is not there: office IT has to make it."
    assert not folder.exists()


@pytest.mark.parametrize("end", ["", "/", "//", "/."])
def test_a_link_to_a_folder_is_not_followed(folder: Path, end: str) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    refusal(f"{link}{end}")
    assert os.listdir(folder) == []


def test_a_file_or_a_pipe_in_its_place_is_no_folder(folder: Path) -> None:
    (folder.parent / "file").write_bytes(b"")
    os.mkfifo(folder.parent / "pipe")
    for name in ("file", "pipe"):
        assert refusal(folder.parent / name) == (
            "The folder for reports is no folder, or only a link, so it is not used."
        )


@pytest.mark.parametrize("path", ["", "reports", "./reports", "~/reports", "/tmp/../reports"])
def test_a_folder_without_a_full_path_is_not_used(path: str) -> None:
    assert refusal(path) == "The folder for reports is not named by its full path, so it is not used."


@as_root
def test_a_folder_of_somebody_else_is_not_used(folder: Path) -> None:
    os.chown(folder, SOMEBODY, 0)
    assert refusal(folder) == (
        "The folder for reports is not owned by an administrator, so it is not used: office IT can put that right."
    )


@pytest.mark.parametrize("mode", [0o733, 0o777, 0o2733])
def test_a_folder_in_which_others_could_take_our_report_is_not_used(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    assert "The folder for reports can be changed by anybody, so it is not used" in refusal(folder)
    assert os.listdir(folder) == []


@as_root
def test_a_folder_that_a_group_may_change_is_not_used(folder: Path) -> None:
    os.chown(folder, 0, SOMEBODY)
    folder.chmod(0o771)
    assert "can be changed by others (its group)" in refusal(folder)


def test_a_folder_that_somebody_else_could_replace_is_not_used(folder: Path) -> None:
    folder.parent.chmod(0o777)
    assert "The folder for reports lies in a folder that can be changed by anybody" in refusal(folder)


def test_a_folder_behind_a_link_higher_up_that_anybody_can_turn_elsewhere_is_not_used(folder: Path) -> None:
    anybodys = folder.parent / "anybodys"
    anybodys.mkdir()
    (anybodys / "way").symlink_to(folder.parent)
    drop(anybodys / "way" / "reports")
    anybodys.chmod(0o777)
    assert "lies in a folder that can be changed by anybody" in refusal(anybodys / "way" / "reports")


# What lies there already


def test_a_link_in_the_place_of_the_report_is_neither_followed_nor_replaced(folder: Path) -> None:
    precious = folder.parent / "precious"
    precious.write_bytes(b"keep me")
    (folder / NAME).symlink_to(precious)
    assert refusal(folder) == SOMETHING_ELSE
    assert refusal(folder, take) == SOMETHING_ELSE
    assert (precious.read_bytes(), (folder / NAME).is_symlink()) == (b"keep me", True)


def test_a_folder_in_the_place_of_the_report_is_left_alone(folder: Path) -> None:
    (folder / NAME).mkdir()
    assert refusal(folder) == SOMETHING_ELSE
    assert refusal(folder, take) == SOMETHING_ELSE


@as_root
@pytest.mark.parametrize("name", [NAME, TEMPORARY])
def test_somebody_elses_file_in_the_place_of_ours_is_left_alone(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"theirs")
    os.chown(folder / name, SOMEBODY, SOMEBODY)
    assert refusal(folder) == SOMETHING_ELSE
    assert (folder / name).read_bytes() == b"theirs"


def test_a_link_under_the_temporary_name_is_not_written_through(folder: Path) -> None:
    precious = folder.parent / "precious"
    precious.write_bytes(b"keep me")
    (folder / TEMPORARY).symlink_to(precious)
    assert refusal(folder) == SOMETHING_ELSE
    assert precious.read_bytes() == b"keep me"
    (folder / TEMPORARY).unlink()
    (folder / TEMPORARY).symlink_to(folder / "nowhere")
    assert refusal(folder) == SOMETHING_ELSE
    assert not (folder / "nowhere").exists()


# What goes wrong


def in_a_child(act: Callable[[], None]) -> int:
    """Do it in a process of its own; the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) * -1


def killed(folder: Path) -> None:
    """A process that puts a report there is killed when it has written it."""

    def act() -> None:
        pytest.MonkeyPatch().setattr(os, "fsync", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        drop(folder, b"never to be seen")

    assert in_a_child(act) == signal.SIGKILL


def test_what_a_killed_process_left_is_used_up_by_the_next_report_and_never_seen(folder: Path) -> None:
    drop(folder, b"old")
    killed(folder)
    assert sorted(os.listdir(folder)) == [TEMPORARY, NAME]
    assert (folder / NAME).read_bytes() == b"old"
    then = time.time() - 120
    os.utime(folder / TEMPORARY, (then, then))
    drop(folder, b"new")
    assert {name: (folder / name).read_bytes() for name in os.listdir(folder)} == {NAME: b"new"}


def test_one_that_may_still_be_written_is_left_alone(folder: Path) -> None:
    killed(folder)
    assert refusal(folder) == "Another report is just being put into the folder for reports."
    assert os.listdir(folder) == [TEMPORARY]


def test_one_from_the_future_was_left_behind_too(folder: Path) -> None:
    killed(folder)
    then = time.time() + 86400
    os.utime(folder / TEMPORARY, (then, then))
    drop(folder, b"new")
    assert os.listdir(folder) == [NAME]


def test_when_the_disk_takes_no_more_the_last_report_stays_and_nothing_is_left(folder: Path) -> None:
    drop(folder, b"old")

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        try:
            drop(folder, b"x" * 1000)
        except WatchwordError as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            (folder.parent / "said").write_text(str(error))

    in_a_child(act)
    assert (folder.parent / "said").read_text() == (
        "The report could not be put into the folder for reports: File too large."
    )
    assert {name: (folder / name).read_bytes() for name in os.listdir(folder)} == {NAME: b"old"}


# Taking it back


def test_what_is_taken_back_is_gone_and_so_is_what_was_left_behind(folder: Path) -> None:
    drop(folder, b"theirs", OTHER)
    drop(folder)
    killed(folder)
    take(folder)
    assert os.listdir(folder) == [f"{OTHER}.json"]


def test_where_there_is_nothing_there_is_nothing_to_take_back(folder: Path) -> None:
    take(folder)
    folder.rmdir()
    take(folder)


def test_it_is_taken_back_also_from_a_folder_that_is_no_longer_safe(folder: Path) -> None:
    drop(folder)
    folder.chmod(0o777)
    take(folder)
    assert os.listdir(folder) == []
