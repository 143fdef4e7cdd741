"""Watchword in the Start menu: a shortcut that Windows' own shell link object makes, reads back and follows."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterator
from ctypes import wintypes
from pathlib import Path

import pytest

from agent.autostart import NotOursError, Problem, Standing
from agent.errors import RefusedError
from agent.host.native import winfiles
from agent.page.address import answers, noted
from agent.page.menu import command, link_file, shell_link, windows
from agent.paths import Paths
from agent.stopping import stop
from tests.windows.conftest import Watchword

assert sys.platform == "win32"

ARGV = ("C:\\Users\\Zoë O'Brien-Łuk & Co\\Watchword\\pythonw.exe", "-P", "-m", "agent", "open")
GET_DESCRIPTION, GET_WORKING_DIRECTORY, GET_ARGUMENTS, GET_ICON_LOCATION = 6, 8, 10, 16
#: Where the file itself says how the window begins ([MS-SHLLINK] 2.1); Wine makes another of it when it reads.
SHOW_COMMAND_AT = 0x3C
IPERSISTFILE, LOAD_FILE = "0000010B-0000-0000-C000-000000000046", 5


@pytest.fixture(autouse=True)
def shortcut() -> Iterator[Path]:
    """Where it belongs: the person's own, whatever this test's environment says. There is none before and after."""
    path = Path(windows.place())
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


class Told:
    """What the shell link object says of a shortcut's file."""

    def __init__(self, path: Path) -> None:
        with shell_link._link() as link:
            with shell_link._as(link, IPERSISTFILE) as file:
                shell_link._call(file, LOAD_FILE, (wintypes.LPCWSTR, str(path)), (wintypes.DWORD, 0))
            self.description = self._text(link, GET_DESCRIPTION)
            self.folder = self._text(link, GET_WORKING_DIRECTORY)
            self.arguments = self._text(link, GET_ARGUMENTS)
            self.icon = self._text(link, GET_ICON_LOCATION, (ctypes.c_void_p, ctypes.byref(ctypes.c_int())))

    def _text(self, link: ctypes.c_void_p, place: int, *more: tuple[object, object]) -> str:
        buffer = ctypes.create_unicode_buffer(1024)
        shell_link._call(link, place, (wintypes.LPWSTR, buffer), (ctypes.c_int, 1024), *more)
        return buffer.value


def test_it_lies_in_the_start_menu_of_this_person_alone(shortcut: Path) -> None:
    folder = winfiles.known_folder("start_menu")
    assert isinstance(folder, str)
    assert Path(folder).is_dir()
    assert shortcut == Path(folder) / "Watchword.lnk"
    assert "ProgramData" not in folder


def test_the_shortcut_starts_this_program_without_a_console_window(shortcut: Path) -> None:
    assert windows.put(command()) is True
    data = shortcut.read_bytes()
    program = shell_link.target(data)
    assert os.path.samefile(program, Path(sys.executable).with_name("pythonw.exe"))
    told = Told(shortcut)
    assert told.arguments == link_file.arguments(data) == "-P -m agent open"
    assert told.description == "Look after your security settings and accounts"
    assert told.folder == os.path.expanduser("~")
    assert Path(told.icon).read_bytes().startswith(b"\x00\x00\x01\x00")
    assert data[SHOW_COMMAND_AT] == 1
    assert windows.read(command()) == Standing("on")


def test_a_python_with_a_window_of_its_own_is_started_minimised(shortcut: Path) -> None:
    windows.put((sys.executable, *ARGV[1:]))
    assert shortcut.read_bytes()[SHOW_COMMAND_AT] == 7


def test_letters_that_no_code_page_has_are_kept(shortcut: Path) -> None:
    windows.put(ARGV)
    assert shell_link.target(shortcut.read_bytes()).lower() == ARGV[0].lower()
    assert windows.read(ARGV) == Standing("on")


def test_following_the_shortcut_starts_its_program(tmp_path: Path) -> None:
    script, noted = tmp_path / "Łuk's script.py", tmp_path / "noted"
    script.write_text(
        f"import os, sys\nopen({str(noted)!r}, 'w').write(f'{{sys.argv[1:]}} {{os.getcwd()}}')\n", "utf-8"
    )
    program = str(Path(sys.executable).with_name("pythonw.exe"))
    link = shell_link.Link(program, f'"{script}" one "two three"', str(tmp_path), "", "")
    path = tmp_path / "Zoë.lnk"
    path.write_bytes(shell_link.made(link))
    os.startfile(path)
    deadline = time.monotonic() + 60
    while not noted.exists() or not noted.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert noted.read_text() == f"['one', 'two three'] {tmp_path}"


