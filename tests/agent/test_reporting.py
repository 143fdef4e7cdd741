"""Reports as rounds make and send them: when they are due, what number they get, and when nothing may leave."""

from __future__ import annotations

import resource
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.errors import WatchwordError
from agent.report.model import LEVELS, Level, Report
from agent.report.reader import read
from agent.report.sharing import Standing
from agent.reporting import AGAIN, Reports, held, held_alone
from agent.secrets import REPORT_SECRET
from agent.store import Sending, Sharing, Store, StoreError
from config.loader import default_settings
from tests.agent.report import builders
from tests.agent.report.laptop import Laptop, laptop, now, said
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, Say, report_server

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "https://it.example.org/watchword"


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server(collector=Collector(approves=True)) as running:
        yield running


@pytest.fixture
def alex(tmp_path: Path, server: ReportServer) -> Iterator[Laptop]:
    """A laptop that shares with an office."""
    with laptop(tmp_path, server.base_url) as made:
        made.enrol(server.collector.new_code())
        server.requests.clear()
        yield made


@pytest.fixture
def agreed(tmp_path: Path) -> Iterator[Laptop]:
    """A laptop whose person agreed, and whose collector nobody asks here."""
    with laptop(tmp_path, URL) as made:
        made.store.keep_sharing(Sharing(NOW, "detailed", URL))
        yield made


def going(made: Laptop, **changes: object) -> None:
    made.store.keep_sending(msgspec.structs.replace(made.going, **changes))


def waiting(made: Laptop) -> list[Report]:
    return [ready.report for one in made.outbox.waiting() if (ready := made.outbox.ready(one))]


# When one is due


def test_the_first_is_due_at_once_and_the_next_after_its_time(agreed: Laptop) -> None:
    assert agreed.reports.is_due(NOW)
    agreed.reports.make(agreed.document(), NOW, spread=lambda low, high: (low + high) / 2)
    assert agreed.going.next_at == NOW + DAY
    assert not agreed.reports.is_due(NOW)
    assert not agreed.reports.is_due(NOW + DAY - timedelta(seconds=1))
    assert agreed.reports.is_due(NOW + DAY)


@pytest.mark.parametrize("every_hours", [1, 24, 168])
def test_each_comes_up_to_a_tenth_earlier_or_later_by_chance(agreed: Laptop, every_hours: int) -> None:
    agreed.asked_for(every_hours=every_hours)
    found = set()
    for _ in range(20):
        agreed.make(at=NOW)
        assert agreed.going.next_at is not None
        found.add((agreed.going.next_at - NOW) / (every_hours * HOUR))
    assert len(found) == 20
    assert min(found) >= 0.9
    assert max(found) <= 1.1


def test_a_report_says_by_when_the_next_should_have_come(agreed: Laptop) -> None:
    assert agreed.make(at=NOW).next_report_by == "2026-11-23T16:00:00Z"
    agreed.asked_for(every_hours=1)
    assert agreed.make(at=NOW).next_report_by == "2026-11-22T11:15:00Z"


@pytest.mark.parametrize(
    ("next_at", "due"),
    [
        (None, True),
        (-365 * DAY, True),
        (timedelta(0), True),
        (timedelta(seconds=1), False),
        (1.1 * DAY, False),
        (1.1 * DAY + timedelta(seconds=1), True),
        (365 * DAY, True),
    ],
)
def test_a_clock_that_was_ahead_does_not_put_it_off_for_longer_than_its_pace(
    agreed: Laptop, next_at: timedelta | None, due: bool
) -> None:
    going(agreed, next_at=None if next_at is None else NOW + next_at)
    assert agreed.reports.is_due(NOW) is due


def test_a_faster_pace_counts_at_once(agreed: Laptop) -> None:
    agreed.asked_for(every_hours=168)
    agreed.make(at=NOW)
    assert not agreed.reports.is_due(NOW + HOUR)
    agreed.asked_for(every_hours=1)
    assert agreed.reports.is_due(NOW + HOUR)


@pytest.mark.parametrize(
    "kept", [None, Sharing(NOW, None), Sharing(NOW, "summary", URL + "/other"), Sharing(NOW, "summary", URL, "/srv")]
)
def test_without_an_agreement_to_just_that_none_is_due_made_or_sent(
    tmp_path: Path, server: ReportServer, kept: Sharing | None
) -> None:
    with laptop(tmp_path, URL) as made:
        if kept is not None:
            made.store.keep_sharing(kept)
        assert not made.reports.is_due(NOW)
        assert made.reports.make(made.document(), NOW) is None
        assert made.send(at_once=True) == 0
        assert made.reports.next_at(NOW) is None
        assert made.files() == []
        assert made.keyring.asked == []


