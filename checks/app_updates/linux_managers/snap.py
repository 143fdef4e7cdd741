"""snap: Ubuntu's apps, asked of snapd over its socket.

``GET /v2/snaps`` says what is installed, ``GET /v2/find?select=refresh`` what could be refreshed; for the second snapd
asks its store, so it is asked at most every few hours, its answer is remembered with its time, and where there is no
network the last answer counts for as long as package lists do.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.facts import Held, ManagerFacts, Pending

__all__ = ["Snap", "parse_snaps", "read"]

NAME = "snap"
INSTALLED = "/v2/snaps"
REFRESHABLE = "/v2/find?select=refresh"
ASK_AGAIN = timedelta(hours=6)
#: Snaps that are installed, each with a link to its current revision.
MOUNTED = ("/snap/*/current", "/var/lib/snapd/snap/*/current")
NOTHING_TO_REFRESH = "snap-not-found"


class Snap(msgspec.Struct, frozen=True):
    """A snap as snapd describes it. ``hold`` is until when its owner holds it back."""

    name: str
    version: str = ""
    revision: str = ""
    title: str = ""
    hold: datetime | None = None


class _Answer(msgspec.Struct, frozen=True):
    """What the store said, and when, for which installed revisions."""

    at: datetime
    installed: dict[str, str]
    refreshable: list[Snap]


def read(context: Context) -> ManagerFacts | None:
    """What snapd has to say; ``None`` when no snap is installed."""
    host = context.host
    mounted = any(host.glob(pattern) for pattern in MOUNTED)
    if not mounted and host.which("snap") is None:
        return None
    installed = parse_snaps(host.query("snapd_get", INSTALLED))
    if isinstance(installed, Unreadable):
        return _facts(installed, installed) if mounted else None
    if not installed:
        return _facts(Unreadable("empty", INSTALLED), Unreadable("empty", INSTALLED)) if mounted else None
    answer = _refreshable(context, {snap.name: snap.revision for snap in installed})
    if isinstance(answer, Unreadable):
        return _facts(answer, answer)
    have = {snap.name: snap for snap in installed}
    pending = tuple(_pending(snap, have[snap.name], context.now) for snap in answer.refreshable if snap.name in have)
    return _facts(pending, answer.at)


def _facts(pending: tuple[Pending, ...] | Unreadable, lists_at: datetime | Unreadable) -> ManagerFacts:
    return ManagerFacts(NAME, "snap", pending, lists_at, f"snapd {REFRESHABLE}", "last answer of the snap store")


def _refreshable(context: Context, installed: dict[str, str]) -> _Answer | Unreadable:
    before = _remembered(context)
    current = before is not None and before.installed == installed and before.at <= context.now
    if current and before is not None and not context.fresh and context.now - before.at < ASK_AGAIN:
        return before
    offline = context.settings.network.offline
    said = Unreadable("offline", REFRESHABLE) if offline else _ask(context.host)
    if isinstance(said, Unreadable):
        return before if current and before is not None else said
    answer = _Answer(context.now, installed, said)
    context.memory.remember("answer.snap", msgspec.to_builtins(answer))
    return answer


def _remembered(context: Context) -> _Answer | None:
    try:
        answer = msgspec.convert(context.memory.recall("answer.snap"), _Answer)
    except msgspec.ValidationError:
        return None
    return answer if answer.at.tzinfo is not None else None


def _ask(host: Host) -> list[Snap] | Unreadable:
    said = host.query("snapd_get", REFRESHABLE)
    result = said.get("result") if isinstance(said, dict) else None
    if isinstance(result, dict) and result.get("kind") == NOTHING_TO_REFRESH:
        return []
    return parse_snaps(said)


def parse_snaps(said: Any) -> list[Snap] | Unreadable:
    """The snaps of one of snapd's answers: ``{"type": "sync", "status-code": 200, "result": [...]}``."""
    if isinstance(said, Unreadable):
        return said
    if not isinstance(said, dict):
        return Unreadable("unsupported" if said is None else "malformed", "snapd")
    if said.get("type") != "sync" or said.get("status-code") != 200:
        kind = said["result"].get("kind") if isinstance(said.get("result"), dict) else None
        return Unreadable("offline" if kind in ("network-timeout", "dns-failure") else "failed", "snapd")
    try:
        return msgspec.convert(said.get("result"), list[Snap])
    except msgspec.ValidationError:
        return Unreadable("malformed", "snapd")


def _pending(snap: Snap, installed: Snap, now: datetime) -> Pending:
    """Snaps are often rebuilt under the same version: then the revisions tell the two apart."""
    by_version = bool(snap.version and installed.version and snap.version != installed.version)
    until = installed.hold
    held = until is not None and (until if until.tzinfo else until.replace(tzinfo=UTC)) > now
    return Pending(
        package=snap.name,
        installed=installed.version if by_version else f"revision {installed.revision}",
        latest=snap.version if by_version else f"revision {snap.revision}",
        held=Held.HELD if held else None,
        title=installed.title or snap.title,
    )
