from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.notify import buttons, linux
from agent.notify.text import MOST_BODY, escaped, fitted, guarded

ANYTHING = st.text(st.characters(codec=None), max_size=400)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(ANYTHING, st.integers(min_value=2, max_value=250))
def test_whatever_it_is_it_fits_and_can_be_sent(text: str, most: int) -> None:
    short = fitted(text, most)
    assert units(short) <= most
    assert short == " ".join(short.split())
    assert short.isprintable() or all(not (c < " " or "\u202a" <= c <= "\u202e") for c in short)


@given(ANYTHING)
def test_what_fits_is_left_as_it_is(text: str) -> None:
    once = fitted(text, MOST_BODY)
    assert fitted(once, MOST_BODY) == once


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Your screen does not lock itself", 48, "Your screen does not lock itself"),
        ("Your screen does not lock itself", 20, "Your screen does…"),
        ("Your screen does not lock itself", 21, "Your screen does not…"),
        ("a" * 50, 48, "a" * 47 + "…"),
        ("😀" * 10, 6, "😀😀…"),
        ("ab 👩‍👩‍👧‍👦", 8, "ab…"),  # a family is one character, or none
        ("👍🏽👍🏽", 5, "👍🏽…"),
        ("e\u0301" * 5, 4, "e\u0301…"),
        ("one, two", 6, "one…"),
    ],
)
def test_a_cut_is_between_words_and_never_within_a_character(text: str, most: int, short: str) -> None:
    assert fitted(text, most) == short


def test_a_very_long_text_takes_no_time() -> None:
    before = time.perf_counter()
    fitted("<b>" * 5_000_000, 200)
    assert time.perf_counter() - before < 0.5


@given(ANYTHING)
def test_escaped_text_holds_no_markup(text: str) -> None:
    marked = escaped(text)
    assert "<" not in marked
    assert ">" not in marked
    assert marked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(ANYTHING)
def test_guarded_text_is_no_option(text: str) -> None:
    assert not guarded(text).startswith("-")


def at(hour: int, weekday: int) -> time.struct_time:
    return time.struct_time((2026, 11, 23, hour, 0, 0, weekday, 1, 0))


def test_times_that_are_past_or_twice_are_not_offered() -> None:
    assert [name for name, _ in buttons.pages("dunst", at(10, 0))[0]] == ["hour", "evening", "tomorrow", "friday"]
    assert [name for name, _ in buttons.pages("dunst", at(21, 0))[0]] == ["hour", "tomorrow", "friday"]
    assert [name for name, _ in buttons.pages("dunst", at(10, 3))[0]] == ["hour", "evening", "tomorrow"]


def test_gnome_shows_three_buttons_so_the_rest_comes_next() -> None:
    first, second = buttons.pages("gnome-shell", at(10, 0))
    assert [name for name, _ in first] == ["hour", "evening", "other"]
    assert [name for name, _ in second] == ["tomorrow", "friday"]
    assert len(buttons.pages("gnome-shell", at(21, 0))) == 1


def test_every_choice_is_one_that_remind_knows() -> None:
    from agent.alerts.calendar import CHOICES

    assert tuple(buttons.CHOICES) == CHOICES


def test_where_the_whole_would_be_one_more_button_it_is_left_out() -> None:
    assert [name for name, _ in buttons.first("xfce notify daemon")] == ["guide", "later"]
    assert [name for name, _ in buttons.first("gnome-shell")] == ["default", "guide", "later"]
    assert buttons.meant("default") == "guide"
    assert buttons.first("xfce notify daemon", opens=True) == (("guide", "Open Watchword"),)
    assert buttons.first("gnome-shell", opens=True) == (("default", "Open Watchword"), ("guide", "Open Watchword"))


@pytest.mark.parametrize(
    ("said", "form", "matches"),
    [
        ("('dunst', 'knopwob', '1.9.0 (2022-06-27)', '1.2')", linux.INFORMATION, True),
        ("()", linux.INFORMATION, False),
        ("Error: timeout", linux.INFORMATION, False),
        ("(['actions', 'body'],)", linux.CAPABILITIES, True),
        ("(@as [],)", linux.CAPABILITIES, True),
        ("(['actions', 'bo],)", linux.CAPABILITIES, False),
    ],
)
def test_an_answer_of_gdbus_is_taken_whole_or_not_at_all(said: str, form: object, matches: bool) -> None:
    assert bool(form.fullmatch(said)) is matches  # type: ignore[attr-defined]  # a pattern
