"""An office with a collector, and the laptop of one of its people, whose command line runs in this process.

Only so can the machine policy be elsewhere and belong to whoever runs the tests. The keyring is in memory.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from agent.cli import run
from agent.paths import Paths
from agent.report.outbox import Outbox
from agent.store import Sending, Store
from config import loader
from tests.agent.report.laptop import MemoryKeyring, now
from tests.config.administrators import ME, write
from tests.report_server import ReportServer

#: The checks that read this computer, which is none of the office's.
QUIET = 'disabled = ["app_updates", "password_manager", "breach", "screen_lock"]'
LABEL = "Work of mine"
#: ``python -c ELSEWHERE POLICY ARGUMENTS...``: the command line as a process of its own, with that machine policy.
ELSEWHERE = """
import os, sys
from agent.cli import run
from agent.paths import Paths
from config import loader
paths = Paths.here()
paths.policy = sys.argv[1]
Paths.here = lambda: paths
loader.load.__kwdefaults__["administrators"] = frozenset({os.getuid()})
sys.exit(run(sys.argv[2:]))
"""


class Done(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


@dataclass
class Office:
    """``keyring`` is the person's, ``paths`` are where their files are."""

    server: ReportServer
    folder: Path
    paths: Paths
    keyring: MemoryKeyring
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    asks: dict[str, Any] = field(default_factory=dict)

    def policy(self, **asks: Any) -> None:
        """Write the machine policy: what it asks for of reports."""
        self.asks = asks
        report = "".join(f"{name} = {json.dumps(value)}\n" for name, value in asks.items())
        write(
            self.folder,
            f'[checks]\n{QUIET}\n[report]\n{report}[[accounts]]\nservice = "google"\nlabel = "{LABEL}"\n',
            "policy.toml",
        )

    def break_policy(self) -> None:
        write(self.folder, "[report\n", "policy.toml")

    def __call__(self, *arguments: str, said: str = "") -> Done:
        """Run ``watchword ARGUMENTS...``; ``said`` is its standard input."""
        self.patch.setattr("sys.stdin", io.StringIO(said))
        code = run(arguments)
        found = self.capture.readouterr()
        return Done(code, found.out, found.err)

    def state(self, method: str) -> None:
        """The person says how they sign in: ``none`` fails, ``passkey`` passes."""
        assert self("attest", LABEL, "--method", method).code == 0

    def enrol(self, *arguments: str) -> Done:
        done = self("report", "enrol", "--yes", *arguments, said=self.server.collector.new_code() + "\n")
        assert done.code == 0, done.err
        return done

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.paths.outbox)

    @property
    def going(self) -> Sending:
        with Store.open(self.paths) as store:
            return store.sending()

    @property
    def device_id(self) -> str:
        with Store.open(self.paths) as store:
            return store.device_id()

    def is_time(self, ahead: timedelta = timedelta(0), **changes: Any) -> None:
        """The next report, or the next attempt, is due as if so much time had passed."""
        with Store.open(self.paths) as store:
            store.keep_sending(msgspec.structs.replace(store.sending(), **({"next_at": now() + ahead} | changes)))

    @property
    def reports(self) -> list[dict[str, Any]]:
        """What the collector has taken."""
        return [json.loads(each.body) for each in self.server.collector.taken]

    def sent(self) -> int:
        """How many requests it has seen."""
        return len(self.server.requests)


@contextmanager
def office(
    server: ReportServer,
    folder: Path,
    capture: pytest.CaptureFixture[str],
    patch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """A laptop whose policy asks for reports at the level ``detailed``, and whose person has not been asked."""
    folder.chmod(0o755)
    paths = Paths.here()
    paths.policy = str(folder / "policy.toml")
    patch.setattr(Paths, "here", lambda: paths)
    assert loader.load.__kwdefaults__
    patch.setitem(loader.load.__kwdefaults__, "administrators", ME)
    keyring = MemoryKeyring()
    patch.setattr("agent.cli.report.secrets", keyring)
    patch.setattr("agent.cli.worker.secrets", keyring)
    before = os.umask(0o022)
    made = Office(server, folder, paths, keyring, capture, patch)
    made.policy(url=server.base_url, level="detailed", office="Office of the Member")
    try:
        yield made
    finally:
        os.umask(before)


def statuses(report: dict[str, Any]) -> dict[str, str]:
    """Each finding of a report, by check."""
    return {row["id"]: row["status"] for row in report["checks"]}
