"""The live host against this very computer: everything in it may be broken or hostile."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from agent.host import Completed, System, Unreadable, programs
from agent.host.collecting import collect_in_threads
from agent.host.live import MAX_FILE_BYTES, LiveHost, this_system
from agent.host.native import winregistry

linux_only = pytest.mark.skipif(this_system() is not System.LINUX, reason="reads Linux's own files")


@pytest.fixture
def host() -> LiveHost:
    return LiveHost()


def reason(answer: object) -> str:
    assert isinstance(answer, Unreadable), answer
    return answer.reason


def shell(host: LiveHost, script: str, timeout: float = 10.0) -> Completed | Unreadable:
    return host.run(["sh", "-c", script], timeout)


# Files.


def test_a_file_is_read_as_text_and_as_bytes(host: LiveHost, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes("é\r\n".encode())
    assert host.read(str(path)) == "é\r\n"
    assert host.read_bytes(str(path)) == "é\r\n".encode()


def test_a_byte_order_mark_and_bad_bytes_do_no_harm(host: LiveHost, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfcaf\xe9\0")
    assert host.read(str(path)) == "caf\ufffd\0"


@pytest.mark.parametrize("path", ["/nonexistent", "/etc/hostname/x", ""])
def test_only_what_does_not_exist_is_none(host: LiveHost, path: str) -> None:
    assert host.read(path) is None


def test_a_link_that_leads_nowhere_does_not_exist(host: LiveHost, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("nowhere")
    assert host.read(str(tmp_path / "a")) is None
    assert host.glob(f"{tmp_path}/*") == []


def test_a_link_to_itself_cannot_be_read(host: LiveHost, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    assert reason(host.read(str(tmp_path / "a"))) == "failed"


@pytest.mark.parametrize("path", ["/etc/host\0name", "/tmp/\ud800", "/" + "x" * 5000])
def test_a_name_that_no_file_can_have_cannot_be_read(host: LiveHost, path: str) -> None:
    assert reason(host.read(path)) == "failed"


def test_a_fifo_is_not_waited_for(host: LiveHost, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    started = time.monotonic()
    assert reason(host.read(str(tmp_path / "a"))) == "unsupported"
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/etc"])
def test_a_device_or_directory_is_no_file(host: LiveHost, path: str) -> None:
    assert reason(host.read(path)) == "unsupported"


def test_a_file_over_the_cap_is_refused_and_one_at_the_cap_is_read(host: LiveHost, tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    assert reason(host.read_bytes(str(path))) == "too_large"
    os.truncate(path, MAX_FILE_BYTES)
    data = host.read_bytes(str(path))
    assert isinstance(data, bytes)
    assert len(data) == MAX_FILE_BYTES


@linux_only
def test_files_of_the_kernel_that_claim_to_be_empty_are_read(host: LiveHost) -> None:
    text = host.read("/proc/self/status")
    assert isinstance(text, str)
    assert f"Pid:\t{os.getpid()}\n" in text


@linux_only
@pytest.mark.parametrize("path", ["/proc/kmsg", "/proc/self/mem"])
def test_files_of_the_kernel_that_block_or_fail_cannot_be_read(host: LiveHost, path: str) -> None:
    assert reason(host.read(path)) in ("failed", "denied", "too_large")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_file_that_may_not_be_read_is_denied(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    path.chmod(0)
    script = (
        "import os, sys; from agent.host.live import LiveHost; host = LiveHost()\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "print([host.read(p).reason for p in ('/etc/shadow', sys.argv[1])])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout == "['denied', 'denied']\n"


def test_a_glob_finds_files_and_directories_but_not_hidden_ones(host: LiveHost, tmp_path: Path) -> None:
    for name in ("b", ".hidden", "a b", "[x]"):
        (tmp_path / name).write_text("")
    (tmp_path / "d" / "e").mkdir(parents=True)
    assert host.glob(f"{tmp_path}/*") == [f"{tmp_path}/{name}" for name in ("[x]", "a b", "b", "d")]
    assert host.glob(f"{tmp_path}/*/*") == [f"{tmp_path}/d/e"]
    assert host.glob(f"{tmp_path}/.h*") == [f"{tmp_path}/.hidden"]


@pytest.mark.parametrize("pattern", ["", "\0*", "/nonexistent/*", "/etc/[", "/etc/host\0*", "/\ud800/*"])
def test_an_odd_glob_finds_nothing(host: LiveHost, pattern: str) -> None:
    assert host.glob(pattern) == []


# Programs.


def test_a_program_is_found_in_trusted_directories_only(
    host: LiveHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    fresh = LiveHost()
    assert fresh.which("mine") is None
    assert fresh.which(str(mine)) is None
    assert fresh.which("sh") == "/usr/bin/sh"
    assert fresh.which("/bin/sh") == "/bin/sh"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../bin/sh", "/usr/bin/../../tmp/x", "/usr/bin", "/usr/bin/", "s\0h", "nosuchprogram"]
)
def test_what_is_no_program_is_not_found(host: LiveHost, name: str) -> None:
    assert host.which(name) is None
    assert reason(host.run([name])) == "no_tool"


def test_no_program_at_all_is_no_tool(host: LiveHost) -> None:
    assert reason(host.run([])) == "no_tool"


def test_a_directory_that_anybody_can_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(programs, "TRUSTED_DIRECTORIES", {System.LINUX: (str(folder),)})
    assert programs.directories(System.LINUX, {}) == (str(folder),)
    folder.chmod(0o777)
    assert programs.directories(System.LINUX, {}) == ()


def test_output_errors_and_exit_are_collected(host: LiveHost) -> None:
    assert shell(host, "echo out; echo err >&2; exit 3") == Completed(3, "out\n", "err\n")


def test_a_program_ended_by_a_signal_has_a_negative_exit(host: LiveHost) -> None:
    assert shell(host, "kill -9 $$") == Completed(-signal.SIGKILL)


def test_arguments_are_not_read_by_a_shell(host: LiveHost) -> None:
    assert host.run(["echo", "$HOME; `id`", "*"]) == Completed(0, "$HOME; `id` *\n")


def test_bytes_that_are_not_text_do_no_harm(host: LiveHost) -> None:
    assert host.run(["printf", r"\377\000x"]) == Completed(0, "\ufffd\0x")


def test_a_program_gets_no_input_no_terminal_and_no_directory_of_ours(host: LiveHost) -> None:
    assert shell(
        host, "pwd; cat; ls -l /proc/self/fd/0 | grep -c /dev/null; (: </dev/tty) 2>/dev/null || echo no tty"
    ) == (Completed(0, "/\n1\nno tty\n"))


def test_only_allowed_variables_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/tmp/evil.so")
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    monkeypatch.setenv("PYTHONPATH", "/tmp")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("PATH", "/tmp")
    done = LiveHost().run(["env"])
    assert isinstance(done, Completed)
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert set(variables) <= {*programs.PASSED_ENVIRONMENT, "PATH", "LC_ALL"}
    assert variables["LC_ALL"] == "C"
    assert variables["PATH"].startswith("/usr/bin:/bin:")


@pytest.mark.parametrize("argv", [["echo", "a\0b"], ["echo", "x" * (3 * 1024 * 1024)], ["echo", "\ud800"]])
def test_arguments_that_no_program_can_take_fail(host: LiveHost, argv: list[str]) -> None:
    assert reason(host.run(argv)) == "failed"


def test_a_slow_program_is_ended_in_time(host: LiveHost) -> None:
    started = time.monotonic()
    assert reason(host.run(["sleep", "60"], 0.3)) == "timeout"
    assert time.monotonic() - started < 2


def test_no_time_at_all_is_a_time_out(host: LiveHost) -> None:
    assert reason(host.run(["sleep", "60"], 0)) == "timeout"


def test_a_program_that_closed_its_output_is_still_waited_for(host: LiveHost) -> None:
    assert reason(shell(host, "exec >&- 2>&-; exec sleep 60", 0.3)) == "timeout"
    assert shell(host, "exec >&- 2>&-; sleep 0.2; exit 5") == Completed(5)


def alive_and_named(marker: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if marker in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def gone(marker: str) -> bool:
    """Whether everything with this argument is gone, allowing the kernel a moment to say so."""
    deadline = time.monotonic() + 2
    while alive_and_named(marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_grandchild_that_holds_the_pipe_and_ignores_sigterm_is_ended_on_time_out(host: LiveHost) -> None:
    started = time.monotonic()
    assert (
        reason(shell(host, "trap '' TERM; sh -c 'trap \"\" TERM; sleep 61.7717' & sleep 61.7717; wait", 0.4))
        == "timeout"
    )
    assert time.monotonic() - started < 2
    assert gone("61.7717")


def test_a_grandchild_left_behind_neither_delays_the_answer_nor_stays(host: LiveHost) -> None:
    started = time.monotonic()
    assert shell(host, "sleep 62.8827 & echo done") == Completed(0, "done\n")
    assert time.monotonic() - started < 2
    assert gone("62.8827")


def test_everything_a_program_wrote_is_there_when_it_has_ended(host: LiveHost) -> None:
    done = host.run(["seq", "1", "300000"])
    assert isinstance(done, Completed)
    assert done.stdout.splitlines()[-1] == "300000"
    assert done.stdout.count("\n") == 300_000


@pytest.mark.parametrize("script", ["head -c 1000000000 /dev/zero", "head -c 1000000000 /dev/zero >&2", "yes"])
def test_endless_output_is_cut_off(host: LiveHost, script: str) -> None:
    started = time.monotonic()
    assert reason(shell(host, script)) == "too_large"
    assert time.monotonic() - started < 5


def test_output_on_both_pipes_does_not_block(host: LiveHost) -> None:
    done = shell(host, "for i in 1 2 3 4 5 6 7 8; do head -c 200000 /dev/zero; head -c 200000 /dev/zero >&2; done")
    assert isinstance(done, Completed)
    assert (len(done.stdout), len(done.stderr)) == (1_600_000, 1_600_000)


def test_commands_run_side_by_side_without_mixing_or_leaking(host: LiveHost) -> None:
    host.run(["true"])
    descriptors = len(os.listdir("/proc/self/fd"))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: host.run(["printf", "%s", str(number)]), range(200)))
    assert answers == [Completed(0, str(number)) for number in range(200)]
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE] == []


def test_time_outs_side_by_side_leave_no_zombies(host: LiveHost) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: host.run(["sleep", "60"], 0.2), range(16)))
    assert {reason(answer) for answer in answers} == {"timeout"}
    assert psutil.Process().children() == []


def test_without_a_notice_from_the_kernel_the_answer_is_the_same(
    host: LiveHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(pid: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "pidfd_open", missing)
    assert shell(host, "sleep 63.9937 & echo done; exit 4") == Completed(4, "done\n")
    assert reason(host.run(["sleep", "60"], 0.2)) == "timeout"


def test_the_way_it_is_done_on_windows_gives_the_same_answers(host: LiveHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_collect", collect_in_threads)
    assert shell(host, "echo out; echo err >&2; exit 3") == Completed(3, "out\n", "err\n")
    assert reason(host.run(["sleep", "60"], 0.2)) == "timeout"
    assert reason(host.run(["yes"])) == "too_large"


def test_an_exit_that_was_lost_is_not_a_success() -> None:
    script = (
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "from agent.host.live import LiveHost\n"
        "print(LiveHost().run(['false']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "Unreadable(reason='failed', where='false')\n"


# The rest.


def test_the_time_is_aware_and_in_utc(host: LiveHost) -> None:
    offset = host.now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0


def test_processes_are_found_by_name(host: LiveHost) -> None:
    child = subprocess.Popen(["/usr/bin/sleep", "64.1147"])
    try:
        found = host.processes("sleep")
        assert isinstance(found, list)
        mine = [process for process in found if process.pid == child.pid]
        assert [(process.name, process.argv, process.user) for process in mine] == [
            ("sleep", ("/usr/bin/sleep", "64.1147"), host.user.name)
        ]
        everything = host.processes()
        assert isinstance(everything, list)
        assert {process.pid for process in everything} >= {child.pid, os.getpid()}
        assert host.processes("no-such-process") == []
    finally:
        child.kill()
        child.wait()


def test_only_windows_has_a_registry(host: LiveHost) -> None:
    assert host.registry(r"HKLM\SOFTWARE") is None
    assert host.registry_subkeys(r"HKCU\Software") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has one")
@pytest.mark.parametrize("key", [r"HKLM\SOFTWARE", r"hkcu\Control Panel", "HKLM64", r"HKEY_NONSENSE\x", ""])
def test_a_registry_that_cannot_be_opened_is_never_an_empty_one(key: str) -> None:
    assert isinstance(winregistry.values(key), Unreadable)
    assert isinstance(winregistry.subkeys(key), Unreadable)


def test_an_unknown_native_call_is_unsupported(host: LiveHost) -> None:
    assert reason(host.query("no_such_call", "x")) == "unsupported"


def test_checks_side_by_side_may_ask_for_native_calls(host: LiveHost, tmp_path: Path) -> None:
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(host.query("mtime", str(tmp_path)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [int(tmp_path.stat().st_mtime)] * 8
