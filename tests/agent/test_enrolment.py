"""Beginning and ending to share: a code is used once and for something, and to stop is to stop."""

from __future__ import annotations

import json
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent import enrolment, secrets
from agent.enrolment import Left
from agent.errors import RefusedError, WatchwordError
from agent.report.model import Level
from agent.report.sharing import Standing
from agent.reporting import Reports
from agent.secrets import REPORT_SECRET, REPORT_SECRET_NEW
from agent.store import Sending, Sharing, Store, StoreError
from config.report_words import keyring_words, problem_words
from config.schema import NetworkSettings
from tests.agent.report.laptop import Laptop, laptop, now, said
from tests.agent.test_secrets import GNOME_KEYRING, lock_collection, needs, session_bus
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, Say, report_server

REASONS = ["no_keyring", "locked", "timeout", "failed"]


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server() as running:
        yield running


@pytest.fixture
def alex(tmp_path: Path, server: ReportServer) -> Iterator[Laptop]:
    """A laptop whose office asks for reports, which nobody has agreed to."""
    with laptop(tmp_path, server.base_url, level="detailed", office="Office of the Member") as made:
        yield made


@pytest.fixture
def sharing(alex: Laptop, server: ReportServer) -> Laptop:
    """It is enrolled, approved and has sent a report."""
    alex.enrol(server.collector.new_code())
    server.collector.approve(alex.device_id)
    alex.make("fail")
    assert alex.send() == 1
    server.requests.clear()
    return alex


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def asked(server: ReportServer) -> list[dict[str, str]]:
    """What enrolments were asked for."""
    return [json.loads(each.body) for each in server.requests if each.path.endswith("/enrolments")]


def still_sends(made: Laptop, server: ReportServer) -> bool:
    """Whether the enrolment that there was is as good as ever."""
    made.make("pass")
    return made.send(at_once=True) == 1 and said(server.collector.taken[-1].body)[2] == "pass"


# Beginning


def test_the_person_and_the_office_read_the_same_three_words(alex: Laptop, server: ReportServer) -> None:
    begun = alex.enrol(server.collector.new_code())
    assert begun.words is not None
    assert len(set(begun.words)) <= 3
    assert begun.words == server.collector.words(alex.device_id)
    assert begun.words == alex.reports.words(alex.keyring)
    assert begun.waiting
    assert alex.going == Sending(waiting=True)


def test_what_was_agreed_is_kept_with_where_it_goes(alex: Laptop, server: ReportServer) -> None:
    alex.enrol(server.collector.new_code(), "standard")
    agreed = alex.store.sharing()
    assert agreed is not None
    assert agreed == Sharing(agreed.at, "standard", server.base_url, "", "Office of the Member")
    assert alex.reports.arrangement.standing is Standing.SHARING
    assert alex.reports.arrangement.level == "standard"


def test_an_office_that_needs_no_approval_has_reports_at_once(tmp_path: Path) -> None:
    with report_server(collector=Collector(approves=True)) as server, laptop(tmp_path, server.base_url) as made:
        assert not made.enrol(server.collector.new_code()).waiting
        made.make()
        assert made.send() == 1


def test_the_secret_is_in_the_keyring_before_it_is_sent_and_under_its_own_name_after(
    alex: Laptop, server: ReportServer
) -> None:
    server.faults.append(Fault.HOLD)
    code = server.collector.new_code()
    enrolling = threading.Thread(target=lambda: alex.enrol(code))
    enrolling.start()
    assert server.wait_for(lambda: bool(server.requests))
    assert alex.keyring.kept[REPORT_SECRET_NEW].split()[0] == asked(server)[0]["secret"]
    assert REPORT_SECRET not in alex.keyring.kept
    server.released.set()
    enrolling.join(10)
    assert alex.keyring.kept == {REPORT_SECRET: asked(server)[0]["secret"]}