def test_where_nothing_can_be_kept_none_is_due_and_no_number_given_out(agreed: Laptop) -> None:
    agreed.make(at=NOW)
    with Store.in_memory(agreed.paths) as memory:
        reports = Reports(memory, agreed.paths, agreed.asks)
        assert reports.arrangement.shares
        assert not reports.is_due(NOW + 2 * DAY)
        assert reports.next_at(NOW) is None
        with pytest.raises(WatchwordError, match="Nothing can be kept on this computer"):
            reports.make(agreed.document(), NOW)
        assert reports.send(agreed.keyring, agreed.network, NOW, at_once=True) == 0
    assert agreed.keyring.asked == []
    assert len(agreed.outbox.waiting()) == 1


# When a round is worth starting


@pytest.mark.parametrize(
    ("next_at", "not_before", "expected"),
    [
        (5 * HOUR, None, 5 * HOUR),
        (5 * HOUR, 2 * HOUR, 2 * HOUR),
        (2 * HOUR, 5 * HOUR, 2 * HOUR),
        (None, None, AGAIN),
        (timedelta(0), None, AGAIN),
        (-5 * HOUR, None, AGAIN),
        (5 * HOUR, -HOUR, AGAIN),
        (None, 20 * timedelta(minutes=1), 20 * timedelta(minutes=1)),
    ],
)
def test_the_next_round_comes_for_what_is_next_and_never_at_once(
    agreed: Laptop, next_at: timedelta | None, not_before: timedelta | None, expected: timedelta
) -> None:
    agreed.make(at=NOW)
    moments = {"next_at": next_at, "not_before": not_before}
    going(agreed, **{name: None if wait is None else NOW + wait for name, wait in moments.items()})
    assert agreed.reports.next_at(NOW) == NOW + expected


def test_an_attempt_is_not_waited_for_when_nothing_is_to_be_sent(agreed: Laptop) -> None:
    going(agreed, next_at=NOW + 5 * HOUR, not_before=NOW + HOUR)
    assert agreed.reports.next_at(NOW) == NOW + 5 * HOUR


def test_a_report_that_could_not_be_made_does_not_start_round_upon_round(agreed: Laptop) -> None:
    Path(agreed.paths.outbox).write_text("in the way")
    with pytest.raises(WatchwordError, match="could not be read"):
        agreed.make(at=NOW)
    assert agreed.reports.is_due(NOW)
    with pytest.raises(WatchwordError, match="could not be read"):
        agreed.send()
    assert agreed.reports.next_at(NOW) == NOW + AGAIN


# Numbers


def test_numbers_rise_by_one_over_restarts(agreed: Laptop) -> None:
    numbers = []
    for _ in range(4):
        numbers.append(agreed.make().sequence)
        agreed.restarted()
    assert numbers == [1, 2, 3, 4]


@pytest.mark.parametrize("lost", ["database", "outbox", "both"])
def test_no_number_comes_twice_when_something_is_lost(agreed: Laptop, lost: str) -> None:
    for status in ("fail", "pass", "warn"):
        agreed.make(status)
    if lost in ("outbox", "both"):
        for name in agreed.files():
            Path(agreed.paths.outbox, name).unlink()
    if lost in ("database", "both"):
        agreed.without_database()
    assert agreed.make("pass").sequence == 4


def test_a_number_whose_file_is_on_the_disk_counts_though_it_was_not_kept(agreed: Laptop) -> None:
    made = builders.report(builders.row())
    device = msgspec.structs.replace(made.device, id=agreed.device_id)
    agreed.outbox.put(msgspec.structs.replace(made, sequence=9, report_id=str(uuid.uuid4()), device=device))
    assert agreed.make("pass").sequence == 10


def test_before_such_a_file_is_sent_its_number_is_kept(alex: Laptop, server: ReportServer) -> None:
    made = builders.report(builders.row())
    device = msgspec.structs.replace(made.device, id=alex.device_id)
    alex.outbox.put(msgspec.structs.replace(made, sequence=9, report_id=str(uuid.uuid4()), device=device))
    server.faults.append(Fault.HOLD)
    alex.seconds = 0.5
    alex.send()
    assert alex.store.report_number() == 9
    alex.outbox.clear()
    assert alex.make().sequence == 10


def test_a_file_that_only_has_a_reports_name_uses_up_no_numbers(alex: Laptop) -> None:
    alex.make()
    Path(alex.paths.outbox, f"{9_999_999_999_999_999}-{uuid.uuid4()}.json").write_text("{}")
    assert alex.make("pass").sequence == 2
    alex.send()
    assert alex.store.report_number() == 2


