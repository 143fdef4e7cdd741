"""Starting at sign-in on Windows: a task that is really registered, and the Run key.

Wine's ``schtasks`` registers and removes tasks for real. Of their XML it stores who wrote it and the settings, and
drops trigger and action; it answers no queries, runs nothing and refuses nobody. So under Wine a task cannot be found
again as it should be, and the Run key takes its place. ``Remembering`` gives the answers that Windows gives.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import winreg
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from agent.autostart import Computer, Method, NotOursError, Problem, Program, Standing, run_key, task, windows
from agent.autostart.program import this_program
from agent.autostart.sid import own_sid
from agent.host import Completed, Unreadable
from agent.host.live import LiveHost
from agent.host.native import winfiles
from agent.paths import Paths
from tests.windows.conftest import Watchword

assert sys.platform == "win32"

ARGV = ("C:\\Users\\Zoë O'Brien-Łuk & Co\\Watchword\\pythonw.exe", "-P", "-m", "agent", "daemon")


class Refusing(LiveHost):
    """A Windows whose Task Scheduler refuses, as policy can make it."""

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        return Completed(1, "", "ERROR: Access is denied.") if argv[0] == "schtasks" else super().run(argv, timeout)


class Remembering(LiveHost):
    """A Windows that tells what was registered, in the console's code page. Registering and removing are real."""

    def __init__(self) -> None:
        super().__init__()
        self.definition: str | None = None
        self.actions: list[str] = []

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        if argv[0] != "schtasks":
            return super().run(argv, timeout)
        self.actions.append(argv[1])
        if argv[1] == "/Query":
            if self.definition is None:
                return Completed(1, "", "ERROR: The system cannot find the file specified.")
            return Completed(0, self.definition.encode("cp850", "replace").decode("cp850"))
        if argv[1] == "/Create":
            self.definition = Path(argv[argv.index("/XML") + 1]).read_text("utf-16")
        if argv[1] == "/Delete":
            self.definition = None
        return super().run(argv, timeout)


def computer(argv: tuple[str, ...] = ARGV, host: LiveHost | None = None) -> Computer:
    return Computer(host or LiveHost(), Paths.here(), Program(argv))


def task_file() -> Path:
    return Path(winfiles.system_directory()) / "Tasks" / windows.task_name()


def run_value() -> str | None:
    return run_key.read()


def schtasks(*arguments: str) -> int:
    """Its output goes nowhere: a service that Wine starts for it would keep a pipe open."""
    nowhere = subprocess.DEVNULL
    return subprocess.call(["schtasks", *arguments], stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=60)


def clear() -> None:
    schtasks("/Delete", "/TN", windows.task_name(), "/F")
    run_key.forget()


@pytest.fixture(autouse=True)
def nothing_set() -> Iterator[None]:
    clear()
    yield
    clear()


def approve(first_byte: int) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, run_key.APPROVED) as key:
        winreg.SetValueEx(key, run_key.VALUE, 0, winreg.REG_BINARY, bytes([first_byte]) + bytes(11))


def test_the_sid_is_this_persons() -> None:
    sid = own_sid()
    assert sid.startswith("S-1-5-21-")
    assert all(part.isdigit() for part in sid.split("-")[1:])


def test_the_task_is_registered_and_removed() -> None:
    here = computer(host=Remembering())
    assert windows.read(here) == Standing("off")
    assert windows.turn_on(here, start=False) == "at_sign_in"
    assert windows.read(here) == Standing("on", Method.TASK)
    stored = task_file().read_text("utf-8-sig")  # by Wine's Task Scheduler
    for setting in (
        f"<Documentation>{task.digest(ARGV)}</Documentation>",
        "<DisallowStartIfOnBatteries>false<",
        "<StopIfGoingOnBatteries>false<",
        "<MultipleInstancesPolicy>IgnoreNew<",
        "<StartWhenAvailable>true<",
        "<ExecutionTimeLimit>PT0S<",
        "<Hidden>true<",
    ):
        assert setting in stored
    assert run_value() is None
    assert windows.turn_off(here) is True
    assert not task_file().exists()
    assert windows.read(here) == Standing("off")
    assert windows.turn_off(here) is False


