"""The agent's requests and a collector that was written from the document understand each other."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract import Response
from agent.http import Network
from agent.report import protocol
from agent.report.answers import Answer, Verdict, to_enrolment, to_signed
from agent.report.enrolment_code import normalised
from agent.report.protocol import Key, Outgoing
from agent.report.reader import encode
from config.schema import NetworkSettings
from tests.agent.report.builders import DEVICE, report
from tests.certificates import Authority
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, Say, report_server

OTHER_DEVICE = "11111111-2222-4333-8444-555555555555"
ONLINE = NetworkSettings(offline=False, ca_file="")


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server() as running:
        yield running


class Laptop:
    """A laptop that sends by the agent's own functions."""

    def __init__(self, server: ReportServer, *, device_id: str = DEVICE, settings: NetworkSettings = ONLINE) -> None:
        self.server = server
        self.key = Key(device_id, secrets.token_bytes(32))
        self.ahead = timedelta()
        self.network = Network(settings, connect_seconds=5, read_seconds=5)

    def enrol(self, code: str) -> Answer:
        asked = protocol.enrolment(
            self.server.base_url, code=normalised(code), key=self.key, platform="linux", agent_version="0.1.0"
        )
        return to_enrolment(self.network.post(asked.url, asked.body, headers=asked.headers), now=self.now())

    def report(self, body: bytes | None = None, **changes: Any) -> Answer:
        return self.send(self.signed(body if body is not None else report_bytes(self.key.device_id, **changes)))

    def signed(self, body: bytes) -> Outgoing:
        return protocol.report(self.server.base_url, body, key=self.key, at=self.now(), nonce=secrets.token_hex(16))

    def leave(self) -> Answer:
        return self.send(protocol.leave(self.server.base_url, key=self.key, at=self.now(), nonce=secrets.token_hex(16)))

    def send(self, asked: Outgoing) -> Answer:
        return to_signed(self.network.post(asked.url, asked.body, headers=asked.headers), now=self.now())

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def report_bytes(device_id: str = DEVICE, *, sequence: int = 1, report_id: str | None = None) -> bytes:
    made = report()
    device = msgspec.structs.replace(made.device, id=device_id)
    given = report_id or f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}"
    return encode(msgspec.structs.replace(made, device=device, sequence=sequence, report_id=given))


@pytest.fixture
def laptop(server: ReportServer) -> Laptop:
    """One that is enrolled and approved."""
    joined = Laptop(server)
    joined.enrol(server.collector.new_code())
    server.collector.approve(DEVICE)
    return joined


def refused(status: int, problem: str) -> Answer:
    return Answer(Verdict.REFUSED, status, problem)


# Joining


def test_a_laptop_waits_until_the_words_were_compared_and_then_its_reports_are_taken(server: ReportServer) -> None:
    laptop = Laptop(server)

    assert laptop.enrol(server.collector.new_code()) == Answer(Verdict.WAITING, 201)
    assert laptop.report() == Answer(Verdict.WAITING, 403, "pending")
    assert server.collector.taken == []
    assert server.collector.words(DEVICE) == laptop.key.words

    server.collector.approve(DEVICE)
    body = report_bytes()
    assert laptop.report(body) == Answer(Verdict.TAKEN, 202)
    assert [each.body for each in server.collector.taken] == [body]


