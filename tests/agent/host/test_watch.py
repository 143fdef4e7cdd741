"""Watching a host: what was asked is written down, nothing else is, and a replay gives the same answers."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.host import Host, Unreadable
from agent.host.live import LiveHost
from agent.host.recording import FileEntry, encode, load
from agent.host.replay import ReplayHost
from agent.host.watch import WatchingHost
from tests.builders import command, computer


def replayed(host: WatchingHost) -> ReplayHost:
    """The host's recording after a trip through a file."""
    return ReplayHost(load(encode(host.to_recording())))


def test_only_what_was_asked_for_is_written_down() -> None:
    host = WatchingHost(
        computer(
            env={"XDG_CURRENT_DESKTOP": "GNOME", "SECRET": "x"},
            files={"/a": "1", "/b": "2", "/c/d": ""},
            programs={"one": "/usr/bin/one", "two": "/usr/bin/two"},
            commands=[command("one -a"), command("two -b")],
            processes=[{"pid": 1, "name": "sh"}, {"pid": 2, "name": "ssh", "argv": ["ssh", "host"]}],
            queries=[{"name": "q", "value": 1}, {"name": "r", "value": 2}],
        )
    )
    host.env.get("XDG_CURRENT_DESKTOP")
    host.env.get("XDG_SESSION_TYPE")
    host.read("/a")
    host.read("/nonexistent")
    host.glob("/c*")
    host.which("one")
    host.run(["one", "-a"])
    host.run(["nothing"])
    host.processes("sh")
    host.query("q")
    recording = host.to_recording(config={"profile": "toolkit"}, remembered={"x": {"k": 1}, "y": {}})
    assert recording.env == {"XDG_CURRENT_DESKTOP": "GNOME"}
    assert recording.files == {"/a": "1", "/c": FileEntry(present=True)}
    assert recording.programs == {"one": "/usr/bin/one"}
    assert [each.argv for each in recording.commands] == [("one", "-a")]
    assert [each.name for each in recording.processes] == ["sh"]
    assert [each.name for each in recording.queries] == ["q"]
    assert recording.config == {"profile": "toolkit"}
    assert recording.remembered == {"x": {"k": 1}}
    assert recording.taken_at == host.now()


def test_the_time_stands_still() -> None:
    host = WatchingHost(LiveHost())
    assert host.now() == host.now() == replayed(host).now()


def test_who_goes_through_all_variables_has_asked_for_all() -> None:
    host = WatchingHost(computer(env={"A": "1", "B": "2"}))
    assert dict(host.env) == {"A": "1", "B": "2"}
    assert host.to_recording().env == {"A": "1", "B": "2"}


def test_a_variable_that_was_only_looked_for_is_written_down() -> None:
    host = WatchingHost(computer(env={"A": "1", "B": "2"}))
    assert "A" in host.env
    assert "C" not in host.env
    assert host.to_recording().env == {"A": "1"}


def test_asked_for_every_process_no_arguments_are_written_down() -> None:
    host = WatchingHost(
        computer(processes=[{"pid": 1, "name": "a", "argv": ["a", "x"]}, {"pid": 2, "name": "b", "argv": ["b"]}])
    )
    host.processes("a")
    host.processes()
    assert [(each.name, each.argv) for each in host.to_recording().processes] == [("a", ("a", "x")), ("b", ())]


ASKED: list[Callable[[Host], Any]] = [
    lambda host: host.read("/text"),
    lambda host: host.read_bytes("/bytes"),
    lambda host: host.read_bytes("/bom"),
    lambda host: host.read("/denied"),
    lambda host: host.read("/big"),
    lambda host: host.read("/dir"),
    lambda host: host.read("/none"),
    lambda host: host.glob("/*"),
    lambda host: host.glob("/dir/*"),
    lambda host: host.glob("/dir/*/"),
    lambda host: host.which("tool"),
    lambda host: host.which("none"),
    lambda host: host.run(["tool", "ok"]),
    lambda host: host.run(["/usr/bin/tool", "late"]),
    lambda host: host.run(["none"]),
    lambda host: host.processes("sh", "none"),
    lambda host: host.query("value", "a"),
    lambda host: host.query("denied"),
    lambda host: host.query("none"),
    lambda host: host.env.get("A"),
    lambda host: host.env.get("C"),
    lambda host: (host.user, host.home, host.system, host.now()),
]


