"""What is posted, to a real collector on loopback that behaves well and badly."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.contract import Response
from agent.host import Unreadable
from agent.http import MAX_POST_ANSWER, USER_AGENT, Network
from config.schema import NetworkSettings
from tests.certificates import Authority
from tests.report_server import Fault, ReportServer, Say, report_server

ONLINE = NetworkSettings(offline=False, ca_file="")
MARKER = "planted-marker"
BODY = b'{"format":"watchword.enrolment/1","code":"planted-marker"}'
HEADERS = {"Content-Type": "application/json", "Watchword-Nonce": MARKER}


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server() as running:
        yield running


def post(server: ReportServer | str, *, settings: NetworkSettings = ONLINE, **limits: float) -> Response | Unreadable:
    url = server if isinstance(server, str) else f"{server.base_url}/v1/enrolments"
    network = Network(settings, connect_seconds=2, read_seconds=limits.pop("read_seconds", 2), **limits)  # type: ignore[arg-type]  # all limits are numbers
    return network.post(url, BODY, headers=HEADERS)


def reason(answer: Response | Unreadable) -> str:
    assert isinstance(answer, Unreadable), answer
    return answer.reason


def test_the_exact_bytes_arrive_once_with_the_headers_given_and_no_cookie(server: ReportServer) -> None:
    answer = post(server)

    assert isinstance(answer, Response)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/json"
    (seen,) = server.requests
    assert (seen.method, seen.path, seen.body) == ("POST", "/watchword/v1/enrolments", BODY)
    assert seen.headers["user-agent"] == USER_AGENT
    assert seen.headers["watchword-nonce"] == MARKER
    assert seen.headers["content-length"] == str(len(BODY))
    assert seen.headers.keys().isdisjoint({"cookie", "authorization", "referer", "transfer-encoding", "expect"})


def test_a_report_of_the_greatest_length_arrives_whole(server: ReportServer) -> None:
    body = b"x" * 2**20

    answer = Network(ONLINE).post(f"{server.base_url}/v1/reports", body, headers=HEADERS)

    assert isinstance(answer, Response)
    assert server.requests[0].body == body


@pytest.mark.parametrize(
    "url",
    ["http://collector.example/v1/reports", "https://user:password@127.0.0.1/", "ftp://127.0.0.1/", "", "https://"],
)
def test_only_https_or_this_very_computer_is_sent_anything(url: str) -> None:
    assert reason(post(url)) == "insecure"


def test_offline_means_not_even_this_computer(server: ReportServer) -> None:
    assert reason(post(server, settings=NetworkSettings(offline=True, ca_file=""))) == "offline"
    assert server.requests == []


def test_nobody_listening_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert reason(post(f"http://127.0.0.1:{taken.getsockname()[1]}/")) == "refused"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to", ["{here}/watchword/v1/reports", "https://collector.example/", "/elsewhere", "//x.example"]
)
def test_no_redirect_is_followed_and_it_is_the_answer(server: ReportServer, status: int, to: str) -> None:
    server.faults.append(Say(status, {"Location": to}))

    answer = post(server)

    assert isinstance(answer, Response)
    assert answer.status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.HANG_UP, {"offline", "incomplete"}),
        (Fault.DROP, {"offline", "incomplete"}),
        (Fault.LOSE_ANSWER, {"offline", "incomplete"}),
        (Fault.CUT_ANSWER, {"incomplete"}),
        (Fault.GARBAGE, {"offline", "incomplete"}),
        (Fault.HUGE_BODY, {"too_large"}),
        (Fault.HUGE_HEADERS, {"offline", "incomplete"}),
    ],
)
def test_a_collector_that_misbehaves_gives_a_reason_and_is_asked_once(
    server: ReportServer, fault: Fault, expected: set[str]
) -> None:
    server.always = fault

    assert reason(post(server)) in expected
    assert len(server.requests) == 1


def test_silence_ends_at_the_time_limit(server: ReportServer) -> None:
    server.always = Fault.SILENCE

    assert reason(post(server, read_seconds=0.3)) == "timeout"


def test_one_byte_at_a_time_ends_at_the_total_deadline(server: ReportServer) -> None:
    server.always = Fault.DRIP
    began = time.monotonic()

    assert reason(post(server, total_seconds=1.0)) == "timeout"
    assert time.monotonic() - began < 3


def test_a_collector_that_does_not_read_ends_at_the_total_deadline() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        network = Network(ONLINE, connect_seconds=30, read_seconds=30, total_seconds=1)
        began = time.monotonic()

        answer = network.post(f"http://127.0.0.1:{listener.getsockname()[1]}/", b"x" * 2**24)

        assert reason(answer) == "timeout"
        assert time.monotonic() - began < 3


def test_an_answer_may_have_64_kib_and_not_a_byte_more(server: ReportServer) -> None:
    server.faults += [Say(202, {}, b"x" * MAX_POST_ANSWER), Say(202, {}, b"x" * (MAX_POST_ANSWER + 1))]

    whole = post(server)

    assert isinstance(whole, Response)
    assert len(whole.body) == MAX_POST_ANSWER == 65536
    assert reason(post(server)) == "too_large"


# Who it is


def test_a_collector_with_a_certificate_of_the_offices_authority_is_sent_to(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with report_server(authority.server()) as server:
        answer = post(server, settings=NetworkSettings(offline=False, ca_file=str(authority.file)))

    assert isinstance(answer, Response)
    assert server.requests[0].body == BODY


def test_a_collector_with_an_unknown_certificate_is_sent_nothing(tmp_path: Path) -> None:
    with report_server(Authority(tmp_path).server()) as server:
        assert reason(post(server)) == "tls"
    assert server.requests == []


@pytest.mark.parametrize(("address", "expired"), [("127.0.0.9", False), ("127.0.0.1", True)])
def test_a_certificate_for_another_name_or_out_of_date_is_sent_nothing(
    tmp_path: Path, address: str, expired: bool
) -> None:
    authority = Authority(tmp_path)
    with report_server(authority.server(address, expired=expired)) as server:
        assert reason(post(server, settings=NetworkSettings(offline=False, ca_file=str(authority.file)))) == "tls"
    assert server.requests == []


def test_a_certificate_by_another_authority_than_the_offices_is_sent_nothing(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    (tmp_path / "other").mkdir()
    office = Authority(tmp_path / "office")
    with report_server(Authority(tmp_path / "other").server()) as server:
        assert reason(post(server, settings=NetworkSettings(offline=False, ca_file=str(office.file)))) == "tls"
    assert server.requests == []


def test_a_proxy_from_the_environment_is_asked_for_a_tunnel_and_sees_nothing_of_what_is_posted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()

        def refuse_once() -> None:
            connection, _ = proxy.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse_once, daemon=True)
        thread.start()
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

        answer = post("https://collector.invalid/v1/reports")
        thread.join(5)

    assert reason(answer) == "offline"
    assert asked[0].startswith(b"CONNECT collector.invalid:443 ")
    assert MARKER.encode() not in asked[0]


def test_this_computer_is_not_reached_by_a_proxy(server: ReportServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert isinstance(post(server), Response)


def test_a_netrc_of_the_person_is_not_sent(
    server: ReportServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alex password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    post(server)

    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("fault", [None, Say(302, {"Location": f"/{MARKER}"}), *Fault])
def test_neither_logs_nor_errors_repeat_what_was_posted(
    server: ReportServer, fault: Fault | Say | None, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "urllib3", "urllib3.connectionpool", "requests"):
        caplog.set_level(logging.DEBUG, name)
    server.always = fault

    answer = post(server, read_seconds=0.3, total_seconds=2)

    assert server.requests[0].headers["watchword-nonce"] == MARKER
    assert MARKER not in caplog.text
    assert isinstance(answer, Response) or MARKER not in repr(answer)


def test_a_header_that_may_not_be_sent_is_a_reason_and_is_not_repeated(server: ReportServer) -> None:
    answer = Network(ONLINE).post(f"{server.base_url}/", BODY, headers={"Watchword-Key": f"{MARKER}\r\nX-Evil: 1"})

    assert reason(answer) == "incomplete"
    assert MARKER not in repr(answer)
    assert server.requests == []