def test_what_is_asked_for_says_who_it_is_and_nothing_more(alex: Laptop, server: ReportServer) -> None:
    alex.enrol(server.collector.new_code())
    (request,) = asked(server)
    assert request.keys() == {"format", "code", "secret", "device_id", "platform", "agent_version"}
    assert request["device_id"] == alex.device_id


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"])
def test_a_code_may_be_typed_in_any_way(alex: Laptop, server: ReportServer, typed: object) -> None:
    assert callable(typed)
    assert alex.enrol(typed(server.collector.new_code())).waiting


def test_every_enrolment_has_a_secret_of_its_own(sharing: Laptop, server: ReportServer) -> None:
    before = sharing.keyring.kept[REPORT_SECRET]
    sharing.enrol(server.collector.new_code())
    assert sharing.keyring.kept[REPORT_SECRET] != before


# Codes that are none


@pytest.mark.parametrize("code", ["", "  ", "7K3M", "7K3M-Q9TR-V2XW-0H1!", "p\u00e4ssword-of-mine", "x" * 65])
def test_what_cannot_be_a_code_is_not_sent_and_not_repeated(alex: Laptop, server: ReportServer, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        alex.enrol(code)
    assert not code.strip() or code not in str(caught.value)
    assert server.requests == []
    assert alex.keyring.kept == {}
    assert alex.store.sharing() is None


def spoilt(server: ReportServer, how: str) -> str:
    """A code that the collector refuses, and why it does."""
    code = server.collector.new_code()
    if how == "code_unknown":
        return "7K3M-Q9TR-V2XW-0H1D"
    if how == "code_used":
        server.collector._codes[next(reversed(server.collector._codes))].used_by = "0123456789abcdef"
    elif how == "code_expired":
        server.collector._codes[next(reversed(server.collector._codes))].expires = now() - timedelta(seconds=1)
    else:
        server.collector.most_devices = 0
    return code


@pytest.mark.parametrize("how", ["code_unknown", "code_used", "code_expired", "full"])
def test_a_code_that_is_refused_changes_nothing_and_says_why(alex: Laptop, server: ReportServer, how: str) -> None:
    code = spoilt(server, how)
    with pytest.raises(RefusedError) as caught:
        alex.enrol(code)
    assert str(caught.value) == problem_words(how)
    assert code not in str(caught.value)
    assert alex.store.sharing() is None
    assert REPORT_SECRET not in alex.keyring.kept


@pytest.mark.parametrize("how", ["code_unknown", "code_used", "code_expired"])
def test_a_wrong_code_never_costs_the_enrolment_that_there_is(sharing: Laptop, server: ReportServer, how: str) -> None:
    before = sharing.store.sharing(), sharing.keyring.kept[REPORT_SECRET]
    with pytest.raises(RefusedError):
        sharing.enrol(spoilt(server, how))
    assert (sharing.store.sharing(), sharing.keyring.kept[REPORT_SECRET]) == before
    assert still_sends(sharing, server)


def test_after_too_many_wrong_codes_it_says_to_come_back_later(alex: Laptop, server: ReportServer) -> None:
    for _ in range(10):
        with pytest.raises(RefusedError):
            alex.enrol("7K3M-Q9TR-V2XW-0H1D")
    with pytest.raises(WatchwordError, match="has too much to do just now") as caught:
        alex.enrol(server.collector.new_code())
    assert not isinstance(caught.value, RefusedError)


def test_where_nobody_asks_there_is_nobody_to_share_with(alex: Laptop, server: ReportServer) -> None:
    alex.asked_for(url="")
    with pytest.raises(RefusedError, match="no office has set up reports"):
        alex.enrol(server.collector.new_code())
    assert server.requests == []


def test_without_a_code_nothing_begins(alex: Laptop, server: ReportServer) -> None:
    with pytest.raises(RefusedError, match="a one-time code is needed"):
        alex.enrol(None)
    assert (server.requests, alex.store.sharing()) == ([], None)


def test_where_nothing_can_be_kept_the_code_is_not_used_up(alex: Laptop, server: ReportServer) -> None:
    code = server.collector.new_code()
    with Store.in_memory(alex.paths) as memory:
        kept, alex.store = alex.store, memory
        with pytest.raises(WatchwordError, match="Nothing can be kept"):
            alex.enrol(code)
        alex.store = kept
    assert server.requests == []
    assert alex.enrol(code).waiting


# An answer that was lost, a keyring that would not, a disk that was full: the same code again


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.CUT_ANSWER, Fault.DRIP, Fault.DROP, Say(502), Say(302)])
def test_after_a_lost_answer_the_same_code_works_with_the_same_secret(
    alex: Laptop, server: ReportServer, fault: Fault | Say
) -> None:
    code = server.collector.new_code()
    server.faults.append(fault)
    alex.seconds = 0.7
    with pytest.raises(WatchwordError, match=r"Nothing has changed\. The same code can be tried again\.$") as caught:
        alex.enrol(code)
    assert not isinstance(caught.value, RefusedError)
    assert "by itself" not in str(caught.value)
    assert alex.store.sharing() is None
    alex.seconds = 5.0
    alex.restarted()
    assert alex.enrol(code).words == server.collector.words(alex.device_id)
    first, second = asked(server)
    assert first == second


