"""The menu of a Linux desktop: a desktop entry among the person's own."""

from __future__ import annotations

import os
from importlib.resources import files as resources

from agent.autostart import NotOursError, Problem, Standing, files, templates
from agent.autostart.sections import section

__all__ = ["place", "put", "read", "take_away"]

NAME = "watchword-open.desktop"
MARK = b"# Written by Watchword."


def read(argv: tuple[str, ...]) -> Standing:
    """How it stands with the entry that starts this command."""
    try:
        data = files.read(place(), _is_ours)
    except NotOursError as error:
        return Standing("unknown", problem=Problem.NOT_OURS, where=error.where)
    except OSError as error:
        return Standing("unknown", problem=Problem.NO_ANSWER, where=error.filename or place())
    if data is None:
        return Standing("off")
    keys = section(data, "Desktop Entry")
    if "true" in (keys.get("Hidden"), keys.get("NoDisplay")):  # as editors of menus take an entry out
        return Standing("off", problem=Problem.SWITCHED_OFF, where=place())
    same = keys.get("Exec") == templates.desktop_exec(argv)
    return Standing("on", problem=None if same else Problem.OTHER_PROGRAM)


def put(argv: tuple[str, ...]) -> bool:
    """Write the entry. Says whether anything had to be changed.

    Raises:
        NotOursError: somebody else's file has that name.
        OSError: it cannot be written.
    """
    return files.write(place(), entry(argv).encode(), _is_ours)


def take_away() -> bool:
    """Remove the entry. Says whether there was one.

    Raises:
        NotOursError: the file is somebody else's.
        OSError: it cannot be removed.
    """
    return files.remove(place(), _is_ours)


def place() -> str:
    """Where menus look for the person's own entries (XDG base directories, desktop menu specification)."""
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


def _is_ours(data: bytes) -> bool:
    return data.startswith(MARK)
