"""Starting Watchword when this person signs in: switched on, switched off, and told how it stands.

One module a system, each with ``read``, ``turn_on`` and ``turn_off``. What they write is filled in from the templates
in ``installers``; what somebody else has put in its place is left alone (:class:`NotOursError`).
"""

from __future__ import annotations

from enum import StrEnum
from types import ModuleType
from typing import Literal

import msgspec

from agent.errors import RefusedError
from agent.host import Host, System
from agent.paths import Paths

__all__ = ["Computer", "Method", "NotOursError", "Problem", "Program", "Standing", "Started", "way"]

#: Whether Watchword was started as well: ``now``, or only ``at_sign_in``.
Started = Literal["now", "at_sign_in"]


class Method(StrEnum):
    """Who starts it."""

    SYSTEMD = "systemd"
    XDG = "xdg"
    LAUNCHD = "launchd"
    TASK = "task"
    RUN_KEY = "run_key"


class Problem(StrEnum):
    """What is wrong with how it stands. Each is mended by switching it on or off again."""

    OTHER_PROGRAM = "other_program"  # it starts another copy of Watchword: this one was moved, or there are two
    SWITCHED_OFF = "switched_off"  # by the person, in the settings of their system
    INCOMPLETE = "incomplete"  # a part is missing, or there are two that start it
    NOT_OURS = "not_ours"  # something else has its name
    NO_ANSWER = "no_answer"  # the system does not say
    NOT_THIS_DESKTOP = "not_this_desktop"  # the desktop in use is not known to start such programs


class Program(msgspec.Struct, frozen=True):
    """What is to be started: the interpreter's full path, then its arguments."""

    argv: tuple[str, ...]


class Computer(msgspec.Struct, frozen=True):
    """Where it is switched on or off: the computer, the person's files on it, and the program."""

    host: Host
    paths: Paths
    program: Program


class Standing(msgspec.Struct, frozen=True):
    """How it stands. ``where`` names the file or entry that a problem is about."""

    state: Literal["on", "off", "unknown"]
    method: Method | None = None
    problem: Problem | None = None
    where: str = ""


class NotOursError(RefusedError):
    """A file or an entry that has our name but is somebody else's; it is neither replaced nor removed."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} was not written by Watchword, so it is left as it is. Move it away and try again.")
        self.where = where


def way(system: System) -> ModuleType:
    """The module for a system."""
    from importlib import import_module  # only the one that is of use

    return import_module(f"agent.autostart.{system.value}")
