"""The outbox: what was put in comes out, byte for byte and in order, whatever else lies there and whatever is full."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from agent.contract import Status
from agent.report.model import Report
from agent.report.outbox import LAST_SENT, MOST, Outbox, OutboxError, Waiting
from agent.report.reader import MAX_BYTES, encode
from tests.agent.report import builders

STATES = ("fail", "warn", "pass", "unknown")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def outbox(folder: Path) -> Outbox:
    return Outbox(str(folder))


def report(number: int, status: str | None = None) -> Report:
    """A report that says something else than the one before, unless it is told what to say."""
    made = builders.report(builders.row(status=Status(status or STATES[number % 4])))
    return msgspec.structs.replace(made, sequence=number, report_id=str(uuid.uuid4()))


def numbers(outbox: Outbox) -> list[int]:
    return [one.number for one in outbox.waiting()]


def name_of(made: Report) -> str:
    return f"{made.sequence:016}-{made.report_id}.json"


@contextmanager
def no_file_may_grow_beyond(size: int) -> Iterator[None]:
    """As on a full disk: what is written past the size is refused."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# In and out


def test_before_the_first_report_it_is_empty_and_there_is_no_folder(outbox: Outbox, folder: Path) -> None:
    assert outbox.waiting() == []
    assert outbox.last_number() == 0
    assert outbox.last_sent() is None
    outbox.clear()
    assert not folder.exists()


def test_the_bytes_that_come_out_are_those_that_went_in(outbox: Outbox, folder: Path) -> None:
    made = report(1)
    outbox.put(made)
    (waiting,) = outbox.waiting()
    ready = outbox.ready(waiting)
    assert ready is not None
    assert ready.data == encode(made) == (folder / name_of(made)).read_bytes()
    assert ready.report == made


def test_they_come_out_in_the_order_of_their_numbers(outbox: Outbox) -> None:
    for number in (9, 10, 11, 100):
        outbox.put(report(number))
    assert numbers(outbox) == [9, 10, 11, 100]
    assert outbox.last_number() == 100


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_up_to_seven_wait_and_none_of_them_is_lost(outbox: Outbox, count: int) -> None:
    for number in range(1, count + 1):
        outbox.put(report(number))
    assert numbers(outbox) == list(range(1, count + 1))


def test_of_more_than_seven_the_newest_wait(outbox: Outbox) -> None:
    for number in range(1, 31):
        outbox.put(report(number))
    assert numbers(outbox) == list(range(24, 31))


def test_one_that_says_the_same_as_the_next_is_dropped(outbox: Outbox) -> None:
    for number, status in enumerate(["fail", "fail", "pass", "pass", "pass"], start=1):
        outbox.put(report(number, status))
    assert numbers(outbox) == [2, 5]


def test_a_state_that_was_left_and_came_back_is_told_both_times(outbox: Outbox) -> None:
    for number, status in enumerate(["fail", "pass", "fail"], start=1):
        outbox.put(report(number, status))
    assert numbers(outbox) == [1, 2, 3]


def test_what_was_taken_leaves_it_and_is_what_was_sent_last(outbox: Outbox, folder: Path) -> None:
    first, second = report(1), report(2)
    outbox.put(first)
    outbox.put(second)
    outbox.sent(outbox.waiting()[0])
    assert numbers(outbox) == [2]
    assert outbox.last_sent() == first
    outbox.sent(outbox.waiting()[0])
    assert outbox.last_sent() == second
    assert [path.name for path in folder.iterdir()] == [LAST_SENT]
    assert (folder / LAST_SENT).read_bytes() == encode(second)


def test_what_is_cleared_is_gone_and_what_was_sent_stays_for_the_person_to_see(outbox: Outbox) -> None:
    for number in range(1, 4):
        outbox.put(report(number))
    outbox.sent(outbox.waiting()[0])
    outbox.clear()
    assert outbox.waiting() == []
    assert outbox.last_sent() is not None


