r"""What ``powercfg`` prints, read without its words: they are in the language of the computer.

What stays the same are the GUIDs, the hexadecimal numbers at the ends of lines, and the indents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Indexes", "hides", "indexes", "offers_modern_standby", "offers_older_sleep"]

GUID = re.compile(r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])")
NUMBER = re.compile(r"0x([0-9A-Fa-f]{8})")
S0 = re.compile(r"(?<![0-9A-Za-z])S0(?![0-9A-Za-z])")
OLDER_SLEEP = re.compile(r"(?<![0-9A-Za-z])S[123](?![0-9A-Za-z])")
#: A choice ("yes", "no") prints its two current values; a range has a smallest, a largest and a step before them.
COUNTS = frozenset({2, 5})


@dataclass(frozen=True)
class Indexes:
    """The current values of one setting, plugged in and on battery, in the setting's own unit."""

    mains: int
    battery: int


def indexes(text: str, guid: str) -> Indexes | None:
    """The setting's values from ``powercfg /query``; ``None`` where it is hidden or the text is cut short.

    The last two numbers of the setting's own part count: plugged in, then on battery. A text that names no setting
    at all is taken for the answer about this one.
    """
    blocks: list[tuple[str | None, list[int]]] = [(None, [])]
    for line in text.splitlines():
        named = GUID.search(line)
        if named:
            blocks.append((named[0].lower(), []))
            continue
        *label, last = line.split() or [""]
        number = NUMBER.fullmatch(last)
        if label and number:
            blocks[-1][1].append(int(number[1], 16))
    wanted = guid.lower() if len(blocks) > 1 else None
    found = [numbers for name, numbers in blocks if name == wanted and numbers]
    if len(found) != 1 or len(found[0]) not in COUNTS:
        return None
    return Indexes(*found[0][-2:])


def hides(text: str, guid: str) -> bool:
    """Whether ``powercfg`` answered about its plan but left this setting out, as it does with hidden ones."""
    named = {found.lower() for found in GUID.findall(text)}
    return bool(named) and guid.lower() not in named


def offers_modern_standby(text: str) -> bool | None:
    """Whether ``powercfg /a`` lists S0 among the sleep states that there are; ``None`` when it cannot be told."""
    return _offers(text, S0)


def offers_older_sleep(text: str) -> bool | None:
    """Whether ``powercfg /a`` lists any of S1 to S3 so; ``None`` when it cannot be told."""
    return _offers(text, OLDER_SLEEP)


def _offers(text: str, state: re.Pattern[str]) -> bool | None:
    """Whether a state is among those that there are.

    The states that there are come first, each on an indented line of its own. Each state that there is not has its
    reasons below it, indented further; so a list with such lines is never the first kind.
    """
    lists = _lists(text.splitlines())
    if not lists:
        return None
    available = [depth for depth, _ in lists[0]]
    if len(set(available)) > 1:
        # Only states that there are not: sleep is not possible at all.
        return False
    states = [line for _, line in lists[0]]
    return any(state.search(line) for line in states) if states else None


def _lists(lines: Sequence[str]) -> list[list[tuple[int, str]]]:
    """The indented lines below each line that is not, with their indents."""
    lists: list[list[tuple[int, str]]] = []
    for line in lines:
        body = line.expandtabs(8).rstrip()
        if not body:
            continue
        indent = len(body) - len(body.lstrip())
        if indent == 0:
            lists.append([])
        elif lists:
            lists[-1].append((indent, body.strip()))
    return lists
