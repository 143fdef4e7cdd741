"""The kit for one folder on each laptop: every way of making it ends in the same folder, and the agent trusts it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.report.drop import put
from config.access_lists import ADDING, ADMINISTRATORS, READING, Access, Entry, Kind, weakness
from tests.people import as_person, two_people

KIT = Path(__file__).parents[2] / "installers/it/drop"
GUIDE = Path(__file__).parents[2] / "docs/it-guide.md"
DEVICE = "6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22"
SHELLS = ["dash", "bash", "busybox sh"]

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can make the folder")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody of this computer can enter."""
    made = Path(tempfile.mkdtemp(prefix="watchword-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def make(folder: Path | str, shell: str = "sh") -> subprocess.CompletedProcess[str]:
    words = shell.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    command = [*words, str(KIT / "make_folder.sh"), str(folder)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, umask=0o077)


def standing(folder: Path) -> tuple[int, int, int]:
    found = folder.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


# Linux and macOS


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_makes_a_folder_that_the_agent_trusts(place: Path, shell: str) -> None:
    folder = place / "var lib" / "reports"
    assert (make(folder, shell).returncode, standing(folder)) == (0, (0o1733, 0, 0))
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o755
    with two_people() as (alex, _):
        assert as_person(alex, lambda: put(str(folder), DEVICE, b"mine")) == ""
        assert os.listdir(folder) == [f"{DEVICE}.json"]


@as_root
def test_to_run_it_again_keeps_what_is_there_and_puts_a_folder_right(place: Path) -> None:
    folder = place / "reports"
    make(folder)
    (folder / "kept.json").write_bytes(b"kept")
    os.chown(folder, 4321, 4321)
    folder.chmod(0o777)
    assert (make(f"{folder}//").returncode, standing(folder)) == (0, (0o1733, 0, 0))
    assert (folder / "kept.json").read_bytes() == b"kept"


@as_root
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_it_changes_nothing_behind_a_link(place: Path, end: str) -> None:
    other = place / "other"
    other.mkdir(mode=0o700)
    (place / "reports").symlink_to(other)
    done = make(f"{place}/reports{end}")
    assert (done.returncode, standing(other)[0]) == (1, 0o700)
    assert "is a link, or no folder" in done.stderr


@as_root
def test_it_wants_a_full_path(place: Path) -> None:
    done = make("reports")
    assert (done.returncode, done.stderr) == (1, "make_folder.sh: give the full path of the folder\n")


def test_it_is_for_root_only(place: Path) -> None:
    with two_people() as (alex, _):

        def act() -> None:
            done = make(place / "reports", "dash")
            assert (done.returncode, done.stderr) == (1, "make_folder.sh: only root can make the folder\n")

        assert as_person(alex, act) == ""
    assert os.listdir(place) == []


@as_root
def test_systemd_makes_the_same_folder_at_start(place: Path) -> None:
    if shutil.which("systemd-tmpfiles") is None:
        pytest.skip("systemd-tmpfiles is not installed")
    command = ["systemd-tmpfiles", "--create", f"--root={place}", str(KIT / "watchword.conf")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert standing(place / "var/lib/watchword/reports") == (0o1733, 0, 0)
    assert standing(place / "var/lib/watchword") == (0o755, 0, 0)


def test_the_script_and_systemd_make_it_at_the_same_place() -> None:
    assert "folder=/var/lib/watchword/reports" in (KIT / "make_folder.sh").read_text()
    assert "d /var/lib/watchword/reports 1733 root root -" in (KIT / "watchword.conf").read_text()


def test_shellcheck_finds_nothing() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", str(KIT / "make_folder.sh")], capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout == ""


# Windows

#: What the letters of icacls stand for (winnt.h; "icacls" in Microsoft's documentation).
RIGHTS = {"WD": 0x2, "X": 0x20, "RA": 0x80, "RC": 0x20000, "S": 0x100000, "F": 0x1F01FF}
FLAGS = {"OI": 0x1, "CI": 0x2, "IO": 0x8}
USERS, CREATOR = "S-1-5-32-545", "S-1-3-0"


def commands() -> list[str]:
    return [line for line in (KIT / "make_folder.cmd").read_text().splitlines() if line.startswith("icacls")]


def granted() -> Access:
    """The access list that the last command leaves."""
    entries = []
    for sid, flags, rights in re.findall(r"\*(S-[0-9-]+):((?:\((?:OI|CI|IO)\))*)\(?([A-Z,]+)\)?", commands()[-1]):
        mask = sum(RIGHTS[right] for right in rights.split(","))
        entries.append(Entry(0, sum(FLAGS[flag] for flag in re.findall("[A-Z]+", flags)), mask, sid))
    return Access("S-1-5-32-544", tuple(entries))


def test_on_windows_the_list_is_one_that_the_agent_trusts() -> None:
    access = granted()
    assert weakness(access, Kind.FOLDER) is None
    assert {entry.sid for entry in access.entries or ()} == {"S-1-5-18", "S-1-5-32-544", USERS, CREATOR}


def test_on_windows_users_add_files_and_do_nothing_else_with_the_folder() -> None:
    (users,) = [entry for entry in granted().entries or () if entry.sid == USERS]
    assert users.mask & (ADDING | 0x40) == 0x2  # add a file; no folder, no attribute, nothing deleted
    assert users.mask & 0x1 == 0  # not list it
    assert users.mask & ~READING == 0x2
    assert users.flags == 0  # nothing of that is handed down to the files of others


def test_on_windows_a_file_is_its_owners_and_administrators() -> None:
    handed_down = {entry.sid for entry in granted().entries or () if entry.flags & FLAGS["OI"]}
    assert handed_down - ADMINISTRATORS == {CREATOR}


def test_on_windows_what_somebody_granted_before_is_taken_away_first_and_no_link_is_followed() -> None:
    assert [re.findall("/(setowner|reset|inheritance|grant)", line) for line in commands()] == [
        ["setowner"],
        ["reset"],
        ["inheritance", "grant"],
    ]
    assert all(line.endswith(" /L") for line in commands())


def test_the_guide_shows_the_commands_as_they_are() -> None:
    shown = GUIDE.read_text()
    for line in commands():
        assert line.replace("%FOLDER%", r"%ProgramData%\Watchword\reports") in shown