def test_what_is_gone_already_can_be_removed_and_taken_again(outbox: Outbox) -> None:
    outbox.put(report(1))
    (waiting,) = outbox.waiting()
    outbox.remove(waiting)
    outbox.remove(waiting)
    outbox.sent(waiting)
    assert outbox.ready(waiting) is None
    assert outbox.last_sent() is None


def test_only_its_owner_can_read_it_even_with_a_loose_umask(outbox: Outbox, folder: Path) -> None:
    before = os.umask(0)
    try:
        outbox.put(report(1))
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


# What else may lie there


@pytest.mark.parametrize(
    "name",
    [
        "notes.json",
        "last-sent.json",
        "0000000000000001.json",
        "000000000000001-0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11.json",
        "0000000000000001-0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11.json.new",
        "0000000000000001-0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11.json\n",
        "0000000000000001-0B8F0B6E-6F0E-4A53-9D7E-0F6F4D1F2A11.json",
        "\u0660000000000000001-0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11.json",
    ],
)
def test_what_is_not_named_as_a_report_is_not_looked_at(outbox: Outbox, folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / name).write_bytes(encode(report(1)))
    assert outbox.waiting() == []


def damaged(data: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "cut short": data[:-20],
        "a byte changed": data.replace(b'"sequence":1', b'"sequence":2'),
        "something after its end": data + b"{}",
        "no text": b"\xff\xfe" + data,
        "no report": b'{"format":"watchword.report/1"}',
        "a member twice": data.replace(b'"sequence":1', b'"sequence":1,"sequence":1'),
        "too large": data[:-1] + b" " * MAX_BYTES + b"}",
    }


@pytest.mark.parametrize("how", damaged(b""))
def test_a_damaged_one_is_never_ready_and_goes_with_the_next(outbox: Outbox, folder: Path, how: str) -> None:
    made = report(1)
    outbox.put(made)
    (folder / name_of(made)).write_bytes(damaged(encode(made))[how])
    (waiting,) = outbox.waiting()
    assert outbox.ready(waiting) is None
    assert outbox.last_number() == 0
    outbox.put(report(2))
    assert numbers(outbox) == [2]


def test_a_report_under_another_ones_name_is_never_ready(outbox: Outbox, folder: Path) -> None:
    made, other = report(1), report(2)
    outbox.put(made)
    for name in (f"{9:016}-{made.report_id}.json", f"{1:016}-{other.report_id}.json"):
        (folder / name).write_bytes(encode(made))
    ready = [one.report_id for one in outbox.waiting() if outbox.ready(one) is not None]
    assert ready == [made.report_id]
    assert len(outbox.waiting()) == 3


def test_a_name_alone_uses_up_no_numbers(outbox: Outbox, folder: Path) -> None:
    outbox.put(report(3))
    (folder / f"{9_999_999_999_999_999}-{uuid.uuid4()}.json").write_bytes(b"{}")
    assert outbox.last_number() == 3


def test_a_link_is_neither_followed_nor_removed(outbox: Outbox, folder: Path, tmp_path: Path) -> None:
    elsewhere = report(5)
    target = tmp_path / "elsewhere.json"
    target.write_bytes(encode(elsewhere))
    folder.mkdir()
    (folder / name_of(elsewhere)).symlink_to(target)
    assert outbox.waiting() == []
    outbox.put(report(6))
    outbox.clear()
    assert (folder / name_of(elsewhere)).is_symlink()
    assert target.read_bytes() == encode(elsewhere)


def test_a_folder_and_a_pipe_with_a_reports_name_stop_nothing(outbox: Outbox, folder: Path) -> None:
    folder.mkdir()
    (folder / name_of(report(1))).mkdir()
    os.mkfifo(folder / name_of(report(2)))
    outbox.put(report(3))
    assert numbers(outbox) == [3]
    outbox.clear()
    assert outbox.waiting() == []


