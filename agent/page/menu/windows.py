"""The Start menu of Windows: a shortcut in the person's own part of it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files as resources

from agent.autostart import NotOursError, Problem, Standing, files
from agent.errors import RefusedError, WatchwordError
from agent.host import Unreadable

if sys.platform != "win32":
    raise ImportError("only Windows has a Start menu")

from agent.host.native import winfiles
from agent.page.menu import link_file, shell_link

__all__ = ["place", "put", "read", "take_away"]

NAME = "Watchword.lnk"
#: Ours is known by these, as a value of the Run key is: some Python and our arguments.
ARGUMENTS = "-P -m agent open"
DESCRIPTION = "Look after your security settings and accounts"
#: A Python with this name has a console window, which can at least stay out of the way.
CONSOLE = "python.exe"


def read(argv: tuple[str, ...]) -> Standing:
    """How it stands with the shortcut that starts this command."""
    path = place()
    try:
        data = files.read(path, _is_ours)
        if data is None:
            return Standing("off")
        return Standing("on", problem=None if _starts(data, argv) else Problem.OTHER_PROGRAM)
    except NotOursError as error:
        return Standing("unknown", problem=Problem.NOT_OURS, where=error.where)
    except OSError as error:
        return Standing("unknown", problem=Problem.NO_ANSWER, where=error.filename or path)


def put(argv: tuple[str, ...]) -> bool:
    """Make the shortcut. Says whether anything had to be changed.

    Raises:
        NotOursError: somebody else's shortcut, or any other thing, has that name.
        RefusedError: no shortcut can hold the program's path.
        WatchwordError: Windows makes none.
        OSError: it cannot be written.
    """
    path = place()
    before = files.read(path, _is_ours)
    try:
        if before is not None and _starts(before, argv):
            return False
        data = shell_link.made(_link(argv))
        holds = _is_ours(data) and _starts(data, argv)
    except OSError as error:
        raise WatchwordError(f"Windows does not make a shortcut: {error.strerror or error}") from error
    if not holds:  # a path that is too long, or that looks like a variable
        raise RefusedError(f"No shortcut can lead to {argv[0]}. Move Watchword elsewhere.")
    return files.write(path, data, _is_ours)


def take_away() -> bool:
    """Remove the shortcut. Says whether there was one.

    Raises:
        NotOursError: it is somebody else's.
        OSError: it cannot be removed.
    """
    return files.remove(place(), _is_ours)


def place() -> str:
    """The shortcut, where Windows itself says that the person's programs are, whatever the environment says.

    Raises:
        WatchwordError: it does not say.
    """
    folder = winfiles.known_folder("start_menu")
    if isinstance(folder, Unreadable):
        raise WatchwordError("Windows does not say where your Start menu is.")
    return os.path.join(folder, NAME)


def _link(argv: tuple[str, ...]) -> shell_link.Link:
    return shell_link.Link(
        target=argv[0],
        arguments=subprocess.list2cmdline(argv[1:]),
        folder=os.path.expanduser("~"),  # the browser may keep it: not a folder that is to be moved
        description=DESCRIPTION,
        icon=str(resources("installers").joinpath("windows", "watchword.ico")),
        minimised=os.path.basename(argv[0]).lower() == CONSOLE,
    )


def _starts(data: bytes, argv: tuple[str, ...]) -> bool:
    """Whether it starts this program; that its arguments are ours is known.

    Raises:
        OSError: Windows makes nothing of the file.
    """
    return os.path.normcase(shell_link.target(data)) == os.path.normcase(argv[0])


def _is_ours(data: bytes) -> bool:
    return link_file.arguments(data) == ARGUMENTS
