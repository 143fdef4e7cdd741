"""The templates in ``installers``, and how each format writes a command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

from agent.errors import RefusedError

__all__ = ["desktop_exec", "fill", "systemd_exec", "template"]

#: systemd refuses a program whose path has one of these (src/basic/string-util.c, string_is_safe).
UNSAFE_FOR_SYSTEMD = frozenset("\"'\\")
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
    if UNSAFE_FOR_SYSTEMD.intersection(argv[0]):
        if "=" in argv[0]:  # for env that is a variable
            raise RefusedError("The path to Watchword has a quotation mark and an equals sign. Move it elsewhere.")
        argv = ("/usr/bin/env", *argv)
    first, *rest = argv
    return " ".join(_systemd_word(word) for word in (f":{first}", *rest))


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def desktop_exec(argv: Sequence[str]) -> str:
    """A command for ``Exec=``: every word quoted, ``%`` doubled, then escaped once more as any string of that file."""
    words = (QUOTED_IN_EXEC.sub(r"\\\g<0>", word.replace("%", "%%")) for word in argv)
    return " ".join(f'"{word}"' for word in words).replace("\\", "\\\\")
