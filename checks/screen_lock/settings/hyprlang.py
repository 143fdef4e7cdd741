"""hypridle's and hyprlock's configuration files: nested sections, ``key = value``, ``$variables``, ``source``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.host import Unreadable

__all__ = ["Section", "merged", "parse"]

SECTION = re.compile(r"([A-Za-z][\w-]*)\s*\{")
PAIR = re.compile(r"(\$?[A-Za-z][\w:.-]*)\s*=\s*(.*)")
VARIABLE = re.compile(r"\$([A-Za-z]\w*)")
#: Variables that hold each other twice over would double in length with every line.
MAX_TEXT = 16 * 1024
DEEPEST = 4
MOST_LINES = 20_000


@dataclass(frozen=True)
class Section:
    """One section, such as a ``listener``: the last value of each of its keys. ``name`` is empty for the file."""

    name: str
    values: Mapping[str, str]


def parse(text: str, include: Callable[[str], str | Unreadable | None], depth: int = 0) -> list[Section] | Unreadable:
    """The sections of a file in order. ``include`` reads the file that a ``source`` line names."""
    lines: list[str] = []
    trouble = _gather(text, include, depth, lines)
    return trouble if trouble is not None else _sections(lines)


def _gather(
    text: str, include: Callable[[str], str | Unreadable | None], depth: int, lines: list[str]
) -> Unreadable | None:
    """All lines without comments, those of included files in their place."""
    if depth > DEEPEST:
        return Unreadable("malformed", "source")
    for raw in text.splitlines():
        line = _without_comment(raw).strip()
        pair = PAIR.fullmatch(line)
        if pair and pair[1] == "source":
            other = include(pair[2])
            if not isinstance(other, str):
                # What it holds might lock, or might not.
                return other or Unreadable("unsupported", "source")
            trouble = _gather(other, include, depth + 1, lines)
            if trouble is not None:
                return trouble
        elif line:
            lines.append(line)
        if len(lines) > MOST_LINES:
            return Unreadable("too_large", "source")
    return None


def _without_comment(line: str) -> str:
    """The line up to its first ``#``; ``##`` is one that is meant."""
    return line.replace("##", "\0").split("#", 1)[0].replace("\0", "#")


def _sections(lines: list[str]) -> list[Section] | Unreadable:
    found: list[Section] = []
    variables: dict[str, str] = {}
    stack: list[tuple[str, dict[str, str]]] = []
    for line in lines:
        if opened := SECTION.fullmatch(line):
            stack.append((opened[1], {}))
        elif line == "}" and stack:
            found.append(Section(*stack.pop()))
        elif pair := PAIR.fullmatch(line):
            # A name we do not know stays as it is written: it may be the shell's.
            if sum(len(variables.get(name, "")) for name in VARIABLE.findall(pair[2])) > MAX_TEXT:
                return Unreadable("too_large", "variables that hold each other")
            value = VARIABLE.sub(lambda name: variables.get(name[1], name[0]), pair[2].strip())
            key = pair[1]
            if key.startswith("$"):
                variables[key[1:]] = value
            elif stack:
                stack[-1][1][key] = value
            else:
                section, _, name = key.rpartition(":")
                found.append(Section(section, {name: value}))
        else:
            return Unreadable("malformed", "not a line of hyprlang")
    return Unreadable("malformed", "unclosed section") if stack else found


def merged(sections: list[Section], name: str) -> Mapping[str, str]:
    """The values of a section that may be written in several places; the last one counts."""
    return {key: value for section in sections if section.name == name for key, value in section.values.items()}
