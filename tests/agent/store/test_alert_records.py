"""Episodes, alerts, reminders, choices, runs and history: what is kept, and what comes back."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from msgspec.structs import replace

from agent.alerts.records import Episode
from agent.contract import Severity, Status
from agent.paths import Paths
from agent.store import HistoryRow, LastRun, Store, kept, timeline
from agent.store.agreement import not_in, restore
from agent.store.database import in_memory
from agent.store.events import Event, about, decode, encode, latest
from tests.agent.store.examples import DAY, HOUR, episode, events, finding, reminder, said
from tests.builders import NOW


def journal_size(paths: Paths) -> int:
    return os.path.getsize(paths.journal)


# Episodes


def test_open_episodes_come_back_and_closed_ones_when_asked_for(paths: Paths) -> None:
    ended = episode("e2", closed_at=NOW + DAY, good=True)
    with Store.open(paths) as store:
        store.keep_episodes([episode("e1"), ended, episode("e3", opened_at=NOW - DAY, seen_at=NOW)])
    with Store.open(paths) as store:
        assert [kept.id for kept in store.episodes()] == ["e3", "e1"]
        assert [kept.id for kept in store.episodes(since=NOW + DAY)] == ["e3", "e1", "e2"]
        assert [kept.id for kept in store.episodes(since=NOW + 2 * DAY)] == ["e3", "e1"]
        assert store.episodes(since=NOW)[2] == ended


def test_a_change_of_an_episode_gets_the_next_revision(store: Store) -> None:
    store.keep_episodes([episode()])
    store.keep_episodes([episode(confirmed_at=NOW + HOUR)])
    assert [(known.revision, known.confirmed_at) for known in store.episodes()] == [(2, NOW + HOUR)]


def test_a_round_that_changes_nothing_does_not_write_the_journal(paths: Paths, store: Store) -> None:
    store.keep_episodes([episode("e1"), episode("e2")])
    store.keep_said(said(delivered=True))
    store.keep_reminder(reminder())
    store.choose("profile", "toolkit", NOW)
    before = journal_size(paths)
    for hour in range(1, 9):
        known = store.episodes()
        store.keep_episodes([replace(one, seen_at=NOW + hour * HOUR, revision=one.revision + 1) for one in known])
        store.keep_episodes(store.episodes())
        store.keep_said(said(delivered=True))
        store.keep_reminder(reminder())
        store.choose("profile", "toolkit", NOW + hour * HOUR)
        store.settle([("screen_lock", finding("fail"))], NOW + hour * HOUR)
        store.keep_runs({"screen_lock": LastRun(NOW, NOW + HOUR)})
    assert journal_size(paths) == before
    assert {one.seen_at for one in store.episodes()} == {NOW + 8 * HOUR}


def test_a_program_that_read_earlier_does_not_open_a_closed_episode_again(store: Store) -> None:
    store.keep_episodes([episode()])
    (read_earlier,) = store.episodes()
    store.keep_episodes([replace(read_earlier, closed_at=NOW + HOUR, good=True)])
    store.keep_episodes([replace(read_earlier, seen_at=NOW + 2 * HOUR)])
    assert store.episodes() == ()


def test_who_has_seen_it_closed_may_open_it_again(store: Store) -> None:
    store.keep_episodes([episode(closed_at=NOW + HOUR)])
    (closed,) = store.episodes(since=NOW)
    store.keep_episodes([replace(closed, closed_at=None, opened_at=NOW + 2 * HOUR, revision=closed.revision + 1)])
    assert [one.opened_at for one in store.episodes()] == [NOW + 2 * HOUR]


def test_episodes_are_kept_all_or_none(store: Store) -> None:
    naive = episode("e2", seen_at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a time zone"):
        store.keep_episodes([episode("e1"), naive])
    assert store.episodes() == ()


def test_times_of_any_zone_are_compared_as_times(store: Store) -> None:
    east = timezone(timedelta(hours=10))
    store.keep_said(said("early", datetime(2026, 11, 22, 11, tzinfo=east)))
    store.keep_said(said("late", NOW + HOUR))
    assert [one.id for one in store.said(datetime(2026, 11, 22, 11, 30, tzinfo=east))] == ["late"]
    assert store.said(NOW - DAY)[0].at.utcoffset() == timedelta(0)


# Alerts and reminders


def test_an_alert_is_there_before_it_is_shown_and_then_with_what_came_of_it(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_said(said())
    with Store.open(paths) as store:
        assert [(one.delivered, one.revision) for one in store.said(NOW)] == [(None, 1)]
        store.keep_said(said(delivered=False))
        assert [(one.delivered, one.revision) for one in store.said(NOW)] == [(False, 2)]
        assert store.said(NOW + HOUR) == ()


def test_what_came_of_an_alert_is_not_forgotten_again(store: Store) -> None:
    store.keep_said(said())
    store.keep_said(said(delivered=True))
    store.keep_said(said())
    assert [one.delivered for one in store.said(NOW)] == [True]


def test_reminders_that_are_done_are_no_longer_there(store: Store) -> None:
    store.keep_reminder(reminder("r1", due_at=NOW + 2 * HOUR))
    store.keep_reminder(reminder("r2"))
    assert [one.id for one in store.reminders()] == ["r2", "r1"]
    store.keep_reminder(reminder("r2", done_at=NOW + HOUR))
    assert [one.id for one in store.reminders()] == ["r1"]


# Choices and kept settings


def test_the_last_choice_counts_until_it_is_taken_back(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.choose("profile", "toolkit", NOW)
        store.choose("checks.disabled", ["breach"], NOW)
        store.choose("profile", "heightened", NOW + DAY)
        store.choose("network.offline", False, NOW)
    with Store.open(paths) as store:
        assert store.choices() == {"profile": "heightened", "checks.disabled": ["breach"], "network.offline": False}
        store.choose("profile", None, NOW)
        store.choose("never.chosen", None, NOW)
        assert set(store.choices()) == {"checks.disabled", "network.offline"}


def test_true_and_one_are_not_the_same_choice(store: Store) -> None:
    store.choose("key", 1, NOW)
    store.choose("key", True, NOW)
    assert store.choices()["key"] is True


def test_a_choice_made_again_after_it_was_taken_back_outlives_the_database(paths: Paths) -> None:
    with Store.open(paths) as store:
        for value in ("toolkit", None, "heightened"):
            store.choose("profile", value, NOW)
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert store.choices() == {"profile": "heightened"}


def test_good_settings_are_kept_and_replaced(paths: Paths) -> None:
    with Store.open(paths) as store:
        assert store.settings_kept() is None
        store.keep_settings({"user": {"profile": "toolkit"}})
        store.keep_settings({"user": {"profile": "standard"}, "digest": "x"})
    with Store.open(paths) as store:
        assert store.settings_kept() == {"user": {"profile": "standard"}, "digest": "x"}


# Runs and history


def test_the_last_run_of_each_check_is_known(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_runs({"a": LastRun(NOW, NOW + HOUR), "b": LastRun(NOW, NOW + DAY)})
        store.keep_runs({"a": LastRun(NOW + HOUR, NOW + 2 * HOUR)})
    with Store.open(paths) as store:
        assert store.last_runs() == {"a": LastRun(NOW + HOUR, NOW + 2 * HOUR), "b": LastRun(NOW, NOW + DAY)}


def test_history_has_each_change_of_status_or_reason_and_nothing_else(store: Store) -> None:
    answers = [("fail", "off"), ("fail", "off"), ("fail", "too_long"), ("unknown", "timeout"), ("pass", "locks")]
    for hour, (status, reason) in enumerate(answers):
        store.settle([("screen_lock", finding(status, reason))], NOW + hour * HOUR)
    rows = store.history(NOW)
    assert [(row.at, row.status.value, row.reason) for row in rows] == [
        (NOW, "fail", "off"),
        (NOW + 2 * HOUR, "fail", "too_long"),
        (NOW + 3 * HOUR, "unknown", "timeout"),
        (NOW + 4 * HOUR, "pass", "locks"),
    ]
    assert store.history(NOW + 4 * HOUR) == (HistoryRow(NOW + 4 * HOUR, "screen_lock", None, Status.PASS, "locks"),)


def test_each_account_has_a_history_of_its_own(store: Store) -> None:
    both = [("two_step", finding("fail", subject="i-1")), ("two_step", finding("pass", subject="i-2"))]
    store.settle(both, NOW)
    store.settle([("two_step", finding("pass", subject="i-1"))], NOW + HOUR)
    assert [(row.subject, row.status.value) for row in store.history(NOW)] == [
        ("i-1", "fail"),
        ("i-2", "pass"),
        ("i-1", "pass"),
    ]


def test_a_row_of_history_that_cannot_be_read_is_left_out(paths: Paths, store: Store) -> None:
    store.settle([("a", finding("fail")), ("b", finding("pass"))], NOW)
    with store._storage.write() as connection:
        connection.execute("UPDATE history SET status = CAST(x'ff' AS TEXT) WHERE check_id = 'a'")
    with Store.open(paths) as again:
        assert [row.check_id for row in again.history(NOW)] == ["b"]
        assert again.notes == []


# Bounded


def test_a_check_that_changes_its_mind_in_every_round_leaves_room_for_others(store: Store) -> None:
    store.settle([("steady", finding("pass"))], NOW)
    for minute in range(3 * timeline.MOST_ABOUT_ONE):
        status = "fail" if minute % 2 else "pass"
        store.settle([("flapping", finding(status))], NOW + timedelta(minutes=minute))
    rows = store.history(NOW)
    assert len([row for row in rows if row.check_id == "flapping"]) == timeline.MOST_ABOUT_ONE
    assert rows[-1].at == NOW + timedelta(minutes=3 * timeline.MOST_ABOUT_ONE - 1)
    assert [row.check_id for row in rows].count("steady") == 1


def test_history_has_a_most_however_many_checks_there_are(store: Store) -> None:
    for round_ in range(3):
        at = NOW + round_ * HOUR
        store.settle([(f"c{number}", finding("pass", f"r{round_}")) for number in range(900)], at)
    rows = store.history(NOW)
    assert len(rows) == timeline.MOST_ROWS
    assert rows[-1].reason == "r2"


def test_of_too_many_episodes_the_open_and_the_newest_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_ROWS", 10)
    store.keep_episodes([episode("open", opened_at=NOW - 400 * DAY)])
    for day in range(30):
        store.keep_episodes([episode(f"e{day:02}", opened_at=NOW, closed_at=NOW + day * DAY)])
    found = [one.id for one in store.episodes(since=NOW)]
    assert sorted(found) == [*(f"e{day}" for day in range(21, 30)), "open"]


def test_too_many_alerts_reminders_choices_and_runs_push_out_the_oldest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("MOST_ROWS", "MOST_CHOICES"):
        monkeypatch.setattr(kept, limit, 5)
    monkeypatch.setattr(timeline, "MOST_RUNS", 5)
    for day in range(9):
        at = NOW + day * DAY
        store.keep_said(said(f"s{day}", at))
        store.keep_reminder(reminder(f"r{day}", due_at=at))
        store.choose(f"key{day}", day, at)
        store.keep_runs({f"c{day}": LastRun(at, at)})
    assert [one.id for one in store.said(NOW)] == ["s4", "s5", "s6", "s7", "s8"]
    assert [one.id for one in store.reminders()] == ["r4", "r5", "r6", "r7", "r8"]
    assert set(store.choices()) == {"key4", "key5", "key6", "key7", "key8"}
    assert set(store.last_runs()) == {"c4", "c5", "c6", "c7", "c8"}


def filled(store: Store) -> None:
    """One of everything, over and not over, of day 0."""
    store.keep_episodes([episode("open"), episode("closed", closed_at=NOW)])
    store.keep_said(said())
    store.keep_reminder(reminder("open"))
    store.keep_reminder(reminder("done", done_at=NOW))
    store.choose("profile", "toolkit", NOW)
    store.keep_runs({"old": LastRun(NOW, NOW)})
    store.settle([("old", finding("fail"))], NOW)


def what_is_left(store: Store) -> tuple[int, int, int, int, int, int]:
    far = NOW - 10 * DAY
    with store._storage.read() as connection:
        reminders = len(kept.REMINDERS.select(connection))
    return (
        len(store.episodes(since=far)),
        len(store.said(far)),
        reminders,
        len([row for row in store.history(far) if row.check_id == "old"]),
        len(store.last_runs()),
        len(store.choices()),
    )


def test_what_is_over_for_90_days_is_forgotten_and_nothing_else(store: Store) -> None:
    filled(store)
    for day in range(0, 90, 3):
        store.settle([("new", finding("pass"))], NOW + day * DAY)
    store.settle([("new", finding("pass"))], NOW + 90 * DAY)
    assert what_is_left(store) == (2, 1, 2, 1, 1, 1)
    store.settle([("new", finding("pass"))], NOW + 90 * DAY + HOUR)
    assert what_is_left(store) == (1, 0, 1, 0, 0, 1)


def test_a_clock_that_is_a_year_ahead_for_a_while_makes_nothing_forgotten(store: Store) -> None:
    filled(store)
    for hour in range(0, 40, 4):
        store.settle([("new", finding("pass"))], NOW + 365 * DAY + hour * HOUR)
    for hour in range(40, 200, 4):
        store.settle([("new", finding("pass"))], NOW + hour * HOUR)
    assert what_is_left(store) == (2, 1, 2, 1, 1, 1)


def test_after_a_summer_in_a_drawer_old_things_are_forgotten_two_days_later(store: Store) -> None:
    filled(store)
    for hour in range(0, 49, 6):
        store.settle([("new", finding("pass"))], NOW + 120 * DAY + hour * HOUR)
    assert what_is_left(store) == (1, 0, 1, 0, 0, 1)


# The journal brings it all back


def everything(store: Store) -> tuple[object, ...]:
    far = NOW - 400 * DAY
    return store.episodes(since=far), store.said(far), store.reminders(), store.choices(), store.accounts()


@pytest.mark.parametrize("loss", ["lost", "damaged", "cut short"])
def test_a_store_that_is_lost_or_damaged_comes_back_from_the_journal(paths: Paths, loss: str) -> None:
    with Store.open(paths) as store:
        filled(store)
        store.keep_said(said("s2", NOW + HOUR, delivered=True))
        store.keep_episodes([episode("open", severity=Severity.LOW)])
        store.choose("device.label", "Ä desk", NOW)
        store.choose("profile", None, NOW)
        store.add_account("google", "Work", now=NOW)
        before = everything(store)
    database = Path(paths.store)
    if loss == "lost":
        database.unlink()
    else:
        database.write_bytes(b"nonsense" * 1000 if loss == "damaged" else database.read_bytes()[:-5000])
    with Store.open(paths) as store:
        assert everything(store) == before
        assert store.choices() == {"device.label": "Ä desk"}
    with Store.open(paths) as store:
        assert store.notes == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE episodes SET record = replace(record, 'fail', 'fbil')",
        """UPDATE episodes SET record = replace(record, '"opened_at":"2', '"opened_at":"9')""",
        """UPDATE episodes SET record = replace(record, '"seen_at":"2', '"seen_at":"9')""",
        "UPDATE episodes SET closed_at = '2026'",
        "UPDATE episodes SET revision = 7",
        "UPDATE said SET record = '{'",
        "UPDATE said SET record = CAST(record AS BLOB)",
        "UPDATE said SET record = CAST(x'ff' AS TEXT)",
        "UPDATE reminders SET due_at = NULL",
        "UPDATE choices SET value = 'toolkit'",
        "UPDATE choices SET at = '2026-11-22T10:00:00'",
        "UPDATE runs SET next_at = 'soon'",
        "DROP TABLE history",
        "DROP TABLE choices",
    ],
)
def test_a_record_that_cannot_be_read_is_brought_back_too(paths: Paths, change: str) -> None:
    import sqlite3

    with Store.open(paths) as store:
        filled(store)
        before = everything(store)
    other = sqlite3.connect(paths.store)
    try:
        with other:
            other.execute(change)
    except sqlite3.IntegrityError:
        pass  # the table itself does not let it happen
    other.close()
    with Store.open(paths) as store:
        assert everything(store) == before


def test_a_lost_journal_is_written_again(paths: Paths) -> None:
    with Store.open(paths) as store:
        filled(store)
        before = everything(store)
    os.remove(paths.journal)
    Store.open(paths).close()
    os.remove(paths.store)
    with Store.open(paths) as store:
        assert everything(store) == before


@given(events)
def test_the_latest_revision_of_everything_comes_back_from_a_journal(written: list[Event]) -> None:
    connection = in_memory()
    try:
        restore(connection, decode(b"".join(map(encode, written))).events)
        found = {about(event): event for event in not_in([], connection) if event.__struct_config__.tag != "device"}
        expected = {about(event): event for event in latest(written) if event.__struct_config__.tag != "device"}
        assert found == expected
        assert not_in(written, connection) == []
    finally:
        connection.close()


@given(events, events)
def test_reading_a_journal_twice_or_in_two_parts_makes_no_difference(first: list[Event], second: list[Event]) -> None:
    at_once, by_parts = in_memory(), in_memory()
    try:
        restore(at_once, [*first, *second])
        restore(by_parts, first)
        restore(by_parts, [*first, *second])
        restore(by_parts, [*first, *second])
        assert {about(event): event.revision for event in not_in([], at_once)} == {
            about(event): event.revision for event in not_in([], by_parts)
        }
    finally:
        at_once.close()
        by_parts.close()


def test_an_episode_of_an_earlier_program_lacks_fields_and_is_not_damaged(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.keep_episodes([episode()])
        with store._storage.write() as connection:
            connection.execute("""UPDATE episodes SET record = replace(record, ',"rose_at":null', '')""")
    with Store.open(paths) as store:
        assert store.notes == []
        assert isinstance(store.episodes()[0], Episode)
