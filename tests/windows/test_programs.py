"""Programs on Windows: only Windows' own, no window, nothing left behind, and silence is no answer."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.host import Completed, Process, Unreadable, programs
from agent.host.live import LiveHost

assert sys.platform == "win32"

SYSTEM = os.path.join(os.environ["SYSTEMROOT"], "system32")

SLEEP = "import time; time.sleep(60)"
START_A_SLEEPER = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', '{SLEEP}', '{{}}'])"


def running(host: LiveHost, argument: str) -> list[Process]:
    found = host.processes()
    assert isinstance(found, list)
    return [process for process in found if argument in process.argv]


@pytest.fixture
def python_is_trusted(monkeypatch: pytest.MonkeyPatch) -> LiveHost:
    """A host that may also start this Python."""
    folder = os.path.dirname(sys.executable)
    monkeypatch.setattr(programs, "directories", lambda system, env: (SYSTEM, folder))
    return LiveHost()


def test_a_program_comes_from_windows_own_directory_only(
    tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "System32").mkdir()
    for folder in (tmp_path, tmp_path / "System32"):
        (folder / "mine.exe").write_bytes(b"MZ")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    host = LiveHost()
    assert host.which("mine") is None
    assert host.which(str(tmp_path / "mine.exe")) is None
    assert host.which("mine.exe") is None
    assert (host.which("cmd") or "").lower() == rf"{SYSTEM}\cmd.exe".lower()
    assert host.which(rf"{SYSTEM.upper()}\CMD.EXE") is not None


@pytest.mark.parametrize("name", ["powershell", "powershell.exe", "pwsh", "", ".", r"..\explorer.exe"])
def test_powershell_is_never_found(host: LiveHost, name: str) -> None:
    assert host.which(name) is None
    assert host.run([name]) == Unreadable("no_tool", name)


def test_a_script_that_would_need_a_shell_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x.bat").write_text("@echo %1")
    monkeypatch.setattr(programs, "directories", lambda system, env: (str(tmp_path),))
    assert LiveHost().which("x.bat") is None
    assert LiveHost().which("x") is None


@pytest.mark.parametrize("tool", ["netsh", "secedit", "tasklist", "systeminfo", "wevtutil"])
def test_a_tool_that_says_nothing_has_said_nothing(host: LiveHost, tool: str) -> None:
    """Wine's own stand-ins end with 0 and print nothing, which no check may take for an answer."""
    assert host.run([tool]) == Completed(0, "", "")


def test_output_errors_and_exit_are_collected(python_is_trusted: LiveHost) -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert python_is_trusted.run(["python", "-c", script]) == Completed(3, "out\r\n", "err\r\n")


@pytest.mark.parametrize(
    ("data", "text"),
    [("grün".encode(), "grün"), ("grün".encode("utf-16"), "grün"), (b"gr\x81n", b"gr\x81n".decode("oem"))],
)
def test_what_is_said_in_another_encoding_is_understood(python_is_trusted: LiveHost, data: bytes, text: str) -> None:
    script = f"import sys; sys.stdout.buffer.write({data!r})"
    assert python_is_trusted.run(["python", "-c", script]) == Completed(0, text, "")


def test_arguments_arrive_as_they_are(python_is_trusted: LiveHost) -> None:
    arguments = ["a b", 'say "x"', "C:\\p\\", "%PATH%", "ż & dir"]
    done = python_is_trusted.run(["python", "-c", "import sys; print(ascii(sys.argv[1:]))", *arguments])
    assert isinstance(done, Completed)
    assert done.stdout.strip() == ascii(arguments)


def test_a_program_has_no_console_and_only_allowed_variables(
    python_is_trusted: LiveHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    script = "import os, sys; print('SECRET_TOKEN' in os.environ, 'PYTHONPATH' in os.environ, sys.stdin.read() == '')"
    assert LiveHost().run(["python", "-c", script]) == Completed(0, "False False True\r\n", "")
    if ctypes.WinDLL("kernel32").GetConsoleWindow():  # nothing to inherit, nothing to show
        visible = "import ctypes; print(ctypes.WinDLL('kernel32').GetConsoleWindow())"
        assert LiveHost().run(["python", "-c", visible]) == Completed(0, "0\r\n", "")


def test_everything_a_program_started_ends_with_it_when_time_is_up(python_is_trusted: LiveHost) -> None:
    marker = "sleeper-61.7717"
    child = f"{START_A_SLEEPER.format(marker)}; time.sleep(60)"
    started = time.monotonic()
    assert python_is_trusted.run(["python", "-c", child, marker], 5.0) == Unreadable(
        "timeout", f"python -c {child} {marker}"
    )
    assert time.monotonic() - started < 9
    assert running(python_is_trusted, marker) == []


def test_a_grandchild_left_behind_neither_delays_the_answer_nor_stays(python_is_trusted: LiveHost) -> None:
    marker = "sleeper-62.8827"
    child = f"{START_A_SLEEPER.format(marker)}; print('done')"
    started = time.monotonic()
    assert python_is_trusted.run(["python", "-c", child], 30.0) == Completed(0, "done\r\n", "")
    assert time.monotonic() - started < 15
    assert running(python_is_trusted, marker) == []


def test_endless_output_is_cut_off(python_is_trusted: LiveHost) -> None:
    script = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    answer = python_is_trusted.run(["python", "-c", script], 60.0)
    assert isinstance(answer, Unreadable)
    assert answer.reason == "too_large"


def test_processes_are_found_by_name_in_any_case(host: LiveHost) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "marker-64.1147"])
    try:
        found = host.processes("PYTHON.exe")
        assert isinstance(found, list)
        mine = [process for process in found if process.pid == child.pid]
        assert [(process.name, process.argv[-1], process.user) for process in mine] == [
            ("python.exe", "marker-64.1147", host.user.name)
        ]
        everything = host.processes()
        assert isinstance(everything, list)
        assert {child.pid, os.getpid()} <= {process.pid for process in everything}
        assert host.processes("nosuchprogram.exe") == []
    finally:
        child.kill()
        child.wait()
