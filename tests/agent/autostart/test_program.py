"""Which program is started at sign-in, and that it can be."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agent.autostart import Program
from agent.autostart.program import must_start, this_program
from agent.errors import RefusedError


def test_it_is_this_python_and_not_where_its_links_lead() -> None:
    python, *arguments = this_program().argv
    assert os.path.dirname(python) == os.path.dirname(sys.executable)
    assert os.path.samefile(python, sys.executable)
    assert arguments == ["-P", "-m", "agent", "daemon"]


def test_by_whichever_name_it_was_called_it_is_one_program(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    (tmp_path / "python3.11").symlink_to("python")
    assert this_program(str(tmp_path / "python3.11")) == this_program(str(tmp_path / "python"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other/python").write_text("a wrapper")
    (tmp_path / "other/python3.11").symlink_to(sys.executable)
    assert this_program(str(tmp_path / "other/python3.11")).argv[0] == str(tmp_path / "other/python3.11")


@pytest.mark.parametrize("executable", ["", "python3", "./python3"])
def test_a_python_that_does_not_know_where_it_is_is_refused(executable: str) -> None:
    with pytest.raises(RefusedError, match="does not say where it is"):
        this_program(executable)


@pytest.mark.parametrize(
    "executable", ["/a\nb/python", "/a\0/python", "/a\tb/python", "/a\udcff/python", "/a\u2028/python"]
)
def test_a_path_that_no_file_can_hold_is_refused(executable: str) -> None:
    with pytest.raises(RefusedError, match="Move it elsewhere"):
        this_program(executable)


def test_another_command_is_started_in_the_same_way() -> None:
    assert this_program(command="open").argv == (*this_program().argv[:-1], "open")


def test_letters_and_spaces_of_any_language_are_fine() -> None:
    for name in ("Zoë Łuk", "日本\u3000語", "a\u00a0b", "🙂"):
        assert this_program(f"/home/{name}/python").argv[0] == f"/home/{name}/python"


def test_on_windows_it_is_the_python_without_a_window(tmp_path: Path) -> None:
    console = tmp_path / "python.exe"
    assert this_program(str(console), "win32").argv[0] == str(console)
    (tmp_path / "pythonw.exe").touch()
    assert this_program(str(console), "win32").argv[0] == str(tmp_path / "pythonw.exe")


def test_a_program_that_does_not_start_is_refused(tmp_path: Path) -> None:
    for argv in ((str(tmp_path / "none"),), ("/bin/false", "daemon")):
        with pytest.raises(RefusedError, match=r"python3 start\.py autostart on"):
            must_start(Program(argv))


def test_what_to_do_about_it_is_said_for_the_command_that_was_wanted() -> None:
    with pytest.raises(RefusedError, match=r"python3 start\.py open --menu on"):
        must_start(Program(("/bin/false", "open")), command="open")
    with pytest.raises(RefusedError, match=r"python3 start\.py open --menu on"):
        this_program("", command="open")


def test_it_must_start_without_this_shells_variables(tmp_path: Path) -> None:
    (tmp_path / "onlyhere.py").write_text("")
    argv = (sys.executable, "-P", "-m", "onlyhere", "daemon")
    with pytest.raises(RefusedError):
        must_start(Program(argv), {**os.environ, "PYTHONPATH": str(tmp_path)})


def test_this_watchword_starts() -> None:
    must_start(this_program())
