"""A stand-in on loopback for every feed, as an office's copy would have them: the host is the first folder.

It serves the documented forms, answers a question about a change with 304, counts what it is asked, and can be told to
misbehave: ``mode`` is one of the names in ``MODES``, for every request until it is changed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.checks.app_updates.desktops import cask, chrome, edge, firefox, winget_list

MODES = ("normal", "captive_portal", "rate_limited", "unavailable", "cut_off", "huge", "empty", "redirect_elsewhere")

VERSIONS = "/versionhistory.googleapis.com/v1/chrome/platforms/win64/channels"
QUERY = "filter=endtime=none&order_by=version%20desc"


def documents() -> dict[str, bytes]:
    """Every document by its path."""
    said: dict[str, Any] = {
        f"{VERSIONS}/stable/versions/all/releases": chrome(("155.0.8059.12", 0.005), ("154.0.8037.58", 1)),
        f"{VERSIONS}/extended/versions/all/releases": chrome(("152.0.7950.200", 1)),
        "/edgeupdates.microsoft.com/api/products": edge("154.0.4258.62"),
        "/product-details.mozilla.org/1.0/firefox_versions.json": firefox(),
        "/versions.brave.com/latest/release-windows-x64.version": b"1.92.140\n",
        "/formulae.brew.sh/api/cask/zoom.json": cask("zoom", "7.1.5.84650"),
        "/cdn.winget.microsoft.com/cache/source2.msix": winget_list(
            ("7zip.7zip", "25.01", None, ("7-Zip",), ()),
        ),
    }
    return {path: body if isinstance(body, bytes) else json.dumps(body).encode() for path, body in said.items()}


class FeedServer(ThreadingHTTPServer):
    """The server, with what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = "normal"
        self.documents = documents()
        #: Path, query and status of every request.
        self.log: list[tuple[str, str, int]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when the other side hangs up on an answer that it does not want."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/feeds"


class _Handler(BaseHTTPRequestHandler):
    server: FeedServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.server.documents.get(parts.path.removeprefix("/feeds"))
        etag = f'"{hash(body) & 0xFFFF:x}"'
        mode = self.server.mode
        if mode == "captive_portal":
            self._answer(200, b"<!DOCTYPE html><html>Welcome aboard. Sign in to use the network.</html>")
        elif mode == "rate_limited":
            self._answer(429, b"slow down", {"Retry-After": "7200"})
        elif mode == "unavailable":
            self._answer(503, b"<html>maintenance</html>")
        elif mode == "empty":
            self._answer(200, b"")
        elif mode == "redirect_elsewhere":
            self._answer(302, b"", {"Location": "https://elsewhere.example.org/"})
        elif mode == "huge":
            self._answer(200, b'{"releases":[' + b" " * 17_000_000 + b"]}")
        elif body is None:
            self._answer(404, b"<!DOCTYPE html>(site error page)")
        elif mode == "cut_off":
            self._answer(200, body[: len(body) // 2], {"Content-Length": str(len(body))})
            self.close_connection = True
        elif self.headers["If-None-Match"] == etag:
            self._answer(304, b"", {"ETag": etag})
        else:
            self._answer(200, body, {"ETag": etag})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        parts = urlsplit(self.path)
        self.server.log.append((parts.path.removeprefix("/feeds"), parts.query, status))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the terminal."""


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    """A running server, ended afterwards."""
    server = FeedServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
