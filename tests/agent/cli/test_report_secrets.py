"""The secret of reports and the one-time code are nowhere but in the keyring: real processes, a real keyring."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from agent import secrets
from agent.report.enrolment_code import normalised
from agent.report.outbox import LAST_SENT
from agent.secrets import REPORT_SECRET
from tests.agent.cli.office import ELSEWHERE, Office, office
from tests.agent.test_secrets import GNOME_KEYRING, needs, session_bus
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, report_server

if sys.platform != "linux":
    pytest.skip("reads /proc and has a Secret Service", allow_module_level=True)

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server(collector=Collector(approves=True)) as running:
        yield running


@pytest.fixture
def laptop(
    server: ReportServer,
    own_home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    needs("gnome-keyring-daemon")
    with ExitStack() as stack:
        stack.enter_context(session_bus(GNOME_KEYRING, monkeypatch, tmp_path))
        yield stack.enter_context(office(server, tmp_path, capsys, monkeypatch))


@dataclass
class Watch:
    """What could be seen of every process that this one started: their arguments and environments."""

    seen: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    stopping: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        while not self.stopping.is_set():
            for child in psutil.Process().children(recursive=True):
                try:
                    arguments = child.cmdline()
                    self.seen.add(" ".join(arguments) + str(child.environ()))
                    self.programs.update(arguments)
                except psutil.Error:
                    continue
            time.sleep(0.01)


def process(laptop: Office, *arguments: str, said: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(laptop.folder / "policy.toml"), *arguments],
        input=said.encode(),
        capture_output=True,
        env={**os.environ, **more},
        timeout=100,
        check=False,
    )


def forms(secret: str) -> list[bytes]:
    """The ways in which the secret could be written."""
    raw = base64.urlsafe_b64decode(secret + "=")
    return [secret.encode(), raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"="), repr(raw).encode()]


def test_neither_is_in_an_argument_an_environment_a_file_or_anything_that_is_said(
    laptop: Office, server: ReportServer, own_home: Path, tmp_path: Path
) -> None:
    code = server.collector.new_code()
    watch = Watch()
    watching = threading.Thread(target=watch.look)
    watching.start()
    server.faults.append(Fault.LOSE_ANSWER)  # so that it is asked for twice
    outputs: list[bytes] = []
    try:
        for arguments, said in [
            (("report", "enrol", "--yes"), code),
            (("report", "enrol", "--yes"), code),
            (("report", "enrol", "--yes"), "7K3M-Q9TR-V2XW-0H1D"),
            (("run", "--due", "--json"), ""),
            (("--verbose", "report", "send"), ""),
            (("report", "show"), ""),
            (("report", "show", "--last", "--json"), ""),
            (("status", "--json"), ""),
            (("check", "--json"), ""),
            (("config", "show", "--json"), ""),
            (("doctor",), ""),
            (("record", str(tmp_path / "computer.json")), ""),
            (("export-my-data", str(tmp_path / "mine.zip"), "--with-addresses"), ""),
        ]:
            done = process(laptop, *arguments, said=said)
            assert done.returncode in (0, 1, 2, 3, 4), done.stderr
            outputs += [done.stdout, done.stderr]
    finally:
        watch.stopping.set()
        watching.join(10)
    secret = secrets.get(REPORT_SECRET)
    assert isinstance(secret, str)
    assert json.loads(server.requests[0].body)["secret"] == secret
    assert len(server.collector.taken) == 2, outputs
    assert Path(laptop.paths.outbox, LAST_SENT).exists()
    assert "agent.keyring_child" in watch.programs
    hidden = [*forms(secret), code.encode(), normalised(code).encode(), code.lower().encode()]
    for output in outputs:
        assert [form for form in hidden if form in output] == []
    for seen in watch.seen:
        assert [form for form in hidden if form in seen.encode()] == []
    with zipfile.ZipFile(io.BytesIO((tmp_path / "mine.zip").read_bytes())) as mine:
        told = json.loads(mine.read("data.json"))
        packed = [mine.read(name) for name in mine.namelist()]
    assert told["keyring"]["holds"][REPORT_SECRET] == "kept"
    files = [path for top in (own_home, tmp_path) for path in top.rglob("*") if path.is_file()]
    assert {"watchword.db", "journal.jsonl", "status.json", "computer.json"} <= {path.name for path in files}
    for content in [*packed, *(path.read_bytes() for path in files)]:
        assert [form for form in hidden if form in content] == []


def test_errors_of_the_agent_do_not_say_them_either(laptop: Office, server: ReportServer) -> None:
    code = server.collector.new_code()
    laptop.policy(url="https://127.0.0.1:1/watchword")
    done = process(laptop, "--verbose", "report", "enrol", "--yes", said=code)
    assert done.returncode == 4
    kept = secrets.get(secrets.REPORT_SECRET_NEW)
    assert isinstance(kept, str)
    hidden = [*forms(kept.partition(" ")[0]), code.encode(), normalised(code).encode()]
    assert [form for form in hidden if form in done.stdout + done.stderr] == []


@pytest.mark.parametrize("days", [-2, 2])
def test_a_laptop_whose_clock_is_wrong_reports_all_the_same_and_once_more_when_it_is_right(
    laptop: Office, server: ReportServer, days: int
) -> None:
    if not FAKETIME.exists():
        pytest.skip("faketime is not installed")
    assert process(laptop, "report", "enrol", "--yes", said=server.collector.new_code()).returncode == 0
    elsewhen = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"{days * 86400:+}s"}
    for environment, taken in ((elsewhen, 1), (elsewhen, 1), ({}, 2), ({}, 2)):
        done = process(laptop, "run", "--due", "--json", **environment)
        assert done.returncode in (0, 3), done.stderr
        assert len(server.collector.taken) == taken
    assert [each.sequence for each in server.collector.taken] == [1, 2]
