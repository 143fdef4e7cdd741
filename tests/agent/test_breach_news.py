"""A new breach becomes an event among the statements: once, and without a word of what it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.breach_news import EVENT, NOTED, note
from agent.contract import Attestation
from agent.paths import Paths
from agent.store import Store
from checks.breach.remembered import News, Remembered
from tests.builders import NOW


@pytest.fixture
def store() -> Store:
    return Store.open(Paths.here())


def seen(store: Store, account_id: str, days: float = 0) -> None:
    at = NOW + timedelta(days=days)
    Remembered(store.memory("breach"), at).put(f"news:{account_id}", News(at))


def test_each_new_breach_is_noted_once(store: Store) -> None:
    with store:
        assert note(store, ["i-1", "i-2"], NOW) == 0
        seen(store, "i-1")
        assert [note(store, ["i-1", "i-2"], NOW + timedelta(days=day)) for day in range(3)] == [1, 0, 0]
        seen(store, "i-1", days=3)
        assert note(store, ["i-1", "i-2"], NOW + timedelta(days=4)) == 1
        made = store.attestations()
    assert [(one.subject, one.statement, one.answer, one.evidence) for one in made] == [
        ("i-1", EVENT, NOTED, "none")
    ] * 2
    assert [one.at for one in made] == [NOW, NOW + timedelta(days=3)]


def test_what_the_person_says_of_a_breach_is_not_taken_for_our_note(store: Store) -> None:
    with store:
        later = NOW + timedelta(days=1)
        store.attest(Attestation(subject="i-1", statement=EVENT, answer="happened", at=later))
        seen(store, "i-1")
        assert note(store, ["i-1"], later) == 1


def test_a_date_that_is_still_to_come_is_not_believed(store: Store) -> None:
    with store:
        seen(store, "i-1", days=400)
        assert note(store, ["i-1"], NOW) == 0
