"""How found values and near misses are spoken of in errors."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

__all__ = ["as_found", "nearest", "one_line"]

MAX_SHOWN = 60
#: Unicode categories: control, format, surrogate, line and paragraph separator.
BREAKING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Format characters that ordinary words and emoji need (zero width non-joiner and joiner).
JOINERS = "\u200c\u200d"


def one_line(text: str) -> bool:
    """Whether the text holds nothing that breaks a line, turns its direction or cannot be encoded."""
    return all(character in JOINERS or unicodedata.category(character) not in BREAKING for character in text)


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
