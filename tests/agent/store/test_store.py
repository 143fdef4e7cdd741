from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.contract import Status
from agent.paths import Paths
from agent.store import LastRun, Store, StoreError
from tests.agent.store.examples import episode, finding, said, statement
from tests.builders import NOW

#: The columns of a statement before its time.
STATED = "9, 'k', 'laptop', 'passwords.unique', 1, 'no'"
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "nonsense": lambda data: b"this is not a database" * 100,
    "a wrong header": lambda data: b"X" * 100 + data[100:],
    "a page of zeros": lambda data: data[:4096] + bytes(4096) + data[8192:],
    "cut in half": lambda data: data[: len(data) // 2],
    "noise in the middle": lambda data: data[:5000] + os.urandom(9000) + data[14000:],
    "nothing": lambda data: b"",
}


# What is kept


def test_what_a_check_remembers_is_there_in_the_next_process(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.memory("app_updates").remember("seen:vim", {"since": "2026-11-01", "count": 2})
    with Store.open(paths) as store:
        assert store.memory("app_updates").recall("seen:vim") == {"since": "2026-11-01", "count": 2}


def test_one_check_does_not_see_what_another_remembers(store: Store) -> None:
    store.memory("breach").remember("key", 1)
    assert store.memory("two_step").recall("key") is None


def test_remembering_none_forgets(store: Store) -> None:
    memory = store.memory("breach")
    memory.remember("key", [1, 2])
    memory.remember("key", None)
    assert memory.recall("key") is None
    assert store.remembered("breach") == {}


def test_a_rounds_memories_are_kept_together(store: Store) -> None:
    store.remember({"breach": {"a": 1, "b": None}, "two_step": {"c": "x"}})
    assert (store.remembered("breach"), store.remembered("two_step")) == ({"a": 1}, {"c": "x"})


def test_statements_come_back_in_the_order_they_were_made_whatever_their_dates(store: Store) -> None:
    made = [statement(answer="app"), statement(answer="none", at=NOW - timedelta(days=30))]
    for one in made:
        store.attest(one)
    assert list(store.attestations()) == made


def test_two_equal_statements_are_two(store: Store) -> None:
    store.attest(statement())
    store.attest(statement())
    assert len(store.attestations()) == 2


def test_an_account_gets_a_random_id_that_does_not_come_from_its_service_or_label(store: Store) -> None:
    first = store.add_account("google", "Work", now=NOW)
    second = store.add_account("google", "Work", now=NOW)
    assert first.id != second.id
    assert len(first.id) == len("i-") + 12
    assert first.id.startswith("i-")
    int(first.id[2:], 16)


def test_an_edited_account_keeps_its_id(store: Store) -> None:
    added = store.add_account("google", "Work", now=NOW)
    store.change_account(added.id, label="Office", has_address=True)
    (account,) = store.accounts()
    assert (account.id, account.label, account.has_address) == (added.id, "Office", True)


def test_a_removed_account_is_off_the_list(store: Store) -> None:
    added = store.add_account("google", "Work", now=NOW)
    assert store.remove_account(added.id, now=NOW).removed_at == NOW
    assert store.accounts() == ()


def test_changing_an_account_that_is_not_there_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="no account i-0"):
        store.change_account("i-0", label="x")


def test_an_entry_of_the_settings_keeps_its_random_id(paths: Paths) -> None:
    with Store.open(paths) as store:
        first = store.settings_account("x", "Campaign", 0, now=NOW)
        other = store.settings_account("x", "Campaign", 1, now=NOW)
    with Store.open(paths) as store:
        assert store.settings_account("x", "Campaign", 0, now=NOW + timedelta(days=9)) == first
    assert other.id != first.id


def test_the_device_id_is_made_once(paths: Paths) -> None:
    with Store.open(paths) as store:
        device = store.device_id()
    with Store.open(paths) as store:
        assert store.device_id() == device


# Since when


def test_since_is_when_the_status_began(store: Store) -> None:
    store.settle([("screen_lock", finding("fail", "off"))], NOW)
    later = store.settle([("screen_lock", finding("fail", "too_long"))], NOW + timedelta(hours=4))
    assert later["screen_lock", None].since == NOW
    fixed = store.settle([("screen_lock", finding("pass", "locks"))], NOW + timedelta(hours=8))
    assert fixed["screen_lock", None].since == NOW + timedelta(hours=8)


