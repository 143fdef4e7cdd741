"""What stands before the page: only the person's own browser, at the secret address, gets any further.

A web page somewhere else may try to send forms here, to be shown around this page, or to reach it under a name of its
own that leads to this computer; another program or person on this computer may try addresses. Each rule is one of the
threats T12 to T16 of the threat model. What is refused learns nothing but a status.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from html import escape

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.page.address import Address
from agent.page.form import BadFormError, Form, parse
from agent.page.lifetime import Lifetime

__all__ = ["HEADERS", "LET_IN", "MAX_BODY_BYTES", "MAX_HEADER_BYTES", "TOKEN", "Guard", "Refusal"]

#: The field of every form that shows it was made by this page.
TOKEN = "token"  # noqa: S105  (a name)
#: What the state of a request has in it once it has come past the guard.
LET_IN = "let_in"
MAX_BODY_BYTES = 64 * 1024
MAX_HEADER_BYTES = 16 * 1024
MAX_HEADERS = 100
MAX_TARGET_BYTES = 2048
FORM = b"application/x-www-form-urlencoded"
#: Browsers ask for these by themselves, at no secret path; nobody learns anything by them.
ASKED_BY_BROWSERS = frozenset({"/favicon.ico", "/.well-known/appspecific/com.chrome.devtools.json"})

#: What the parts of our pages are for a browser; ``None`` where it does not say.
DESTINATIONS = frozenset({None, b"document", b"style", b"image"})

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
#: On every answer, whatever it is. ``same-origin`` and not ``no-referrer``: with that, browsers send our own forms
#: with ``Origin: null`` (tried in Chromium).
HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
)

SENTENCES: Mapping[int, str] = {
    400: "This was not asked in a way that the page understands.",
    403: "The page only takes what its own forms send. Open Watchword again from the menu of your computer.",
    404: "There is nothing here. Open Watchword again from the menu of your computer.",
    405: "The page cannot do that.",
    413: "That is more than the page takes at once, so nothing was kept. A long list can be added in several parts.",
    414: "That address is too long.",
    415: "The page only takes what its own forms send.",
    421: "There is nothing here under that name.",
    431: "That is more than the page takes.",
    503: "What you did last may not have been done.",
}
HEADINGS: Mapping[int, str] = {413: "Too much at once", 503: "The page is closing"}


class Refusal(Exception):  # noqa: N818  (an answer, not a mistake)
    """The request is answered with this status and goes no further."""

    def __init__(self, status: int, *, back: str = "") -> None:
        super().__init__(status)
        self.status = status
        #: Where somebody may go on who knows that address already.
        self.back = back


class Guard:
    """ASGI middleware around the page. It puts the fields of a form into ``scope["state"]["form"]``."""

    def __init__(self, app: ASGIApp, address: Address, token: str, lifetime: Lifetime) -> None:
        self._app = app
        self._prefix = address.prefix
        self._token = token.encode()
        self._lifetime = lifetime
        self._host_header = f"{address.host}:{address.port}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it with a refusal."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no WebSocket is spoken here; the server closes it
        answer = _Answer(send)
        try:
            await self._answered(scope, receive, answer)
        except asyncio.CancelledError:  # the server ends, and waits for nobody any longer
            if not answer.begun:
                await _refuse(503, answer, body=scope["method"] != "HEAD")
            raise

    async def _answered(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            form = await self._examined(scope, receive)
        except Refusal as refusal:
            await _refuse(refusal.status, answer, body=scope["method"] != "HEAD", back=refusal.back)
            return
        self._lifetime.use()
        scope.setdefault("state", {})[LET_IN] = True
        scope["root_path"] = self._prefix
        if form is not None:
            scope["state"]["form"] = form
            receive = _nothing_more
        await self._app(scope, receive, answer)

    async def _examined(self, scope: Scope, receive: Receive) -> Form | None:
        """What a form sent, ``None`` for a request without one.

        Raises:
            Refusal: it goes no further.
        """
        headers = _Headers(scope)
        self._size(scope, headers)
        host = self._host(headers)
        self._method(scope)
        self._path(scope)
        self._metadata(scope, headers)
        if scope["method"] != "POST":
            if headers.one(b"content-length") not in (None, b"0") or headers.has(b"transfer-encoding"):
                raise Refusal(400)
            return None
        self._sender(headers, host)
        try:
            form = _form(await _body(headers, receive))
        except Refusal as refusal:  # our own form, but what it holds cannot be taken
            raise Refusal(refusal.status, back=f"{self._prefix}/") from None
        if not hmac.compare_digest(form.get(TOKEN).encode(), self._token):
            raise Refusal(403)
        return form

    @staticmethod
    def _size(scope: Scope, headers: _Headers) -> None:
        """T16. The server limits what it keeps of half a request; a whole one in a single packet it would take."""
        if headers.count > MAX_HEADERS or headers.size > MAX_HEADER_BYTES:
            raise Refusal(431)
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > MAX_TARGET_BYTES:
            raise Refusal(414)

    def _host(self, headers: _Headers) -> bytes:
        """T13: exactly one ``Host``, exactly ours. A name that was made to lead here is another one."""
        found = headers.all(b"host")
        if found != [self._host_header]:
            raise Refusal(421)
        return found[0]

    @staticmethod
    def _method(scope: Scope) -> None:
        if scope["method"] == "OPTIONS":  # what a browser asks before it sends for another site: never
            raise Refusal(403)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise Refusal(405)

    def _path(self, scope: Scope) -> None:
        """T14. The comparison takes as long whichever character differs."""
        path: str = scope["path"]
        begin, rest = path[: len(self._prefix)], path[len(self._prefix) :]
        ours = hmac.compare_digest(begin.encode("utf-8", "replace"), self._prefix.encode())
        if not ours or not rest.startswith("/"):
            if path not in ASKED_BY_BROWSERS:
                self._lifetime.wrong_path()
            raise Refusal(404)

    @staticmethod
    def _metadata(scope: Scope, headers: _Headers) -> None:
        """T12 and T15, by what browsers say of where a request comes from. Its absence proves nothing.

        A link from elsewhere, such as the file that opens the page, may lead here: by itself that changes nothing, and
        who knows the secret path has no need of it. Pictures, frames and scripts of others may not; nor may scripts of
        our own, as there are none: a worker that another program has left at our port would ask so.
        """
        site = headers.one(b"sec-fetch-site")
        mode, destination = headers.one(b"sec-fetch-mode"), headers.one(b"sec-fetch-dest")
        if destination not in DESTINATIONS:
            raise Refusal(403)
        if scope["method"] == "POST":
            if site not in (None, b"same-origin"):
                raise Refusal(403)
        elif site not in (None, b"none", b"same-origin") and (mode, destination) != (b"navigate", b"document"):
            raise Refusal(403)

    @staticmethod
    def _sender(headers: _Headers, host: bytes) -> None:
        """T12: from our own origin, as a form and nothing else."""
        if headers.all(b"origin") != [b"http://" + host]:
            raise Refusal(403)
        kind, _, parameters = (headers.one(b"content-type") or b"").partition(b";")
        if kind.strip().lower() != FORM or parameters.strip().lower() not in (b"", b"charset=utf-8"):
            raise Refusal(415)
        if headers.has(b"content-encoding"):
            raise Refusal(415)


class _Headers:
    """The headers of a request, which may come more than once."""

    def __init__(self, scope: Scope) -> None:
        self._found: list[tuple[bytes, bytes]] = [(name.lower(), value) for name, value in scope["headers"]]

    @property
    def count(self) -> int:
        return len(self._found)

    @property
    def size(self) -> int:
        return sum(len(name) + len(value) + 4 for name, value in self._found)

    def all(self, name: bytes) -> list[bytes]:
        return [value for key, value in self._found if key == name]

    def has(self, name: bytes) -> bool:
        return bool(self.all(name))

    def one(self, name: bytes) -> bytes | None:
        """Its value if it was sent once, ``None`` if not at all. Twice is nothing that a browser does."""
        found = self.all(name)
        if len(found) > 1:
            raise Refusal(400)
        return found[0] if found else None


async def _body(headers: _Headers, receive: Receive) -> bytes:
    """T16: no longer than a form can be, whatever it says of its length."""
    length = headers.one(b"content-length")
    if length is not None and (not length.isdigit() or len(length) > 9 or int(length) > MAX_BODY_BYTES):
        raise Refusal(413)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(400)
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(413)
        if not message.get("more_body", False):
            return bytes(body)


def _form(body: bytes) -> Form:
    try:
        return parse(body)
    except BadFormError:
        raise Refusal(400) from None


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class _Answer:
    """What is sent back, with the headers that every answer has. ``begun`` says that there is some of it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        if message["type"] == "http.response.start":
            names = {name for name, _ in HEADERS}
            theirs = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in names]
            message = {**message, "headers": [*theirs, *HEADERS]}
        await self._send(message)


async def _refuse(status: int, send: Send, *, body: bool, back: str = "") -> None:
    page = document(status, back)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(page)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": page if body else b""})


def document(status: int, back: str = "") -> bytes:
    """A page that says no. It has no style: that is kept at the secret path. ``back`` is a way on, if there is one."""
    way_on = f'<p><a href="{escape(back)}">Go to my page</a></p>' if back else ""
    sentence = escape(SENTENCES.get(status, SENTENCES[400]))
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>Watchword: not here</title>'
        '<link rel="icon" href="data:,"></head>'
        f"<body><main><h1>{HEADINGS.get(status, 'Not here')}</h1><p>{sentence}</p>{way_on}</main></body></html>\n"
    ).encode()
