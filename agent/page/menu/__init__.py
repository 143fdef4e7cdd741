"""Watchword where people look for their apps, so that the page opens without a terminal. For one person, not for all.

One module a system, each with ``read``, ``put`` and ``take_away``. What somebody else has put in its place is left
alone (:class:`agent.autostart.NotOursError`).
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

from agent.autostart.program import this_program

__all__ = ["command", "way"]


def command() -> tuple[str, ...]:
    """What is started from there: this very program.

    Raises:
        agent.errors.RefusedError: nothing can start it from elsewhere.
    """
    return this_program(command="open").argv


def way(platform: str = sys.platform) -> ModuleType:
    """The module for a system, by the name that Python has for it."""
    name = {"win32": "windows", "darwin": "macos"}.get(platform, "linux")
    return import_module(f"{__name__}.{name}")
