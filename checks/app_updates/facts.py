"""What was read about updates: the same types on every system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from agent.host import Unreadable

__all__ = ["AppUpdateFacts", "FirstSight", "Held", "ManagerFacts", "Pending", "Unchecked", "key"]

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]


class Held(StrEnum):
    """Why a newer version is there and yet nothing for the person to do."""

    HELD = "held"
    #: The system has not offered it to this computer yet: a phased roll-out, or kept back by what it depends on.
    DEFERRED = "deferred"
    #: The app updates itself, so what its package manager remembers is not what is installed.
    ITSELF = "itself"


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """One package for which a newer version is there.

    ``installed`` and ``latest`` are in the manager's own scheme; ``installed`` is empty when it could not be told.
    ``security`` is ``None`` when the manager does not say. ``app`` is the catalogue's name for people, when it is an
    app rather than plumbing; ``title`` the name that the package gives itself. ``offered_by`` is when, at the latest,
    this computer could have had it, where its manager's own files prove that; ``None`` where they say nothing.
    """

    package: str
    installed: str
    latest: str
    security: bool | None = None
    held: Held | None = None
    title: str = ""
    app: str | None = None
    cves: tuple[str, ...] = ()
    offered_by: AwareDatetime | None = None


@dataclass(frozen=True)
class ManagerFacts:
    """What one package manager said.

    ``scheme`` names the rule of :mod:`checks.app_updates.versions` for its versions. ``lists_at`` is when its package
    lists were last known to be true; ``None`` where the manager always answers for this moment.
    """

    manager: str
    scheme: str
    pending: tuple[Pending, ...] | Unreadable
    lists_at: datetime | Unreadable | None
    source: str = ""
    lists_source: str = ""
    #: What people are told it is, where that is not its name.
    title: str = ""


@dataclass(frozen=True)
class Unchecked:
    """An installed app of which nobody knows here whether it is behind, and why."""

    name: str
    version: str
    why: str
    place: str = ""


@dataclass(frozen=True)
class FirstSight:
    """When the agent first saw an update, and when it last looked before that and did not see it.

    ``before`` is ``None`` when it had never looked: then the update may have waited for any time.
    """

    at: datetime
    before: datetime | None = None


@dataclass(frozen=True)
class AppUpdateFacts:
    """Everything the judge is given about updates on one computer.

    ``seen`` says for each pending package (:func:`key`) when the agent first saw an update that it still lacks.
    ``exploited`` holds what is known to be exploited: CVE ids, or names of apps as in the catalogue. Where no package
    manager knows every app, ``checked`` is how many apps could be compared with their latest version, and
    ``unchecked`` holds the others.
    """

    managers: tuple[ManagerFacts, ...]
    seen: Mapping[str, FirstSight] = field(default_factory=dict)
    exploited: frozenset[str] = frozenset()
    checked: int | None = None
    unchecked: tuple[Unchecked, ...] = ()


def key(manager: str, package: str) -> str:
    """The name under which a package is remembered."""
    return f"{manager}:{package}"
