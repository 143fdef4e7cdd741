"""Another program on this computer that serves pages: what attacks the page, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Elsewhere", "elsewhere"]


class Elsewhere(ThreadingHTTPServer):
    """It answers every path with ``document``, scripts with ``script``, and notes what it was sent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.document = ""
        self.script = ""
        #: Paths and headers of each request.
        self.requests: list[tuple[str, dict[str, str]]] = []

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}/"


@contextmanager
def elsewhere(port: int = 0) -> Iterator[Elsewhere]:
    """A running one, at any port if none is named."""
    server = Elsewhere(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Elsewhere

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        is_script = self.path.endswith(".js")
        body = (self.server.script if is_script else self.server.document).encode()
        self.send_response(200)
        self.send_header("Content-Type", f"text/{'javascript' if is_script else 'html'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
