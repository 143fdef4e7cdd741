"""The web server's own protocol with limits that it does not have: time for a request to arrive, connections at once.

T16: uvicorn waits for ever for the rest of a request, and counts connections only when a request has come.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from agent.page.guard import HEADERS, LET_IN, document

__all__ = ["MAX_CONNECTIONS", "REQUEST_SECONDS", "LimitedProtocol"]

#: A browser opens six; another window and another browser have room.
MAX_CONNECTIONS = 32
#: From the first byte, or from connecting, to the whole request. On loopback a form takes milliseconds.
REQUEST_SECONDS = 5.0
WHOLE = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)


class LimitedProtocol(H11Protocol):
    """One connection."""

    _deadline: asyncio.TimerHandle | None = None
    made_at = 0.0
    _was_let_in = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the class itself
        """Take it. When there are too many, hang up on whoever has been there longest and was not let in.

        Anybody on this computer can connect; if the newest had to go, they could keep the person out.
        """
        super().connection_made(transport)
        self.made_at = self.loop.time()
        self._start_waiting()
        if len(self.connections) > MAX_CONNECTIONS:
            others = (one for one in self.connections if isinstance(one, LimitedProtocol) and not one.let_in)
            min(others, key=lambda one: one.made_at, default=self).hang_up()

    @property
    def let_in(self) -> bool:
        """Whether any request of this connection has come past the guard."""
        return self._was_let_in or (self.scope is not None and LET_IN in self.scope.get("state", {}))

    def data_received(self, data: bytes) -> None:
        """Part of a request came."""
        super().data_received(data)
        if self.conn.their_state in WHOLE:
            self._stop_waiting()
        else:
            self._start_waiting()

    def on_response_complete(self) -> None:
        """An answer is out; the next request may have begun to arrive behind the last."""
        self._was_let_in = self.let_in
        super().on_response_complete()
        if self.conn.their_state not in (*WHOLE, h11.IDLE):
            self._start_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, with the headers that every answer has."""
        del msg
        page = document(400)
        lines = [
            b"HTTP/1.1 400 Bad Request",
            b"content-type: text/html; charset=utf-8",
            b"content-length: " + str(len(page)).encode(),
            b"connection: close",
            *(name + b": " + value for name, value in HEADERS),
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + page)
        self.transport.close()

    def hang_up(self) -> None:
        """Let go of it at once."""
        self.connections.discard(self)  # now, not when the loop comes to it: others are being made meanwhile
        self.transport.abort()

    def _start_waiting(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
