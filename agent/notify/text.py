"""The text of an alert: one line, of a bounded length, with nothing in it that a screen or a server would act on."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["KEY", "MOST_BODY", "MOST_TITLE", "escaped", "fitted", "guarded"]

#: UTF-16 units that Windows shows of a title and a body (its user experience guide); used on every system.
MOST_TITLE, MOST_BODY = 48, 200
#: What an alert is about: a check, or a check and an account's id.
KEY = re.compile(r"[a-z][a-z0-9_]{0,63}(?::[A-Za-z0-9][A-Za-z0-9_-]{0,63})?")
#: Control characters, what turns the direction of writing, and halves of characters.
UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
#: Nothing may end in these: they belong to a character that was cut off.
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
#: How far back a cut may go to end at the end of a word.
BACK = 20
ELLIPSIS = "\u2026"


def fitted(text: str, most: int) -> str:
    """The text on one line, cut to ``most`` UTF-16 units, between words where that is possible."""
    # Only so much is looked at: what comes after could not be shown anyway.
    line = " ".join(UNWANTED.sub(" ", text[: 8 * most + 1024]).split())
    if _units(line) <= most:
        return line
    room = most - _units(ELLIPSIS)
    end = room  # characters are one or two units, so no more of them can fit
    while _units(line[:end]) > room:
        end -= 1
    cut = line[:end]
    space = cut.rfind(" ")
    if line[end] != " " and space >= end - BACK and space > 0:
        cut = cut[:space]
    elif _joined(line[end]):
        cut = _without_last_character(cut)
    return cut.rstrip(" ,;:" + JOINERS) + ELLIPSIS


def escaped(text: str) -> str:
    """The text for a server that reads markup: every character as itself."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def guarded(text: str) -> str:
    """The text for a program that would take it for an option if it began with a dash."""
    return f" {text}" if text.startswith("-") else text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _joined(character: str) -> bool:
    """Whether it is part of the character before it."""
    skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character in JOINERS or skin_tone or unicodedata.category(character).startswith("M")


def _without_last_character(text: str) -> str:
    """The text less its last character and all that is joined to it."""
    end = len(text)
    while end > 0:
        end -= 1
        if not _joined(text[end]) and (end == 0 or text[end - 1] != "\u200d"):
            break
    return text[:end]
