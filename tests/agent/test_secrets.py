"""The keyring for real: a gnome-keyring Secret Service on a session bus of its own, and everything in its place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent import secrets
from agent.host import Unreadable

KEY = secrets.HIBP_KEY
MARKER = "planted-marker-0123456789"

GNOME_KEYRING = "printf test-password | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null"


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


@contextmanager
def session_bus(first: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A session bus for the test and its children, on which the shell command ``first`` was run."""
    needs("dbus-run-session")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", f"{first}; echo $DBUS_SESSION_BUS_ADDRESS; cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bus:
        assert bus.stdin is not None
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        try:
            yield
        finally:
            bus.stdin.close()
            bus.wait(10)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An unlocked gnome-keyring."""
    needs("gnome-keyring-daemon")
    with session_bus(GNOME_KEYRING, monkeypatch, tmp_path):
        yield


@pytest.fixture
def mute_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A Secret Service that takes every question and never answers, as while a prompt is open."""
    jeepney = pytest.importorskip("jeepney", reason="jeepney is on Linux only")
    from jeepney.io.blocking import open_dbus_connection

    with session_bus("true", monkeypatch, tmp_path), closing(open_dbus_connection("SESSION")) as connection:
        connection.send_and_get_reply(jeepney.message_bus.RequestName("org.freedesktop.secrets"))
        yield


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def lock_collection() -> None:
    secretstorage: Any = pytest.importorskip("secretstorage", reason="the Secret Service is on Linux only")
    with closing(secretstorage.dbus_init()) as connection:
        secretstorage.Collection(connection).lock()


def reason(answer: object) -> str:
    assert isinstance(answer, Unreadable), answer
    return answer.reason


def test_a_secret_is_kept_read_and_forgotten(keyring: None) -> None:
    assert secrets.get(KEY) is None
    assert secrets.store(KEY, "a" * 32) is None
    assert secrets.get(KEY) == "a" * 32
    assert secrets.store(KEY, "b" * 32) is None
    assert secrets.get(KEY) == "b" * 32
    assert secrets.remove(KEY) is True
    assert secrets.get(KEY) is None
    assert secrets.remove(KEY) is False


def test_many_are_read_at_once_and_those_never_kept_are_none(keyring: None) -> None:
    first, second = secrets.address_name("i-0a1b2c3d4e5f"), secrets.address_name("i-000000000000")
    secrets.store(first, "zoë+mail@example.org")

    assert secrets.get_many([KEY, first, second]) == {KEY: None, first: "zoë+mail@example.org", second: None}
    assert secrets.get_many([]) == {}


def test_the_name_in_the_keyring_is_watchword(keyring: None) -> None:
    secretstorage: Any = pytest.importorskip("secretstorage", reason="the Secret Service is on Linux only")
    secrets.store(KEY, "a" * 32)

    with closing(secretstorage.dbus_init()) as connection:
        found = list(secretstorage.Collection(connection).search_items({"service": "watchword", "username": KEY}))
        assert [item.get_secret() for item in found] == [b"a" * 32]


def test_a_locked_keyring_says_so_at_once_and_keeps_what_it_has(keyring: None) -> None:
    secrets.store(KEY, "a" * 32)
    lock_collection()
    began = time.monotonic()

    assert reason(secrets.get(KEY)) == "locked"
    assert reason(secrets.store(KEY, "b" * 32)) == "locked"
    assert reason(secrets.remove(KEY)) == "locked"
    assert time.monotonic() - began < 10


def test_a_keyring_that_waits_for_a_prompt_is_left_in_time(mute_keyring: None) -> None:
    began = time.monotonic()

    assert reason(secrets.get(KEY, time_limit=1.0)) == "timeout"
    assert time.monotonic() - began < 4
    assert [child for child in psutil.Process().children() if "keyring_child" in " ".join(child.cmdline())] == []