def test_over_https_as_well(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with report_server(authority.server(), collector=Collector(approves=True)) as server:
        laptop = Laptop(server, settings=NetworkSettings(offline=False, ca_file=str(authority.file)))
        assert laptop.enrol(server.collector.new_code()) == Answer(Verdict.TAKEN, 201)
        assert laptop.report() == Answer(Verdict.TAKEN, 202)
        assert laptop.leave() == Answer(Verdict.TAKEN, 202)


@pytest.mark.parametrize("prefix", ["", "/a/b", "/b%C3%BCro", "/~alex/x;y=1", "/50%25/a%2Fb", "/(a)!$&'*+,=:@"])
def test_whatever_the_base_address_the_path_that_is_signed_is_the_one_that_arrives(prefix: str) -> None:
    with report_server(collector=Collector(approves=True), prefix=prefix) as server:
        laptop = Laptop(server)
        laptop.enrol(server.collector.new_code())
        assert laptop.report() == Answer(Verdict.TAKEN, 202)


def test_a_lost_answer_to_a_code_can_be_asked_for_again_even_when_the_code_is_out_of_date(server: ReportServer) -> None:
    laptop = Laptop(server)
    code = server.collector.new_code()
    server.faults.append(Fault.LOSE_ANSWER)

    assert laptop.enrol(code).verdict is Verdict.LATER
    server.collector.ahead = timedelta(days=8)
    assert laptop.enrol(code) == Answer(Verdict.WAITING, 200)
    server.collector.approve(DEVICE)
    assert laptop.enrol(code) == Answer(Verdict.TAKEN, 200)


def test_a_code_that_was_used_is_no_good_to_anybody_else(server: ReportServer) -> None:
    code = server.collector.new_code()
    Laptop(server).enrol(code)

    assert Laptop(server, device_id=OTHER_DEVICE).enrol(code) == refused(403, "code_used")
    assert Laptop(server).enrol(code) == refused(403, "code_used")


def test_codes_that_were_never_made_or_are_out_of_date_are_refused(server: ReportServer) -> None:
    code = server.collector.new_code()
    server.collector.ahead = timedelta(days=7)

    assert Laptop(server).enrol("7K3M-Q9TR-V2XW-0H1D") == refused(403, "code_unknown")
    assert Laptop(server).enrol(code) == refused(403, "code_expired")


def test_after_ten_wrong_codes_even_a_good_one_has_to_wait(server: ReportServer) -> None:
    laptop = Laptop(server)
    for _ in range(10):
        laptop.enrol("7K3M-Q9TR-V2XW-0H1D")
    code = server.collector.new_code()

    assert laptop.enrol(code) == Answer(Verdict.LATER, 429, None, timedelta(hours=1))
    server.collector.ahead = timedelta(hours=1)
    assert laptop.enrol(code) == Answer(Verdict.WAITING, 201)


def test_an_office_has_a_most_of_laptops_and_one_that_joins_again_is_not_counted_twice(server: ReportServer) -> None:
    server.collector.most_devices = 1
    Laptop(server).enrol(server.collector.new_code())

    assert Laptop(server, device_id=OTHER_DEVICE).enrol(server.collector.new_code()) == refused(403, "full")
    assert Laptop(server).enrol(server.collector.new_code()) == Answer(Verdict.WAITING, 201)


def test_the_same_secret_with_another_code_stays_the_one_enrolment(laptop: Laptop) -> None:
    code = laptop.server.collector.new_code()

    assert laptop.enrol(code) == Answer(Verdict.TAKEN, 200)
    assert Laptop(laptop.server, device_id=OTHER_DEVICE).enrol(code) == refused(403, "code_used")


def test_the_same_secret_is_not_taken_for_another_laptop(laptop: Laptop) -> None:
    laptop.key = replace(laptop.key, device_id=OTHER_DEVICE)

    assert laptop.enrol(laptop.server.collector.new_code()) == refused(409, "conflict")


def test_the_old_key_of_a_laptop_that_joins_again_is_good_until_the_new_one_is_approved(laptop: Laptop) -> None:
    again = Laptop(laptop.server)
    again.enrol(laptop.server.collector.new_code())

    assert laptop.report(sequence=1) == Answer(Verdict.TAKEN, 202)
    assert again.report(sequence=2) == Answer(Verdict.WAITING, 403, "pending")
    laptop.server.collector.approve(DEVICE)
    assert laptop.report(sequence=3) == Answer(Verdict.ENDED, 410, "ended")
    assert again.report(sequence=4) == Answer(Verdict.TAKEN, 202)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("format", "watchword.enrolment/2"),
        ("code", "7K3M-Q9TR-V2XW-0H1D"),
        ("secret", "short"),
        ("secret", "A" * 42 + "B"),
        ("device_id", "laptop-1"),
        ("platform", "amiga"),
        ("agent_version", 1),
    ],
)
def test_an_enrolment_that_is_not_as_documented_is_refused_with_its_place(
    server: ReportServer, member: str, value: object
) -> None:
    key = Laptop(server).key
    asked = protocol.enrolment(
        server.base_url, code="7K3MQ9TRV2XW0H1D", key=key, platform="linux", agent_version="0.1.0"
    )
    for document, place in (
        (json.loads(asked.body) | {member: value}, f"$.{member}"),
        ({name: each for name, each in json.loads(asked.body).items() if name != member}, f"$.{member}"),
        (json.loads(asked.body) | {"more": 1}, "$"),
    ):
        answer = Network(ONLINE).post(asked.url, json.dumps(document).encode(), headers=asked.headers)
        assert isinstance(answer, Response)
        assert (answer.status, json.loads(answer.body)) == (422, {"error": "schema", "at": place})


# Reports


def test_the_same_report_again_is_taken_once(laptop: Laptop) -> None:
    body = report_bytes()
    laptop.server.faults.append(Fault.LOSE_ANSWER)

    assert laptop.report(body).verdict is Verdict.LATER
    assert laptop.report(body) == Answer(Verdict.TAKEN, 200)
    assert len(laptop.server.collector.taken) == 1


