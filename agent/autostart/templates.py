"""The templates in ``installers``, and how each format writes a command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

from agent.errors import RefusedError

__all__ = ["desktop_exec", "fill", "systemd_exec", "template"]

#: In the path of a program: systemd refuses a quote or backslash there (string_is_safe), and GLib looks for the program
#: before it makes one percent sign of two. As an argument of ``env`` each arrives as it is.
UNSAFE_IN_PROGRAM = frozenset("\"'\\%")
UNSAFE_NAMES = " ".join(sorted(UNSAFE_IN_PROGRAM))
#: What must be escaped within double quotes (Desktop Entry Specification, "The Exec key").
QUOTED_IN_EXEC = re.compile(r'["`$\\]')


def template(folder: str, name: str) -> str:
    """A template's text."""
    return resources.files("installers").joinpath(folder, name).read_text(encoding="utf-8")


def fill(text: str, **values: str) -> str:
    """The template with each ``@NAME@`` replaced. In one go: a value that looks like a name stays what it is."""
    return re.sub("@([A-Z]+)@", lambda found: values[found[1]], text)


def systemd_exec(argv: Sequence[str]) -> str:
    r"""A command for ``ExecStart=``: C-style quoting, ``%`` doubled (systemd.service(5), "Command lines").

    A dollar is not doubled: the leading colon switches variables off. It has to be that, because doubling reaches
    only the arguments' text and not the path of the program, which Python finds its environment by.

    Raises:
        RefusedError: a path that neither systemd nor ``env`` takes.
    """
    first, *rest = _by_env(argv)
    return " ".join(_systemd_word(word) for word in (f":{first}", *rest))


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def desktop_exec(argv: Sequence[str]) -> str:
    """A command for ``Exec=``: every word quoted, ``%`` doubled, then escaped once more as any string of that file.

    Raises:
        RefusedError: a path that neither desktops nor ``env`` take.
    """
    words = (QUOTED_IN_EXEC.sub(r"\\\g<0>", word.replace("%", "%%")) for word in _by_env(argv))
    return " ".join(f'"{word}"' for word in words).replace("\\", "\\\\")


def _by_env(argv: Sequence[str]) -> Sequence[str]:
    """The command, started by ``env`` if its program's path needs that."""
    if not UNSAFE_IN_PROGRAM.intersection(argv[0]):
        return argv
    if "=" in argv[0]:  # to env that is a variable
        raise RefusedError(
            f"The path to Watchword has both an equals sign and one of {UNSAFE_NAMES}. Move it elsewhere."
        )
    return ("/usr/bin/env", *argv)