def test_a_replay_gives_every_answer_again() -> None:
    host = WatchingHost(
        computer(
            user={"name": "alex", "home": "/home/alex", "uid": 1000},
            env={"A": "1"},
            files={
                "/text": "x",
                "/bytes": {"base64": "/w=="},
                "/bom": "\ufeffx\0",
                "/denied": {"denied": True},
                "/big": {"failure": "too_large"},
                "/dir/sub/x": "",
                "/dir/file": {"present": True},
            },
            programs={"tool": "/usr/bin/tool"},
            commands=[command("tool ok", "out", 3, "err"), {"argv": ["tool", "late"], "failure": "timeout"}],
            processes=[{"pid": 1, "name": "sh", "argv": ["sh"]}],
            queries=[
                {"name": "value", "args": ["a"], "value": [1, {"b": None}]},
                {"name": "denied", "failure": "denied"},
            ],
        )
    )
    first = [ask(host) for ask in ASKED]
    again = replayed(host)
    assert [ask(again) for ask in ASKED] == first


def test_a_windows_registry_is_written_down_by_view() -> None:
    real = computer(
        "windows",
        registry={
            r"HKLM64\Soft\A": {"X": {"type": "REG_DWORD", "value": 1}},
            r"HKLM32\Soft\B": {"Y": {"type": "REG_SZ", "value": "y"}},
            r"HKCU\C": {"Z": {"type": "REG_SZ", "value": "z"}},
        },
        unreadable={r"HKLM64\SAM": "denied", "processes": "failed"},
    )
    host = WatchingHost(real)
    asked: list[Callable[[Host], Any]] = [
        lambda host: host.registry(r"HKLM\Soft\A"),
        lambda host: host.registry(r"HKLM64\Soft\B"),
        lambda host: host.registry(r"HKLM\Soft\B"),
        lambda host: host.registry(r"HKCU\C"),
        lambda host: host.registry(r"HKCU\None"),
        lambda host: host.registry(r"HKLM\SAM"),
        lambda host: host.registry_subkeys(r"HKLM\Soft"),
        lambda host: host.registry_subkeys(r"HKLM64\Soft"),
        lambda host: host.registry_subkeys(r"HKCU\None"),
        lambda host: host.processes("x"),
    ]
    first = [ask(host) for ask in asked]
    again = replayed(host)
    assert [ask(again) for ask in asked] == first
    assert first[-1] == Unreadable("failed", "processes")


def test_a_file_of_windows_is_written_down_once_however_it_is_spelt() -> None:
    real = computer("windows", files={r"C:\Users\Zoë\Prefs": "1", r"C:\Users\Zoë\Sub\x": "2"})
    host = WatchingHost(real)
    asked: list[Callable[[Host], Any]] = [
        lambda host: host.glob(r"C:\Users\*\Sub"),
        lambda host: host.read("C:/Users/Zoë/Prefs"),
        lambda host: host.read(r"c:\users\ZOË\prefs"),
        lambda host: host.glob("C:/Users/*/*"),
        lambda host: host.read(r"c:\users\zoë/sub/X"),
        lambda host: host.read("c:/users/zoë/sub"),
    ]
    first = [ask(host) for ask in asked]
    assert host.to_recording().files == {r"C:\Users\Zoë\Prefs": "1", r"c:\users\zoë\sub\X": "2"}
    again = replayed(host)
    assert [ask(again) for ask in asked[1:3]] == first[1:3] == ["1", "1"]
    assert again.read(r"C:\USERS\Zoë\Sub\x") == "2"
    assert [path.lower() for path in again.glob("C:/Users/*/*")] == [path.lower() for path in first[3]]


