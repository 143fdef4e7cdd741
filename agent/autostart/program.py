"""Which program is to be started, at sign-in or from a menu: this very one, in this very place."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from contextlib import suppress

from agent.autostart import Program
from agent.errors import RefusedError

__all__ = ["must_start", "this_program"]

if sys.platform == "win32":
    START_FLAGS = subprocess.CREATE_NO_WINDOW
else:
    START_FLAGS = 0

#: ``-P``: a folder named "agent" where it is started must not be run in our place.
ARGUMENTS = ("-P", "-m", "agent")
START_SECONDS = 60.0
#: Kinds of characters that end a line or belong to no text: control characters, line and paragraph ends, halves of a
#: character (bytes of a file name that are not UTF-8), code points that are none.
UNWRITABLE = frozenset({"Cc", "Zl", "Zp", "Cs", "Cn"})
#: What the person asks for, by the command that is then started.
SWITCHES = {"daemon": "autostart on", "open": "open --menu on"}


def this_program(executable: str = sys.executable, platform: str = sys.platform, command: str = "daemon") -> Program:
    """This Python with a command of ours. The path is not resolved: a private environment is known by its links.

    Raises:
        RefusedError: Python does not know where it is, or no format that starts it can hold its path.
    """
    if not executable or not os.path.isabs(executable):
        raise RefusedError(f"Python does not say where it is, so nothing else can start it. {_mend(command)}")
    if any(unicodedata.category(character) in UNWRITABLE for character in executable):
        raise RefusedError("The path to Watchword has a character that cannot be written down. Move it elsewhere.")
    return Program((_usual_name(executable, platform), *ARGUMENTS, command))


def must_start(program: Program, env: Mapping[str, str] = os.environ, command: str = "daemon") -> None:
    """Make sure that the program starts outside this shell: from another folder, without Python's variables.

    Raises:
        RefusedError: it does not. What cannot start would be silent, and silence looks as if all were well.
    """
    clean = {name: value for name, value in env.items() if not name.upper().startswith("PYTHON")}
    try:
        done = subprocess.run(  # noqa: S603  (this very interpreter)
            [*program.argv, "--help"],
            check=False,
            cwd=os.path.dirname(program.argv[0]),
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=START_SECONDS,
            creationflags=START_FLAGS,
        )
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is None or done.returncode != 0:
        raise RefusedError(f"This copy of Watchword can only be started from this place. {_mend(command)}")


def _mend(command: str) -> str:
    """What the person can do, by the command that is to be started."""
    return f"Start it by `python3 start.py {SWITCHES[command]}` in Watchword's own folder."


def _usual_name(executable: str, platform: str) -> str:
    """The same Python by one name, however it was called just now: else it would look like another copy.

    An environment has it as python, python3 and python3.11. On Windows it is the one that opens no console window.
    """
    folder, name = os.path.split(executable)
    if platform == "win32":
        quiet = os.path.join(folder, "pythonw.exe")
        return quiet if name.lower() == "python.exe" and os.path.exists(quiet) else executable
    for usual in ("python", "python3"):
        path = os.path.join(folder, usual)
        with suppress(OSError):
            if os.path.samefile(path, executable):
                return path
    return executable
