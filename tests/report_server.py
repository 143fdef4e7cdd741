"""A collector on loopback, over HTTP or HTTPS, that can be told to misbehave.

``server.collector`` decides (:mod:`tests.report_collector`), ``server.faults`` is a queue of what goes wrong, one for
each request, and ``server.requests`` has every request that was read.

    with report_server(Authority(tmp_path).server()) as server:
        code = server.collector.new_code()
        server.faults += [Fault.LOSE_ANSWER, Say(503, {"Retry-After": "120"})]
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.report_collector import MOST_OTHER, MOST_REPORT, Collector, Reply

#: No request of a test waits longer than this.
LONGEST = 30.0
ROUTES = ("/v1/enrolments", "/v1/reports", "/v1/leave")
BLOCK = b"x" * 2**16


class Fault(Enum):
    """What goes wrong with one request. With those that start with "Take it" the collector has it all the same."""

    #: Hang up without having read the body.
    HANG_UP = auto()
    #: Read everything, take nothing, hang up.
    DROP = auto()
    #: Take nothing and say nothing until the test ends.
    SILENCE = auto()
    #: Something that is no HTTP.
    GARBAGE = auto()
    #: A body, or a header, without an end.
    HUGE_BODY = auto()
    HUGE_HEADERS = auto()
    #: Take it, and hang up before the answer.
    LOSE_ANSWER = auto()
    #: Take it, and hang up in the middle of the answer.
    CUT_ANSWER = auto()
    #: Take it, and answer one byte at a time.
    DRIP = auto()
    #: Take it, and answer once ``server.released`` is set.
    HOLD = auto()


TAKES_NOTHING = frozenset({Fault.DROP, Fault.SILENCE, Fault.GARBAGE, Fault.HUGE_BODY, Fault.HUGE_HEADERS})


@dataclass(frozen=True)
class Say:
    """Take nothing, and answer this. ``{here}`` in a header is the address of this server."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


@dataclass(frozen=True)
class Seen:
    """A request as it was read. Headers by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class ReportServer(ThreadingHTTPServer):
    """``base_url`` is for ``report.url``. ``always`` is the fault of every request that the queue has none for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None, collector: Collector, prefix: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http" if context is None else "https"
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.collector = collector
        self.prefix = prefix
        self.faults: deque[Fault | Say | None] = deque()
        self.always: Fault | Say | None = None
        self.requests: list[Seen] = []
        self.released = threading.Event()
        self.stopping = threading.Event()

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    @property
    def base_url(self) -> str:
        return f"{self.root}{self.prefix}"

    def wait_for(self, happened: Callable[[], bool], *, seconds: float = 10.0) -> bool:
        """Whether that came to be within these seconds: ``lambda: len(server.requests) == 2``, for instance."""
        end = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


@contextmanager
def report_server(
    context: ssl.SSLContext | None = None, *, collector: Collector | None = None, prefix: str = "/watchword"
) -> Iterator[ReportServer]:
    """A running collector: over HTTPS with a context of :class:`tests.certificates.Authority`, else over HTTP."""
    server = ReportServer(context, collector or Collector(), prefix)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "collector"
    sys_version = ""
    timeout = LONGEST
    server: ReportServer

    def log_message(self, *args: Any) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The ``Date`` of an answer: the collector's clock, not the computer's."""
        return super().date_time_string(self.server.collector.now().timestamp() if timestamp is None else timestamp)

    def do_GET(self) -> None:
        self._seen(b"")
        self._send(Reply(405, {"error": "method"}, {"Allow": "POST"}))

    def do_POST(self) -> None:
        fault = self.server.faults.popleft() if self.server.faults else self.server.always
        if fault is Fault.HANG_UP:
            self._seen(b"")
            self.close_connection = True
            return
        refusal, body = self._read()
        self._seen(body)
        if isinstance(fault, Say):
            self._say(fault)
        elif fault in TAKES_NOTHING:
            self._misbehave(fault)
        else:
            self._answer(refusal or self._reply(body), fault)

    def _read(self) -> tuple[Reply | None, bytes]:
        """The body; too much of it is thrown away, so that the refusal can be read."""
        said = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (said.isascii() and said.isdigit()):
            self.close_connection = True
            return Reply(411, {"error": "length"}), b""
        most = MOST_REPORT if self.path.endswith("/v1/reports") else MOST_OTHER
        if int(said) > most:
            self.rfile.read(min(int(said), 4 * MOST_REPORT))
            self.close_connection = True
            return Reply(413, {"error": "too_large"}), b""
        return None, self.rfile.read(int(said))

    def _reply(self, body: bytes) -> Reply:
        route = self.path.removeprefix(self.server.prefix)
        if route not in ROUTES or not self.path.startswith(self.server.prefix):
            return Reply(404, {"error": "path"})
        names = [name.lower() for name in self.headers]
        if any(names.count(name) > 1 for name in names if name.startswith(("watchword-", "content-"))):
            return Reply(400, {"error": "headers"})
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.collector.answer(self.path, route, headers, body)

    def _seen(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Seen(self.command, self.path, headers, body))

    # What goes wrong

    def _misbehave(self, fault: Fault | None) -> None:
        self.close_connection = True
        if fault is Fault.SILENCE:
            self.server.stopping.wait(LONGEST)
        elif fault is Fault.GARBAGE:
            self.wfile.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        elif fault is Fault.HUGE_BODY:
            self._pour(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000000000000\r\n\r\n")
        elif fault is Fault.HUGE_HEADERS:
            self._pour(b"HTTP/1.1 202 Accepted\r\nX-Much: ")

    def _pour(self, head: bytes) -> None:
        self.wfile.write(head)
        end = time.monotonic() + LONGEST
        while not self.server.stopping.is_set() and time.monotonic() < end:
            self.wfile.write(BLOCK)

    def _say(self, said: Say) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value.replace("{here}", self.server.root))
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def _answer(self, reply: Reply, fault: Fault | None) -> None:
        if fault is Fault.HOLD:
            self.server.released.wait(LONGEST)
        if fault is Fault.LOSE_ANSWER:
            self.close_connection = True
        elif fault is Fault.CUT_ANSWER:
            self._send(reply, keep=10)
        elif fault is Fault.DRIP:
            self._drip(f"HTTP/1.1 {reply.status} Slowly\r\nX-Slow: {'a' * 2000}\r\n\r\n".encode())
        else:
            self._send(reply)

    def _drip(self, data: bytes) -> None:
        self.close_connection = True
        for at in range(len(data)):
            if self.server.stopping.wait(0.05):
                break
            self.wfile.write(data[at : at + 1])
            self.wfile.flush()

    def _send(self, reply: Reply, *, keep: int | None = None) -> None:
        body = json.dumps(reply.document).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:keep])
        self.close_connection = self.close_connection or keep is not None