def test_elsewhere_a_backslash_and_capitals_make_another_file() -> None:
    host = WatchingHost(computer(files={"/a": "1", "/A": "2", "/a\\b": "3"}))
    assert [host.read(path) for path in ("/a", "/A", "/a\\b")] == ["1", "2", "3"]
    assert host.to_recording().files == {"/a": "1", "/A": "2", "/a\\b": "3"}


@pytest.fixture(scope="module")
def live() -> WatchingHost:
    return WatchingHost(LiveHost())


@pytest.mark.parametrize(
    "ask",
    [
        lambda host: host.read("/etc/os-release"),
        lambda host: host.read("/etc"),
        lambda host: host.read("/dev/zero"),
        lambda host: host.glob("/etc/*.conf"),
        lambda host: host.glob("/etc/*/"),
        lambda host: host.glob("/nonexistent/*"),
        lambda host: host.run(["uname", "-s"]),
        lambda host: host.run(["sh", "-c", "exit 7"]),
        lambda host: host.run(["/bin/uname", "-s"]),
        lambda host: host.which("uname"),
        lambda host: host.which("/bin/uname"),
        lambda host: host.query("mtime", "/etc"),
        lambda host: host.query("mtime", "/nonexistent"),
        lambda host: host.query("no_such_query"),
        lambda host: len(host.processes("no-such-process")),
    ],
)
def test_a_replay_of_this_computer_gives_the_same_answer(ask: Callable[[Host], Any]) -> None:
    host = WatchingHost(LiveHost())
    first = ask(host)
    second = ask(replayed(host))
    if isinstance(first, Unreadable):
        assert isinstance(second, Unreadable)
        assert second.reason == first.reason
    else:
        assert second == first


def test_checks_side_by_side_may_use_it(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / str(number)).write_text(str(number))
    host = WatchingHost(LiveHost())
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda number: (host.read(f"{tmp_path}/{number}"), host.glob(f"{tmp_path}/*")), range(40))
        )
    assert [text for text, _ in answers] == [str(number) for number in range(40)]
    assert len(host.to_recording().files) == 40


NAMES = st.text(alphabet="ab.-", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.binary(max_size=4)), max_size=6),
    st.lists(st.lists(st.text(alphabet="ab.*?-", min_size=1, max_size=3), min_size=1, max_size=3), max_size=6),
)
def test_a_watched_folder_replays_its_globs_and_files(
    files: list[tuple[list[str], bytes]], patterns: list[list[str]]
) -> None:
    with tempfile.TemporaryDirectory() as root:
        for parts, content in files:
            path = Path(root, *parts)
            if all(not above.is_file() for above in path.parents) and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        host = WatchingHost(LiveHost())
        wanted = ["/".join([root, *parts]) for parts in patterns if not {".", ".."} & set(parts)]
        found = {pattern: host.glob(pattern) for pattern in wanted}
        read = {path: host.read_bytes(path) for paths in found.values() for path in paths if os.path.isfile(path)}
        again = replayed(host)
        assert {pattern: again.glob(pattern) for pattern in wanted} == found
        assert {path: again.read_bytes(path) for path in read} == read


def test_a_command_that_is_not_there_leaves_no_trace() -> None:
    host = WatchingHost(LiveHost())
    host.run(["no-such-program-here"])
    assert host.to_recording().commands == []
    assert replayed(host).which("no-such-program-here") is None


def test_a_real_process_is_found_again() -> None:
    child = subprocess.Popen(["/usr/bin/sleep", "65.2257"])
    try:
        host = WatchingHost(LiveHost())
        assert host.processes("sleep") == replayed(host).processes("sleep") != []
    finally:
        child.kill()
        child.wait()