def test_every_report_has_an_id_of_its_own(agreed: Laptop) -> None:
    assert len({agreed.make().report_id for _ in range(5)}) == 5


def test_a_report_whose_number_the_disk_did_not_take_keeps_it(alex: Laptop, server: ReportServer) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))  # room for a report, and for no page of the database
    try:
        with pytest.raises(StoreError):
            alex.make("fail")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert alex.store.report_number() == 0
    assert [one.number for one in alex.outbox.waiting()] == [1]
    assert alex.reports.is_due(now())
    assert alex.make("pass").sequence == 2
    assert alex.send() == 2
    assert [each.sequence for each in server.collector.taken] == [1, 2]


# How much


@pytest.mark.parametrize("asked", LEVELS)
@pytest.mark.parametrize("to", LEVELS)
def test_a_report_is_made_at_the_lower_of_two_levels(agreed: Laptop, asked: Level, to: Level) -> None:
    agreed.store.keep_sharing(Sharing(NOW, to, URL))
    agreed.asked_for(level=asked)
    made = agreed.make()
    assert LEVELS.index(made.privacy.level) == min(LEVELS.index(asked), LEVELS.index(to))
    assert bool(made.checks) is (made.privacy.level != "summary")


def test_what_waits_at_a_level_that_is_no_longer_asked_for_is_not_sent_and_soon_made_anew(
    alex: Laptop, server: ReportServer
) -> None:
    alex.make("fail")
    alex.make("pass")
    alex.asked_for(level="summary")
    assert alex.send() == 0
    assert server.requests == []
    assert alex.outbox.waiting() == []
    assert alex.reports.is_due(now())
    alex.make("pass")
    assert alex.send() == 1
    assert read(server.collector.taken[0].body).privacy.level == "summary"


def test_what_waits_at_a_lower_level_is_sent_when_more_is_asked_for(alex: Laptop, server: ReportServer) -> None:
    alex.asked_for(level="summary")
    alex.make("fail")
    alex.asked_for(level="detailed")
    assert alex.send() == 1
    assert read(server.collector.taken[0].body).privacy.level == "summary"


def test_only_what_is_too_much_goes_and_the_rest_is_sent(alex: Laptop, server: ReportServer) -> None:
    alex.make("fail")
    alex.asked_for(level="standard")
    alex.make("pass")
    before = alex.going.next_at
    assert alex.send() == 1
    assert [said(each.body)[2] for each in server.collector.taken] == ["pass"]
    assert alex.going.next_at == before


def test_what_fits_into_no_report_is_told_and_uses_up_no_number(agreed: Laptop) -> None:
    document = agreed.document()
    policy = msgspec.structs.replace(document.policy, digest="edited by hand")
    with pytest.raises(WatchwordError, match=r"No report could be made of this round: .*\$\.policy\.digest"):
        agreed.reports.make(msgspec.structs.replace(document, policy=policy), NOW)
    assert agreed.store.report_number() == 0
    assert agreed.files() == []


# A policy that cannot be read, or asks for something else


def test_while_the_policy_cannot_be_read_nothing_is_sent_and_nothing_lost(alex: Laptop, server: ReportServer) -> None:
    alex.make("fail")
    asks, alex.asks = alex.asks, default_settings().report
    assert alex.reports.arrangement.standing is Standing.NOBODY_ASKS
    assert not alex.reports.is_due(now() + 2 * DAY)
    assert alex.send(at_once=True) == 0
    assert server.requests == []
    alex.asks = asks
    assert alex.send() == 1
    assert [said(each.body)[2] for each in server.collector.taken] == ["fail"]


def test_what_was_made_for_one_address_is_not_sent_to_another(alex: Laptop, server: ReportServer) -> None:
    alex.make("fail")
    with report_server(collector=Collector(approves=True)) as other:
        alex.asked_for(url=other.base_url)
        assert alex.send(at_once=True) == 0
        assert other.requests == []
    assert server.requests == []
    assert alex.outbox.waiting() == []


# Sending


def test_before_its_time_nothing_is_tried_unless_the_person_says_so(alex: Laptop, server: ReportServer) -> None:
    alex.make("fail")
    server.faults.append(Say(503, {"Retry-After": "7200"}))
    assert alex.send() == 0
    not_before = alex.going.not_before
    assert not_before is not None
    assert alex.send(not_before - timedelta(seconds=1)) == 0
    assert len(server.requests) == 1
    assert alex.send(not_before) == 1
    alex.make("pass")
    server.faults.append(Say(503))
    alex.send()
    assert alex.send(at_once=True) == 1
    assert len(server.requests) == 4


