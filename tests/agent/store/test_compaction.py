"""A journal that has grown large is written anew: what stays, what goes, and when."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.paths import Paths
from agent.store import Store, agreement
from agent.store.agreement import compaction_is_due
from agent.store.database import in_memory
from agent.store.events import DeviceKept, EpisodeKept, SaidKept, about, decode
from agent.store.journal import Journal
from agent.store.lock import exclusive
from agent.store.moments import text
from agent.store.rows import set_meta
from tests.agent.store.examples import DAY, HOUR, episode, finding, reminder, said, statement
from tests.agent.store.test_alert_records import everything
from tests.agent.store.test_journal import whole
from tests.builders import NOW

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred choices make a journal large, and it is written anew whenever it has grown."""
    monkeypatch.setattr(agreement, "LARGE_BYTES", 10_000)
    monkeypatch.setattr(agreement, "OFTEN", timedelta(0))


def choose_often(store: Store, times: int = 100) -> None:
    for number in range(times):
        store.choose("device.label", f"Laptop {number}", NOW)


def kinds(paths: Paths) -> list[str]:
    return [about(event)[0] for event in decode(Path(paths.journal).read_bytes()).events]


def test_a_large_journal_is_made_small_and_keeps_all_that_counts(paths: Paths) -> None:
    with Store.open(paths) as store:
        device = store.device_id()
        account = store.change_account(store.add_account("google", "Work", now=NOW).id, label="Office")
        removed = store.remove_account(store.add_account("x", "Old", now=NOW).id, now=NOW)
        for number in range(5):
            store.attest(statement(answer=str(number)))
        store.keep_episodes([episode("open"), episode("closed", closed_at=NOW)])
        store.keep_said(said(delivered=True))
        store.keep_reminder(reminder())
        store.keep_reminder(reminder("done", done_at=NOW))
        choose_often(store)
        before = everything(store), store.attestations()
        assert store.notes == []
    assert os.path.getsize(paths.journal) < 15_000  # of 23,000 that were written
    assert kinds(paths).count("attestation") == 5
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert (everything(store), store.attestations()) == before
        assert (store.device_id(), store.accounts()) == (device, (account,))
        assert removed.removed_at == NOW
    assert not os.path.exists(f"{paths.journal}.new")


def test_the_new_journal_is_for_its_owner_only(paths: Paths) -> None:
    before = os.umask(0)
    try:
        with Store.open(paths) as store:
            choose_often(store)
    finally:
        os.umask(before)
    assert {os.stat(entry).st_mode & 0o777 for entry in Path(paths.data).iterdir()} == {0o600}