def test_the_child_ends_by_itself_when_its_parent_is_gone(mute_keyring: None) -> None:
    request = {"op": "get", "service": "watchword", "names": [KEY], "value": "", "may_prompt": False, "seconds": 0.5}
    child = subprocess.run(
        [sys.executable, "-P", "-m", "agent.keyring_child"],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert child.returncode == 75
    assert child.stdout == b""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_secret_is_never_an_argument_or_in_the_environment(mute_keyring: None) -> None:
    done: list[object] = []
    thread = threading.Thread(target=lambda: done.append(secrets.store(KEY, MARKER, time_limit=3.0)))
    thread.start()
    seen = []
    while thread.is_alive():
        for child in psutil.Process().children(recursive=True):
            try:
                if "agent.keyring_child" in child.cmdline():
                    seen.append(" ".join(child.cmdline()) + str(child.environ()))
            except psutil.Error:
                continue
        time.sleep(0.05)
    thread.join()

    assert seen
    assert MARKER not in "".join(seen)
    assert MARKER not in repr(done)


def test_without_a_session_bus_there_is_no_keyring(no_bus: None) -> None:
    assert reason(secrets.get(KEY)) == "no_keyring"
    assert reason(secrets.store(KEY, "a" * 32)) == "no_keyring"
    assert reason(secrets.remove(KEY)) == "no_keyring"


def test_a_bus_without_a_secret_service_has_no_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Services that the bus could start are left out, as on a computer without gnome-keyring.
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    with session_bus("true", monkeypatch, tmp_path):
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        assert reason(secrets.get(KEY)) == "no_keyring"


def test_a_service_without_a_collection_is_no_keyring_and_is_not_asked_to_make_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    needs("gnome-keyring-daemon")
    start = "gnome-keyring-daemon --start --components=secrets --daemonize </dev/null >/dev/null"
    with session_bus(start, monkeypatch, tmp_path):
        assert reason(secrets.get(KEY)) == "no_keyring"


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_a_back_end_that_keeps_nothing_is_refused(keyring: None, monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)

    assert reason(secrets.store(KEY, "a" * 32)) == "no_keyring"
    assert reason(secrets.get(KEY)) == "no_keyring"


PLAIN_BACKEND = """
import pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 100
    file = pathlib.Path(__file__).with_name("in-the-clear")

    def get_password(self, service, username):
        return self.file.read_text() if self.file.exists() else None

    def set_password(self, service, username, password):
        self.file.write_text(password)

    def delete_password(self, service, username):
        self.file.unlink()
"""


def test_a_back_end_that_writes_plain_text_is_refused_before_it_writes(
    no_bus: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "plainly.py").write_text(PLAIN_BACKEND)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "plainly.Keyring")

    assert reason(secrets.store(KEY, "a" * 32)) == "no_keyring"
    assert reason(secrets.get(KEY)) == "no_keyring"
    assert not (tmp_path / "in-the-clear").exists()


def test_a_back_end_that_crashes_is_a_reason_and_says_nothing(
    no_bus: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text("raise OSError('no')\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "broken.Keyring")

    assert reason(secrets.store(KEY, MARKER)) in ("failed", "no_keyring")
    assert MARKER not in "".join(capfd.readouterr())


def test_a_folder_named_agent_in_the_current_directory_is_not_run(
    no_bus: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "__init__.py").write_text("")
    (tmp_path / "agent" / "keyring_child.py").write_text(
        "import json, sys\nprint(json.dumps({'values': {'hibp_api_key': 'stolen'}}))\n"
    )
    monkeypatch.chdir(tmp_path)

    assert reason(secrets.get(KEY)) == "no_keyring"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "other",
        "hibp_api_key ",
        "address:",
        "address:../x",
        "address:a b",
        "ADDRESS:x",
        f"address:{'a' * 65}",
        KEY + "\n",
    ],
)
def test_names_that_are_not_ours_are_refused_and_not_repeated(name: str) -> None:
    assert not secrets.is_known(name)
    with pytest.raises(ValueError, match="not the name of a secret") as raised:
        secrets.get(name)
    assert not name.strip() or name.strip() not in str(raised.value)