def test_a_slip_in_between_does_not_cost_the_code_whose_answer_was_lost(alex: Laptop, server: ReportServer) -> None:
    code = server.collector.new_code()
    server.faults.append(Fault.LOSE_ANSWER)
    with pytest.raises(WatchwordError):
        alex.enrol(code)
    with pytest.raises(RefusedError):
        alex.enrol("7K3M-Q9TR-V2XW-0H1D")
    assert alex.enrol(code).waiting


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("refuses", ["get", "store"])
def test_a_keyring_that_would_not_is_told_before_the_code_is_used(
    alex: Laptop, server: ReportServer, reason: str, refuses: str
) -> None:
    code = server.collector.new_code()
    alex.keyring.problem, alex.keyring.refuses = reason, frozenset({refuses})
    with pytest.raises(WatchwordError) as caught:
        alex.enrol(code)
    assert str(caught.value) == keyring_words(reason)
    assert server.requests == []
    assert alex.store.sharing() is None
    alex.keyring.problem = None
    assert alex.enrol(code).waiting


def test_a_keyring_that_is_locked_after_the_answer_leaves_the_code_good(alex: Laptop, server: ReportServer) -> None:
    code = server.collector.new_code()
    server.faults.append(Fault.HOLD)
    failed: list[str] = []

    def enrol() -> None:
        try:
            alex.enrol(code)
        except WatchwordError as error:
            failed.append(str(error))

    enrolling = threading.Thread(target=enrol)
    enrolling.start()
    assert server.wait_for(lambda: bool(server.requests))
    alex.keyring.problem = "locked"
    server.released.set()
    enrolling.join(10)
    assert failed == [f"{keyring_words('locked')} The same code can be tried again."]
    alex.keyring.problem = None
    assert alex.enrol(code).words == server.collector.words(alex.device_id)


def test_a_disk_that_was_full_after_the_answer_leaves_the_code_good(alex: Laptop, server: ReportServer) -> None:
    code = server.collector.new_code()
    alex.device_id  # noqa: B018  (made at first use)
    with full_disk(), pytest.raises(StoreError):
        alex.enrol(code)
    assert alex.store.sharing() is None
    alex.restarted()
    assert alex.enrol(code).words == server.collector.words(alex.device_id)
    assert server.collector.state(alex.device_id) == "pending"


def test_a_secret_that_is_left_over_from_an_enrolment_is_not_used_for_the_next(
    sharing: Laptop, server: ReportServer
) -> None:
    used = sharing.keyring.kept[REPORT_SECRET]
    sharing.keyring.kept[REPORT_SECRET_NEW] = f"{used} {server.base_url}"
    sharing.enrol(server.collector.new_code())
    assert sharing.keyring.kept[REPORT_SECRET] != used