def test_what_is_forgotten_goes_from_the_journal_with_the_next_writing(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_episodes([episode("open"), episode("closed", closed_at=NOW)])
        store.keep_said(said(delivered=True))
        store.keep_reminder(reminder("done", done_at=NOW))
        store.attest(statement())
        for day in range(0, 95, 3):
            store.settle([("a", finding("pass"))], NOW + day * DAY)
        choose_often(store)
    assert sorted(set(kinds(paths))) == ["attestation", "choice", "episode"]
    found = [event for event in decode(Path(paths.journal).read_bytes()).events if isinstance(event, EpisodeKept)]
    assert [event.episode.id for event in found] == ["open"]


def test_what_a_newer_program_wrote_stays_byte_for_byte(paths: Paths) -> None:
    newer = whole(b'{"kind":"mood","colour":"blue"}')
    richer = whole(
        b'{"kind":"choice","choice":{"key":"k","value":1,"at":"2026-11-22T10:00:00Z","revision":1,"why":"x"}}'
    )
    os.makedirs(paths.data)
    Path(paths.journal).write_bytes(newer + richer)
    with Store.open(paths) as store:
        assert store.choices() == {"k": 1}
        choose_often(store)
    lines = Path(paths.journal).read_bytes().splitlines(keepends=True)
    assert newer in lines
    assert richer in lines


def test_lines_that_cannot_be_read_are_put_aside_once(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement())
    with open(paths.journal, "ab") as journal:
        journal.write(b"one\xff\n{two}\n{two}\ncut sho")
    with Store.open(paths) as store:
        assert any("3 lines of the journal" in note for note in store.notes)
        choose_often(store)
    aside = Path(paths.data, "journal.damaged.jsonl")
    assert aside.read_bytes() == b"one\xff\n{two}\ncut sho\n"
    with Store.open(paths) as store:
        choose_often(store, 300)
    assert aside.read_bytes() == b"one\xff\n{two}\ncut sho\n"
    assert decode(Path(paths.journal).read_bytes()).damaged_lines == 0


def test_bit_rot_in_the_database_does_not_reach_a_statement_in_the_journal(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement(answer="none"))
        with store._storage.write() as connection:
            connection.execute("DROP TRIGGER attestations_are_not_changed")
            connection.execute("UPDATE attestations SET answer = 'passkey'")
        choose_often(store)
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert [made.answer for made in store.attestations()] == ["none"]


def test_a_lost_line_is_written_again_from_the_database(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_said(said())
        lines = Path(paths.journal).read_bytes()
        Path(paths.journal).write_bytes(b" " * (len(lines) - 1) + b"\n")
        choose_often(store)
    assert any(isinstance(event, SaidKept) for event in decode(Path(paths.journal).read_bytes()).events)


def test_a_journal_that_cannot_be_replaced_stays_and_what_was_kept_is_kept(paths: Paths) -> None:
    os.makedirs(f"{paths.journal}.new")
    with Store.open(paths) as store:
        choose_often(store)
        assert store.notes == [f"The journal {paths.journal} could not be made smaller: Is a directory."]
    assert os.path.getsize(paths.journal) > 10_000
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert store.choices() == {"device.label": "Laptop 99"}


def test_a_journal_that_changed_meanwhile_is_not_replaced(paths: Paths) -> None:
    journal = Journal(paths.journal)
    os.makedirs(paths.data)
    journal.append([DeviceKept("one")])
    read = journal.read_bytes()
    journal.append([DeviceKept("two")])
    with pytest.raises(Exception, match="was written to while"):
        journal.replace(read, [], [])
    assert [event.id for event in journal.read().events] == ["one", "two"]


def test_what_did_not_come_about_is_not_cut_off_a_new_journal(paths: Paths) -> None:
    journal = Journal(paths.journal)
    os.makedirs(paths.data)
    appended = journal.append([DeviceKept("one")])
    journal.replace(journal.read_bytes(), journal.read_bytes().splitlines(), [])
    journal.take_back(appended)
    assert [event.id for event in journal.read().events] == ["one"]


def test_nobody_appends_to_a_journal_that_is_just_being_replaced(paths: Paths) -> None:
    journal = Journal(paths.journal)
    os.makedirs(paths.data)
    with exclusive(f"{paths.journal}.lock"):
        other = threading.Thread(target=journal.append, args=([DeviceKept("one")],))
        other.start()
        other.join(0.3)
        assert other.is_alive()
        assert journal.size() == 0
    other.join(10)
    assert journal.size() > 0


# When


@pytest.fixture
def usual_limit(small_limit: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A database that does not keep to this file's small limits."""
    monkeypatch.setattr(agreement, "LARGE_BYTES", MIB)
    monkeypatch.setattr(agreement, "OFTEN", DAY)
    connection = in_memory()
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("size", "written", "hours", "due"),
    [
        (MIB, None, 0, False),
        (MIB + 1, None, 0, True),
        (2 * MIB, MIB // 2, 23, False),
        (2 * MIB, MIB // 2, 24, True),
        (2 * MIB, MIB // 2, -24 * 365, True),  # the clock was a year ahead
        (3 * MIB, 2 * MIB + 1, 500, False),  # it was large after the last time as well
        (4 * MIB + 1, MIB, 1, True),  # it grows as nothing of ours should
    ],
)
def test_it_is_due_when_it_is_large_has_grown_and_a_day_has_passed(
    usual_limit: sqlite3.Connection, *, size: int, written: int | None, hours: int, due: bool
) -> None:
    connection = usual_limit
    if written is not None:
        set_meta(connection, "compacted_at", text(NOW - hours * HOUR))
        set_meta(connection, "compacted_size", str(written))
    assert compaction_is_due(connection, size, NOW) is due


def test_a_year_of_a_flapping_check_keeps_the_journal_small(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "LARGE_BYTES", 50_000)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # 2,000 of them take a minute, and nothing is killed here
    largest = 0
    with Store.open(paths) as store:
        for hour in range(0, 365 * 24, 12):
            at = NOW + hour * HOUR
            bad = hour % 24 == 0
            store.settle([("flapping", finding("fail" if bad else "pass"))], at)
            store.keep_episodes([episode(f"e{hour // 24}", opened_at=at, closed_at=None if bad else at)])
            store.keep_said(said(f"s{hour}", at, delivered=True))
            largest = max(largest, os.path.getsize(paths.journal))
        assert len(store.said(NOW)) <= 2 * 91
    assert largest < 250_000


# Several at once

APPENDER = """
import sys
from datetime import UTC, datetime, timedelta
from agent.paths import Paths
from agent.store import Store, agreement
from tests.agent.store.examples import said, statement

home, name, count = sys.argv[1:]
agreement.LARGE_BYTES, agreement.OFTEN = 5000, timedelta(0)
for number in range(int(count)):
    with Store.open(Paths.on("linux", {"XDG_DATA_HOME": home}, home)) as store:
        for part in range(4):
            store.keep_said(said(f"{name}-{number}", delivered=part % 2 == 0))
            store.choose(name, number, datetime.now(UTC))
        store.attest(statement(name, str(number)))
"""


def test_two_processes_write_and_make_the_journal_smaller_at_the_same_time(tmp_path: Path, paths: Paths) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", APPENDER, str(tmp_path), name, "25"], stderr=subprocess.PIPE, text=True)
        for name in ("a", "b")
    ]
    for writer in writers:
        assert (writer.communicate(timeout=60)[1], writer.returncode) == ("", 0)
    for _ in range(2):
        with Store.open(paths) as store:
            assert sorted(one.id for one in store.said(NOW)) == sorted(f"{n}-{i}" for n in "ab" for i in range(25))
            assert sorted((made.subject, int(made.answer)) for made in store.attestations()) == [
                (name, number) for name in "ab" for number in range(25)
            ]
            assert store.choices() == {"a": 24, "b": 24}
            assert [note for note in store.notes if "restored" not in note] == []
        os.remove(paths.store)


def test_a_clock_that_ran_ahead_for_a_week_does_not_make_today_old(paths: Paths) -> None:
    with Store.open(paths) as store:
        for day in [*range(365, 372), 0]:
            store.settle([("a", finding("pass"))], NOW + day * DAY)
        store.keep_said(said(at=NOW, delivered=True))
        choose_often(store)
        store.settle([("a", finding("pass"))], NOW + HOUR)
        assert len(store.said(NOW)) == 1


def test_now_is_only_what_the_clock_says(paths: Paths) -> None:
    with Store.open(paths) as store:
        choose_often(store)
        with store._storage.read() as connection:
            written = connection.execute("SELECT value FROM meta WHERE key = 'compacted_at'").fetchone()[0]
    assert abs(datetime.fromisoformat(written) - datetime.now(UTC)) < HOUR