def test_an_unknown_keeps_the_last_real_answer_with_its_date(store: Store) -> None:
    store.settle([("screen_lock", finding("pass", "locks"))], NOW)
    for hours in (4, 8):
        now = store.settle([("screen_lock", finding("unknown", "timeout"))], NOW + timedelta(hours=hours))
    standing = now["screen_lock", None]
    assert standing.since == NOW + timedelta(hours=4)
    assert standing.last_real is not None
    assert (standing.last_real.status, standing.last_real.at) == (Status.PASS, NOW)


def test_each_subject_stands_for_itself(store: Store) -> None:
    store.settle([("two_step", finding("pass", subject="i-1")), ("two_step", finding("fail", subject="i-2"))], NOW)
    store.settle([("two_step", finding("pass", subject="i-1"))], NOW + timedelta(days=1))
    standings = store.standings()
    assert standings["two_step", "i-1"].since == NOW
    assert standings["two_step", "i-2"].observed_at == NOW


def test_a_clock_set_back_does_not_make_something_stand_since_tomorrow(store: Store) -> None:
    store.settle([("screen_lock", finding("fail"))], NOW)
    back = store.settle([("screen_lock", finding("fail"))], NOW - timedelta(days=2))
    assert back["screen_lock", None].since == NOW - timedelta(days=2)


def test_what_nobody_spoke_of_for_90_days_is_dropped(store: Store) -> None:
    store.settle([("old", finding("fail"))], NOW)
    for day in range(0, 92, 7):
        store.settle([("new", finding("fail"))], NOW + timedelta(days=day))
    assert set(store.standings()) == {("new", None)}


# Private, and only ever appended


def test_files_are_for_their_owner_only_even_with_a_loose_umask(paths: Paths) -> None:
    before = os.umask(0)
    try:
        with Store.open(paths) as store:
            store.attest(statement())
            modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in os.scandir(paths.data)}
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}
    assert {"watchword.db", "watchword.db-wal", "journal.jsonl"} <= set(modes)
    assert stat.S_IMODE(os.stat(paths.data).st_mode) == 0o700


def test_loose_rights_of_an_existing_store_are_tightened(paths: Paths) -> None:
    Store.open(paths).close()
    os.chmod(paths.store, 0o644)
    os.chmod(paths.data, 0o755)
    Path(paths.journal).touch(mode=0o666)
    with Store.open(paths) as store:
        store.attest(statement())
    assert stat.S_IMODE(os.stat(paths.journal).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(paths.store).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(paths.data).st_mode) == 0o700


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE attestations SET answer = 'passkey'",
        "DELETE FROM attestations",
        "INSERT OR REPLACE INTO attestations SELECT 1, key, subject, 'x', 1, 'passkey', at, evidence FROM attestations",
    ],
)
def test_no_program_can_change_a_statement_in_the_database(paths: Paths, store: Store, change: str) -> None:
    store.attest(statement(answer="none"))
    with sqlite3.connect(paths.store) as other, pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
        other.execute(change)
    other.close()
    assert [made.answer for made in store.attestations()] == ["none"]