def test_when_the_office_ended_what_was_begun_the_next_code_works(alex: Laptop, server: ReportServer) -> None:
    server.faults.append(Fault.LOSE_ANSWER)
    with pytest.raises(WatchwordError):
        alex.enrol(server.collector.new_code())
    server.collector.end(alex.device_id)
    assert alex.enrol(server.collector.new_code()).words == server.collector.words(alex.device_id)
    secrets_sent = [each["secret"] for each in asked(server)]
    assert secrets_sent[0] == secrets_sent[1] != secrets_sent[2]


def test_a_secret_that_was_made_for_one_office_is_never_sent_to_another(alex: Laptop, server: ReportServer) -> None:
    server.faults.append(Fault.LOSE_ANSWER)
    with pytest.raises(WatchwordError):
        alex.enrol(server.collector.new_code())
    with report_server() as other:
        alex.asked_for(url=other.base_url)
        alex.enrol(other.collector.new_code())
        assert asked(other)[0]["secret"] != asked(server)[0]["secret"]


@pytest.mark.parametrize("kept", ["", "none", "A" * 43, "A" * 42 + "B http://127.0.0.1:1"])
def test_what_somebody_wrote_into_the_keyring_is_not_used(alex: Laptop, server: ReportServer, kept: str) -> None:
    alex.keyring.kept[REPORT_SECRET_NEW] = kept
    alex.enrol(server.collector.new_code())
    assert asked(server)[0]["secret"] != kept.partition(" ")[0]


# Again, elsewhere, less


def test_when_the_office_ended_it_a_new_code_begins_again(sharing: Laptop, server: ReportServer) -> None:
    server.collector.end(sharing.device_id)
    sharing.make("warn")
    assert sharing.send() == 0
    assert sharing.reports.arrangement.standing is Standing.ENDED
    sharing.enrol(server.collector.new_code())
    server.collector.approve(sharing.device_id)
    assert still_sends(sharing, server)


def test_when_the_collector_forgot_this_laptop_a_new_code_begins_again(sharing: Laptop, server: ReportServer) -> None:
    server.collector = Collector(approves=True)
    sharing.make("warn")
    assert sharing.send() == 0
    assert sharing.going.problem == "unknown_key"
    sharing.enrol(server.collector.new_code())
    assert sharing.going == Sending(sent_at=sharing.going.sent_at)
    assert still_sends(sharing, server)


def test_another_address_needs_a_code_and_gets_nothing_that_was_made_for_the_first(
    sharing: Laptop, server: ReportServer
) -> None:
    sharing.make("warn")
    with report_server(collector=Collector(approves=True)) as other:
        sharing.asked_for(url=other.base_url)
        with pytest.raises(RefusedError, match="a one-time code is needed"):
            sharing.enrol(None)
        sharing.enrol(other.collector.new_code())
        assert sharing.outbox.waiting() == []
        sharing.make("pass")
        assert sharing.send() == 1
        assert [said(each.body)[2] for each in other.collector.taken] == ["pass"]
    assert server.requests == []


@pytest.mark.parametrize("level", ["summary", "standard", "detailed"])
def test_another_level_needs_no_code_and_throws_away_what_was_made_for_the_last(
    sharing: Laptop, server: ReportServer, level: Level
) -> None:
    sharing.make("warn")
    secret = sharing.keyring.kept[REPORT_SECRET]
    begun = sharing.enrol(None, level)
    assert begun.words is None
    assert sharing.outbox.waiting() == []
    assert server.requests == []
    assert sharing.keyring.kept == {REPORT_SECRET: secret}
    assert sharing.make("pass").privacy.level == level
    assert sharing.send() == 1


def test_another_level_does_not_make_it_approved(alex: Laptop, server: ReportServer) -> None:
    alex.enrol(server.collector.new_code())
    alex.enrol(None, "summary")
    assert alex.going.waiting


