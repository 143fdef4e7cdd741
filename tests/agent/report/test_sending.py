"""Sending to a collector that misbehaves in every way: each report once, in order, and none lost that counts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.report.outbox import Outbox
from agent.report.protocol import Key
from agent.report.sending import MOST_WAIT, Sent, deliver, has_to_wait
from agent.store.records import Sending
from config.schema import NetworkSettings
from tests.agent.report.laptop import Laptop, laptop, now, said
from tests.certificates import Authority
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, Say, report_server

ONE, DAY = timedelta(minutes=15), timedelta(days=1)
RETURNS = 6.0  # seconds, on a computer that has a lot else to do


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server(collector=Collector(approves=True)) as running:
        yield running


@pytest.fixture
def alex(tmp_path: Path, server: ReportServer) -> Iterator[Laptop]:
    """A laptop that is enrolled and approved."""
    with laptop(tmp_path, server.base_url) as made:
        made.enrol(server.collector.new_code())
        server.requests.clear()
        yield made


def key_of(made: Laptop) -> Key:
    key = made.reports._key(made.keyring)
    assert isinstance(key, Key)
    return key


def delivered(made: Laptop, sending: Sending | None = None, **options: Any) -> Sent:
    """One run of sending, as the store would be told of it."""
    return deliver(made.outbox, made.asks.url, key_of(made), made.network, sending or Sending(), **options)


def same(low: float, high: float) -> float:
    """No chance in it."""
    return (low + high) / 2


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def statuses(server: ReportServer) -> list[str]:
    """What the collector has, in the order in which it was taken."""
    return [said(each.body)[2] for each in server.collector.taken]


def fill(made: Laptop, *found: str) -> None:
    for each in found:
        made.make(each)


def assert_once_and_in_order(server: ReportServer) -> None:
    taken = server.collector.taken
    assert len({each.report_id for each in taken}) == len(taken)
    assert all(earlier.sequence < later.sequence for earlier, later in pairwise(taken))
    by_number: dict[int, set[str]] = {}
    by_id: dict[str, set[bytes]] = {}
    for each in server.requests:
        if each.path.endswith("/v1/reports") and each.body:
            number, report_id, _ = said(each.body)
            by_number.setdefault(number, set()).add(report_id)
            by_id.setdefault(report_id, set()).add(each.body)
    assert {len(ids) for ids in by_number.values()} == {len(bodies) for bodies in by_id.values()} == {1}


# When all is well


def test_everything_that_waits_is_sent_oldest_first_byte_for_byte(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail", "warn", "pass")
    waiting = [ready.data for one in alex.outbox.waiting() if (ready := alex.outbox.ready(one))]

    sent = delivered(alex)

    assert sent.taken == 3
    assert [each.body for each in server.collector.taken] == waiting
    assert alex.outbox.waiting() == []
    assert sent.sending.sent_at is not None
    assert (sent.sending.failures, sent.sending.problem, sent.sending.not_before) == (0, None, None)


def test_a_success_ends_what_was_wrong_before(alex: Laptop) -> None:
    fill(alex, "fail")
    before = Sending(failures=9, problem="offline", waiting=True, not_before=now() + DAY, next_at=now())

    after = delivered(alex, before).sending

    assert (after.failures, after.problem, after.waiting, after.not_before) == (0, None, False, None)
    assert after.next_at == before.next_at


def test_nothing_that_waits_is_no_request(alex: Laptop, server: ReportServer) -> None:
    before = Sending(failures=3, problem="offline")
    assert delivered(alex, before) == Sent(0, before)
    assert server.requests == []


def test_over_https_with_the_offices_authority(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        report_server(authority.server(), collector=Collector(approves=True)) as server,
        laptop(tmp_path, server.base_url) as made,
    ):
        made.settings = NetworkSettings(offline=False, ca_file=str(authority.file))
        made.enrol(server.collector.new_code())
        fill(made, "fail", "pass")
        assert made.send() == 2
        assert statuses(server) == ["fail", "pass"]


# Every fault


#: What goes wrong, whether the collector has the report all the same, and what the person is told.
FAULTS = [
    (Fault.HANG_UP, False, {"offline", "incomplete"}),
    (Fault.DROP, False, {"offline", "incomplete"}),
    (Fault.SILENCE, False, {"timeout"}),
    (Fault.GARBAGE, False, {"offline", "incomplete"}),
    (Fault.HUGE_BODY, False, {"too_large"}),
    (Fault.HUGE_HEADERS, False, {"offline", "incomplete"}),
    (Fault.LOSE_ANSWER, True, {"offline", "incomplete"}),
    (Fault.CUT_ANSWER, True, {"incomplete"}),
    (Fault.DRIP, True, {"timeout"}),
    (Fault.HOLD, True, {"timeout"}),
]


def test_no_fault_is_left_out() -> None:
    assert {fault for fault, _, _ in FAULTS} == set(Fault)


@pytest.mark.parametrize(("fault", "has_it", "problems"), FAULTS)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_whatever_goes_wrong_the_report_is_kept_and_arrives_once(
    tmp_path: Path, fault: Fault, has_it: bool, problems: set[str], tls: bool
) -> None:
    authority = Authority(tmp_path) if tls else None
    context = authority.server() if authority else None
    with (
        report_server(context, collector=Collector(approves=True)) as server,
        laptop(tmp_path, server.base_url) as made,
    ):
        if authority:
            made.settings = NetworkSettings(offline=False, ca_file=str(authority.file))
        made.enrol(server.collector.new_code())
        made.seconds = 0.7 if "timeout" in problems else 5.0
        fill(made, "fail", "pass")
        server.faults.append(fault)
        began = time.monotonic()

        sent = delivered(made, clock=at(now()), spread=same)

        assert time.monotonic() - began < RETURNS
        assert (sent.taken, sent.sending.failures) == (0, 1)
        assert sent.sending.problem in problems
        assert len(made.outbox.waiting()) == 2
        server.released.set()
        assert server.wait_for(lambda: len(server.collector.taken) == has_it)

        made.seconds = 5.0
        assert delivered(made, sent.sending).taken == 2
        assert statuses(server) == ["fail", "pass"]
        assert made.outbox.waiting() == []
        assert_once_and_in_order(server)


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.CUT_ANSWER])
def test_an_answer_that_is_lost_again_and_again_makes_no_second_report(
    alex: Laptop, server: ReportServer, fault: Fault
) -> None:
    fill(alex, "fail")
    server.faults += [fault] * 5
    for _ in range(5):
        assert delivered(alex).taken == 0
    assert delivered(alex).taken == 1
    assert len(server.collector.taken) == 1
    assert len([each for each in server.requests if each.path.endswith("/v1/reports")]) == 6
    assert_once_and_in_order(server)


def test_every_attempt_has_a_nonce_and_a_signature_of_its_own(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail")
    server.faults += [Fault.DROP] * 4
    for _ in range(4):
        delivered(alex)
    assert len({each.headers["watchword-nonce"] for each in server.requests}) == 4
    assert len({each.headers["watchword-signature"] for each in server.requests}) == 4


def test_in_the_middle_of_the_queue_it_stops_and_goes_on_there_later(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail", "warn", "pass")
    server.faults += [None, Fault.DROP]
    first = delivered(alex)
    assert (first.taken, len(alex.outbox.waiting()), first.sending.failures) == (1, 2, 1)
    assert first.sending.sent_at is not None
    assert delivered(alex, first.sending).taken == 2
    assert statuses(server) == ["fail", "warn", "pass"]


# Every answer


LATER = [
    201, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 401, 402, 404, 405, 406, 407, 408, 411, 412, 414, 416,
    417, 418, 421, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599,
]  # fmt: skip


@pytest.mark.parametrize("status", LATER)
def test_a_status_that_says_neither_yes_nor_never_keeps_the_report(
    alex: Laptop, server: ReportServer, status: int
) -> None:
    fill(alex, "fail")
    server.faults.append(Say(status, body=b"" if status in (204, 304) else b'{"state":"taken"}'))
    moment = now()
    sent = delivered(alex, clock=at(moment), spread=same)
    assert (sent.taken, sent.ended, sent.sending.failures) == (0, False, 1)
    assert sent.sending.not_before == moment + ONE
    assert len(alex.outbox.waiting()) == 1


def test_no_status_from_400_on_is_ever_a_success(alex: Laptop, server: ReportServer) -> None:
    for status in range(400, 600):
        fill(alex, "fail")
        server.faults.append(Say(status, body=b'{"state":"taken"}'))
        assert delivered(alex).taken == 0
    assert len(server.requests) == 200
    assert alex.outbox.last_sent() is None


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_what_will_never_be_taken_is_let_go_of_and_the_next_is_sent(
    alex: Laptop, server: ReportServer, status: int
) -> None:
    fill(alex, "fail", "pass")
    server.faults.append(Say(status))
    sent = delivered(alex)
    assert sent.taken == 1
    assert statuses(server) == ["pass"]
    assert alex.outbox.waiting() == []


@pytest.mark.parametrize(
    ("status", "error", "problem"),
    [
        (400, "headers", "http_400"),
        (409, "replayed", "replayed"),
        (409, "older", "older"),
        (409, "conflict", "conflict"),
        (409, "something new", "http_409"),
        (413, "too_large", "http_413"),
        (415, "media_type", "http_415"),
        (422, "schema", "schema"),
    ],
)
def test_why_the_last_one_was_let_go_of_is_remembered(
    alex: Laptop, server: ReportServer, status: int, error: str, problem: str
) -> None:
    fill(alex, "fail")
    server.faults.append(Say(status, body=f'{{"error":"{error}"}}'.encode()))
    going = delivered(alex, Sending(failures=4, problem="offline")).sending
    assert (going.problem, going.failures, going.not_before) == (problem, 0, None)
    assert alex.outbox.waiting() == []


@pytest.mark.parametrize(
    ("status", "error", "problem"),
    [
        (401, "unknown_key", "unknown_key"),
        (401, "signature", "signature"),
        (403, "wrong_device", "wrong_device"),
        (403, "", "http_403"),
    ],
)
def test_a_no_to_this_laptop_keeps_everything_and_waits_for_a_day(
    alex: Laptop, server: ReportServer, status: int, error: str, problem: str
) -> None:
    fill(alex, "fail", "pass")
    server.faults.append(Say(status, body=f'{{"error":"{error}"}}'.encode()))
    moment = now()
    going = delivered(alex, Sending(waiting=True), clock=at(moment), spread=same).sending
    assert (going.problem, going.waiting, going.not_before) == (problem, False, moment + DAY)
    assert len(alex.outbox.waiting()) == 2
    assert len(server.requests) == 1


def test_while_it_is_not_approved_reports_wait_and_then_all_arrive(tmp_path: Path) -> None:
    with report_server() as server, laptop(tmp_path, server.base_url) as made:
        assert made.enrol(server.collector.new_code()).waiting
        fill(made, "fail", "pass")
        moment = now()
        going = delivered(made, clock=at(moment), spread=same).sending
        assert (going.problem, going.waiting, going.not_before) == ("pending", True, moment + ONE)
        server.collector.approve(made.device_id)
        after = delivered(made, going)
        assert (after.taken, after.sending.waiting) == (2, False)
        assert statuses(server) == ["fail", "pass"]


@pytest.mark.parametrize("what", [Fault.DROP, Say(503), Say(302)])
def test_no_answer_is_no_sign_that_it_was_approved(alex: Laptop, server: ReportServer, what: Fault | Say) -> None:
    fill(alex, "fail")
    server.faults.append(what)
    assert delivered(alex, Sending(waiting=True)).sending.waiting


def test_an_end_empties_the_outbox_and_says_so(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail", "pass")
    server.collector.end(alex.device_id)
    sent = delivered(alex, Sending(failures=3, waiting=True))
    assert (sent.taken, sent.ended) == (0, True)
    assert sent.sending == Sending(problem="ended")
    assert alex.outbox.waiting() == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"", b"Gone", b'{"error":"gone"}', b'{"error":"ended","error":"ended"}'])
def test_a_page_that_is_gone_ends_nothing(alex: Laptop, server: ReportServer, body: bytes) -> None:
    fill(alex, "fail")
    server.faults.append(Say(410, body=body))
    sent = delivered(alex)
    assert not sent.ended
    assert len(alex.outbox.waiting()) == 1


@pytest.mark.parametrize(
    ("status", "problem"), [(302, "redirect"), (308, "redirect"), (429, "busy"), (503, "busy"), (500, "http_500")]
)
def test_a_status_has_a_word_for_the_person(alex: Laptop, server: ReportServer, status: int, problem: str) -> None:
    fill(alex, "fail")
    server.faults.append(Say(status))
    assert delivered(alex).sending.problem == problem


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_where_a_redirect_points_is_never_contacted(tmp_path: Path, status: int, tls: bool) -> None:
    authority = Authority(tmp_path) if tls else None
    context = authority.server() if authority else None
    with (
        report_server(context, collector=Collector(approves=True)) as server,
        report_server(context, collector=Collector(approves=True)) as other,
        laptop(tmp_path, server.base_url) as made,
    ):
        if authority:
            made.settings = NetworkSettings(offline=False, ca_file=str(authority.file))
        connections = counted(other)
        made.enrol(server.collector.new_code())
        fill(made, "fail")
        for place in (f"{other.base_url}/v1/reports", "{here}/watchword/v1/reports", "//127.0.0.1:1/", "/elsewhere"):
            server.faults.append(Say(status, {"Location": place}))
            assert delivered(made).taken == 0
        assert len(made.outbox.waiting()) == 1
        assert len([each for each in server.requests if each.path.endswith("/v1/reports")]) == 4
        assert connections == []
        assert delivered(made).taken == 1


def counted(server: ReportServer) -> list[object]:
    """Every connection that is made to it, from now on."""
    connections: list[object] = []
    taking = server.process_request

    def noted(request: Any, client_address: Any) -> None:
        connections.append(client_address)
        taking(request, client_address)

    server.process_request = noted  # type: ignore[method-assign]  # the server is the test's own
    return connections


# Who it is


@pytest.mark.parametrize(
    ("address", "expired", "trusted"),
    [("127.0.0.1", False, False), ("127.0.0.9", False, True), ("127.0.0.1", True, True)],
    ids=["unknown authority", "another name", "out of date"],
)
def test_what_cannot_prove_who_it_is_is_sent_nothing(
    tmp_path: Path, address: str, expired: bool, trusted: bool
) -> None:
    authority = Authority(tmp_path)
    with (
        report_server(authority.server(), collector=Collector(approves=True)) as server,
        report_server(authority.server(address, expired=expired), collector=server.collector) as wrong,
        laptop(tmp_path, server.base_url) as made,
    ):
        made.settings = NetworkSettings(offline=False, ca_file=str(authority.file))
        made.enrol(server.collector.new_code())
        fill(made, "fail")
        if not trusted:
            made.settings = NetworkSettings(offline=False, ca_file="")
        moment = now()
        sent = deliver(
            made.outbox, wrong.base_url, key_of(made), made.network, Sending(), clock=at(moment), spread=same
        )
        assert (sent.taken, sent.sending.problem, sent.sending.not_before) == (0, "tls", moment + ONE)
        assert wrong.requests == []
        assert len(made.outbox.waiting()) == 1


@contextmanager
def recording_proxy(server: ReportServer) -> Iterator[tuple[str, bytearray]]:
    """A proxy for tunnels, each to this server wherever it should lead, that notes all that passes."""
    seen = bytearray()
    stopping = threading.Event()

    def pass_on(source: socket.socket, to: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                seen.extend(data)
                to.sendall(data)
        except OSError:
            return
        finally:
            to.close()

    def serve(client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65536)
        seen.extend(head)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far = socket.create_connection(("127.0.0.1", server.server_address[1]))
        threading.Thread(target=pass_on, args=(far, client), daemon=True).start()
        pass_on(client, far)

    def accept() -> None:
        while not stopping.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
        stopping.set()


def test_a_proxy_of_the_environment_carries_it_and_sees_no_more_than_where_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    # Another address of this computer than the one that no proxy is asked for.
    with report_server(authority.server("127.0.0.9"), collector=Collector(approves=True)) as server:
        port = server.server_address[1]
        with recording_proxy(server) as (proxy, seen), laptop(tmp_path, f"https://127.0.0.9:{port}/watchword") as made:
            for name in ("HTTPS_PROXY", "https_proxy"):
                monkeypatch.setenv(name, proxy)
            for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.delenv(name, raising=False)
            made.settings = NetworkSettings(offline=False, ca_file=str(authority.file))
            made.enrol(server.collector.new_code())
            fill(made, "fail")
            assert made.send() == 1
            assert bytes(seen).startswith(f"CONNECT 127.0.0.9:{port} ".encode())
            key = key_of(made)
            for secret in (b"watchword.report", b"Watchword-", made.device_id.encode(), key.id.encode()):
                assert secret not in bytes(seen)


# Clocks


@pytest.mark.parametrize("days", [-365, -1, 1, 365])
def test_a_laptop_whose_clock_is_wrong_signs_once_more_with_the_collectors_time(
    alex: Laptop, server: ReportServer, days: int
) -> None:
    fill(alex, "fail", "pass")
    sent = delivered(alex, clock=lambda: now() + days * DAY)
    assert sent.taken == 2
    assert len(server.requests) == 4
    assert statuses(server) == ["fail", "pass"]


@pytest.mark.parametrize("days", [-1, 1])
def test_so_it_does_when_the_collectors_clock_is_wrong(alex: Laptop, server: ReportServer, days: int) -> None:
    server.collector.ahead = days * DAY
    fill(alex, "fail")
    assert delivered(alex).taken == 1


@pytest.mark.parametrize("minutes", [-9, 9])
def test_ten_minutes_are_near_enough(alex: Laptop, server: ReportServer, minutes: int) -> None:
    fill(alex, "fail")
    assert delivered(alex, clock=lambda: now() + timedelta(minutes=minutes)).taken == 1
    assert len(server.requests) == 1


def test_a_collector_that_never_likes_the_time_is_asked_twice_and_then_later(
    alex: Laptop, server: ReportServer
) -> None:
    fill(alex, "fail")
    server.faults += [Say(401, body=b'{"error":"clock"}')] * 3
    moment = now()
    sent = delivered(alex, Sending(waiting=True), clock=at(moment), spread=same)
    assert (sent.sending.problem, sent.sending.not_before, sent.sending.waiting) == ("clock", moment + ONE, True)
    assert len(server.requests) == 2
    assert len(alex.outbox.waiting()) == 1


def test_the_collectors_time_signs_and_changes_nothing_else(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail")
    before = alex.outbox.ready(alex.outbox.waiting()[0])
    server.collector.ahead = 3650 * DAY
    sent = delivered(alex)
    assert before is not None
    assert server.collector.taken[0].body == before.data
    assert sent.sending.sent_at is not None
    assert abs(sent.sending.sent_at - now()) < timedelta(minutes=1)


# How long it waits


def test_the_wait_doubles_from_a_quarter_of_an_hour_to_six_hours(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail")
    server.always = Say(500)
    moment, going, waits = now(), Sending(), []
    for _ in range(9):
        going = delivered(alex, going, clock=at(moment), spread=same).sending
        assert going.not_before is not None
        waits.append((going.not_before - moment) / timedelta(minutes=1))
    assert waits == [15, 30, 60, 120, 240, 360, 360, 360, 360]
    assert going.failures == 9


def test_ten_thousand_failures_are_no_longer_wait_and_no_trouble(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail")
    server.always = Say(500)
    moment = now()
    going = delivered(alex, Sending(failures=10_000), clock=at(moment), spread=same).sending
    assert going.not_before == moment + timedelta(hours=6)
    assert going.failures == 1000


@pytest.mark.parametrize("answer", [(Say(500), ONE), (Say(403), DAY)])
@pytest.mark.parametrize(("chance", "times"), [(min, 0.8), (max, 1.2)])
def test_each_wait_is_up_to_a_fifth_longer_or_shorter_by_chance(
    alex: Laptop, server: ReportServer, answer: tuple[Say, timedelta], chance: Any, times: float
) -> None:
    fill(alex, "fail")
    server.always, usual = answer
    moment = now()
    going = delivered(alex, clock=at(moment), spread=chance).sending
    assert going.not_before == moment + usual * times


def test_laptops_that_failed_together_come_back_apart(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail")
    server.always = Say(500)
    moment = now()
    assert len({delivered(alex, clock=at(moment)).sending.not_before for _ in range(5)}) == 5


MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said_so", "wait"),
    [
        ("120", ONE),
        ("1800", timedelta(minutes=30)),
        ("86400", DAY),
        ("86401", DAY),
        ("999999999999999999", DAY),
        ("9" * 400, ONE),
        ("0", ONE),
        ("-3600", ONE),
        ("3600.5", ONE),
        ("1e9", ONE),
        ("an hour", ONE),
        ("", ONE),
        ("Sun, 22 Nov 2026 12:00:00 GMT", timedelta(hours=2)),
        ("Sun, 22 Nov 2026 10:01:00 GMT", ONE),
        ("Sat, 21 Nov 2026 10:00:00 GMT", ONE),
        ("Fri, 31 Dec 2099 23:59:59 GMT", DAY),
        ("Sun, 22 Nov 2026 12:00:00 +0100", ONE),
        ("Sun, 31 Feb 2027 12:00:00 GMT", ONE),
        ("2026-11-22T12:00:00Z", ONE),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_collector_may_ask_for_a_longer_wait_up_to_a_day(
    alex: Laptop, server: ReportServer, said_so: str, wait: timedelta, status: int
) -> None:
    fill(alex, "fail")
    server.faults.append(Say(status, {"Retry-After": said_so}))
    assert delivered(alex, clock=at(MOMENT), spread=same).sending.not_before == MOMENT + wait


def test_a_longer_wait_is_not_made_shorter_by_the_collector(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail")
    server.faults.append(Say(503, {"Retry-After": "60"}))
    going = delivered(alex, Sending(failures=5), clock=at(MOMENT), spread=same).sending
    assert going.not_before == MOMENT + timedelta(hours=6)


@pytest.mark.parametrize(
    ("not_before", "waits"),
    [
        (None, False),
        (timedelta(seconds=-1), False),
        (timedelta(0), False),
        (timedelta(seconds=1), True),
        (DAY * 1.2, True),
        (MOST_WAIT, True),
        (MOST_WAIT + timedelta(seconds=1), False),
        (365 * DAY, False),
    ],
)
def test_an_attempt_waits_for_its_time_unless_a_clock_was_far_ahead(not_before: timedelta | None, waits: bool) -> None:
    sending = Sending(not_before=None if not_before is None else MOMENT + not_before)
    assert has_to_wait(sending, MOMENT) is waits


# What lies in the outbox


def test_what_is_no_report_of_this_laptop_is_never_sent_and_stops_nothing(
    alex: Laptop, server: ReportServer, tmp_path: Path
) -> None:
    fill(alex, "fail", "warn", "pass")
    first, second, _ = alex.outbox.waiting()
    Path(first.path).write_bytes(Path(first.path).read_bytes()[:-9])
    theirs = Path(second.path).read_bytes().replace(alex.device_id.encode(), b"6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22")
    Path(second.path).write_bytes(theirs)
    outside = tmp_path / "outside.json"
    outside.write_text("private")
    link = Path(first.path).with_name(f"{1:016}-11111111-2222-4333-8444-555555555555.json")
    link.symlink_to(outside)

    assert delivered(alex).taken == 1

    assert statuses(server) == ["pass"]
    assert len(server.requests) == 1
    assert Outbox(alex.paths.outbox).waiting() == []
    assert link.is_symlink()
    assert outside.read_text() == "private"


def test_a_report_that_is_taken_out_while_others_are_sent_is_not_sent(alex: Laptop, server: ReportServer) -> None:
    fill(alex, "fail", "pass")
    server.faults.append(Fault.HOLD)
    done: list[Sent] = []
    sending = threading.Thread(target=lambda: done.append(delivered(alex)))
    sending.start()
    assert server.wait_for(lambda: len(server.requests) == 1)
    alex.outbox.clear()
    server.released.set()
    sending.join(10)
    assert done[0].taken == 1
    assert statuses(server) == ["fail"]
    assert alex.outbox.last_sent() is None
