"""A laptop that reports for real, a store and an outbox on the disk; only its keyring is in memory.

with report_server() as server, laptop(tmp_path, server.base_url) as alex:
    alex.enrol(server.collector.new_code())
    alex.make("fail")
    alex.send()
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from agent import enrolment
from agent.contract import Status
from agent.enrolment import Begun, Left
from agent.host import Unreadable
from agent.http import Network
from agent.paths import Paths
from agent.report.model import Level, Report
from agent.report.outbox import Outbox
from agent.reporting import Reports
from agent.status import Document
from agent.store import Sending, Store
from config.schema import NetworkSettings, ReportSettings
from tests.agent.report import builders

ONLINE = NetworkSettings(offline=False, ca_file="")


@dataclass
class MemoryKeyring:
    """A keyring as :mod:`agent.secrets` gives it. ``problem`` is what it answers instead, ``asked`` what it was asked.

    ``refuses`` are operations (``get``, ``store``, ``remove``) that give the problem; all of them unless named.
    """

    kept: dict[str, str] = field(default_factory=dict, repr=False)
    problem: str | None = None
    refuses: frozenset[str] = frozenset({"get", "store", "remove"})
    asked: list[tuple[str, str]] = field(default_factory=list)
    prompts: list[bool] = field(default_factory=list)

    def get(self, name: str, /) -> str | Unreadable | None:
        return self._problem("get", name) or self.kept.get(name)

    def store(self, name: str, value: str, /) -> Unreadable | None:
        problem = self._problem("store", name)
        if problem is None:
            self.kept[name] = value
        return problem

    def remove(self, name: str, /, *, may_prompt: bool = True) -> bool | Unreadable:
        self.prompts.append(may_prompt)
        return self._problem("remove", name) or self.kept.pop(name, None) is not None

    def _problem(self, operation: str, name: str) -> Unreadable | None:
        self.asked.append((operation, name))
        return Unreadable(self.problem, "keyring") if self.problem and operation in self.refuses else None


@dataclass
class Laptop:
    """One person's laptop. ``asks`` is what the machine policy says; ``ca_file`` an authority that it trusts."""

    paths: Paths
    store: Store
    asks: ReportSettings
    keyring: MemoryKeyring = field(default_factory=MemoryKeyring)
    settings: NetworkSettings = ONLINE
    seconds: float = 5.0

    @property
    def reports(self) -> Reports:
        return Reports(self.store, self.paths, self.asks)

    @property
    def outbox(self) -> Outbox:
        return self.reports.outbox

    @property
    def device_id(self) -> str:
        return self.store.device_id()

    @property
    def going(self) -> Sending:
        return self.store.sending()

    @property
    def network(self) -> Network:
        return Network(self.settings, connect_seconds=2, read_seconds=self.seconds, total_seconds=self.seconds)

    def enrol(self, code: str | None, level: Level = "detailed") -> Begun:
        return enrolment.begin(
            self.reports, level, now(), code=code, keyring=self.keyring, network=self.network, platform="linux"
        )

    def leave(self) -> Left:
        return enrolment.leave(self.reports, now(), keyring=self.keyring, network=self.network)

    def make(self, status: str = "fail", at: datetime | None = None) -> Report:
        made = self.reports.make(self.document(status), at or now())
        assert made is not None
        return made

    def send(self, at: datetime | None = None, *, at_once: bool = False) -> int:
        return self.reports.send(self.keyring, self.network, at or now(), at_once=at_once)

    def document(self, status: str = "fail") -> Document:
        made = builders.document(builders.row(status=Status(status)))
        return msgspec.structs.replace(made, device=msgspec.structs.replace(made.device, id=self.device_id))

    def asked_for(self, **changes: Any) -> None:
        """The machine policy says something else from now on."""
        self.asks = msgspec.structs.replace(self.asks, **changes)

    def restarted(self) -> None:
        """Everything that is only in memory is lost."""
        self.store.close()
        self.store = Store.open(self.paths)

    def without_database(self) -> None:
        """What the journal has is all that is left."""
        self.store.close()
        for suffix in ("", "-wal", "-shm"):
            Path(self.paths.store + suffix).unlink(missing_ok=True)
        self.store = Store.open(self.paths)

    def files(self) -> list[str]:
        """The names in the outbox's folder."""
        return sorted(os.listdir(self.paths.outbox)) if os.path.isdir(self.paths.outbox) else []


@contextmanager
def laptop(folder: Path, url: str = "", **asks: Any) -> Iterator[Laptop]:
    """A laptop whose machine policy names a collector."""
    paths = Paths.on("linux", {"XDG_DATA_HOME": str(folder)}, str(folder))
    values: dict[str, Any] = {"url": url, "drop": "", "level": "detailed", "every_hours": 24, "office": "", **asks}
    made = Laptop(paths, Store.open(paths), ReportSettings(**values))
    try:
        yield made
    finally:
        made.store.close()


def now() -> datetime:
    return datetime.now(UTC)


def said(body: bytes) -> tuple[int, str, str]:
    """Number, id and status of the finding of a report that was made here."""
    document = json.loads(body)
    return document["sequence"], document["report_id"], document["checks"][0]["status"]
