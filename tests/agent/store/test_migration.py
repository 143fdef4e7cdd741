"""A store that an earlier version wrote is brought up to this one, with everything that is in it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from agent.contract import Status
from agent.paths import Paths
from agent.store import Store, StoreError
from agent.store.events import AccountKept, Attested, DeviceKept, Event, encode
from agent.store.schema import STEPS
from tests.agent.store.examples import episode, finding, statement
from tests.builders import NOW

WRITTEN = "2026-11-22T10:00:00.000000+00:00"

#: What version 1 had written: one row of everything.
ROWS = (
    "INSERT INTO meta VALUES ('device_id', '0b6f3a52-0000-4000-8000-000000000000')",
    """INSERT INTO memory VALUES ('app_updates', 'seen:vim', '{"since":"2026-11-01"}')""",
    f"INSERT INTO accounts VALUES ('i-0a', 'google', 'Work', 'person', 0, 1, '{WRITTEN}', NULL, 2)",
    f"""INSERT INTO attestations (key, subject, statement, statement_version, answer, at, evidence)
        VALUES ('k1', 'i-0a', 'two_step.method', 1, 'app', '{WRITTEN}', 'none')""",
    f"""INSERT INTO standing
        VALUES ('screen_lock', '', 'fail', 'off', '{WRITTEN}', '{WRITTEN}', 'fail', 'off', '{WRITTEN}')""",
)


@pytest.fixture
def version_1(paths: Paths) -> Paths:
    """A store and its journal as version 1 left them."""
    os.makedirs(paths.data)
    account = AccountKept("i-0a", "google", "Work", "person", 0, True, NOW, None, 2)
    events: list[Event] = [
        DeviceKept("0b6f3a52-0000-4000-8000-000000000000"),
        account,
        Attested("k1", statement("i-0a")),
    ]
    Path(paths.journal).write_bytes(b"".join(map(encode, events)))
    old = sqlite3.connect(paths.store, isolation_level=None)
    for sentence in (*STEPS[0], *ROWS, "PRAGMA user_version = 1"):
        old.execute(sentence)
    old.execute("INSERT INTO meta VALUES ('journal_size', ?)", (str(os.path.getsize(paths.journal)),))
    old.close()
    return paths


def test_everything_that_version_1_wrote_is_still_there(version_1: Paths) -> None:
    with Store.open(version_1) as store:
        assert store.notes == []
        assert store.device_id() == "0b6f3a52-0000-4000-8000-000000000000"
        assert store.remembered("app_updates") == {"seen:vim": {"since": "2026-11-01"}}
        assert [(one.id, one.label, one.has_address) for one in store.accounts()] == [("i-0a", "Work", True)]
        assert store.attestations() == (statement("i-0a"),)
        assert (store.standings()["screen_lock", None].status, store.standings()["screen_lock", None].since) == (
            Status.FAIL,
            NOW,
        )


def test_what_is_new_starts_empty_and_can_be_used_at_once(version_1: Paths) -> None:
    with Store.open(version_1) as store:
        assert (store.episodes(since=NOW), store.said(NOW), store.reminders(), store.choices()) == ((), (), (), {})
        assert (store.history(NOW), store.last_runs(), store.settings_kept()) == ((), {}, None)
        store.keep_episodes([episode()])
        store.settle([("screen_lock", finding("pass", "locks"))], NOW)
        assert [row.reason for row in store.history(NOW)] == ["locks"]
    with Store.open(version_1) as store:
        assert [one.id for one in store.episodes()] == ["e1"]


def test_a_statement_of_version_1_still_cannot_be_changed(version_1: Paths) -> None:
    Store.open(version_1).close()
    other = sqlite3.connect(version_1.store)
    with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute("UPDATE attestations SET answer = 'passkey'")
    other.close()


def test_a_migration_that_is_cut_short_begins_again(version_1: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        broken = (STEPS[0], (*STEPS[1][:4], "CREATE TABLE nonsense ("))
        patch.setattr("agent.store.schema.STEPS", broken)
        patch.setattr("agent.store.database.is_unexpected", lambda _: False)  # the disk, not the tables
        with pytest.raises(StoreError):
            Store.open(version_1)
    connection = sqlite3.connect(version_1.store)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'episodes'").fetchone() == (0,)
    connection.close()
    with Store.open(version_1) as store:
        assert store.attestations() == (statement("i-0a"),)


def test_the_first_step_is_as_it_was_released() -> None:
    """A step that people's stores were made with never changes; the next one is added below it."""
    import hashlib

    released = "\n".join(" ".join(sentence.split()) for sentence in STEPS[0])
    assert hashlib.sha256(released.encode()).hexdigest()[:16] == "1edbb2e36db439d5"
