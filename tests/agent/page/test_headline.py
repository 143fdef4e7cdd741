"""The first line of the first page: everything is counted, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.page.headline import Counts, headline


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(), "Nothing needs doing"),
        (Counts(to_do=1), "1 thing to look at"),
        (Counts(to_do=2, questions=14, not_checked=2), "2 things to look at, 14 questions and 2 things not checked"),
        (Counts(questions=1), "1 question for you"),
        (Counts(to_find_out=6), "6 to find out"),
        (Counts(not_checked=1), "1 thing was not checked"),
        (Counts(questions=14, accounts=False), "Just starting: add your first account, then 14 questions"),
        (
            Counts(questions=14, to_find_out=1, not_checked=2, accounts=False),
            "Just starting: add your first account, then 14 questions and 1 to find out; 2 things were not checked",
        ),
        (Counts(accounts=False), "Just starting: add your first account"),
        (Counts(to_do=1, accounts=False), "1 thing to look at and a first account to add"),
    ],
)
def test_the_whole_in_one_line(counts: Counts, said: str) -> None:
    assert headline(counts) == said


@given(st.builds(Counts, *[st.integers(0, 20)] * 4, accounts=st.booleans()))
def test_every_number_is_in_it_and_nothing_needs_doing_only_if_there_is_none(counts: Counts) -> None:
    numbers = [counts.to_do, counts.questions, counts.to_find_out, counts.not_checked]
    said = headline(counts).split()
    assert [word for word in said if word.isdigit()] == [str(number) for number in numbers if number]
    assert ("Nothing" in said) is (counts.accounts and not any(numbers))
