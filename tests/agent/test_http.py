"""The network client against a real server on loopback that behaves well and badly."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.contract import Response
from agent.host import Unreadable
from agent.http import USER_AGENT, Network
from config.schema import NetworkSettings
from tests.certificates import Authority
from tests.hibp_server import KEY, HibpServer, address_of, hibp_server

ONLINE = NetworkSettings(offline=False, ca_file="")
MARKER = "planted-marker"


@pytest.fixture
def server() -> Iterator[HibpServer]:
    with hibp_server() as running:
        yield running


def network(**limits: float) -> Network:
    return Network(ONLINE, connect_seconds=2, read_seconds=limits.pop("read_seconds", 1), **limits)  # type: ignore[arg-type]  # all limits are numbers


def reason(answer: Response | Unreadable) -> str:
    assert isinstance(answer, Unreadable), answer
    return answer.reason


def test_an_answer_has_its_status_lower_case_headers_and_body(server: HibpServer) -> None:
    answer = network().get(f"{server.base_url}/latestbreach")

    assert isinstance(answer, Response)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert b'"Name": "Adobe"' in answer.body


def test_a_status_that_is_an_error_is_an_answer_too(server: HibpServer) -> None:
    answer = network().get(f"{server.base_url}/subscription/status")

    assert isinstance(answer, Response)
    assert answer.status == 401


def test_every_request_says_who_we_are_and_carries_the_headers_given(server: HibpServer) -> None:
    network().get(f"{server.base_url}/latestbreach", headers={"hibp-api-key": KEY})

    _, headers = server.requests[0]
    assert headers["user-agent"] == USER_AGENT
    assert USER_AGENT.startswith("Watchword/")
    assert "(+https://" in USER_AGENT
    assert headers["hibp-api-key"] == KEY
    assert "cookie" not in headers


@pytest.mark.parametrize(
    "url",
    [
        "http://haveibeenpwned.com/api/v3/breaches",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.2/",
        "http://localhost@example.com/",
        "https://user:password@example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "//127.0.0.1/",
        "",
        "https://[::1",
        "https://example.com:port/",
    ],
)
def test_only_https_or_this_very_computer_is_asked(url: str) -> None:
    assert reason(network().get(url)) == "insecure"


def test_offline_means_not_even_this_computer(server: HibpServer) -> None:
    answer = Network(NetworkSettings(offline=True, ca_file="")).get(f"{server.base_url}/latestbreach")

    assert reason(answer) == "offline"
    assert server.requests == []


def test_nobody_listening_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert reason(network().get(f"http://127.0.0.1:{port}/")) == "refused"


def test_a_redirect_within_the_host_is_followed(server: HibpServer) -> None:
    server.mode = "redirect_here"

    answer = network().get(f"{server.base_url}/latestbreach")

    assert isinstance(answer, Response)
    assert answer.status == 200
    assert len(server.requests) == 2


def test_a_redirect_to_another_host_is_not_followed(server: HibpServer) -> None:
    server.mode = "redirect_elsewhere"

    assert reason(network().get(f"{server.base_url}/latestbreach", headers={"hibp-api-key": KEY})) == "redirect"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("cut_off", {"incomplete"}),
        ("garbled", {"offline", "incomplete"}),
        ("drop", {"offline", "incomplete"}),
        ("silent", {"timeout"}),
        ("huge", {"too_large"}),
        ("bomb", {"too_large"}),
    ],
)
def test_a_server_that_misbehaves_gives_a_reason(server: HibpServer, mode: str, expected: set[str]) -> None:
    server.mode = mode

    assert reason(network().get(f"{server.base_url}/breaches")) in expected


@pytest.mark.parametrize("mode", ["slow_headers", "slow_body"])
def test_one_byte_at_a_time_ends_at_the_total_deadline(server: HibpServer, mode: str) -> None:
    server.mode = mode
    began = time.monotonic()

    assert reason(network(total_seconds=1.0).get(f"{server.base_url}/breaches")) == "timeout"
    assert time.monotonic() - began < 3


def test_a_connection_that_is_accepted_but_never_answered_times_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert reason(network(read_seconds=0.3).get(f"http://127.0.0.1:{port}/")) == "timeout"


def test_an_unknown_certificate_is_not_trusted(tmp_path: Path) -> None:
    with hibp_server(Authority(tmp_path).server()) as server:
        assert reason(network().get(f"{server.base_url}/latestbreach")) == "tls"
        assert server.requests == []


def test_the_offices_own_authority_is_trusted_besides_the_usual_ones(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with hibp_server(authority.server()) as server:
        answer = Network(NetworkSettings(offline=False, ca_file=str(authority.file))).get(
            f"{server.base_url}/latestbreach"
        )
    assert isinstance(answer, Response)
    assert answer.status == 200


def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with hibp_server(authority.server("127.0.0.9")) as server:
        settings = NetworkSettings(offline=False, ca_file=str(authority.file))
        assert reason(Network(settings).get(f"{server.base_url}/latestbreach")) == "tls"


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_missing_or_broken_authority_file_is_a_tls_reason(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "office.pem"
    if content is not None:
        path.write_bytes(content)
    with hibp_server() as server:
        answer = Network(NetworkSettings(offline=False, ca_file=str(path))).get(f"{server.base_url}/latestbreach")
    assert reason(answer) == "tls"


def test_a_proxy_from_the_environment_is_used_but_not_for_this_computer(
    server: HibpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()

        def answer_once() -> None:
            connection, _ = proxy.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer_once, daemon=True)
        thread.start()
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

        local = network().get(f"{server.base_url}/latestbreach")
        away = network().get("https://service.invalid/api")
        thread.join(5)

    assert isinstance(local, Response)
    assert reason(away) == "offline"
    assert asked[0].startswith(b"CONNECT service.invalid:443 ")


def test_a_netrc_of_the_person_is_not_sent(server: HibpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alex password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    network().get(f"{server.base_url}/latestbreach")

    assert "authorization" not in server.requests[0][1]


@pytest.mark.parametrize("mode", ["normal", "bad_header", "silent", "cut_off", "drop", "redirect_elsewhere", "garbled"])
def test_neither_logs_nor_errors_repeat_an_address_or_a_header(
    server: HibpServer, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "requests"):
        caplog.set_level(logging.DEBUG, name)
    server.mode = mode

    url = f"{server.base_url}/breachedaccount/{address_of(MARKER)}"
    answer = network(read_seconds=0.3).get(url, headers={"hibp-api-key": f"{MARKER}-key"})

    assert MARKER in server.requests[0][0]
    assert MARKER not in caplog.text
    assert isinstance(answer, Response) or MARKER not in repr(answer)


def test_a_header_that_may_not_be_sent_is_a_reason_and_is_not_repeated(server: HibpServer) -> None:
    answer = network().get(f"{server.base_url}/breaches", headers={"hibp-api-key": f"{MARKER}\r\nX-Evil: 1"})

    assert reason(answer) == "incomplete"
    assert MARKER not in repr(answer)
    assert server.requests == []


# Whole or cut off: what only ends because the connection does may be half of an answer.


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """The address of a server that says this to whoever asks, and hangs up."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer_once() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(5)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


