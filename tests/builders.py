"""Small builders that tests share: a computer from a few facts, and a context to run a check in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from agent.contract import Account, Attestation, Context, Response
from agent.host import Host, Unreadable
from agent.host.recording import Recording
from agent.host.replay import ReplayHost
from config.loader import default_settings

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class DictMemory:
    """Memory that lasts as long as the test."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = dict(values or {})

    def recall(self, key: str) -> Any:
        return self.values.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.values[key] = msgspec.json.decode(msgspec.json.encode(value))


class NoNetwork:
    """A computer that is not on any network."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        return Unreadable("offline", url)


def computer(system: str = "linux", **facts: Any) -> ReplayHost:
    """A recorded computer from keyword facts in the recording format."""
    document = {"format": "watchword.recording/1", "system": system, "taken_at": NOW, **facts}
    return ReplayHost(msgspec.convert(msgspec.to_builtins(document), Recording))


def command(line: str | Sequence[str], stdout: str = "", exit: int = 0, stderr: str = "") -> dict[str, Any]:
    """One recorded command; a string is split at spaces."""
    argv = line.split() if isinstance(line, str) else list(line)
    return {"argv": argv, "exit": exit, "stdout": stdout, "stderr": stderr}


def context(
    host: Host,
    *,
    profile: str = "standard",
    now: datetime = NOW,
    memory: DictMemory | None = None,
    http: Any = None,
    accounts: Sequence[Account] = (),
    attestations: Sequence[Attestation] = (),
    address: Callable[[Account], str | Unreadable | None] = lambda account: None,
    secret: Callable[[str], str | Unreadable | None] = lambda name: None,
    fresh: bool = False,
    **settings: Any,
) -> Context:
    """What the runner would give a check; keyword arguments that are left replace whole parts of the settings."""
    merged = msgspec.structs.replace(default_settings(profile), **settings)
    return Context(
        host=host,
        now=now,
        profile=merged.profile,
        settings=merged,
        memory=memory or DictMemory(),
        http=http or NoNetwork(),
        accounts=accounts,
        attestations=attestations,
        address=address,
        secret=secret,
        fresh=fresh,
    )
