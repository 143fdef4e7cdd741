"""rpm-ostree: Fedora Silverblue, Kinoite, CoreOS and their relatives, which update as one image.

``rpm-ostree status --json`` asks its daemon for what is on disk. An image that waits for a restart, or one that the
last check found (``cached-update``), is pending. No such image proves nothing by itself, as ``cached-update`` is empty
too when nobody looks: so the lists are as old as the newest image that is known, running ones included.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.facts import ManagerFacts, Pending

__all__ = ["Image", "Status", "read"]

NAME = "rpm-ostree"
COMMAND = ("rpm-ostree", "status", "--json")
TIMEOUT_SECONDS = 20.0
PACKAGE = "system-image"
#: The kind of an advisory as libdnf numbers it.
SECURITY_ADVISORY = 1


class Image(msgspec.Struct, frozen=True):
    """A deployment, or the update that the last check found. ``timestamp`` is when it was built, seconds since 1970."""

    checksum: str
    version: str | None = None
    timestamp: int | None = None
    booted: bool = False
    base_checksum: str | None = msgspec.field(default=None, name="base-checksum")
    advisories: list[tuple[str, int, int, list[str], object]] = []


class Status(msgspec.Struct, frozen=True):
    """The parts of the status that matter here. The first deployment is the one that starts next."""

    deployments: list[Image]
    cached_update: Image | None = msgspec.field(default=None, name="cached-update")


def read(context: Context) -> ManagerFacts:
    """What rpm-ostree has to say."""
    status = _status(context.host)
    pending: tuple[Pending, ...] | Unreadable
    lists_at: datetime | Unreadable
    if isinstance(status, Unreadable):
        pending = lists_at = status
    else:
        pending, lists_at = _pending(status), _newest(status, context.now)
    return ManagerFacts(NAME, "rpm", pending, lists_at, " ".join(COMMAND), "newest system image known")


def _status(host: Host) -> Status | Unreadable:
    done = host.run(COMMAND, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(COMMAND)
    if done.exit != 0:
        return Unreadable("failed", where)
    try:
        status = msgspec.json.decode(done.stdout, type=Status)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return Unreadable("malformed", where)
    return status if _booted(status.deployments) else Unreadable("malformed", where)


def _booted(deployments: Sequence[Image]) -> Image | None:
    return next((image for image in deployments if image.booted), None)


def _pending(status: Status) -> tuple[Pending, ...]:
    booted = _booted(status.deployments)
    assert booted is not None
    running = {booted.checksum, booted.base_checksum}
    after = status.deployments[0]
    staged = None if after.booted or not _later(after, booted) else after
    found = status.cached_update
    if found is not None and (found.checksum in running or not _later(found, booted)):
        found = None
    newest = found or staged
    if newest is None:
        return ()
    security = any(advisory[1] == SECURITY_ADVISORY for advisory in newest.advisories) or None
    return (Pending(PACKAGE, _version(booted), _version(newest), security=security, title="System image"),)


def _later(image: Image, booted: Image) -> bool:
    """Going back to an older image, which is also a deployment that starts next, is no update."""
    return image.timestamp is None or booted.timestamp is None or image.timestamp > booted.timestamp


def _version(image: Image) -> str:
    return image.version or image.checksum[:12]


def _newest(status: Status, now: datetime) -> datetime | Unreadable:
    images = [*status.deployments, *([status.cached_update] if status.cached_update else [])]
    times = [image.timestamp for image in images if image.timestamp and 0 < image.timestamp <= now.timestamp() + 86400]
    return datetime.fromtimestamp(max(times), UTC) if times else Unreadable("empty", " ".join(COMMAND))