def test_the_task_is_started_only_when_asked() -> None:
    quiet, started = Remembering(), Remembering()
    assert windows.turn_on(computer(host=quiet), start=False) == "at_sign_in"
    assert "/Run" not in quiet.actions
    assert windows.turn_on(computer(host=started), start=True) == "now"
    assert started.actions[-1] == "/Run"


def test_on_twice_is_fine_and_a_moved_watchword_is_noticed() -> None:
    host = Remembering()
    windows.turn_on(computer(host=host), start=False)
    windows.turn_on(computer(host=host), start=False)
    assert windows.read(computer(host=host)) == Standing("on", Method.TASK)
    moved = computer(("D:\\Watchword\\pythonw.exe", *ARGV[1:]), host)
    assert windows.read(moved) == Standing("on", Method.TASK, Problem.OTHER_PROGRAM)
    windows.turn_on(moved, start=False)
    assert windows.read(moved) == Standing("on", Method.TASK)


def test_a_task_that_cannot_be_found_again_leaves_the_run_key() -> None:
    here = computer()  # Wine's
    assert windows.turn_on(here, start=True) == "at_sign_in"
    assert windows.read(here) == Standing("on", Method.RUN_KEY)
    assert not task_file().exists()


def test_a_refused_task_leaves_the_run_key() -> None:
    refused = computer(host=Refusing())
    assert windows.turn_on(refused, start=True) == "at_sign_in"
    assert windows.read(refused) == Standing("on", Method.RUN_KEY)
    command = run_value()
    assert command is not None
    assert words(command) == list(ARGV)
    assert windows.turn_off(refused) is True
    assert run_value() is None


def test_a_path_that_looks_like_a_variable_goes_to_the_run_key_as_it_is() -> None:
    here = computer(("C:\\%TEMP%\\pythonw.exe", *ARGV[1:]))
    windows.turn_on(here, start=False)
    assert windows.read(here) == Standing("on", Method.RUN_KEY)
    assert run_value() == "C:\\%TEMP%\\pythonw.exe -P -m agent daemon"
    assert not task_file().exists()


def test_there_is_never_both() -> None:
    host = Remembering()
    windows.turn_on(computer(host=Refusing()), start=False)
    assert run_value() is not None
    windows.turn_on(computer(host=host), start=False)
    assert run_value() is None
    assert task_file().exists()
    run_key.keep(ARGV)  # somebody imports an old registry file
    assert windows.read(computer(host=host)) == Standing("on", Method.TASK, Problem.INCOMPLETE)
    windows.turn_on(computer(host=host), start=False)
    assert windows.read(computer(host=host)) == Standing("on", Method.TASK)
    assert windows.turn_off(computer(host=host)) is True
    assert (run_value(), task_file().exists()) == (None, False)


def test_off_that_the_task_scheduler_refuses_is_an_error_and_not_silence() -> None:
    class Keeping(Remembering):
        def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
            return Completed(1) if "/Delete" in argv else super().run(argv, timeout)

    here = computer(host=Keeping())
    windows.turn_on(here, start=False)
    with pytest.raises(PermissionError):
        windows.turn_off(here)
    assert windows.read(here).state == "on"


def test_a_task_that_was_switched_off_is_off() -> None:
    host = Remembering()
    windows.turn_on(computer(host=host), start=False)
    assert host.definition is not None
    host.definition = host.definition.replace("<Enabled>true", "<Enabled>false")
    standing = windows.read(computer(host=host))
    assert (standing.state, standing.problem) == ("off", Problem.SWITCHED_OFF)


@pytest.mark.parametrize(("first_byte", "off"), [(0x02, False), (0x06, False), (0x03, True), (0x07, True)])
def test_what_was_switched_off_in_task_manager_is_off(first_byte: int, off: bool) -> None:
    refused = computer(host=Refusing())
    windows.turn_on(refused, start=False)
    approve(first_byte)
    standing = windows.read(refused)
    assert (standing.state, standing.problem) == (("off", Problem.SWITCHED_OFF) if off else ("on", None))
    windows.turn_on(refused, start=False)
    assert windows.read(refused) == Standing("on", Method.RUN_KEY)