# Damage


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_store_is_set_aside_and_rebuilt_without_losing_a_statement(paths: Paths, damage: str) -> None:
    with Store.open(paths) as store:
        for day in range(40):
            store.attest(statement(answer="app", at=NOW + timedelta(days=day)))
        account = store.change_account(store.add_account("google", "Work", now=NOW).id, label="Office")
        removed = store.add_account("x", "Old", now=NOW)
        store.remove_account(removed.id, now=NOW)
        entry = store.settings_account("tiktok", "Team", 0, now=NOW)
        device, before = store.device_id(), store.attestations()
    data = Path(paths.store).read_bytes()
    Path(paths.store).write_bytes(DAMAGE[damage](data))
    with Store.open(paths) as store:
        assert store.attestations() == before
        assert store.accounts() == (account,)
        assert store.settings_account("tiktok", "Team", 0, now=NOW) == entry
        assert store.device_id() == device
        if damage != "nothing":
            assert "damaged" in store.notes[0]
            assert "40 statements were restored" in store.notes[1]
    aside = list(Path(paths.data).glob("watchword.damaged-*.db"))
    assert len(aside) == (0 if damage == "nothing" else 1)
    with Store.open(paths) as store:
        assert store.notes == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE standing SET status = 'fbil'",
        "UPDATE standing SET since = '2026-11-22T10:00:00'",
        "UPDATE standing SET real_at = NULL",
        "UPDATE standing SET observed_at = '0001-01-01T00:00:00.000000+00:00'",
        f"INSERT INTO attestations VALUES ({STATED}, '9999-12-31T23:59:59.000000+00:00', 'none')",
        f"INSERT INTO attestations VALUES ({STATED}, '0001-01-01T00:00:00.000000+14:00', 'none')",
        "UPDATE accounts SET added_at = '2026-11-22T10:00:00.42}406+00:00'",
        "UPDATE accounts SET label = x'ff'",
        "UPDATE accounts SET label = CAST(x'ff' AS TEXT)",
        "INSERT INTO memory VALUES ('breach', 'key', '{')",
        f"INSERT INTO memory VALUES ('breach', 'key', '{'[' * 3000}{']' * 3000}')",
        "DROP TABLE standing",
        "DROP TABLE meta",
        "PRAGMA user_version = 0",
        "UPDATE meta SET value = '2026-11-22T10:0V:00.000000+00:00' WHERE key = 'clock_at'",
        "UPDATE meta SET value = '0001-01-01T00:00:00.000000+00:00' WHERE key = 'clock_since'",
        "INSERT OR REPLACE INTO meta VALUES ('forgotten_before', 'z')",
        "INSERT INTO meta VALUES ('compacted_at', '2026-11-22')",
        "INSERT INTO meta VALUES ('compacted_size', '1e')",
        "INSERT INTO meta VALUES ('settings', '[]')",
        "ALTER TABLE memory RENAME COLUMN key TO k",
        "ALTER TABLE history RENAME COLUMN sequence TO sequencd",
        "DROP TRIGGER attestations_are_not_removed",
    ],
)
def test_a_value_that_cannot_be_read_does_not_stop_every_command_from_now_on(paths: Paths, change: str) -> None:
    with Store.open(paths) as store:
        account = store.add_account("google", "Work", now=NOW)
        store.attest(statement(account.id))
        store.settle([("two_step", finding("pass", subject=account.id))], NOW)
    with sqlite3.connect(paths.store) as other:
        other.execute(change)
    other.close()
    with Store.open(paths) as store:
        assert "damaged" in store.notes[0]
        assert store.accounts() == (account,)
        assert [made.subject for made in store.attestations()] == [account.id]
        store.settle([("two_step", finding("pass", subject=account.id))], NOW)
    with Store.open(paths) as store:
        assert store.notes == []


def test_an_index_that_no_longer_fits_its_table_is_damage_too(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement())
    with sqlite3.connect(paths.store) as other:
        (key,) = other.execute("SELECT key FROM attestations").fetchone()
    other.close()
    data = Path(paths.store).read_bytes()
    assert data.count(key.encode()) == 2  # in the table and in its index
    at = data.rindex(key.encode())
    Path(paths.store).write_bytes(data[:at] + b"?" + data[at + 1 :])
    with Store.open(paths) as store:
        assert "damaged" in store.notes[0]
        assert store.attestations() == (statement(),)


def test_what_becomes_unreadable_while_the_store_is_open_is_a_sentence(paths: Paths) -> None:
    with Store.open(paths) as store, sqlite3.connect(paths.store) as other:
        other.execute("INSERT INTO memory VALUES ('breach', 'key', ?)", ("[" * 3000 + "]" * 3000,))
        other.commit()
        for read in (lambda: store.recall("breach", "key"), lambda: store.remembered("breach")):
            with pytest.raises(StoreError, match="something that no Watchword wrote"):
                read()
    other.close()


