"""``watchword open --menu``: put Watchword where people look for their apps, take it out, or see how that stands."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import IO

from agent.autostart import Problem, Program, Standing
from agent.autostart.program import must_start
from agent.cli.autostart import exit_code
from agent.page.menu import command, way

__all__ = ["run"]

#: Where that is, by the name that Python has for a system.
PLACES = {"win32": "in your Start menu", "darwin": "in the Applications folder of your home"}
ANY_PLACE = "in the menu"
#: What is wrong, and how to mend it.
PROBLEMS = {
    Problem.OTHER_PROGRAM: "But it opens a Watchword in another place. To use this one: watchword open --menu on",
    Problem.SWITCHED_OFF: "It is hidden in the settings of your desktop. `watchword open --menu on` shows it again.",
    Problem.INCOMPLETE: "A part of it is missing. To put that right: watchword open --menu on",
    Problem.NOT_OURS: "Something that Watchword did not write has its place: {where}. Move it away and try again.",
    Problem.NO_ANSWER: "This computer does not say: {where}",
}


def run(action: str, stdout: IO[str]) -> int:
    """Put it there, take it away, or tell how it stands. Exit codes are those of ``watchword autostart``.

    Raises:
        WatchwordError: it cannot be done; what somebody else has put there is left alone.
        OSError: a file cannot be written or removed.
    """
    module, place = way(), PLACES.get(sys.platform, ANY_PLACE)
    if action == "off":
        found = module.take_away()
        print(f"Watchword {'is no longer' if found else 'was not'} {place}.", file=stdout)
        return 0
    argv = command()
    if action == "on":
        return _on(module, argv, place, stdout)
    standing: Standing = module.read(argv)
    _tell(standing, place, stdout)
    return exit_code(standing)


def _on(module: ModuleType, argv: tuple[str, ...], place: str, stdout: IO[str]) -> int:
    must_start(Program(argv), command="open")
    changed = module.put(argv)
    standing: Standing = module.read(argv)
    if standing == Standing("on"):
        print(f"Watchword is {place}{'' if changed else ' already'}.", file=stdout)
    else:  # somebody else has been at it meanwhile
        _tell(standing, place, stdout)
    return exit_code(standing)


def _tell(standing: Standing, place: str, stdout: IO[str]) -> None:
    begin = {"on": "Watchword is", "off": "Watchword is not", "unknown": "It cannot be told whether Watchword is"}
    print(f"{begin[standing.state]} {place}.", file=stdout)
    if standing.problem is not None:
        print(PROBLEMS[standing.problem].format(where=standing.where), file=stdout)
