"""What a person's word is worth now, whatever happened since and whatever clocks did."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.attested import LAPTOP, SERVICE_CHANGED, TAKEN_BACK, Said, Statements
from agent.contract import Attestation
from tests.builders import NOW

DAYS = 30
ACCOUNT, OTHER = "i-1", "i-2"
LEFT, BREACH = "event.leaver", "event.breach"


def said(days_ago: float, *, subject: str = ACCOUNT, statement: str = "a.b", answer: str = "yes") -> Attestation:
    return Attestation(subject=subject, statement=statement, answer=answer, at=NOW - timedelta(days_ago))


def left(days_ago: float, answer: str = "happened") -> Attestation:
    return said(days_ago, subject=LAPTOP, statement=LEFT, answer=answer)


def breach(days_ago: float, subject: str = ACCOUNT) -> Attestation:
    return said(days_ago, subject=subject, statement=BREACH, answer="new")


def about(*made: Attestation, subject: str = ACCOUNT, version: int = 1, now: datetime = NOW) -> Said:
    return Statements(made).about(
        subject, "a.b", version=version, days=DAYS, now=now, ends_with=("event.leaver", "event.breach")
    )


def test_what_was_never_stated_is_unanswered() -> None:
    assert about() == Said("no_answer")
    assert about(said(1, subject=OTHER)).state == "no_answer"
    assert about(said(1, statement="a.c")).state == "no_answer"


def test_an_answer_is_good_until_its_last_moment_and_not_then() -> None:
    made = said(DAYS)
    assert about(made, now=NOW - timedelta(microseconds=1)).state == "good"
    assert about(made).state == "expired"


def test_the_last_answer_counts_whatever_its_date() -> None:
    assert about(said(1, answer="yes"), said(5, answer="no")).made == said(5, answer="no")


def test_an_answer_to_another_wording_is_none() -> None:
    assert about(said(1), version=2).state == "reworded"
    assert (
        about(said(2), Attestation(subject=ACCOUNT, statement="a.b", answer="yes", at=NOW, statement_version=3)).state
        == "reworded"
    )


def test_an_answer_from_the_future_counts_for_nothing_and_no_earlier_one_speaks_for_it() -> None:
    assert about(said(1), said(-1)).state == "clock"
    assert about(said(-1 / 1000)).state == "good", "time servers correct clocks by seconds"


def test_an_event_ends_the_answers_before_it_and_not_those_after() -> None:
    ended = about(said(5), left(2))
    assert (ended.state, ended.ended_by, ended.expires_at) == ("expired", LEFT, NOW - timedelta(2))
    assert about(said(5), left(2), said(1)).state == "good"
    assert about(left(2), said(2)).state == "good", "said in the same moment, but after it"


def test_what_the_agent_saw_itself_is_not_taken_back_by_a_mistake_of_the_person() -> None:
    heard, mistake = said(4, statement=BREACH, answer="happened"), said(1, statement=BREACH, answer=TAKEN_BACK)
    assert about(said(5), breach(2), mistake).state == "expired"
    assert about(heard, said(3), breach(2), mistake).state == "expired"
    assert about(said(5), heard, mistake).state == "good"


def test_an_event_that_was_taken_back_ends_nothing_and_earlier_ones_still_do() -> None:
    assert about(said(5), left(2), left(1, TAKEN_BACK)).state == "good"
    assert about(said(5), left(3), left(2), left(1, TAKEN_BACK)).state == "expired"
    assert about(said(5), left(2, TAKEN_BACK), left(1)).state == "expired", "there was nothing to take back yet"


def test_an_event_about_an_account_ends_what_is_said_of_it_and_of_all_together() -> None:
    assert about(said(5), breach(2)).state == "expired"
    assert about(said(5), breach(2, OTHER)).state == "good"
    assert about(said(5, subject=LAPTOP), breach(2, OTHER), subject=LAPTOP).state == "expired"


def test_another_event_ends_nothing() -> None:
    assert about(said(5), said(2, subject=LAPTOP, statement="event.new_phone")).state == "good"


def test_what_was_said_of_an_account_on_another_service_is_no_answer() -> None:
    def moved(days_ago: float, subject: str = ACCOUNT) -> Attestation:
        return said(days_ago, subject=subject, statement=SERVICE_CHANGED, answer="changed")

    assert about(said(5), moved(2)) == Said("no_answer")
    assert about(said(5), moved(2), said(1)).state == "good"
    assert about(said(5), moved(2, OTHER)).state == "good"
    assert about(said(5, subject=LAPTOP), moved(2), subject=LAPTOP).state == "good"
    assert about(moved(2), said(5)) == Said("no_answer"), "it was restored to a later place"


def test_a_statement_that_was_restored_to_a_later_place_is_still_older_than_the_event() -> None:
    assert about(left(2), said(5)).state == "expired"


def test_an_event_with_a_date_in_the_future_does_not_end_what_is_said_after_it() -> None:
    assert about(said(5), left(-300)).state == "expired"
    assert about(said(5), left(-300), said(0)).state == "good"


def test_since_tells_whether_the_last_word_came_after_an_event() -> None:
    made = Statements([said(5, subject=LAPTOP), left(2)])
    (event,) = made.happened(LEFT)
    assert not made.since(event, LAPTOP, "a.b", NOW)
    assert not made.since(event, LAPTOP, "a.c", NOW)
    assert Statements([left(2), said(1, subject=LAPTOP)]).since(event, LAPTOP, "a.b", NOW)


moments = st.integers(-400 * 24, 400 * 24).map(lambda hours: NOW + timedelta(hours=hours))
stories = st.lists(
    st.builds(
        Attestation,
        subject=st.sampled_from([ACCOUNT, OTHER, LAPTOP]),
        statement=st.sampled_from(["a.b", LEFT, BREACH]),
        answer=st.sampled_from(["yes", "no", TAKEN_BACK]),
        at=moments,
        statement_version=st.integers(0, 3),
    ),
    max_size=12,
)


@given(stories, st.sampled_from([ACCOUNT, LAPTOP]))
def test_only_a_present_answer_to_this_wording_with_nothing_after_it_is_good(
    story: list[Attestation], subject: str
) -> None:
    found = about(*story, subject=subject)
    if found.state != "good":
        return
    assert found.made is not None
    place = max(i for i, made in enumerate(story) if (made.subject, made.statement) == (subject, "a.b"))
    assert story[place] == found.made
    assert found.made.statement_version == 1
    assert NOW - timedelta(DAYS) < found.made.at <= NOW + timedelta(minutes=5)
    assert found.expires_at == found.made.at + timedelta(DAYS)
    open_events = [made for made in story[place + 1 :] if made.statement == LEFT and made.subject == LAPTOP]
    taken_back = any(made.answer == TAKEN_BACK for made in story)
    assert taken_back or not open_events


@pytest.mark.parametrize("state", ["no_answer", "reworded", "clock"])
def test_what_has_no_age_has_no_end(state: str) -> None:
    stories = {"no_answer": (), "reworded": (said(1),), "clock": (said(-9),)}
    found = about(*stories[state], version=2 if state == "reworded" else 1)
    assert (found.state, found.expires_at) == (state, None)