def test_a_change_at_a_time_of_no_year_of_ours_is_left_out_of_the_history(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.settle([("two_step", finding("pass")), ("screen_lock", finding("fail"))], NOW)
    with sqlite3.connect(paths.store) as other:
        other.execute("UPDATE history SET at = '9999-12-31T23:59:59.000000+00:00' WHERE check_id = 'two_step'")
    other.close()
    with Store.open(paths) as store:
        assert [row.check_id for row in store.history(NOW)] == ["screen_lock"]


def test_what_was_kept_while_a_clock_stood_at_its_beginning_stays(paths: Paths) -> None:
    never_set = datetime(1970, 1, 1, tzinfo=UTC)
    with Store.open(paths) as store:
        store.attest(statement(at=never_set))
        for days in range(4):
            store.settle([("screen_lock", finding("pass"))], never_set + timedelta(days=days))
    with Store.open(paths) as store:
        assert store.notes == []
        assert [made.at for made in store.attestations()] == [never_set]


def test_a_clock_of_no_year_of_ours_is_refused_and_harms_nothing(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.settle([("screen_lock", finding("pass"))], NOW)
        far = datetime(2245, 1, 1, tzinfo=UTC)
        for keep in (
            lambda: store.settle([("screen_lock", finding("fail"))], far),
            lambda: store.keep_runs({"screen_lock": LastRun(far, far)}),
            lambda: store.attest(statement(at=far)),
        ):
            with pytest.raises(StoreError, match="clock"):
                keep()
    with Store.open(paths) as store:
        assert store.notes == []
        assert store.standings()["screen_lock", None].observed_at == NOW


def test_a_pipe_in_the_place_of_the_journal_is_not_waited_for(paths: Paths) -> None:
    os.makedirs(paths.data)
    os.mkfifo(paths.journal)
    store = Store.in_memory(paths)
    assert store.notes == [f"The journal {paths.journal} could not be read: Not a regular file."]


def test_a_lost_store_is_rebuilt_from_the_journal(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement())
        store.attest(statement(answer="passkey"))
    for name in os.listdir(paths.data):
        if name.startswith("watchword.db"):
            os.remove(os.path.join(paths.data, name))
    with Store.open(paths) as store:
        assert [made.answer for made in store.attestations()] == ["app", "passkey"]
        assert store.notes == ["2 statements were restored from the journal."]


def test_a_lost_journal_is_written_again_from_the_store(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement())
        account = store.add_account("google", "Work", now=NOW)
        device = store.device_id()
    os.remove(paths.journal)
    Store.open(paths).close()
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert store.attestations() == (statement(),)
        assert (store.accounts(), store.device_id()) == ((account,), device)


def test_a_journal_line_cut_short_by_a_crash_is_dropped_and_the_next_statement_is_whole(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement())
    with open(paths.journal, "ab") as journal:
        journal.write(b'{"sum":"0123456789abcdef","event":{"kind":"attest')
    with Store.open(paths) as store:
        assert (store.attestations(), store.notes) == ((statement(),), [])
        store.attest(statement(answer="passkey"))
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert [made.answer for made in store.attestations()] == ["app", "passkey"]


def test_a_changed_journal_line_does_not_become_a_statement(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement(answer="none"))
        store.attest(statement(subject="i-2"))
    changed = Path(paths.journal).read_bytes().replace(b'"none"', b'"app"', 1)
    Path(paths.journal).write_bytes(changed)
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert [made.subject for made in store.attestations()] == ["i-2"]
        assert any("could not be read" in note for note in store.notes)


def test_a_store_of_a_newer_program_is_left_as_it_is(paths: Paths) -> None:
    Store.open(paths).close()
    with sqlite3.connect(paths.store) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreError, match="newer Watchword"):
        Store.open(paths)
    assert not list(Path(paths.data).glob("*damaged*"))
    assert Store.open_or_in_memory(paths).notes[0].startswith("The store")


# A disk that will not do as asked


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    paths = Paths.on("linux", {"XDG_DATA_HOME": str(tmp_path / "file")}, str(tmp_path))
    with pytest.raises(StoreError, match="could not be used: Not a directory"):
        Store.open(paths)


def test_without_a_disk_the_store_is_in_memory_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    paths = Paths.on("linux", {"XDG_DATA_HOME": str(tmp_path / "file")}, str(tmp_path))
    with Store.open_or_in_memory(paths) as store:
        assert not store.keeps
        assert "Nothing from this round will be kept" in store.notes[0]
        store.memory("breach").remember("key", 1)
        store.attest(statement())
        assert store.memory("breach").recall("key") == 1
        assert store.attestations() == (statement(),)
        assert len(store.device_id()) == 36


def mounted(folder: Path, *options: str) -> Path:
    """A file system of a test's own; it is unmounted by the caller."""
    folder.mkdir(exist_ok=True)
    tool = shutil.which("mount")
    if tool is None or os.geteuid() != 0:
        pytest.skip("mounting a file system needs root")
    if subprocess.run([tool, *options, str(folder)], capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system is not allowed here")
    return folder


def fill(folder: Path) -> None:
    """Write until nothing more fits."""
    with open(folder / "filler", "wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    assert shutil.disk_usage(folder).free == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=400k", "tmpfs")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def attest_until_refused(store: Store) -> tuple[int, str]:
    """How many statements there are then, and what the refusal said."""
    kept = len(store.attestations())
    for _ in range(2000):
        try:
            store.attest(statement(answer="passkey"))
        except StoreError as error:
            return kept, str(error)
        kept += 1
    pytest.fail("the disk never filled up")


@pytest.mark.parametrize("room", [0, 4096, 8192, 20480, 40960])
def test_on_a_full_disk_a_statement_is_either_kept_twice_or_refused(small_disk: Path, room: int) -> None:
    paths = Paths.on("linux", {"XDG_DATA_HOME": str(small_disk)}, str(small_disk))
    with Store.open(paths) as store:
        store.attest(statement())
        fill(small_disk)
        os.truncate(small_disk / "filler", os.path.getsize(small_disk / "filler") - room)
        kept, refusal = attest_until_refused(store)
        assert "full" in refusal or "No space" in refusal
        assert len(store.attestations()) == kept
        memory = store.memory("app_updates")
        memory.remember("big", "x" * 100_000)
        assert memory.recall("big") == "x" * 100_000
        assert "full" in store.notes[-1]
    os.remove(small_disk / "filler")
    with Store.open(paths) as store:
        assert len(store.attestations()) == kept
        store.attest(statement(answer="app"))
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert len(store.attestations()) == kept + 1


def test_a_disk_without_room_for_a_store_still_lets_checks_run(small_disk: Path) -> None:
    fill(small_disk)
    paths = Paths.on("linux", {"XDG_DATA_HOME": str(small_disk)}, str(small_disk))
    with Store.open_or_in_memory(paths) as store:
        assert not store.keeps
        assert store.notes


def test_on_a_read_only_disk_earlier_statements_still_count(tmp_path: Path) -> None:
    folder = mounted(tmp_path / "readonly", "-t", "tmpfs", "tmpfs")
    try:
        paths = Paths.on("linux", {"XDG_DATA_HOME": str(folder)}, str(folder))
        with Store.open(paths) as store:
            account = store.add_account("google", "Work", now=NOW)
            store.attest(statement(subject=account.id))
            store.keep_episodes([episode()])
            store.keep_said(said(delivered=True))
            store.choose("network.offline", True, NOW)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with pytest.raises(StoreError, match="Read-only"):
            Store.open(paths)
        with Store.open_or_in_memory(paths) as store:
            assert not store.keeps
            assert store.accounts() == (account,)
            assert store.attestations() == (statement(subject=account.id),)
            assert (len(store.episodes()), len(store.said(NOW))) == (1, 1)
            assert store.choices() == {"network.offline": True}
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


# Several at once


def test_threads_share_a_store(store: Store) -> None:
    def remember(number: int) -> None:
        for step in range(50):
            store.memory(f"check{number}").remember(str(step), step)

    threads = [threading.Thread(target=remember, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(store.remembered(f"check{number}")) == 50 for number in range(4))


WRITER = """
import sys
from datetime import UTC, datetime
from agent.contract import Attestation
from agent.paths import Paths
from agent.store import Store

home, name, count = sys.argv[1:]
for number in range(int(count)):
    with Store.open(Paths.on("linux", {"XDG_DATA_HOME": home}, home)) as store:
        for part in range(5):
            answer = f"{name}-{number}-{part}"
            store.attest(Attestation(subject=name, statement="t", answer=answer, at=datetime.now(UTC)))
            print(answer, flush=True)
        store.memory(name).remember("last", number)
"""


def start_writer(home: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), name, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_write_at_the_same_time_from_the_very_first_moment(tmp_path: Path, paths: Paths) -> None:
    writers = [start_writer(tmp_path, name, 20) for name in ("a", "b", "c")]
    printed = []
    for writer in writers:
        out, err = writer.communicate(timeout=60)
        assert (writer.returncode, err) == (0, "")
        printed.extend(out.split())
    assert len(printed) == 300
    with Store.open(paths) as store:
        assert sorted(made.answer for made in store.attestations()) == sorted(printed)
        assert store.remembered("a") == {"last": 19}
        assert store.notes == []
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert sorted(made.answer for made in store.attestations()) == sorted(printed)


def test_several_processes_repair_a_damaged_store_once(tmp_path: Path, paths: Paths) -> None:
    with Store.open(paths) as store:
        store.attest(statement())
    Path(paths.store).write_bytes(b"this is not a database" * 100)
    writers = [start_writer(tmp_path, name, 1) for name in ("a", "b", "c", "d")]
    assert [(writer.communicate(timeout=60)[1], writer.returncode) for writer in writers] == [("", 0)] * 4
    assert len(list(Path(paths.data).glob("*.damaged-*.db"))) == 1
    with Store.open(paths) as store:
        assert len(store.attestations()) == 21


def test_what_a_process_states_while_another_repairs_the_store_is_not_lost(paths: Paths) -> None:
    with Store.open(paths) as running:
        running.attest(statement())
        Path(paths.store).write_bytes(b"this is not a database" * 1000)
        Path(paths.store + "-wal").unlink()
        with Store.open(paths) as repaired:
            assert "damaged" in repaired.notes[0]
        stated = 1
        with suppress(StoreError):
            running.attest(statement(answer="passkey"))
            stated = 2
    with Store.open(paths) as store:
        assert [made.answer for made in store.attestations()] == ["app", "passkey"][:stated]


def test_killed_at_any_moment_no_statement_that_was_confirmed_is_lost(tmp_path: Path, paths: Paths) -> None:
    confirmed: list[str] = []
    for attempt in range(25):
        writer = start_writer(tmp_path, f"w{attempt}", 10_000)
        assert writer.stdout is not None
        assert writer.stderr is not None
        confirmed.append(writer.stdout.readline().strip())  # it has begun
        time.sleep(0.003 * attempt)
        writer.send_signal(signal.SIGKILL)
        confirmed.extend(line.strip() for line in writer.stdout if line.endswith("\n"))
        assert writer.stderr.read() == ""
        writer.stdout.close()
        writer.stderr.close()
        assert writer.wait(timeout=10) == -signal.SIGKILL
        if attempt % 5 == 4:
            # The same must hold when the database is lost at that moment as well.
            for name in ("watchword.db", "watchword.db-wal", "watchword.db-shm"):
                Path(paths.data, name).unlink(missing_ok=True)
        with Store.open(paths) as store:
            answers = [made.answer for made in store.attestations()]
            assert set(confirmed) <= set(answers)
            assert len(answers) == len(set(answers))
    assert len(confirmed) > 25


def test_a_store_that_another_process_keeps_busy_is_an_error_in_words(paths: Paths, store: Store) -> None:
    other = sqlite3.connect(paths.store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        started = time.monotonic()
        with pytest.raises(StoreError, match="busy; try again"):
            store.attest(statement())
        assert time.monotonic() - started < 10
    finally:
        other.execute("ROLLBACK")
        other.close()
    store.attest(statement())
    assert store.attestations() == (statement(),)


def test_times_come_back_in_utc(store: Store) -> None:
    store.attest(statement(at=datetime.fromisoformat("2026-11-22T12:00:00+02:00")))
    assert store.attestations()[0].at == NOW
    assert store.attestations()[0].at.tzinfo is UTC
