"""A new breach becomes an event among the statements: once, and without a word of what it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.breach_news import EVENT, NOTED, note
from agent.contract import Attestation
from agent.paths import Paths
from agent.store import Store
from checks.breach.remembered import News, Remembered
from tests.agent.cli.conftest import Watchword, watchword
from tests.builders import NOW
from tests.hibp_server import breach, hibp_server

__all__ = ["watchword"]


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


def test_a_round_notes_what_its_look_up_saw_and_the_next_does_not(
    own_home: Path, watchword: Watchword, tmp_path: Path
) -> None:
    with hibp_server() as server:
        config = tmp_path / "config.toml"
        config.write_text(f'[breach]\nbase_url = "{server.base_url}"\n')
        watchword("accounts", "add", "google", "--no-address")
        watchword("check", "breach", "--config", str(config))
        with Store.open(Paths.here()) as store:
            (account,) = store.accounts()
            assert store.attestations() == ()
        soon = datetime.now(UTC) + timedelta(seconds=1)
        server.catalogue.append(breach("Gone", Domain="gmail.com", AddedDate=soon.isoformat()))
        for _ in range(2):
            done = watchword("check", "breach", "--config", str(config))
            assert "A service you use lost data" in done.stdout
            with Store.open(Paths.here()) as store:
                assert [(one.subject, one.statement) for one in store.attestations()] == [(account.id, EVENT)]


def test_without_a_keyring_an_account_works_and_its_address_is_not_looked_up(
    own_home: Path, watchword: Watchword, tmp_path: Path
) -> None:
    with hibp_server() as server:
        config = tmp_path / "config.toml"
        config.write_text(f'[breach]\nbase_url = "{server.base_url}"\n')
        watchword("accounts", "add", "google", input="alex@example.org\n")
        (row,) = json.loads(watchword("check", "breach", "--json", "--config", str(config)).stdout)["checks"]
        assert (row["status"], row["reason"]) == ("unknown", "no_keyring")
        assert not [path for path in server.paths if "breachedaccount" in path]