def test_a_policy_against_the_run_key_is_seen() -> None:
    refused = computer(host=Refusing())
    windows.turn_on(refused, start=False)
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, run_key.POLICY) as key:
        winreg.SetValueEx(key, "DisableCurrentUserRun", 0, winreg.REG_DWORD, 1)
        try:
            assert windows.read(refused).problem is Problem.SWITCHED_OFF
        finally:
            winreg.DeleteValue(key, "DisableCurrentUserRun")


def test_somebody_elses_value_is_left_alone() -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, run_key.RUN) as key:
        winreg.SetValueEx(key, run_key.VALUE, 0, winreg.REG_SZ, "C:\\Other\\watchword.exe")
    for action in (lambda: windows.turn_on(computer(), start=False), lambda: windows.turn_off(computer())):
        with pytest.raises(NotOursError, match="not written by Watchword"):
            action()
    assert run_value() == "C:\\Other\\watchword.exe"
    assert windows.read(computer()).problem is Problem.NOT_OURS
    assert not task_file().exists()


def test_somebody_elses_task_is_left_alone(tmp_path: Path) -> None:
    definition = task.definition(ARGV, own_sid()).decode("utf-16").replace("<Source>Watchword<", "<Source>Other<")
    path = tmp_path / "task.xml"
    path.write_bytes(b"\xff\xfe" + definition.encode("utf-16-le"))
    assert schtasks("/Create", "/TN", windows.task_name(), "/XML", str(path)) == 0
    for action in (lambda: windows.turn_on(computer(), start=False), lambda: windows.turn_off(computer())):
        with pytest.raises(NotOursError):
            action()
    assert task_file().exists()
    assert windows.read(computer()).problem is Problem.NOT_OURS


def test_a_task_that_nobody_can_make_sense_of_is_not_on() -> None:
    task_file().parent.mkdir(exist_ok=True)
    task_file().write_text("<Task>")
    try:
        assert windows.read(computer()).state == "unknown"
    finally:
        task_file().unlink()


def test_no_definition_is_left_lying_about(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMP", "TEMP"):
        monkeypatch.setenv(name, str(own_home))
    windows.turn_on(computer(), start=False)
    assert list(own_home.glob("*.xml")) == []


def words(line: str) -> list[str]:
    """The command line as Windows takes it apart."""
    split = ctypes.WinDLL("shell32").CommandLineToArgvW
    split.argtypes, split.restype = (ctypes.c_wchar_p, ctypes.POINTER(ctypes.c_int)), ctypes.POINTER(ctypes.c_wchar_p)
    count = ctypes.c_int()
    found = split(line, count)
    return [found[at] for at in range(count.value)]


def test_the_program_is_the_python_without_a_window() -> None:
    assert os.path.basename(this_program().argv[0]).lower() == "pythonw.exe"
    assert os.path.dirname(this_program().argv[0]) == os.path.dirname(sys.executable)


@pytest.fixture
def installed(own_home: Path) -> None:
    """Watchword where Python finds it without this shell's variables: in the person's own packages."""
    site = own_home / "AppData" / "Roaming" / "Python" / "Python311" / "site-packages"
    site.mkdir(parents=True)
    (site / "watchword.pth").write_text("\n".join(os.environ["PYTHONPATH"].split(";")))


@pytest.mark.usefixtures("installed")
def test_on_status_off_as_its_user_runs_it(watchword: Watchword) -> None:
    on = watchword("autostart", "on", "--no-start")
    assert (on.returncode, on.stderr) == (0, b"")
    assert on.stdout.decode().splitlines()[0] == "Start at sign-in: on, by the list of startup apps."
    status = watchword("autostart", "status", "--json")
    assert json.loads(status.stdout)["this_program"] is True
    assert watchword("autostart", "off").returncode == 0
    assert watchword("autostart", "status").stdout == b"Start at sign-in: off.\n"


def test_a_watchword_that_starts_only_from_this_shell_is_not_registered(watchword: Watchword) -> None:
    done = watchword("autostart", "on")
    assert done.returncode == 2
    assert b"start.py autostart on" in done.stderr
    assert windows.read(computer()) == Standing("off")
