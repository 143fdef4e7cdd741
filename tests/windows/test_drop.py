"""The folder for reports on Windows: real files in it, and its access list as the kit makes it.

Wine keeps no owner: all files are the person's, so that person is named as one who may own the folder. Of a list it
keeps what the owner and what everybody may do.
"""

from __future__ import annotations

import msvcrt
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.autostart.sid import own_sid
from agent.errors import WatchwordError
from agent.report import drop_windows
from agent.report.drop import put, take_back
from agent.report.reader import MAX_BYTES
from config import trust_windows
from config.access_lists import Kind, weakness
from config.trust_windows import access_of

if sys.platform == "win32":  # elsewhere that module ends before it has them
    from tests.windows.test_trust import described, grant, owner_of

assert sys.platform == "win32"

DEVICE = "6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22"
KIT = Path(__file__).parents[2] / "installers" / "it" / "drop"
NAME, TEMPORARY = f"{DEVICE}.json", f".{DEVICE}.tmp"
SOMETHING_ELSE = "In the folder for reports something else has the name of ours: office IT can look."
#: The lines of installers/it/drop/make_folder.cmd, in Microsoft's language for access lists (SDDL).
AS_MADE = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;0x1200a2;;;BU)(A;OICIIO;FA;;;CO)"


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="Watchword tést ", dir=os.environ["PROGRAMDATA"]))
    made = place / "reports"
    made.mkdir()
    yield made
    shutil.rmtree(place)


@pytest.fixture
def me(folder: Path) -> frozenset[int | str]:
    """The SID of whoever runs the tests."""
    (folder.parent / "x").write_bytes(b"")
    return frozenset({owner_of(folder.parent / "x")})


@pytest.fixture
def drop(folder: Path, me: frozenset[int | str]) -> Callable[..., None]:
    def leave(data: bytes = b"a report", where: Path | str = folder) -> None:
        put(str(where), DEVICE, data, administrators=me)

    return leave


def refusal(act: Callable[[], None]) -> str:
    """The sentence in which it is refused: one line without any path."""
    with pytest.raises(WatchwordError) as caught:
        act()
    said = str(caught.value)
    assert not {"/", "\\", "\n"} & set(said)
    return said


def test_the_report_is_there_byte_for_byte_and_takes_the_place_of_the_last_one(
    folder: Path, drop: Callable[..., None]
) -> None:
    drop(b"old\r\n")
    drop(b"new\n\x1a\r\n")
    assert (folder / NAME).read_bytes() == b"new\n\x1a\r\n"
    assert os.listdir(folder) == [NAME]


def test_it_is_for_its_owner_and_administrators_alone_whatever_the_folder_hands_down(
    folder: Path, drop: Callable[..., None]
) -> None:
    grant(folder, f"D:P(A;OICI;FA;;;{own_sid()})(A;OICI;FR;;;WD)")
    drop()
    with (folder / NAME).open("rb") as file:
        access = access_of(msvcrt.get_osfhandle(file.fileno()))
    assert access.entries is not None
    assert "S-1-1-0" not in {entry.sid for entry in access.entries if entry.mask & 0x1}


def test_the_list_that_a_new_file_is_given_names_nobody_else() -> None:
    descriptor = drop_windows._private_to(own_sid())
    assert descriptor.value
    access = trust_windows.descriptor_access(descriptor.value)
    assert access.owner == own_sid()
    assert {entry.sid for entry in access.entries or ()} == {own_sid(), "S-1-5-32-544", "S-1-5-18"}


def test_the_list_of_the_kit_is_trusted_and_lets_nobody_list_or_replace() -> None:
    access = described(f"O:BA{AS_MADE}")
    assert weakness(access, Kind.FOLDER) is None
    (users,) = [entry for entry in access.entries or () if entry.sid == "S-1-5-32-545"]
    assert (users.mask & 0x1, users.mask & 0x40, users.mask & 0x2) == (0, 0, 0x2)  # list, delete what is in it, add


def test_the_kit_makes_the_folder_and_what_leads_to_it(folder: Path) -> None:
    """Wine's ``icacls`` grants nothing and says so; that the folder is there is all that can be seen."""
    made = folder / "new" / "réports"
    for _ in range(2):
        subprocess.run(["cmd", "/c", str(KIT / "make_folder.cmd"), str(made)], check=True, timeout=60)
        assert made.is_dir()