def test_a_link_in_the_place_of_a_half_written_file_is_not_written_through(
    outbox: Outbox, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    folder.mkdir()
    made = report(1)
    (folder / f"{name_of(made)}.new").symlink_to(target)
    outbox.put(made)
    assert target.read_text() == "mine"
    assert numbers(outbox) == [1]


def test_what_a_killed_process_left_half_written_goes_with_the_next(outbox: Outbox, folder: Path) -> None:
    folder.mkdir()
    (folder / f"{name_of(report(1))}.new").write_bytes(b"half")
    (folder / "mine.new").write_bytes(b"not ours")
    outbox.put(report(2))
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".new"]
    (folder / f"{name_of(report(3))}.new").write_bytes(b"half")
    outbox.clear()
    assert [path.name for path in folder.iterdir()] == ["mine.new"]


def test_a_damaged_last_report_is_none(outbox: Outbox, folder: Path) -> None:
    folder.mkdir()
    (folder / LAST_SENT).write_bytes(b"{")
    assert outbox.last_sent() is None


# A disk that will not do as asked


def test_on_a_full_disk_what_was_there_stays_and_nothing_half_written_is_left(outbox: Outbox, folder: Path) -> None:
    first = report(1)
    outbox.put(first)
    with no_file_may_grow_beyond(100), pytest.raises(OutboxError, match=r"could not be written to: .*\.$"):
        outbox.put(report(2))
    assert [path.name for path in folder.iterdir()] == [name_of(first)]
    outbox.put(report(3))
    assert numbers(outbox) == [1, 3]


def test_on_a_full_disk_what_was_taken_leaves_it_all_the_same(outbox: Outbox) -> None:
    made = report(1)
    outbox.put(made)
    with no_file_may_grow_beyond(0):
        outbox.sent(outbox.waiting()[0])
    assert outbox.waiting() == []
    assert outbox.last_sent() == made


def test_something_in_the_place_of_the_last_report_does_not_keep_what_was_taken(outbox: Outbox, folder: Path) -> None:
    outbox.put(report(1))
    (folder / LAST_SENT).mkdir()
    (folder / LAST_SENT / "mine").write_text("")
    outbox.sent(outbox.waiting()[0])
    assert outbox.waiting() == []
    assert outbox.last_sent() is None


def test_a_file_in_the_place_of_the_folder_is_told_in_a_sentence(outbox: Outbox, folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(OutboxError, match=r"^The outbox for reports could not be read: Not a directory\.$"):
        outbox.waiting()
    with pytest.raises(OutboxError, match="could not be read"):
        outbox.put(report(1))


READ_ONLY = """
import os, sys
from agent.report.outbox import Outbox, OutboxError
from tests.agent.report.test_outbox import report
second = report(2)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
outbox = Outbox(sys.argv[1])
(waiting,) = outbox.waiting()
assert outbox.ready(waiting) is not None
for act in (lambda: outbox.put(second), lambda: outbox.remove(waiting), lambda: outbox.sent(waiting), outbox.clear):
    try:
        act()
    except OutboxError as error:
        print(error)
"""


def test_a_folder_that_may_only_be_read_is_told_and_keeps_what_it_has() -> None:
    with tempfile.TemporaryDirectory() as others_get_here:  # root becomes one of them
        os.chmod(others_get_here, 0o755)
        folder = Path(others_get_here, "outbox")
        made = report(1)
        Outbox(str(folder)).put(made)
        path = folder / name_of(made)
        path.chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(folder)], capture_output=True, text=True, check=False, timeout=60
        )
        folder.chmod(0o755)
        kept = path.read_bytes()
    assert done.stderr == ""
    refused = "The outbox for reports could not be {}: Permission denied.\n"
    assert done.stdout == refused.format("written to") + refused.format("changed") * 3
    assert kept == encode(made)


def test_what_waits_is_told_by_number_id_and_place(outbox: Outbox, folder: Path) -> None:
    made = report(41)
    outbox.put(made)
    assert outbox.waiting() == [Waiting(41, made.report_id, str(folder / name_of(made)))]
