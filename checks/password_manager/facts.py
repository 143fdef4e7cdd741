"""What the probes found out about password managers: the one type that all three systems share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.host import Unreadable


class Standing(StrEnum):
    """How a manager stands in the place where it was seen."""

    #: Installed and switched on; for an app, installed; for a process, running.
    ENABLED = "enabled"
    #: Installed, but switched off by the person, the office or the browser.
    DISABLED = "disabled"
    #: Named in the settings, but its files are gone or the browser does not load it. It counts for nothing.
    LEFTOVER = "leftover"


class Place(StrEnum):
    """The kind of evidence, strongest first: what runs beats what is switched on, which beats what is installed."""

    RUNNING = "running"
    EXTENSION = "extension"
    APP = "app"


@dataclass(frozen=True)
class Sighting:
    """One manager in one place.

    ``manager`` is a name from the catalogue and ``source`` says where in words a person knows ("Chromium extension").
    ``confirmed`` is false when the id is not confirmed by a public source: such a sighting decides nothing alone.
    ``retired`` marks a product that nobody maintains. ``last_used`` is when its browser profile was last written,
    ``None`` for an extension whose profile does not say.
    """

    manager: str
    place: Place
    source: str
    standing: Standing = Standing.ENABLED
    version: str | None = None
    confirmed: bool = True
    retired: bool = False
    last_used: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """Everything a probe found: what was seen, what could not be read, and how many browser profiles were looked at."""

    sightings: tuple[Sighting, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    profiles: int = 0
