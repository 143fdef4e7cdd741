"""Reports through real rounds: made of checks that just ran, when they are due, and only with the person's word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.cli.session import open_session
from agent.cli.worker import work
from agent.logs import FIELDS
from agent.reporting import AGAIN, held
from agent.store import Store
from tests.agent.cli.office import LABEL, Office, office, statuses
from tests.agent.report.laptop import now
from tests.builders import computer
from tests.report_collector import Collector
from tests.report_server import Fault, Say, report_server

DAY = timedelta(days=1)


@pytest.fixture
def laptop(
    own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    with ExitStack() as stack:
        server = stack.enter_context(report_server(collector=Collector(approves=True)))
        made = stack.enter_context(office(server, tmp_path, capsys, monkeypatch))
        made.state("none")
        yield made


@pytest.fixture
def sharing(laptop: Office) -> Office:
    laptop.enrol()
    laptop.server.requests.clear()
    return laptop


def due(laptop: Office) -> dict[str, Any]:
    """A round as the background agent starts it, and what it said."""
    done = laptop("run", "--due", "--json")
    assert done.code in (0, 1, 3), done.err
    assert done.err == ""
    return dict(json.loads(done.out))


def edit(laptop: Office, check: str, status: str) -> None:
    """Somebody edits status.json by hand."""
    path = Path(laptop.paths.status)
    document = json.loads(path.read_text())
    for row in document["checks"]:
        if row["id"] == check:
            document["summary"]["counts"][row["status"]] -= 1
            document["summary"]["counts"][status] += 1
            row["status"] = status
            break
    else:
        pytest.fail(f"there is no {check} in status.json")
    path.write_text(json.dumps(document))


# Only with their word


def test_before_the_person_agrees_rounds_send_nothing_and_ask_no_keyring(laptop: Office) -> None:
    for _ in range(3):
        due(laptop)
    laptop("run")
    assert laptop.sent() == 0
    assert laptop.outbox.waiting() == []
    assert laptop.keyring.asked == []


def test_the_first_round_after_they_agree_sends_a_report_of_every_check(sharing: Office) -> None:
    answer = due(sharing)
    (report,) = sharing.reports
    status = json.loads(Path(sharing.paths.status).read_text())
    assert set(statuses(report)) <= {row["id"] for row in status["checks"]} <= set(answer["ran"])
    assert "two_step" in answer["ran"]
    assert statuses(report)["two_step"] == "fail"
    assert report["device"]["id"] == sharing.device_id
    assert report["sequence"] == 1


def test_after_they_leave_rounds_send_nothing_more(sharing: Office) -> None:
    due(sharing)
    assert sharing("report", "leave").code == 0
    sharing.server.requests.clear()
    sharing.is_time()
    for _ in range(2):
        due(sharing)
        sharing("run")
    assert sharing.sent() == 0
    assert sharing.outbox.waiting() == []


def test_after_the_office_ended_it_rounds_send_nothing_more(sharing: Office) -> None:
    due(sharing)
    sharing.server.collector.end(sharing.device_id)
    sharing.is_time()
    due(sharing)
    sharing.server.requests.clear()
    sharing.is_time()
    due(sharing)
    assert sharing.sent() == 0


def test_a_level_that_the_person_lowers_counts_from_the_next_report_on(sharing: Office) -> None:
    due(sharing)
    sharing("report", "enrol", "--yes", "--level", "summary")
    due(sharing)
    first, second = sharing.reports
    assert (first["privacy"]["level"], second["privacy"]["level"]) == ("detailed", "summary")
    assert "checks" not in second


def test_a_level_that_the_office_raises_stays_where_the_person_agreed(laptop: Office) -> None:
    laptop.policy(**laptop.asks | {"level": "summary"})
    laptop.enrol()
    due(laptop)
    laptop.policy(**laptop.asks | {"level": "detailed"})
    laptop.is_time()
    due(laptop)
    assert [report["privacy"]["level"] for report in laptop.reports] == ["summary", "summary"]


def test_another_address_in_the_policy_gets_nothing_until_they_agree_again(sharing: Office) -> None:
    due(sharing)
    with report_server(collector=Collector(approves=True)) as other:
        sharing.policy(**sharing.asks | {"url": other.base_url})
        sharing.is_time()
        due(sharing)
        assert other.requests == []
    assert len(sharing.reports) == 1


# When it is due


def test_a_round_before_its_time_makes_none_and_runs_only_what_is_due(sharing: Office) -> None:
    due(sharing)
    assert due(sharing)["ran"] == []
    assert len(sharing.reports) == 1


def test_when_it_is_due_every_check_runs_for_it(sharing: Office) -> None:
    first = due(sharing)["ran"]
    sharing.is_time()
    assert due(sharing)["ran"] == first
    assert [report["sequence"] for report in sharing.reports] == [1, 2]


@pytest.mark.parametrize(("ahead", "count"), [(timedelta(minutes=1), 1), (DAY, 1), (365 * DAY, 2), (-365 * DAY, 2)])
def test_a_clock_that_was_set_back_or_forward_makes_one_due_once(sharing: Office, ahead: timedelta, count: int) -> None:
    due(sharing)
    sharing.is_time(ahead)
    for _ in range(3):
        due(sharing)
    assert len(sharing.reports) == count


def test_the_next_round_comes_when_the_next_report_is_due(sharing: Office) -> None:
    due(sharing)
    sharing.is_time(timedelta(minutes=3))
    assert due(sharing)["next_at"] == sharing.going.next_at.strftime("%Y-%m-%dT%H:%M:%SZ")  # type: ignore[union-attr]  # it was just set


def test_the_next_round_comes_when_the_next_attempt_may_be(sharing: Office) -> None:
    sharing.server.always = Say(503, {"Retry-After": "1200"})
    answer = due(sharing)
    assert sharing.going.not_before is not None
    assert answer["next_at"] == sharing.going.not_before.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_numbers_rise_over_rounds_and_a_lost_database_and_outbox(sharing: Office) -> None:
    for method in ("passkey", "none", "passkey"):
        due(sharing)
        for suffix in ("", "-wal", "-shm"):
            Path(sharing.paths.store + suffix).unlink(missing_ok=True)
        sharing.state(method)
        sharing.is_time()
    assert [report["sequence"] for report in sharing.reports] == [1, 2, 3]
    sharing.server.always = Fault.DROP
    due(sharing)
    for name in list(Path(sharing.paths.outbox).iterdir()):
        name.unlink()
    sharing.server.always = None
    sharing.is_time(not_before=None)
    due(sharing)
    assert [report["sequence"] for report in sharing.reports] == [1, 2, 3, 5]


# Of checks that just ran


def test_what_somebody_wrote_into_status_json_is_in_no_report(sharing: Office) -> None:
    due(sharing)
    edit(sharing, "two_step", "pass")
    sharing.is_time()
    due(sharing)
    assert [statuses(report)["two_step"] for report in sharing.reports] == ["fail", "fail"]


BATTERY = {
    "/sys/class/power_supply/BAT0/type": "Battery\n",
    "/sys/class/power_supply/BAT0/capacity": "10\n",
    "/sys/class/power_supply/BAT0/status": "Discharging\n",
}


def test_nor_is_it_when_a_check_would_wait_for_power(
    laptop: Office, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (laptop.folder / "policy.toml").write_text(
        (laptop.folder / "policy.toml").read_text().replace('disabled = ["app_updates", ', "disabled = [")
    )
    host = computer("linux", files=BATTERY, taken_at=now())

    def one_round() -> tuple[str, ...]:
        session = open_session(last_good=True)
        with session.store:
            return work(session, host, due_only=True, present_since=None).waiting

    one_round()
    edit(laptop, "app_updates", "pass")
    with Store.open(laptop.paths) as store:  # it is due, and would wait for the battery
        runs = store.last_runs()
        last = runs["app_updates"]
        store.keep_runs({"app_updates": last.__class__(last.started_at, now() - timedelta(minutes=1))})
    assert one_round() == ("app_updates",)
    laptop.enrol()
    assert one_round() == ()
    (report,) = laptop.reports
    assert statuses(report)["app_updates"] != "pass"


def test_the_report_says_what_report_show_says(sharing: Office) -> None:
    due(sharing)
    shown = json.loads(sharing("report", "show", "--json").out)
    (sent,) = sharing.reports
    assert shown["checks"] == sent["checks"]
    assert shown["summary"] == sent["summary"]


# What goes wrong harms nothing else


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.GARBAGE, Fault.LOSE_ANSWER, Say(500), Say(302), Say(401)])
def test_a_collector_in_trouble_changes_neither_the_round_nor_what_is_sent_in_the_end(
    sharing: Office, fault: Fault | Say
) -> None:
    sharing.server.faults.append(fault)
    assert "two_step" in due(sharing)["ran"]
    sharing.is_time(DAY, not_before=None)
    due(sharing)
    assert [statuses(report)["two_step"] for report in sharing.reports] == ["fail"]
    assert sharing.outbox.waiting() == []


def test_before_the_next_attempt_may_be_a_round_sends_nothing(sharing: Office) -> None:
    sharing.server.faults.append(Say(503, {"Retry-After": "7200"}))
    due(sharing)
    sharing.is_time()
    due(sharing)
    assert sharing.sent() == 1
    # The same was found, so one is enough.
    assert len(sharing.outbox.waiting()) == 1


def test_a_locked_keyring_keeps_the_report_and_the_next_round_sends_it(sharing: Office) -> None:
    sharing.keyring.problem = "locked"
    due(sharing)
    assert sharing.going.problem == "keyring_locked"
    sharing.keyring.problem = None
    due(sharing)
    assert len(sharing.reports) == 1


def test_a_policy_that_cannot_be_read_sends_nothing_and_loses_nothing(sharing: Office) -> None:
    sharing.server.faults.append(Fault.DROP)
    due(sharing)
    asks = sharing.asks
    sharing.server.requests.clear()
    sharing.break_policy()
    sharing.is_time(not_before=None)
    assert sharing("run", "--due").code in (0, 1, 3)
    assert sharing.sent() == 0
    assert len(sharing.outbox.waiting()) == 1
    sharing.policy(**asks)
    sharing.is_time(DAY)
    due(sharing)
    assert len(sharing.reports) == 1


def test_an_outbox_that_cannot_be_used_is_told_and_the_round_is_as_good_as_ever(sharing: Office) -> None:
    Path(sharing.paths.outbox).write_text("in the way")
    done = sharing("run", "--due", "--json")
    assert done.code == 1  # what the checks found
    assert done.err == "watchword: The outbox for reports could not be read: Not a directory.\n"
    answer = json.loads(done.out)
    assert "two_step" in answer["ran"]
    assert answer["next_at"] > (now() + AGAIN / 2).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_while_the_person_sends_a_round_does_not(sharing: Office) -> None:
    with held(sharing.paths) as ours:
        assert ours
        due(sharing)
    assert sharing.sent() == 0
    due(sharing)
    assert len(sharing.reports) == 1


# What is written about it


def everything_written(laptop: Office) -> str:
    """Every line of every log."""
    return "".join(path.read_text() for path in Path(laptop.paths.logs).rglob("*") if path.is_file())


@pytest.mark.parametrize("what", [None, Fault.DROP, Say(401, body=b'{"error":"unknown_key","text":"MARK"}'), "locked"])
def test_logs_have_allowed_fields_only_and_nothing_of_the_person_or_the_office(
    sharing: Office, what: Fault | Say | str | None
) -> None:
    secret = next(iter(sharing.keyring.kept.values()))
    if isinstance(what, str):
        sharing.keyring.problem = what
    else:
        sharing.server.always = what
    due(sharing)
    sharing("report", "send")
    written = everything_written(sharing)
    lines = [json.loads(line) for line in written.splitlines()]
    assert lines
    assert all(line.keys() <= FIELDS | {"at", "event"} for line in lines)
    ours = (sharing.device_id, secret, sharing.server.base_url, "127.0.0.1", "Office of the Member", LABEL, "MARK")
    ids = tuple(path.name for path in Path(sharing.paths.outbox).iterdir())
    assert [mark for mark in (*ours, *ids) if mark in written] == []


def test_a_round_asks_the_keyring_for_the_one_secret_and_no_more(sharing: Office) -> None:
    sharing.keyring.asked.clear()
    due(sharing)
    assert sharing.keyring.asked == [("get", "report_secret")]
