"""A browser's part, without a browser: requests as ASGI takes them, straight to the application behind its guard."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from agent.page.address import Address
from agent.page.app import build
from agent.page.guard import TOKEN
from agent.page.lifetime import Lifetime
from agent.page.page import Page

__all__ = ["PORT", "Answer", "Client"]

PORT = 43210
Header = tuple[str, str]
SAME_ORIGIN = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) < 2, f"{name} twice"
        return found[0] if found else None


class Client:
    """A page session and the one who looks at it."""

    def __init__(self, app: ASGIApp | None = None) -> None:
        self.page = Page(Address.new(PORT), Lifetime(timedelta(minutes=15)))
        self.app = app or build(self.page)

    def get(self, path: str = "/") -> Answer:
        """A page, as a link on the page before it asks for it."""
        return self.send("GET", self.page.address.prefix + path, SAME_ORIGIN)

    def post(self, path: str, **fields: str) -> Answer:
        """A form of our own page."""
        body = urlencode({TOKEN: self.page.token, **fields}).encode()
        return self.send("POST", self.page.address.prefix + path, self.form_headers(body), body)

    def form_headers(self, body: bytes) -> list[Header]:
        return [
            *SAME_ORIGIN,
            ("origin", f"http://127.0.0.1:{PORT}"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", str(len(body))),
        ]

    def send(
        self,
        method: str,
        target: str,
        headers: Sequence[Header] = (),
        body: bytes = b"",
        *,
        hosts: Sequence[str] = (f"127.0.0.1:{PORT}",),
    ) -> Answer:
        """Any request at all."""
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                *((b"host", host.encode()) for host in hosts),
                *((name.encode(), value.encode("latin-1")) for name, value in headers),
            ],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", PORT),
            "state": {},
        }
        sent: list[Message] = []
        chunks = [body[start : start + 16384] for start in range(0, len(body), 16384)] or [b""]

        async def receive() -> Message:
            if not chunks:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

        async def send(message: Message) -> None:
            sent.append(message)

        try:
            asyncio.run(self._call(scope, receive, send))
        except Exception:  # a mistake in the page: it answers, then raises it to the server, which logs it
            if not sent:
                raise
        start = next(message for message in sent if message["type"] == "http.response.start")
        answered = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        found = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return Answer(start["status"], found, answered)

    async def _call(self, scope: object, receive: object, send: object) -> None:
        await self.app(scope, receive, send)  # type: ignore[arg-type]  # built above, as ASGI has it