def test_a_report_is_put_into_a_folder_with_the_list_of_the_kit(folder: Path, drop: Callable[..., None]) -> None:
    grant(folder, f"{AS_MADE}(A;OICI;FA;;;{own_sid()})")
    drop()
    assert (folder / NAME).read_bytes() == b"a report"


def test_a_folder_of_a_person_is_not_used(folder: Path) -> None:
    assert refusal(lambda: put(str(folder), DEVICE, b"x")).endswith(
        "is not owned by an administrator, so it is not used: office IT can put that right."
    )
    assert os.listdir(folder) == []


def test_a_folder_in_which_everybody_may_take_what_others_left_is_not_used(
    folder: Path, drop: Callable[..., None]
) -> None:
    grant(folder, f"D:P(A;OICI;FA;;;{own_sid()})(A;OICI;FA;;;WD)")
    said = refusal(drop)
    grant(folder, f"D:P(A;OICI;FA;;;{own_sid()})(A;OICI;FR;;;WD)")
    assert "The folder for reports can be changed by anybody, so it is not used" in said


def test_a_folder_that_everybody_could_replace_is_not_used(folder: Path, drop: Callable[..., None]) -> None:
    grant(folder.parent, f"D:P(A;OICI;FA;;;{own_sid()})(A;OICI;FA;;;WD)")
    said = refusal(drop)
    grant(folder.parent, f"D:P(A;OICI;FA;;;{own_sid()})(A;OICI;FR;;;WD)")
    assert "The folder for reports lies in a folder that can be changed by anybody" in said


def test_a_folder_whose_list_cannot_be_read_is_not_used(
    drop: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust_windows, "OWNER_AND_LIST", 0)  # asked for nothing, Windows says nothing
    assert "does not show who may change it" in refusal(drop)


def test_a_folder_that_is_not_there_a_file_or_on_another_computer_is_not_used(
    folder: Path, drop: Callable[..., None]
) -> None:
    (folder.parent / "file").write_bytes(b"")
    assert refusal(lambda: drop(where=folder.parent / "none")) == (
        "The folder for reports is not there: office IT has to make it."
    )
    assert "is no folder, or only a link" in refusal(lambda: drop(where=folder.parent / "file"))
    assert "not named by its full path" in refusal(lambda: drop(where="reports"))
    assert not (folder.parent / "none").exists()


def test_a_junction_is_not_followed(folder: Path, drop: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wine has none of its own; the tag is that of a mount point."""
    real = os.lstat

    def tagged(path: str) -> object:
        found = real(path)
        return SimpleNamespace(st_reparse_tag=0xA0000003, st_mode=found.st_mode) if path == str(folder) else found

    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", tagged)
        assert "is no folder, or only a link" in refusal(drop)


def test_a_folder_in_the_place_of_the_report_is_left_alone(folder: Path, drop: Callable[..., None]) -> None:
    (folder / NAME).mkdir()
    assert refusal(drop) == SOMETHING_ELSE
    assert refusal(lambda: take_back(str(folder), DEVICE)) == SOMETHING_ELSE


def test_what_a_killed_process_left_is_used_up_when_it_is_old(folder: Path, drop: Callable[..., None]) -> None:
    (folder / TEMPORARY).write_bytes(b"half")
    assert refusal(drop) == "Another report is just being put into the folder for reports."
    then = time.time() - 120
    os.utime(folder / TEMPORARY, (then, then))
    drop()
    assert os.listdir(folder) == [NAME]


def test_it_waits_for_whoever_has_the_last_report_open(folder: Path, drop: Callable[..., None]) -> None:
    drop(b"old")
    reading = (folder / NAME).open("rb")
    threading.Timer(0.3, reading.close).start()
    drop(b"new")
    assert (folder / NAME).read_bytes() == b"new"


def test_the_largest_report_fits_and_no_larger_one(folder: Path, drop: Callable[..., None]) -> None:
    drop(b"x" * MAX_BYTES)
    assert refusal(lambda: drop(b"x" * (MAX_BYTES + 1))) == "The report is too large for the folder for reports."


def test_what_is_taken_back_is_gone_and_nothing_there_is_fine(folder: Path, drop: Callable[..., None]) -> None:
    drop()
    (folder / TEMPORARY).write_bytes(b"half")
    (folder / "other.json").write_bytes(b"theirs")
    take_back(str(folder), DEVICE)
    take_back(str(folder), DEVICE)
    assert os.listdir(folder) == ["other.json"]
    take_back(str(folder.parent / "none"), DEVICE)
