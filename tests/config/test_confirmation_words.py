"""The confirmation words can be told apart by eye and by ear, and written down without being asked again."""

from __future__ import annotations

import re
from itertools import combinations

from config.confirmation_words import confirmation_words

WORDS = confirmation_words()
#: Letters that sound alike, as Soundex (Russell and Odell, 1918) has them.
ALIKE = {
    letter: str(group) for group, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r")) for letter in letters
}


def sound(word: str) -> str:
    """How a word sounds, roughly: its first letter and the first three groups of consonants after it."""
    groups: list[str] = []
    last = ALIKE.get(word[0])
    for letter in word[1:]:
        group = ALIKE.get(letter)
        if group is not None and group != last:
            groups.append(group)
        if letter not in "hw":
            last = group
    return f"{word[0]}{''.join(groups)[:3]:-<3}"


def distance(one: str, other: str) -> int:
    """How many letters must be changed, added or taken away to make one word the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for above, letter in enumerate(one, 1):
        left = [above]
        for at, wanted in enumerate(other, 1):
            left.append(min(row[at] + 1, left[-1] + 1, row[at - 1] + (letter != wanted)))
        row = left
    return row[-1]


def test_there_is_a_word_for_each_value_of_a_byte() -> None:
    assert len(WORDS) == len(set(WORDS)) == 256


def test_their_order_is_that_of_the_alphabet_and_part_of_the_protocol() -> None:
    assert list(WORDS) == sorted(WORDS)


def test_each_is_short_and_has_only_letters_that_every_keyboard_has() -> None:
    assert [word for word in WORDS if not re.fullmatch("[a-z]{4,8}", word)] == []


def test_no_two_begin_with_the_same_three_letters() -> None:
    assert len({word[:3] for word in WORDS}) == 256


def test_no_two_sound_alike() -> None:
    assert len({sound(word) for word in WORDS}) == 256


def test_no_two_are_one_or_two_letters_apart() -> None:
    assert [pair for pair in combinations(WORDS, 2) if distance(*pair) <= 2] == []


def test_the_measures_find_what_they_are_for() -> None:
    assert sound("robert") == sound("rupert") == "r052"
    assert sound("flour") == sound("flower")
    assert distance("lamp", "clamp") == 1
    assert distance("boat", "beat") == 1
