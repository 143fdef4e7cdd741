"""How hard a text is to read: the Flesch-Kincaid grade, with syllables counted by a rule of thumb."""

from __future__ import annotations

import re

__all__ = ["grade", "sentences", "syllables"]

WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?|\d+")


def sentences(text: str) -> list[str]:
    """The sentences of a text; a colon does not end one."""
    return [part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part]


def syllables(word: str) -> int:
    """How many groups of vowels a word has, without a silent ``e`` or ``es``/``ed`` at its end; at least one."""
    letters = word.lower().replace("'", "")
    if letters.isdigit():
        return 1
    groups = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"[^aeiouyl](?:e|es|ed)$", letters) and not re.search(r"(?:[cgsxz]|ch|sh)es$|[td]ed$", letters):
        groups -= 1
    return max(groups, 1)


def grade(text: str) -> float:
    """The school year (US) that can read it: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    words = WORD.findall(text)
    if not words:
        return 0.0
    per_sentence = len(words) / max(len(sentences(text)), 1)
    per_word = sum(syllables(word) for word in words) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59
