"""What a probe can say about how a computer locks itself: the same types for every system.

A computer may have several independent ways of locking (a desktop's own screen lock, a separate locker, a machine
policy). Each is one :class:`LockPath`; the judge merges them by the earliest that really locks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Generic, TypeVar

from agent.host import Unreadable

__all__ = [
    "NEVER",
    "LockFacts",
    "LockPath",
    "Never",
    "NoSession",
    "Power",
    "Reading",
    "Setting",
    "Source",
    "Wait",
    "WhyOff",
    "shown",
    "waited",
]

T = TypeVar("T", bound=bool | int | float | str)

#: Longer waits are as good as this one; it keeps absurd settings within what a ``timedelta`` can hold.
LONGEST = timedelta(days=3650)


class Never(Enum):
    """The one value that says: this does not happen."""

    NEVER = "never"


NEVER = Never.NEVER

#: How long until something happens; ``NEVER`` when it does not, ``Unreadable`` when nobody could tell.
Wait = timedelta | Never | Unreadable


class Source(StrEnum):
    """Who decided a value."""

    #: An administrator; the person cannot change it.
    POLICY = "policy"
    #: The person themselves.
    USER = "user"
    #: A file for the whole computer that the person's own choice would override.
    SYSTEM = "system"
    #: Nobody: what the program does when it is told nothing.
    DEFAULT = "default"
    #: The desktop's settings store, which does not say whether the value was ever set.
    SETTING = "setting"
    #: The way a running program was started.
    PROGRAM = "program"


class Power(StrEnum):
    """The power source a path applies to."""

    ANY = "any"
    MAINS = "mains"
    BATTERY = "battery"
    #: A battery in the mains lead of a computer that may have none of its own. Judged where there are settings for it.
    UPS = "ups"


class WhyOff(StrEnum):
    """Why a path whose idle trigger is ``NEVER`` does nothing; each is a reason of the check."""

    OFF = "off"
    #: The desktop runs where its own lock cannot work.
    CANNOT_LOCK = "cannot_lock"
    #: Switched off for a talk, and perhaps forgotten.
    PRESENTATION = "presentation_mode"


@dataclass(frozen=True)
class Reading:
    """One value for ``explain``: what it is, the value with its unit, who decided it and where it was read."""

    what: str
    value: str
    source: Source
    where: str


@dataclass(frozen=True)
class Setting(Generic[T]):
    """A value read from a settings store, with who decided it and where it was read."""

    value: T | Unreadable
    source: Source
    where: str

    def reading(self, what: str, unit: str = "") -> Reading:
        """This value as evidence; ``unit`` follows a number."""
        if isinstance(self.value, Unreadable):
            text = f"could not be read ({self.value.reason})"
        elif isinstance(self.value, bool):
            text = "yes" if self.value else "no"
        else:
            text = f"{self.value} {unit}".strip()
        return Reading(what, text, self.source, self.where)


@dataclass(frozen=True)
class LockPath:
    """One independent way in which the session locks by itself.

    ``idle`` is the time from the last key press until the screen saver starts or the screen goes dark, ``grace`` the
    time from then until a password is needed (``NEVER``: it wakes without one).
    """

    name: str
    idle: Wait
    grace: Wait
    readings: tuple[Reading, ...] = ()
    power: Power = Power.ANY
    why_off: WhyOff = WhyOff.OFF


@dataclass(frozen=True)
class LockFacts:
    """A session and every way it locks. No path at all means that it is certain that nothing locks it.

    ``on_suspend``: whether it locks before the computer sleeps; ``None`` where there is no such setting to read.
    ``has_battery``: ``None`` when unknown, which counts as yes. ``standby``, on Windows: ``modern`` (the screen going
    off begins its sleep) or ``s3`` (it sleeps apart from that); ``None`` when unknown. It chooses among the steps.
    """

    desktop: str
    paths: tuple[LockPath, ...]
    on_suspend: bool | Unreadable | None = None
    has_battery: bool | None = None
    readings: tuple[Reading, ...] = ()
    standby: str | None = None


@dataclass(frozen=True)
class NoSession:
    """There is no screen to lock: nobody is signed in to a desktop as this user."""

    readings: tuple[Reading, ...] = ()


def waited(amount: float, unit: timedelta) -> timedelta:
    """``amount`` units as a wait, capped at ten years and never below zero."""
    return LONGEST if amount >= LONGEST / unit else max(amount, 0.0) * unit


def shown(wait: Wait) -> str:
    """A wait as a person reads it: ``5 minutes``, ``90 seconds``, ``never``."""
    if isinstance(wait, Unreadable):
        return f"could not be read ({wait.reason})"
    if isinstance(wait, Never):
        return "never"
    seconds = wait.total_seconds()
    if seconds >= 60 and seconds % 60 == 0:
        minutes = int(seconds // 60)
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    return f"{seconds:g} second{'s' if seconds != 1 else ''}"
