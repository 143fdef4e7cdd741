"""What is kept of reports: an agreement that ended stays ended, and no number is given out twice, whatever is lost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.paths import Paths
from agent.store import Sending, Sharing, Store, StoreError, agreement
from agent.store.events import Numbered, SharingKept, about, decode
from tests.agent.store.examples import HOUR
from tests.builders import NOW

YES = Sharing(NOW, "standard", "https://it.example.org", "", "IT")
STOP = Sharing(NOW + HOUR, None, ended_by="person")
GOING = Sending(next_at=NOW + HOUR, not_before=NOW, failures=3, problem="offline", waiting=True, sent_at=NOW - HOUR)


def lose_database(paths: Paths) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(paths.store + suffix).unlink(missing_ok=True)


def journal_kinds(paths: Paths) -> list[str]:
    return [about(event)[0] for event in decode(Path(paths.journal).read_bytes()).events]


def test_at_first_nothing_was_agreed_no_number_given_out_and_nothing_sent(store: Store) -> None:
    assert store.sharing() is None
    assert store.report_number() == 0
    assert store.sending() == Sending()


def test_what_was_kept_is_there_after_a_restart(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_report_number(7)
        store.keep_sending(GOING)
    with Store.open(paths) as store:
        assert (store.sharing(), store.report_number(), store.sending()) == (YES, 7, GOING)


def test_each_agreement_takes_the_place_of_the_one_before_with_the_next_revision(store: Store) -> None:
    store.keep_sharing(YES)
    store.keep_sharing(STOP)
    store.keep_sharing(YES)
    assert store.sharing() == replace(YES, revision=3)


def test_times_are_kept_in_utc(store: Store) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    store.keep_sharing(replace(YES, at=elsewhere))
    store.keep_sending(Sending(sent_at=elsewhere))
    kept, going = store.sharing(), store.sending()
    assert kept is not None
    assert going.sent_at is not None
    assert (kept.at.utcoffset(), going.sent_at.utcoffset()) == (timedelta(0), timedelta(0))
    assert (kept.at, going.sent_at) == (NOW, NOW)


@pytest.mark.parametrize("number", [0, 1, 6, 7])
def test_a_number_that_is_not_above_the_last_is_refused(store: Store, number: int) -> None:
    store.keep_report_number(7)
    with pytest.raises(StoreError, match=f"the number {number} or later was made by another Watchword"):
        store.keep_report_number(number)
    assert store.report_number() == 7


def test_numbers_may_have_gaps(store: Store) -> None:
    for number in (1, 5, 1000):
        store.keep_report_number(number)
    assert store.report_number() == 1000


# What is lost


def test_without_the_database_agreement_and_number_come_back_from_the_journal(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_report_number(7)
        store.keep_report_number(8)
        store.keep_sending(GOING)
    lose_database(paths)
    with Store.open(paths) as store:
        assert (store.sharing(), store.report_number()) == (YES, 8)
        assert store.sending() == Sending()


def test_without_the_journal_both_stay_and_are_written_there_again(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_report_number(7)
    Path(paths.journal).unlink()
    with Store.open(paths) as store:
        assert (store.sharing(), store.report_number()) == (YES, 7)
    lose_database(paths)
    with Store.open(paths) as store:
        assert (store.sharing(), store.report_number()) == (YES, 7)


def test_without_either_nothing_was_agreed(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
    lose_database(paths)
    Path(paths.journal).unlink()
    with Store.open(paths) as store:
        assert store.sharing() is None


def test_a_database_from_before_the_end_does_not_begin_again(paths: Paths, tmp_path: Path) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_report_number(3)
    shutil.copy(paths.store, tmp_path / "before.db")
    with Store.open(paths) as store:
        store.keep_sharing(STOP)
        store.keep_report_number(4)
    lose_database(paths)
    shutil.copy(tmp_path / "before.db", paths.store)
    with Store.open(paths) as store:
        assert store.sharing() == replace(STOP, revision=2)
        assert store.report_number() == 4


def test_a_journal_from_before_the_end_does_not_begin_again(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_report_number(3)
    before = Path(paths.journal).read_bytes()
    with Store.open(paths) as store:
        store.keep_sharing(STOP)
        store.keep_report_number(4)
    Path(paths.journal).write_bytes(before)
    with Store.open(paths) as store:
        assert store.sharing() == replace(STOP, revision=2)
        assert store.report_number() == 4


def test_a_journal_that_is_written_anew_keeps_the_last_of_each(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "LARGE_BYTES", 2000)
    monkeypatch.setattr(agreement, "OFTEN", timedelta(0))
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_sharing(STOP)
        for number in range(1, 101):
            store.keep_report_number(number)
    assert journal_kinds(paths).count("report") < 100
    assert journal_kinds(paths).count("sharing") == 1
    lose_database(paths)
    with Store.open(paths) as store:
        assert (store.sharing(), store.report_number()) == (replace(STOP, revision=2), 100)


def test_how_sending_goes_is_not_in_the_journal(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        before = Path(paths.journal).read_bytes()
        store.keep_sending(GOING)
    assert Path(paths.journal).read_bytes() == before


def test_a_store_in_memory_knows_what_the_journal_has_and_keeps_nothing(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(STOP)
        store.keep_report_number(7)
    with Store.in_memory(paths) as store:
        assert (store.sharing(), store.report_number()) == (STOP, 7)
        store.keep_report_number(8)
    with Store.open(paths) as store:
        assert store.report_number() == 7


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sharing", "{"),
        ("sharing", '{"at":"2026-11-22T10:00:00Z","level":"everything"}'),
        ("sharing", '{"at":"2026-11-22T10:00:00","level":"summary"}'),
        ("sending", "[]"),
        ("sending", '{"failures":"many"}'),
        ("sending", '{"next_at":"2026-11-22T10:00:00"}'),
        ("report_number", "many"),
        ("report_number", "-1"),
    ],
)
def test_a_value_that_no_watchword_wrote_makes_a_new_store_from_the_journal(paths: Paths, key: str, value: str) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(STOP)
        store.keep_report_number(7)
        store.keep_sending(GOING)
    with closing(sqlite3.connect(paths.store)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    with Store.open(paths) as store:
        assert "The store was damaged." in store.notes[0]
        assert (store.sharing(), store.report_number(), store.sending()) == (STOP, 7, Sending())


def test_in_the_journal_are_the_agreement_and_each_number(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_sharing(YES)
        store.keep_report_number(1)
    assert decode(Path(paths.journal).read_bytes()).events[-2:] == (SharingKept(YES), Numbered(1))