def test_an_earlier_report_that_is_sent_again_after_a_later_one_is_still_here(laptop: Laptop) -> None:
    earlier = report_bytes(sequence=1)
    laptop.report(earlier)
    laptop.report(sequence=2)

    assert laptop.report(earlier) == Answer(Verdict.TAKEN, 200)


def test_a_report_that_is_not_above_the_last_one_is_refused_and_gaps_are_not(laptop: Laptop) -> None:
    assert laptop.report(sequence=5) == Answer(Verdict.TAKEN, 202)
    assert laptop.report(sequence=5) == Answer(Verdict.GONE, 409, "older")
    assert laptop.report(sequence=4) == Answer(Verdict.GONE, 409, "older")
    assert laptop.report(sequence=9) == Answer(Verdict.TAKEN, 202)
    assert [each.sequence for each in laptop.server.collector.taken] == [5, 9]


def test_other_bytes_under_the_same_id_are_a_conflict(laptop: Laptop) -> None:
    report_id = "0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11"
    laptop.report(report_id=report_id, sequence=1)

    assert laptop.report(report_id=report_id, sequence=2) == Answer(Verdict.GONE, 409, "conflict")


def test_a_request_that_was_recorded_is_refused_the_second_time(laptop: Laptop) -> None:
    asked = laptop.signed(report_bytes())

    assert laptop.send(asked) == Answer(Verdict.TAKEN, 202)
    assert laptop.send(asked) == Answer(Verdict.GONE, 409, "replayed")


def test_a_request_that_was_recorded_is_refused_when_its_number_is_forgotten_because_its_time_is_past(
    laptop: Laptop,
) -> None:
    asked = laptop.signed(report_bytes())
    laptop.send(asked)
    laptop.server.collector.ahead = timedelta(minutes=21)

    assert laptop.send(asked).problem == "clock"


# A little less than behind, because time passes until the request arrives.
@pytest.mark.parametrize("ahead", [timedelta(minutes=-9, seconds=-50), timedelta(minutes=10)])
def test_clocks_ten_minutes_apart_are_good_enough(laptop: Laptop, ahead: timedelta) -> None:
    laptop.ahead = ahead
    assert laptop.report() == Answer(Verdict.TAKEN, 202)


@pytest.mark.parametrize("ahead", [timedelta(minutes=11), timedelta(minutes=-11), timedelta(days=-4000)])
def test_with_a_wrong_clock_the_collectors_time_is_told_and_good(laptop: Laptop, ahead: timedelta) -> None:
    laptop.ahead = ahead
    body = report_bytes()

    answer = laptop.report(body)

    assert (answer.verdict, answer.problem) == (Verdict.CLOCK, "clock")
    assert answer.server_time is not None
    laptop.ahead = answer.server_time - datetime.now(UTC)
    assert laptop.report(body) == Answer(Verdict.TAKEN, 202)


@pytest.mark.parametrize("header", ["Device", "Key", "Time", "Nonce", "Signature"])
def test_a_request_without_one_of_its_headers_is_refused(laptop: Laptop, header: str) -> None:
    asked = laptop.signed(report_bytes())
    headers = {name: value for name, value in asked.headers.items() if name != f"Watchword-{header}"}

    assert laptop.send(replace(asked, headers=headers)) == Answer(Verdict.GONE, 400)


def changed(asked: Outgoing, headers: Mapping[str, str]) -> Outgoing:
    return replace(asked, headers={**asked.headers, **headers})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Watchword-Signature": f"v1={'0' * 64}"}, refused(401, "signature")),
        ({"Watchword-Nonce": "0" * 32}, refused(401, "signature")),
        ({"Watchword-Time": "2026-11-22T10:00:00Z"}, refused(401, "signature")),
        ({"Watchword-Key": "0" * 16}, refused(401, "unknown_key")),
        ({"Watchword-Device": OTHER_DEVICE}, refused(403, "wrong_device")),
        ({"Watchword-Signature": f"v2={'0' * 64}"}, Answer(Verdict.GONE, 400)),
        ({"Watchword-Time": "2026-11-31T10:00:00Z"}, Answer(Verdict.GONE, 400)),
        ({"Content-Type": "text/plain"}, Answer(Verdict.GONE, 415)),
    ],
)
def test_a_header_that_was_changed_on_the_way_is_noticed(
    laptop: Laptop, headers: Mapping[str, str], expected: Answer
) -> None:
    assert laptop.send(changed(laptop.signed(report_bytes()), headers)) == expected
    assert laptop.server.collector.taken == []


def test_a_byte_that_was_changed_on_the_way_is_noticed(laptop: Laptop) -> None:
    asked = laptop.signed(report_bytes())

    assert laptop.send(replace(asked, body=asked.body.replace(b"Laptop 1", b"Laptop 2"))) == refused(401, "signature")