def test_the_page_opens_though_a_shortcuts_program_has_no_standard_streams(tmp_path: Path) -> None:
    python, *arguments = command()
    link = shell_link.Link(python, f"{' '.join(arguments)} --no-browser", str(tmp_path), "", "")
    path = tmp_path / "Page.lnk"
    path.write_bytes(shell_link.made(link))
    os.startfile(path)
    try:
        deadline = time.monotonic() + 90
        address = None
        while address is None or not answers(address):
            assert time.monotonic() < deadline
            time.sleep(0.2)
            address = noted(Paths.here().page)
    finally:
        left = stop(Paths.here(), 30)
    assert left == []


def test_twice_changes_nothing_and_away_leaves_nothing(shortcut: Path) -> None:
    beside = set(shortcut.parent.iterdir())
    assert windows.put(ARGV) is True
    before = shortcut.read_bytes()
    assert windows.put(ARGV) is False
    assert shortcut.read_bytes() == before
    assert (windows.take_away(), windows.take_away()) == (True, False)
    assert set(shortcut.parent.iterdir()) == beside
    assert windows.read(ARGV) == Standing("off")


def test_a_moved_watchword_is_noticed_and_mended() -> None:
    windows.put(ARGV)
    moved = ("D:\\Watchword\\pythonw.exe", *ARGV[1:])
    assert windows.read(moved) == Standing("on", problem=Problem.OTHER_PROGRAM)
    assert windows.put(moved) is True
    assert windows.read(moved) == Standing("on")
    assert windows.read((moved[0].upper(), *ARGV[1:])) == Standing("on")  # to Windows it is the same


@pytest.mark.parametrize("data", [b"", b"mine", None], ids=["empty", "text", "shortcut"])
def test_what_somebody_else_has_put_there_is_left_alone(data: bytes | None, shortcut: Path) -> None:
    if data is None:
        data = shell_link.made(shell_link.Link("C:\\Other\\watchword.exe", "open", "C:\\", "", ""))
    shortcut.write_bytes(data)
    actions: tuple[Callable[[], object], ...] = (lambda: windows.put(ARGV), windows.take_away)
    for action in actions:
        with pytest.raises(NotOursError, match="was not written by Watchword"):
            action()
    assert shortcut.read_bytes() == data
    assert windows.read(ARGV) == Standing("unknown", problem=Problem.NOT_OURS, where=str(shortcut))


def test_a_shortcut_that_was_cut_off_is_no_working_one(shortcut: Path) -> None:
    windows.put(ARGV)
    data = shortcut.read_bytes()
    shortcut.write_bytes(data[: len(data) // 2])
    assert windows.read(ARGV).state == "unknown"


def test_a_path_that_no_shortcut_can_hold_is_refused_and_nothing_is_written(shortcut: Path) -> None:
    program = f"C:\\{'a' * 240}\\{'b' * 60}\\pythonw.exe"
    with pytest.raises(RefusedError, match="Move Watchword elsewhere"):
        windows.put((program, *ARGV[1:]))
    assert not shortcut.exists()


def test_a_path_that_looks_like_a_variable_is_kept_as_it_is_or_refused() -> None:
    argv = ("C:\\%SystemRoot%\\pythonw.exe", *ARGV[1:])
    try:
        windows.put(argv)
    except RefusedError:
        assert windows.read(argv) == Standing("off")
    else:
        assert windows.read(argv) == Standing("on")


@pytest.fixture
def installed(own_home: Path) -> None:
    """Watchword where Python finds it without this shell's variables: in the person's own packages."""
    site = own_home / "AppData" / "Roaming" / "Python" / "Python311" / "site-packages"
    site.mkdir(parents=True)
    (site / "watchword.pth").write_text("\n".join(os.environ["PYTHONPATH"].split(";")))


@pytest.mark.usefixtures("installed")
def test_on_status_off_as_its_user_runs_it(watchword: Watchword, shortcut: Path) -> None:
    on = watchword("open", "--menu", "on")
    assert (on.returncode, on.stdout, on.stderr) == (0, b"Watchword is in your Start menu.\n", b"")
    assert shortcut.exists()
    assert watchword("open", "--menu", "status").stdout == b"Watchword is in your Start menu.\n"
    assert watchword("open", "--menu", "off").stdout == b"Watchword is no longer in your Start menu.\n"
    assert not shortcut.exists()


def test_a_watchword_that_starts_only_from_this_shell_is_not_put_there(watchword: Watchword, shortcut: Path) -> None:
    done = watchword("open", "--menu", "on")
    assert done.returncode == 2
    assert b"start.py open --menu on" in done.stderr
    assert not shortcut.exists()


def test_forgetting_everything_takes_it_away(watchword: Watchword, shortcut: Path) -> None:
    windows.put(command())
    done = watchword("forget-everything", "--yes")
    assert done.returncode == 0, done.stderr
    assert b"the entry in the Start menu" in done.stderr
    assert not shortcut.exists()
