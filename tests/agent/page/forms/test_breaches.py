"""Known breaches: what leaked, what to do, and saying what was done about each."""

from __future__ import annotations

import pytest

from tests.agent.page.forms.household import EVIL, Household, marks, problems, said


def looked_up() -> Household:
    """A home in which a look-up found something, and in which no round has written a result yet."""
    home = Household()
    home.ids = {"mail": home.account("google", "Work email"), "evil": home.account("x", EVIL)}
    home.breached(home.ids["mail"])
    return home


def waiting(home: Household) -> int:
    return len(marks(home.client.get("/breaches").text))


def test_each_is_shown_with_what_leaked_and_what_to_do() -> None:
    page = looked_up().get("/breaches")
    assert "Leaked: Passwords" in page.text
    assert "Change this password, and anywhere else you used it." in page.text
    assert "Adobe <b>" in page.text


def test_a_sensitive_one_has_no_name_anywhere() -> None:
    home = looked_up()
    assert "Secret" not in home.client.get("/breaches").text
    home.post(f"/breaches/{home.ids['mail']}/done", do="all")
    assert "Secret" not in home.client.get("/breaches").text


def test_one_of_several_is_dealt_with() -> None:
    home = looked_up()
    first, *_ = marks(home.client.get("/breaches").text)
    assert home.post(f"/breaches/{home.ids['mail']}/done", do="ticked", breach=first) == "/breaches"
    page = home.get("/breaches")
    assert said(page) == "Kept: 1 breach of Work email dealt with."
    assert "Dealt with (1)" in page.text
    assert waiting(home) == 2


def test_all_are_dealt_with_and_the_last_word_is_taken_back() -> None:
    home = looked_up()
    first, *_ = marks(home.client.get("/breaches").text)
    home.post(f"/breaches/{home.ids['mail']}/done", do="ticked", breach=first)
    home.post(f"/breaches/{home.ids['mail']}/done", do="all")
    assert "Dealt with (3)" in home.get("/breaches").text
    home.post(f"/breaches/{home.ids['mail']}/undo")
    assert waiting(home) == 2, "what was said before stays"
    home.post(f"/breaches/{home.ids['mail']}/undo")
    assert waiting(home) == 3
    home.post(f"/breaches/{home.ids['mail']}/undo")
    assert "nothing to take back" in said(home.get("/breaches"))


def test_several_ticks_are_several_breaches() -> None:
    home = looked_up()
    first, second, _ = marks(home.client.get("/breaches").text)
    answer = home.send(f"/breaches/{home.ids['mail']}/done", [("do", "ticked"), ("breach", first), ("breach", second)])
    assert answer.status == 303
    assert "Dealt with (2)" in home.get("/breaches").text


@pytest.mark.parametrize("breach", [None, "Adobe", "0" * 18, "x" * 30_000])
def test_nothing_that_was_not_ticked_is_dealt_with(breach: str | None) -> None:
    home = looked_up()
    fields = {"breach": breach} if breach else {}
    page = home.refused(f"/breaches/{home.ids['mail']}/done", do="ticked", **fields)
    assert problems(page) == ["Tick what you have done."]
    assert waiting(home) == 3


def test_one_account_is_not_another() -> None:
    home = looked_up()
    home.post(f"/breaches/{home.ids['evil']}/done", do="all")
    assert waiting(home) == 3
    for account in ("i-000000000000", "laptop"):
        assert home.client.post(f"/breaches/{account}/done", do="all").status == 404
        assert home.client.post(f"/breaches/{account}/undo").status == 404


def test_where_nobody_has_looked_that_is_said() -> None:
    home = Household()
    home.account("google", "Work email")
    assert "only breaches of the service itself are watched" in home.get("/breaches").text


def test_whose_data_it_is_is_said() -> None:
    assert "CC BY 4.0" in Household().get("/breaches").text
