"""Nothing secret or personal where it does not belong: marks are planted everywhere, and everything is searched.

A whole session with a real keyring and a stand-in for Have I Been Pwned. Meanwhile every process on this computer is
looked at, again and again: its arguments and its environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.paths import Paths
from tests.hibp_server import ANONYMOUS_KEY, KEY, hibp_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

IN_KEYRING = "planted-alpha-9c1@marked-one.example"
IN_SETTINGS = "planted-beta-4d7@marked-two.example"
IMPORTED = "planted-gamma-2e5@marked-three.example"
LABEL = "Planted label 51ab"
HOST = "planted-host-83f"

SESSION = """
set -e
hostname "$3" 2>/dev/null || true
printf 'test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
W="$1 -m agent"
cd "$2"
$W secret set hibp_api_key < key.txt
$W accounts add google --label "$(cat label.txt)" < address.txt
$W accounts import list.csv
echo app | $W attest "$(cat label.txt)" two_step.method || true
$W check --json > check.json || true
$W explain breach > /dev/null || true
$W run --json > run.json || true
$W run --due --json >> run.json || true
$W breach acknowledge --all > /dev/null
$W check breach > /dev/null || true
$W --verbose check breach two_step > said.txt 2>&1 || true
$W status > /dev/null || true
$W doctor > /dev/null 2>&1 || true
$W record recording.json > /dev/null 2>&1 || true
$W accounts edit "$(cat label.txt)" --address < wrong.txt 2> refused.txt || true
$W export-my-data mine.zip > /dev/null
"""


class Watcher:
    """Everything that any process had as its arguments and its environment."""

    def __init__(self) -> None:
        self.arguments: set[bytes] = set()
        self.environments: set[bytes] = set()
        self._over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        known: set[tuple[str, bytes]] = set()
        while not self._over.wait(0.004):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                with suppress(OSError):
                    arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
                    if (pid, arguments) in known:  # an environment does not change without a new program
                        continue
                    known.add((pid, arguments))
                    self.arguments.add(arguments)
                    self.environments.add(Path(f"/proc/{pid}/environ").read_bytes())


def forms(address: str) -> list[str]:
    """An address and what could stand for it."""
    name, _, domain = address.partition("@")
    digest = hashlib.sha1(address.encode()).hexdigest()
    return [address, name, domain, digest, digest.upper(), hashlib.sha256(address.encode()).hexdigest()]


@pytest.mark.parametrize("key", [KEY, ANONYMOUS_KEY], ids=["plain search", "anonymous search"])
def test_marks_are_found_only_where_they_belong(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    home, work = tmp_path / "planted-home-66d", tmp_path / "work"
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True)
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name, text in {
        "key.txt": f"{key}\n",
        "address.txt": f"{IN_KEYRING}\n",
        "wrong.txt": f"{key} {IN_KEYRING}\n",
        "label.txt": LABEL,
        "list.csv": f"service,label,address\ninstagram,From a list,{IMPORTED}\n",
    }.items():
        (work / name).write_text(text)
    paths = Paths.here()
    config = Path(paths.config)
    config.parent.mkdir(parents=True)
    command = ["dbus-run-session", "--", "bash", "-c", SESSION, "bash", sys.executable, str(work), HOST]
    separate = ["unshare", "--uts"] if can_separate() else []
    host = HOST if separate else socket.gethostname()
    watcher = Watcher()
    with hibp_server() as server:
        server.others = {IN_KEYRING: ["Adobe", "Forum"], IN_SETTINGS: ["Shop"]}
        config.write_text(
            f'[breach]\nbase_url = "{server.base_url}"\n[[accounts]]\nservice = "x"\nlabel = "Listed"\n'
            f'address = "{IN_SETTINGS}"\n[app_updates]\nfeeds = false\n'
        )
        with watcher.watching():
            done = subprocess.run([*separate, *command], capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == 0, done.stderr
        # It did happen: the keyring was asked, and so was the service, about every address.
        assert any(b"agent.keyring_child" in arguments for arguments in watcher.arguments)
        assert any("breachedaccount" in path for path in server.paths)
    assert "Adobe" in (work / "check.json").read_text()
    assert LABEL in (work / "said.txt").read_text()

    secrets = [key, *forms(IN_KEYRING), *forms(IN_SETTINGS), *forms(IMPORTED)]
    processes = [*watcher.arguments, *watcher.environments]
    assert marks(processes, secrets) == set()

    kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path != config}
    own = {path: data for path, data in kept.items() if "keyrings" not in path.parts}
    made = [work / name for name in ("check.json", "run.json", "said.txt", "recording.json", "refused.txt")]
    own |= {path: path.read_bytes() for path in made}
    with zipfile.ZipFile(work / "mine.zip") as zipped:
        assert marks([zipped.read(name) for name in zipped.namelist()], secrets) == set()
    assert {Path(paths.store), Path(paths.journal), Path(paths.status)} <= own.keys()
    assert {path.name for path, data in own.items() if marks([data], secrets)} == set()

    personal = ["planted-home-66d", host]
    named = {path.name for path, data in own.items() if marks([data], personal)}
    # Root's home names nobody, so a recording by root keeps it, wherever it is.
    by_root = sys.platform != "win32" and os.geteuid() == 0
    assert named <= ({"recording.json"} if by_root else set())
    assert not marks([own[work / "recording.json"]], [host])

    # The label is the person's own word for the account: on their own screen and in their own store, and not elsewhere.
    with_label = {path.name for path, data in own.items() if marks([data], [LABEL])}
    assert with_label <= {"watchword.db", "watchword.db-wal", "journal.jsonl", "status.json", "check.json", "said.txt"}
    # Commands that this test itself starts with a label are the only ones to have it.
    labelled = [arguments for arguments in watcher.arguments if LABEL.encode() in arguments]
    assert all(b"accounts" in arguments or b"attest" in arguments for arguments in labelled)


def marks(places: list[bytes], wanted: list[str]) -> set[str]:
    """Which of the marks are anywhere in these."""
    return {mark for mark in wanted if any(mark.encode() in place for place in places)}


def can_separate() -> bool:
    """Whether this computer lets us give a process a host name of its own."""
    program = shutil.which("unshare")
    if program is None:
        return False
    return subprocess.run([program, "--uts", "hostname", HOST], capture_output=True, check=False).returncode == 0