TEXT = b"".join(b"%035X:7\r\n" % number for number in range(900))
PACKED = gzip.compress(TEXT)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("HTTP/1.1 200 OK\r\n", TEXT),
        ("HTTP/1.0 200 OK\r\n", TEXT),
        ("HTTP/1.1 200 OK\r\nContent-Length: many\r\n", TEXT),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", TEXT),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n", TEXT),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", PACKED),
        ("HTTP/1.1 404 Not Found\r\n", b""),
        (f"HTTP/1.1 200 OK\r\nContent-Length: {len(TEXT)}\r\n", TEXT[:-1]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", chunked(TEXT)[:-5]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", chunked(TEXT)[:-900]),
    ],
)
def test_an_answer_that_may_be_cut_off_is_none(head: str, body: bytes) -> None:
    with saying(head.encode() + b"\r\n" + body) as url:
        assert reason(network().get(url)) == "incomplete"


@pytest.mark.parametrize("kept", [1, 9, 12, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_half_a_gzip_is_no_answer_although_nothing_is_missing_around_it(kept: int, framing: str) -> None:
    part = PACKED[:kept]
    told = f"Content-Length: {kept}" if framing == "length" else "Transfer-Encoding: chunked"
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n{told}\r\n\r\n".encode()
    with saying(head + (part if framing == "length" else chunked(part))) as url:
        assert reason(network().get(url)) == "incomplete"


@pytest.mark.parametrize("body", [PACKED, gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:])])
def test_a_whole_gzip_is_unpacked(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: GZip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with saying(head + body) as url:
        answer = network().get(url)
    assert isinstance(answer, Response)
    assert answer.body == TEXT


@pytest.mark.parametrize("body", [PACKED + b"more", b"no gzip at all", PACKED[:40] + b"?" + PACKED[41:]])
def test_a_garbled_gzip_is_no_answer(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with saying(head + body) as url:
        assert reason(network().get(url)) == "incomplete"


def test_chunks_are_an_answer() -> None:
    with saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(TEXT)) as url:
        answer = network().get(url)
    assert isinstance(answer, Response)
    assert answer.body == TEXT


def test_a_packing_that_was_not_asked_for_is_no_answer() -> None:
    with saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd") as url:
        assert reason(network().get(url)) == "incomplete"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_needs_no_length(status: int) -> None:
    with saying(f"HTTP/1.1 {status} Nothing\r\n\r\n".encode()) as url:
        answer = network().get(url)
    assert answer == Response(status, {}, b"")
