"""Watchword in the menu of a Linux desktop, so that the page opens without a terminal.

On Windows and macOS that is for the packages to do: a shortcut or an app needs more than a file of text.
"""

from __future__ import annotations

import os
import sys
from importlib.resources import files as resources

from agent.autostart import files, templates
from agent.autostart.program import this_program
from agent.errors import RefusedError

__all__ = ["entry", "place", "put", "take_away"]

NAME = "watchword-open.desktop"
MARK = b"# Written by Watchword."


def put() -> str:
    """Put it there; what to say.

    Raises:
        RefusedError: this is no Linux, or somebody else's file has that name.
        OSError: it cannot be written.
    """
    changed = files.write(place(), entry(_command()).encode(), _is_ours)
    return "Watchword is in the menu." if changed else "Watchword is in the menu already."


def take_away() -> str:
    """Take it out of the menu; what to say.

    Raises:
        RefusedError: this is no Linux, or the file is somebody else's.
        OSError: it cannot be removed.
    """
    found = files.remove(place(), _is_ours)
    return "Watchword is no longer in the menu." if found else "Watchword was not in the menu."


def place() -> str:
    """Where menus look for the person's own entries (XDG base directories, desktop menu specification).

    Raises:
        RefusedError: this system's menus are not made of such files.
    """
    if sys.platform in ("win32", "darwin"):
        raise RefusedError("only a Linux desktop has a menu that this can put Watchword into.")
    data = os.environ.get("XDG_DATA_HOME", "")
    if not data.startswith("/"):
        data = os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(data, "applications", NAME)


def entry(argv: tuple[str, ...]) -> str:
    """The entry that starts this command."""
    icon = str(resources("agent.page").joinpath("static", "icon.svg"))
    return templates.fill(
        templates.template("linux", NAME),
        EXEC=templates.desktop_exec(argv),
        ICON=icon.replace("\\", "\\\\"),
    )


def _command() -> tuple[str, ...]:
    return (*this_program().argv[:-1], "open")


def _is_ours(data: bytes) -> bool:
    return data.startswith(MARK)
