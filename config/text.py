"""How found values and near misses are spoken of in errors."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

__all__ = ["as_found", "can_be_seen", "folded", "nearest", "one_line", "printable", "quoted"]

MAX_SHOWN = 60
#: Unicode categories: control, format, surrogate, line and paragraph separator.
BREAKING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Format characters that ordinary words and emoji need (zero width non-joiner and joiner).
JOINERS = "\u200c\u200d"
#: What moves the cursor, colours the screen, turns the direction of writing, cannot be seen or cannot be encoded.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACE = re.compile("[\t\n\r]+")
#: What shows as nothing: Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt, 16.0), and blank braille.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: Unicode categories of what has a shape of its own: letters, numbers, punctuation, symbols.
SHAPES = frozenset("LNPS")


def one_line(text: str) -> bool:
    """Whether the text holds nothing that breaks a line, turns its direction or cannot be encoded."""
    return all(character in JOINERS or unicodedata.category(character) not in BREAKING for character in text)


def can_be_seen(text: str) -> bool:
    """Whether any character of it shows as something."""
    return any(unicodedata.category(character)[0] in SHAPES for character in _UNSEEN.sub("", text))


def folded(text: str) -> str:
    """What two texts that nobody can tell apart have in common, nor anybody who only looks past capitals."""
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", bare).split())


def printable(text: str) -> str:
    """The text on one line, with a mark in the place of each character that a terminal would act on."""
    return text if _UNPRINTABLE.search(text) is None else _UNPRINTABLE.sub("\ufffd", _SPACE.sub(" ", text))


def quoted(text: str) -> str:
    """What somebody typed, in quotes, short and safe to print."""
    return repr(text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "...")


def as_found(value: Any) -> str:
    """A value and its kind, short and safe to print: ``"ten" (text)``."""
    for kinds, name in (
        (bool, "true or false"),
        (int, "a whole number"),
        (float, "a number with a decimal point"),
        (str, "text"),
        (list, "a list"),
        (dict, "a table"),
        ((date, datetime, time), "a date or time"),
    ):
        if isinstance(value, kinds):
            return f"{_short(value)} ({name})"
    return f"a {type(value).__name__}"


def _short(value: Any) -> str:
    try:
        shown = json.dumps(value, default=str)
    except (ValueError, TypeError, RecursionError):
        shown = type(value).__name__
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that a misspelt one was most likely meant to be, or nothing."""
    return next(iter(difflib.get_close_matches(word[:100], list(known), n=1, cutoff=0.7)), "")
