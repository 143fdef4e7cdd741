"""However a person types a code it becomes the one that the collector knows, and what is none is never repeated."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import RefusedError
from agent.report.enrolment_code import normalised

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
codes = st.text(SIGNS, min_size=12, max_size=64)


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-Q9TR-V2XW-0H1D",
        "7k3m q9tr v2xw 0h1d",
        "7K3MQ9TRV2XW0H1D",
        "7K3M-Q9TR-V2XW-OHID",
        "7k3m-q9tr-v2xw-ohld",
        "  7K3M\u2013Q9TR\u2011V2XW\u22120H1D\r\n",
        "\ufeff7K3M\u00a0Q9TR\u200bV2XW\u00ad0H1D",
        "7K3M_Q9TR.V2XW\t0H1D",
    ],
)
def test_the_ways_in_which_people_and_mail_programs_write_a_code(typed: str) -> None:
    assert normalised(typed) == "7K3MQ9TRV2XW0H1D"


@given(codes, st.data())
def test_separators_and_small_letters_anywhere_change_nothing(code: str, data: st.DataObject) -> None:
    typed = "".join(
        data.draw(st.sampled_from(["", "", "-", " ", "\u2013"])) + (each.lower() if data.draw(st.booleans()) else each)
        for each in code
    )
    assert normalised(typed) == code


def outcome(typed: str) -> tuple[str | None, str]:
    """The code, or what is said instead."""
    try:
        return normalised(typed), ""
    except RefusedError as error:
        return None, str(error)


@given(st.text() | st.text(SIGNS + "ILO- ", min_size=10))
def test_anything_else_is_a_code_of_the_protocol_or_refused_without_being_repeated(typed: str) -> None:
    code, said = outcome(typed)
    if code is None:
        assert len(typed) < 8 or typed not in said  # a shorter one may be a word of the sentence
    else:
        assert 12 <= len(code) <= 64
        assert set(code) <= set(string.digits + string.ascii_uppercase) - set("OIL")
        assert normalised(code) == code


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "No code was given"),
        (" - \u200b", "No code was given"),
        ("7K3M-Q9TR-V2X", "too short"),
        ("7" * 65, "too long"),
        ("7K3M-Q9TR-V2XW-0H1\u00c9", "only letters from A to Z"),
        ("7K3MQ9TRV2XW\u0131", "only letters from A to Z"),
        ("7K3MQ9TRV2XW\u00df", "only letters from A to Z"),
        ("7K3MQ9TRV2XW\u0663", "only letters from A to Z"),
        ("correct horse battery staple!", "only letters from A to Z"),
        ("https://example.org/join/7K3MQ9TRV2XW", "only letters from A to Z"),
    ],
)
def test_what_is_no_code_is_refused_with_a_sentence_that_does_not_repeat_it(typed: str, says: str) -> None:
    with pytest.raises(RefusedError, match=says) as caught:
        normalised(typed)
    for part in typed.split("-"):
        assert len(part) < 3 or part not in str(caught.value)