# Leaving


def test_to_leave_tells_the_office_which_deletes_what_it_has(sharing: Laptop, server: ReportServer) -> None:
    sharing.make("warn")
    assert sharing.leave() == Left(told=True)
    assert server.collector.state(sharing.device_id) == "ended"
    assert server.collector.taken == []
    assert sharing.keyring.kept == {}
    assert sharing.outbox.waiting() == []
    assert sharing.going == Sending()
    agreed = sharing.store.sharing()
    assert agreed is not None
    assert (agreed.level, agreed.ended_by) == (None, "person")
    assert sharing.reports.arrangement.standing is Standing.STOPPED


def test_after_leaving_nothing_is_made_or_sent(sharing: Laptop, server: ReportServer) -> None:
    sharing.leave()
    server.requests.clear()
    assert not sharing.reports.is_due(now() + timedelta(days=365))
    assert sharing.reports.make(sharing.document(), now()) is None
    assert sharing.send(at_once=True) == 0
    assert sharing.reports.next_at(now()) is None
    assert server.requests == []


def test_who_joined_again_and_leaves_before_it_is_approved_is_told_that_the_office_may_still_have_something(
    sharing: Laptop, server: ReportServer
) -> None:
    assert still_sends(sharing, server)
    server.collector.approves = False
    assert sharing.enrol(server.collector.new_code()).waiting
    before = len(server.collector.taken)
    assert sharing.leave().told is False
    assert len(server.collector.taken) == before > 0


def test_one_can_leave_before_the_office_has_approved(alex: Laptop, server: ReportServer) -> None:
    alex.enrol(server.collector.new_code())
    assert alex.leave().told is True
    assert server.collector.state(alex.device_id) == "ended"


def test_an_office_that_ended_it_first_knows(sharing: Laptop, server: ReportServer) -> None:
    server.collector.end(sharing.device_id)
    assert sharing.leave() == Left(told=True)


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.LOSE_ANSWER, Say(503), Say(202), Say(302), Say(401)])
def test_an_office_that_could_not_be_told_stops_nothing(
    sharing: Laptop, server: ReportServer, fault: Fault | Say
) -> None:
    server.faults.append(fault)
    assert sharing.leave() == Left(told=False)
    assert sharing.keyring.kept == {}
    assert sharing.reports.arrangement.standing is Standing.STOPPED


def test_offline_one_leaves_too(sharing: Laptop, server: ReportServer) -> None:
    sharing.settings = NetworkSettings(offline=True, ca_file="")
    assert sharing.leave() == Left(told=False)
    assert server.requests == []


@pytest.mark.parametrize("reason", REASONS)
def test_a_keyring_that_would_not_stops_nothing_and_is_told(sharing: Laptop, server: ReportServer, reason: str) -> None:
    sharing.keyring.problem = reason
    left = sharing.leave()
    assert left.told is False
    sentence = f"The secret for reports could not be removed: {keyring_words(reason)}"
    assert left.left == (() if reason == "no_keyring" else (sentence,))
    assert sharing.reports.arrangement.standing is Standing.STOPPED
    assert server.requests == []


def test_a_secret_that_is_not_there_any_more_stops_nothing(sharing: Laptop) -> None:
    sharing.keyring.kept.clear()
    assert sharing.leave() == Left(told=False)


def test_it_is_kept_that_the_person_stopped_it_before_anybody_is_told(sharing: Laptop, server: ReportServer) -> None:
    server.faults.append(Fault.HOLD)
    leaving = threading.Thread(target=sharing.leave)
    leaving.start()
    assert server.wait_for(lambda: bool(server.requests))
    with Store.open(sharing.paths) as another:
        agreed = another.sharing()
    assert agreed is not None
    assert agreed.level is None
    server.released.set()
    leaving.join(10)


