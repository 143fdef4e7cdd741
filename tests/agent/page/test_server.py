"""The page as a process: started by ``watchword open``, attacked over real sockets, gone when it should be."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import socket
import stat
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from agent.locking import FileLock, is_held
from agent.page import limits
from agent.page.address import HOST, Address, answers, noted
from agent.page.guard import HEADERS
from agent.paths import Paths
from tests.agent.page.furnished import furnish
from tests.agent.page.markup import read

OPEN = [sys.executable, "-m", "agent", "open", "--no-browser"]


def opened(*arguments: str) -> str:
    """The address that ``watchword open --no-browser`` prints."""
    done = subprocess.run([*OPEN, *arguments], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture
def address() -> Iterator[Address]:
    """A running page, ended afterwards."""
    opened()
    address = noted(Paths.here().page)
    assert address is not None
    process = serving(address)
    yield address
    end(process)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A running page for everybody who means to leave it as it is."""
    home = tmp_path_factory.mktemp("shared")
    subprocess.run(OPEN, env={**os.environ, "HOME": str(home)}, stdout=subprocess.DEVNULL, check=True, timeout=60)
    address = noted(Paths.on("linux", {}, str(home)).page)
    assert address is not None
    process = serving(address)
    yield address
    end(process)


def end(process: psutil.Process) -> None:
    """End it, unless the test has."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def serving(address: Address) -> psutil.Process:
    """The process that listens there."""
    for connection in psutil.net_connections("tcp"):
        listening = connection.status == psutil.CONN_LISTEN and connection.laddr == (address.host, address.port)
        if listening and connection.pid:
            return psutil.Process(connection.pid)
    raise AssertionError("nobody listens")


def talk(address: Address, sent: bytes, *, seconds: float = 5, slowly: float = 0) -> bytes:
    """What comes back over a connection until it is closed."""
    received = b""
    with socket.create_connection((address.host, address.port), timeout=seconds) as connection:
        try:
            if slowly:
                for place in range(len(sent)):
                    connection.send(sent[place : place + 1])
                    time.sleep(slowly)
            else:
                connection.sendall(sent)
        except OSError:
            return b"closed"
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            return received or b"closed"
    return received


def request(address: Address, path: str = "/", *, method: str = "GET", more: str = "", body: bytes = b"") -> bytes:
    lines = [
        f"{method} {address.prefix}{path} HTTP/1.1",
        f"Host: {address.host}:{address.port}",
        "Connection: close",
        more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def finish(address: Address) -> bytes:
    return post(address, "/finish")


def post(address: Address, path: str, **fields: str) -> bytes:
    """Send a form."""
    page = read(talk(address, request(address, "/finish")).partition(b"\r\n\r\n")[2].decode())
    token = next(one.attributes["value"] for one in page.all("input") if one.attributes["name"] == "token")
    body = urlencode({"token": token, **fields}).encode()
    more = (
        f"Origin: {address.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n"
    )
    return talk(address, request(address, path, method="POST", more=more, body=body), seconds=30)


def test_it_answers_within_a_second_of_being_asked_for() -> None:
    furnish()
    begun = time.monotonic()
    url = opened()
    address = noted(Paths.here().page)
    assert address is not None
    answer = talk(address, request(address))
    taken = time.monotonic() - begun
    end(serving(address))
    assert url == address.url()
    assert status(answer) == 200
    assert taken < 3  # under one here, alone; other tests may run beside this one


def test_every_later_page_takes_fifty_milliseconds_on_the_server(address: Address) -> None:
    ids = furnish()
    paths = ["/", "/item/screen_lock", f"/item/two_step/{ids['mail']}", "/help", "/print", "/about", "/recovery-plan"]
    for path in paths:
        talk(address, request(address, path))
        times = []
        for _ in range(9):
            begun = time.monotonic()
            assert status(talk(address, request(address, path))) == 200
            times.append(time.monotonic() - begun)
        assert statistics.median(times) < 0.05, path


def test_only_this_computer_reaches_it(address: Address) -> None:
    listening = [
        connection.laddr
        for connection in serving(address).net_connections("all")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert [(one.ip, one.port) for one in listening] == [(address.host, address.port)]
    assert ipaddress.ip_address(address.host).is_loopback
    assert address.host != HOST  # another program may have left something at that one


def test_its_address_is_in_no_argument_and_no_environment(address: Address) -> None:
    process = serving(address)
    told = " ".join(process.cmdline()) + json.dumps(process.environ())
    for secret in (address.secret, address.proof, str(address.port)):
        assert secret not in told


def test_what_it_leaves_on_the_disk_is_the_persons_alone(address: Address) -> None:
    page = Path(Paths.here().page)
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
    talk(address, request(address))
    written = [path for path in Path.home().rglob("*") if path.is_file() and path != page]
    assert [path for path in written if address.secret.encode() in path.read_bytes()] == []


def test_opening_it_again_opens_the_same(address: Address) -> None:
    assert opened() == address.url()
    assert opened("--at", "screen_lock") == address.url("/item/screen_lock")


def test_two_that_are_opened_at_once_are_one() -> None:
    both = [subprocess.Popen(OPEN, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {one.communicate(timeout=60)[0] for one in both}
    address = noted(Paths.here().page)
    assert address is not None
    end(serving(address))
    assert said == {address.url() + "\n"}


def test_one_that_was_killed_is_replaced(address: Address) -> None:
    process = serving(address)
    process.kill()
    process.wait(10)
    assert noted(Paths.here().page) == address
    again = opened()
    assert again != address.url()
    new = noted(Paths.here().page)
    assert new is not None
    end(serving(new))


def test_finish_ends_it_and_leaves_nothing(address: Address) -> None:
    process = serving(address)
    answer = finish(address)
    assert status(answer) == 303
    assert b"The page is closed" in talk(address, request(address, "/finish"))
    assert status(talk(address, request(address, "/static/style.css"))) == 200
    psutil.wait_procs([process], timeout=10)
    assert not process.is_running()
    assert not os.path.exists(Paths.here().page)
    assert not is_held(Paths.here().page_lock)
    opened()  # and it can be opened again
    new = noted(Paths.here().page)
    assert new is not None
    end(serving(new))


def test_one_that_is_ending_is_not_given_to_who_opens_it(address: Address) -> None:
    finish(address)
    assert not answers(address)
    url = opened()  # it waits for that one to end
    new = noted(Paths.here().page)
    assert new is not None
    end(serving(new))
    assert url == new.url() != address.url()


def test_after_everything_is_deleted_it_leaves_the_next_page_alone(address: Address) -> None:
    furnish()
    process = serving(address)
    assert status(post(address, "/it/delete", sure="yes")) == 200
    url = opened()
    new = noted(Paths.here().page)
    assert new is not None
    assert new.port != address.port
    process.wait(10)  # its last words are over
    assert noted(Paths.here().page) == new
    assert opened() == url
    end(serving(new))


def test_the_lock_is_held_for_as_long_as_a_request_that_was_cut_off_may_keep_something(address: Address) -> None:
    furnish()
    process = serving(address)
    busy = FileLock(Paths.here().store + ".lock")
    assert busy.take()
    answered: list[bytes] = []
    asked = threading.Thread(target=lambda: answered.append(post(address, "/new-phone", do="happened")))
    asked.start()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 8
    while os.path.exists(Paths.here().page) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not os.path.exists(Paths.here().page)  # nobody is sent there any more
    assert is_held(Paths.here().page_lock)
    busy.release()
    process.wait(10)
    asked.join()
    assert status(answered[0]) == 503
    assert _has_headers(answered[0])
    assert b"The page is closing" in answered[0]
    assert not is_held(Paths.here().page_lock)


def test_four_slow_requests_keep_nobody_from_help_nor_from_finishing(address: Address) -> None:
    furnish()
    process = serving(address)
    busy = FileLock(Paths.here().store + ".lock")
    assert busy.take()
    slow = [threading.Thread(target=talk, args=(address, request(address)), kwargs={"seconds": 30}) for _ in range(6)]
    for one in slow:
        one.start()
    time.sleep(0.5)
    begun = time.monotonic()
    for path in ("/help", "/about", "/recovery-plan", "/finish"):
        assert status(talk(address, request(address, path))) == 200
    assert time.monotonic() - begun < 5  # the others wait for ten seconds
    assert status(finish(address)) == 303
    busy.release()
    for one in slow:
        one.join()
    process.wait(15)


def test_twenty_wrong_paths_end_it(address: Address) -> None:
    process = serving(address)
    wrong = replace(address, secret="A" * 43)
    for _ in range(20):
        assert status(talk(address, request(wrong))) == 404
    psutil.wait_procs([process], timeout=10)
    assert not process.is_running()


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/static/../../../etc/passwd", "/static/..%2f..%2fapp.py", "/static/"]
)
def test_no_path_leads_out_of_it(shared: Address, path: str) -> None:
    answer = talk(shared, request(shared, path))
    assert status(answer) == 404
    assert b"root:" not in answer


# Over the wire: what a browser would never send


def _has_headers(answer: bytes) -> bool:
    head = answer.partition(b"\r\n\r\n")[0].lower() + b"\r\n"
    return all(name + b": " + value.lower() + b"\r\n" in head for name, value in HEADERS)


def test_two_hosts_are_refused(shared: Address) -> None:
    answer = talk(shared, request(shared, more="Host: evil.example\r\n"))
    assert status(answer) in (400, 421)
    assert _has_headers(answer)


def test_no_host_is_refused(shared: Address) -> None:
    for version in ("1.0", "1.1"):
        answer = talk(shared, f"GET {shared.prefix}/ HTTP/{version}\r\n\r\n".encode())
        assert status(answer) in (400, 421)
        assert _has_headers(answer)


def test_a_whole_address_in_place_of_the_path_is_refused(shared: Address) -> None:
    line = f"GET {shared.url()} HTTP/1.1\r\nHost: {shared.host}:{shared.port}\r\nConnection: close\r\n\r\n"
    assert status(talk(shared, line.encode())) == 404


@pytest.mark.parametrize(
    "nonsense",
    [
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"\r\n" * 50 + b"\0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_answered_with_400_and_the_headers(shared: Address, nonsense: bytes) -> None:
    answer = talk(shared, nonsense)
    assert status(answer) == 400
    assert _has_headers(answer)


def test_ten_thousand_headers_are_refused(shared: Address) -> None:
    answer = talk(shared, request(shared, more="X-Filler: 1\r\n" * 10_000))
    assert answer == b"closed" or status(answer) in (400, 431)
    assert still_there(shared)


def test_a_header_that_does_not_end_is_cut_off(shared: Address) -> None:
    answer = talk(shared, request(shared)[:-2] + b"X: " + b"a" * 1_000_000)
    assert answer == b"closed" or status(answer) in (400, 431)
    assert still_there(shared)


def test_a_form_of_a_mebibyte_is_refused(shared: Address) -> None:
    more = f"Origin: {shared.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1048576\r\n"
    answer = talk(shared, request(shared, "/finish", method="POST", more=more, body=b"a=" + b"a" * 1048574))
    assert answer == b"closed" or status(answer) == 413
    assert still_there(shared)


def test_a_form_of_a_mebibyte_in_chunks_is_refused(shared: Address) -> None:
    more = (
        f"Origin: {shared.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
    )
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    answer = talk(shared, request(shared, "/finish", method="POST", more=more, body=chunk * 64 + b"0\r\n\r\n"))
    assert answer == b"closed" or status(answer) == 413
    assert still_there(shared)


@pytest.mark.parametrize("kind", ["head", "body", "silent"])
def test_who_sends_slowly_is_hung_up_on(shared: Address, kind: str) -> None:
    more = f"Origin: {shared.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n"
    sent = {
        "head": request(shared),
        "body": request(shared, "/finish", method="POST", more=more, body=b"a=b"),
        "silent": b"",
    }[kind]
    begun = time.monotonic()
    answer = talk(shared, sent, seconds=30, slowly=0.5 if kind == "head" else 0)
    assert answer in (b"", b"closed")
    assert limits.REQUEST_SECONDS - 1 < time.monotonic() - begun < limits.REQUEST_SECONDS + 5
    assert still_there(shared)


def test_many_who_connect_and_are_not_let_in_keep_nobody_out(shared: Address) -> None:
    held = [socket.create_connection((shared.host, shared.port)) for _ in range(100)]
    assert still_there(shared)
    wrong = request(replace(shared, secret="A" * 43), "/").partition(b"Connection")[0]
    for connection in held:
        with suppress(OSError):  # most have been hung up on
            connection.sendall(wrong)
    assert still_there(shared)
    for connection in held:
        connection.close()


def test_who_was_let_in_is_not_hung_up_on_for_who_was_not(shared: Address) -> None:
    asked = request(shared, "/help").replace(b"Connection: close\r\n", b"")
    with socket.create_connection((shared.host, shared.port), timeout=10) as browser:
        browser.sendall(asked)
        assert browser.recv(100).startswith(b"HTTP/1.1 200")
        held = [socket.create_connection((shared.host, shared.port)) for _ in range(100)]
        time.sleep(0.3)
        browser.sendall(asked)
        answer = b""
        while b"</html>" not in answer or answer.count(b"HTTP/1.1 200") < 1:
            chunk = browser.recv(65536)
            assert chunk, "it was hung up on"
            answer += chunk
    for connection in held:
        connection.close()


def test_who_sends_a_second_request_slowly_is_hung_up_on(shared: Address) -> None:
    more = f"Origin: {shared.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n"
    second = request(shared, "/finish", method="POST", more=more, body=b"a=b")
    begun = time.monotonic()
    answer = talk(shared, request(shared, "/about").replace(b"Connection: close\r\n", b"") + second, seconds=30)
    assert answer.count(b"HTTP/1.1") == 1
    assert time.monotonic() - begun < limits.REQUEST_SECONDS + 5
    assert still_there(shared)


def test_while_many_are_connected_the_page_is_answered_with_its_headers(shared: Address) -> None:
    held = [socket.create_connection((shared.host, shared.port)) for _ in range(limits.MAX_CONNECTIONS - 1)]
    time.sleep(0.3)
    answer = talk(shared, request(shared, "/help"))
    for connection in held:
        connection.close()
    assert status(answer) == 200
    assert _has_headers(answer)


def test_requests_one_behind_the_other_are_each_judged(shared: Address) -> None:
    first = request(shared, "/about").replace(b"Connection: close\r\n", b"")
    answer = talk(shared, first + request(replace(shared, secret="A" * 43), "/about"))
    assert answer.count(b"HTTP/1.1 200") == 1
    assert answer.count(b"HTTP/1.1 404") == 1


def still_there(address: Address) -> bool:
    return status(talk(address, request(address, "/about"))) == 200