def test_a_signature_for_one_address_is_no_good_at_another(laptop: Laptop) -> None:
    asked = laptop.signed(b'{"format":"watchword.leave/1"}')

    assert laptop.send(replace(asked, url=protocol.endpoint(laptop.server.base_url, "leave"))) == refused(
        401, "signature"
    )


def test_a_report_of_another_laptop_under_ones_own_key_is_refused(laptop: Laptop) -> None:
    assert laptop.report(report_bytes(OTHER_DEVICE)) == refused(403, "wrong_device")


def test_what_is_no_report_is_refused_with_its_place(laptop: Laptop) -> None:
    document = json.loads(report_bytes())
    document["checks"][0]["status"] = "perfect"
    asked = laptop.signed(json.dumps(document).encode())

    answer = laptop.network.post(asked.url, asked.body, headers=asked.headers)

    assert isinstance(answer, Response)
    assert (answer.status, json.loads(answer.body)) == (422, {"error": "schema", "at": "$.checks[0].status"})


def test_more_than_a_mebibyte_is_refused_unread(laptop: Laptop) -> None:
    assert laptop.report(b" " * (2**20 + 1)) == Answer(Verdict.GONE, 413)


def test_a_key_that_never_enrolled_is_unknown(server: ReportServer) -> None:
    assert Laptop(server).report() == refused(401, "unknown_key")


# The end


def test_leaving_deletes_what_was_held_and_is_final(laptop: Laptop) -> None:
    code = laptop.server.collector.new_code()
    laptop.report()

    assert laptop.leave() == Answer(Verdict.TAKEN, 202)
    assert laptop.server.collector.taken == []
    assert laptop.leave() == Answer(Verdict.ENDED, 410, "ended")
    assert laptop.report() == Answer(Verdict.ENDED, 410, "ended")
    assert laptop.enrol(code) == refused(409, "conflict")


def test_a_laptop_that_was_not_approved_can_leave_and_takes_nothing_with_it(laptop: Laptop) -> None:
    laptop.report()
    stranger = Laptop(laptop.server)
    stranger.enrol(laptop.server.collector.new_code())

    assert stranger.leave() == Answer(Verdict.TAKEN, 202)
    assert stranger.leave() == Answer(Verdict.ENDED, 410, "ended")
    assert len(laptop.server.collector.taken) == 1
    assert laptop.report(sequence=2) == Answer(Verdict.TAKEN, 202)


def test_an_enrolment_that_office_it_ended_is_over_and_a_new_one_starts_anew(laptop: Laptop) -> None:
    laptop.report(sequence=8)
    laptop.server.collector.end(DEVICE)

    assert laptop.report(sequence=9) == Answer(Verdict.ENDED, 410, "ended")
    again = Laptop(laptop.server)
    assert again.enrol(laptop.server.collector.new_code()) == Answer(Verdict.WAITING, 201)
    laptop.server.collector.approve(DEVICE)
    assert again.report(sequence=1) == Answer(Verdict.TAKEN, 202)


# The server itself


def test_nothing_can_be_read_from_it(laptop: Laptop) -> None:
    laptop.report()
    answer = laptop.network.get(f"{laptop.server.base_url}/v1/reports")
    assert isinstance(answer, Response)
    assert answer.status == 405


@pytest.mark.parametrize(
    "path", ["/v1/reports", "/watchword/v1/report", "/watchword/v1/reports?x=1", "/watchword/v2/reports"]
)
def test_no_other_path_is_served(server: ReportServer, path: str) -> None:
    answer = Network(ONLINE).post(f"{server.root}{path}", b"{}", headers={"Content-Type": "application/json"})
    assert isinstance(answer, Response)
    assert answer.status == 404


def test_faults_are_for_one_request_each_and_what_was_taken_is_known(laptop: Laptop) -> None:
    faults = [Fault.DROP, None, Fault.CUT_ANSWER, Say(503, {"Retry-After": "120"}), Fault.HANG_UP]
    laptop.server.faults.extend(faults)

    answers = [laptop.report(sequence=number + 1) for number in range(6)]

    assert [answer.verdict.value for answer in answers] == ["later", "taken", "later", "later", "later", "taken"]
    assert answers[3].retry_after == timedelta(minutes=2)
    assert [each.sequence for each in laptop.server.collector.taken] == [2, 3, 6]
    assert len(laptop.server.requests) == 7


def test_an_answer_can_be_held_back_until_the_test_says_so(laptop: Laptop) -> None:
    laptop.server.faults.append(Fault.HOLD)
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(laptop.report()))
    thread.start()

    assert laptop.server.wait_for(lambda: len(laptop.server.collector.taken) == 1)
    assert answers == []
    laptop.server.released.set()
    thread.join(10)
    assert answers == [Answer(Verdict.TAKEN, 202)]