def test_on_a_full_disk_the_office_is_told_and_the_secret_goes_though_it_cannot_be_kept(
    sharing: Laptop, server: ReportServer
) -> None:
    with full_disk(), pytest.raises(StoreError):
        sharing.leave()
    assert server.collector.state(sharing.device_id) == "ended"
    assert sharing.keyring.kept == {}


def test_to_leave_while_a_report_is_being_sent_ends_it_all_the_same(sharing: Laptop, server: ReportServer) -> None:
    sharing.make("warn")
    sharing.make("pass")
    server.faults.append(Fault.HOLD)
    sending = threading.Thread(target=sharing.send)
    sending.start()
    assert server.wait_for(lambda: bool(server.requests))
    server.faults.append(None)
    assert sharing.leave().told is True
    server.released.set()
    sending.join(10)
    assert server.collector.taken == []
    agreed = sharing.store.sharing()
    assert agreed is not None
    assert (agreed.level, agreed.ended_by) == (None, "person")
    assert sharing.outbox.waiting() == []
    assert [each.path.rpartition("/")[2] for each in server.requests] == ["reports", "leave"]


def test_that_the_person_stopped_it_is_not_forgotten_for_the_end_that_a_report_meets_then(
    sharing: Laptop, server: ReportServer
) -> None:
    sharing.make("warn")
    server.collector.ahead = timedelta(days=1)  # so that the report is signed twice, the second time after leaving
    server.faults += [Fault.HOLD, None, None]
    sending = threading.Thread(target=sharing.send)
    sending.start()
    assert server.wait_for(lambda: bool(server.requests))
    assert sharing.leave().told is True
    server.released.set()
    sending.join(10)
    assert [each.path.rpartition("/")[2] for each in server.requests] == ["reports", "leave", "leave", "reports"]
    assert sharing.reports.arrangement.standing is Standing.STOPPED


def test_what_was_never_begun_can_be_left(alex: Laptop, server: ReportServer) -> None:
    assert alex.leave() == Left(told=None)
    assert server.requests == []
    assert alex.reports.arrangement.standing is Standing.STOPPED


def test_leaving_does_not_reach_a_collector_that_was_not_agreed_to(sharing: Laptop, server: ReportServer) -> None:
    with report_server() as other:
        sharing.asked_for(url=other.base_url)
        assert sharing.leave() == Left(told=True)
        assert other.requests == []
    assert [each.path.rpartition("/")[2] for each in server.requests] == ["leave"]


# With a real keyring


@pytest.fixture
def real_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    needs("gnome-keyring-daemon")
    with session_bus(GNOME_KEYRING, monkeypatch, tmp_path):
        yield


def test_from_the_first_code_to_leaving_with_a_real_keyring(
    real_keyring: None, alex: Laptop, server: ReportServer
) -> None:
    reports, network = alex.reports, alex.network
    begun = enrolment.begin(
        reports,
        "detailed",
        now(),
        code=server.collector.new_code(),
        keyring=secrets,
        network=network,
        platform="linux",
    )
    assert begun.words == server.collector.words(alex.device_id) == reports.words(secrets)
    assert secrets.kept_names() == [REPORT_SECRET]
    server.collector.approve(alex.device_id)
    alex.make("fail")
    assert reports.send(secrets, network, now()) == 1
    lock_collection()
    alex.make("pass")
    assert reports.send(secrets, network, now()) == 0
    assert alex.going.problem == "keyring_locked"
    assert len(alex.outbox.waiting()) == 1


def test_a_real_keyring_forgets_the_secret_with_leaving(real_keyring: None, alex: Laptop, server: ReportServer) -> None:
    code = server.collector.new_code()
    reports = Reports(alex.store, alex.paths, replace(alex.asks, level="summary"))
    enrolment.begin(reports, "detailed", now(), code=code, keyring=secrets, network=alex.network, platform="linux")
    left = enrolment.leave(reports, now(), keyring=secrets, network=alex.network)
    assert left == Left(told=True)
    assert secrets.kept_names() == []
