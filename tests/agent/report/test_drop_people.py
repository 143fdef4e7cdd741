"""The folder for reports on a computer of several people: real ones, who are no administrators."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.cli import run
from agent.report.build import build
from agent.report.drop import put, take_back
from agent.report.reader import encode
from tests.agent.report.builders import document, frame
from tests.agent.report.test_drop import DEVICE, NAME, OTHER, SOMETHING_ELSE, TEMPORARY
from tests.people import Person, as_person, two_people


@pytest.fixture
def people() -> Iterator[tuple[Person, Person]]:
    with two_people() as made:
        yield made


@pytest.fixture
def shared() -> Iterator[Path]:
    """The folder as the kit makes it, where everybody of this computer reaches it."""
    place = Path(tempfile.mkdtemp(prefix="watchword-test-"))
    place.chmod(0o755)
    made = place / "reports"
    made.mkdir()
    made.chmod(0o1733)
    yield made
    shutil.rmtree(place)


def leave(person: Person, folder: Path, device: str, data: bytes) -> str:
    """Put a report there as that person; the sentence if it is refused."""
    return as_person(person, lambda: put(str(folder), device, data))


def test_everybody_leaves_a_report_that_only_they_and_root_can_read_list_or_change(
    people: tuple[Person, Person], shared: Path
) -> None:
    alex, sam = people
    assert leave(alex, shared, DEVICE, b"of Alex") == ""
    assert leave(sam, shared, OTHER, b"of Sam") == ""
    assert leave(alex, shared, DEVICE, b"of Alex, later") == ""
    theirs = shared / NAME
    assert as_person(alex, theirs.read_bytes) == ""
    for refused in (
        theirs.read_bytes,
        theirs.unlink,
        lambda: theirs.write_bytes(b"forged"),
        lambda: theirs.chmod(0o644),
        lambda: theirs.rename(shared / "mine.json"),
        lambda: (shared / f"{OTHER}.json").replace(theirs),
        lambda: os.listdir(shared),
    ):
        assert as_person(sam, refused).startswith("PermissionError")
    assert {name: (shared / name).read_bytes() for name in os.listdir(shared)} == {
        NAME: b"of Alex, later",
        f"{OTHER}.json": b"of Sam",
    }
    assert (theirs.stat().st_uid, (shared / f"{OTHER}.json").stat().st_uid) == (alex.uid, sam.uid)


def test_nobody_puts_theirs_in_the_place_of_another(people: tuple[Person, Person], shared: Path) -> None:
    alex, sam = people
    assert leave(alex, shared, DEVICE, b"of Alex") == ""
    assert leave(sam, shared, DEVICE, b"of Sam") == f"WatchwordError: {SOMETHING_ELSE}"
    assert SOMETHING_ELSE in as_person(sam, lambda: take_back(str(shared), DEVICE))
    assert (shared / NAME).read_bytes() == b"of Alex"
    assert as_person(alex, lambda: take_back(str(shared), DEVICE)) == ""
    assert os.listdir(shared) == []


def test_a_name_that_was_taken_first_stops_the_report_and_nothing_else(
    people: tuple[Person, Person], shared: Path
) -> None:
    alex, sam = people
    assert as_person(sam, lambda: (shared / TEMPORARY).symlink_to("/etc/passwd")) == ""
    assert leave(alex, shared, DEVICE, b"of Alex") == f"WatchwordError: {SOMETHING_ELSE}"


def test_what_a_killed_process_left_is_found_without_listing(people: tuple[Person, Person], shared: Path) -> None:
    alex, _ = people
    assert as_person(alex, lambda: (shared / TEMPORARY).write_bytes(b"half")) == ""
    os.utime(shared / TEMPORARY, (0, 0))
    assert leave(alex, shared, DEVICE, b"whole") == ""
    assert os.listdir(shared) == [NAME]


def test_who_may_not_write_there_is_told_in_one_sentence(people: tuple[Person, Person], shared: Path) -> None:
    shared.chmod(0o755)
    assert leave(people[0], shared, DEVICE, b"mine") == (
        "WatchwordError: The report could not be put into the folder for reports: Permission denied."
    )


def test_a_folder_that_a_person_made_is_not_used(people: tuple[Person, Person], shared: Path) -> None:
    alex, sam = people
    os.chown(shared, alex.uid, alex.gid)
    for person in (alex, sam):
        assert "is not owned by an administrator" in leave(person, shared, DEVICE, b"mine")


def reported(device: str) -> bytes:
    """A report of that device, made just now."""
    made = msgspec.structs.replace(document(), generated_at=datetime.now(UTC))
    named = msgspec.structs.replace(made, device=msgspec.structs.replace(made.device, id=device))
    return encode(build(named, frame(), catalogue=()))


def test_office_it_read_as_a_table_what_everybody_left(
    people: tuple[Person, Person], shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for person, device in zip(people, (DEVICE, OTHER), strict=True):
        assert leave(person, shared, device, reported(device)) == ""
    assert as_person(people[0], lambda: (shared / f".{uuid.uuid4()}.tmp").write_bytes(b"half")) == ""
    code = run(["export", "--format", "csv", "--file", f"{shared}/*.json"])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    lines = list(csv.DictReader(io.StringIO(said.out)))
    assert [(line["device"], line["state"], line["check"], line["status"]) for line in lines] == [
        (device, "current", "screen_lock", "fail") for device in sorted((DEVICE, OTHER))
    ]