def test_how_it_went_is_kept_over_a_restart(alex: Laptop, server: ReportServer) -> None:
    alex.make("fail")
    server.faults += [Say(500), Say(500)]
    alex.send()
    alex.restarted()
    alex.send(at_once=True)
    alex.restarted()
    assert (alex.going.failures, alex.going.problem) == (2, "http_500")


@pytest.mark.parametrize("reason", ["no_keyring", "locked", "timeout", "failed"])
def test_a_keyring_that_would_not_keeps_the_reports_and_is_asked_again(
    alex: Laptop, server: ReportServer, reason: str
) -> None:
    alex.make("fail")
    alex.keyring.problem = reason
    going(alex, waiting=True)
    assert alex.send() == 0
    assert (alex.going.problem, alex.going.waiting, alex.going.failures) == (f"keyring_{reason}", True, 0)
    assert len(alex.outbox.waiting()) == 1
    assert server.requests == []
    alex.keyring.problem = None
    assert alex.send() == 1
    assert alex.going.problem is None


@pytest.mark.parametrize(("kept", "problem"), [(None, "no_secret"), ("changed by hand", "malformed")])
def test_a_secret_that_is_gone_or_changed_is_told(
    alex: Laptop, server: ReportServer, kept: str | None, problem: str
) -> None:
    alex.make("fail")
    alex.keyring.kept = {} if kept is None else {REPORT_SECRET: kept}
    assert alex.send() == 0
    assert alex.going.problem == problem
    assert alex.reports.words(alex.keyring) == ()
    assert server.requests == []
    assert len(alex.outbox.waiting()) == 1


def test_the_keyring_is_not_asked_when_nothing_waits(alex: Laptop) -> None:
    alex.keyring.asked.clear()
    assert alex.send() == 0
    assert alex.keyring.asked == []


def test_an_end_by_the_office_stops_everything_and_prompts_nobody(alex: Laptop, server: ReportServer) -> None:
    alex.make("fail")
    server.collector.end(alex.device_id)
    alex.keyring.prompts.clear()
    assert alex.send() == 0
    assert alex.reports.arrangement.standing is Standing.ENDED
    assert alex.going == Sending(problem="ended")
    assert alex.outbox.waiting() == []
    assert alex.keyring.kept == {}
    assert alex.keyring.prompts == [False]
    server.requests.clear()
    assert alex.reports.make(alex.document(), now()) is None
    assert alex.send(at_once=True) == 0
    assert server.requests == []


def test_the_state_that_counts_arrives_after_a_long_time_without_network(alex: Laptop, server: ReportServer) -> None:
    server.always = Fault.DROP
    moment, states = now(), ["fail", "warn", "pass", "unknown"]
    for day in range(30):
        alex.make(states[day % 4], moment + day * DAY)
        alex.send(moment + day * DAY, at_once=True)
    server.always = None
    assert alex.send(at_once=True) == 7
    assert [each.sequence for each in server.collector.taken] == list(range(24, 31))
    assert said(server.collector.taken[-1].body)[2] == states[29 % 4]


# One at a time


def test_two_do_not_send_side_by_side(agreed: Laptop) -> None:
    with held(agreed.paths) as first, held(agreed.paths) as second:
        assert (first, second) == (True, False)
    with held(agreed.paths) as again:
        assert again


def test_the_person_is_told_that_a_report_is_being_sent(agreed: Laptop) -> None:
    sentence = "A report is being sent just now. Try again in a minute."
    with held(agreed.paths), pytest.raises(WatchwordError, match=sentence), held_alone(agreed.paths):
        pass
    with held_alone(agreed.paths), held(agreed.paths) as second:
        assert not second


def test_the_lock_of_one_that_was_killed_is_free(agreed: Laptop) -> None:
    code = "import sys, time\nfrom agent.paths import Paths\nfrom agent.reporting import held\n"
    code += "paths = Paths.on('linux', {'XDG_DATA_HOME': sys.argv[1]}, sys.argv[1])\n"
    code += "with held(paths) as ours:\n    print(ours, flush=True)\n    time.sleep(60)\n"
    home = str(Path(agreed.paths.data).parent)
    with subprocess.Popen([sys.executable, "-c", code, home], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with held(agreed.paths) as ours:
            assert not ours
        other.kill()
        other.wait(10)
    with held(agreed.paths) as ours:
        assert ours


def test_a_lock_that_cannot_be_made_is_told(agreed: Laptop) -> None:
    Path(f"{agreed.paths.outbox}.lock").mkdir()
    with pytest.raises(StoreError, match="The lock of the outbox could not be made"), held(agreed.paths):
        pass
