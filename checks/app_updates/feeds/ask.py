"""Asking a feed, politely, and remembering what it said.

A feed is asked about once a day, at a time of its own, and only whether its answer has changed. What it said last is
kept with the time at which it was last confirmed, so that a computer without a network still has an answer, and the
judge can tell how old it is. An answer of the wrong form changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlsplit, urlunsplit

import msgspec

from agent.contract import Context, Response
from agent.host import Unreadable

__all__ = ["Asker", "Known"]

#: Raised when what is remembered, or how an answer is read, changes.
FORMAT = 1
#: Between two questions, so that not everybody asks at once.
INTERVAL_HOURS = (18.0, 30.0)
#: After an answer that was of no use.
RETRY = timedelta(hours=3)
#: The same for a large one, when it did not come through.
LARGE_RETRY = timedelta(hours=11)
#: A person who asks for the check by name asks the feeds too, but not over and over.
AGAIN = timedelta(minutes=10)
#: What a server may ask us to wait at most.
LONGEST_WAIT = timedelta(days=1)
#: Servers in a row that gave no answer before the rest are left for the next round.
MAX_SILENT = 2
MAX_BYTES = 8 * 1024 * 1024

OK, NOT_MODIFIED, TOO_MANY, UNAVAILABLE = 200, 304, 429, 503

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
Said = TypeVar("Said")


@dataclass(frozen=True)
class Known(Generic[Said]):
    """What a feed says, and when it last said so."""

    said: Said
    at: datetime


class _State(msgspec.Struct, kw_only=True):
    """What is remembered of one feed."""

    format: int = FORMAT
    url: str
    next_at: AwareDatetime
    asked_at: AwareDatetime
    at: AwareDatetime | None = None
    etag: str = ""
    modified: str = ""
    said: Any = None
    #: Why the last question got no answer.
    trouble: str = ""


class Asker:
    """One round of questions."""

    def __init__(self, context: Context) -> None:
        settings = context.settings.app_updates
        self._context = context
        self._mirror = settings.feeds_mirror
        self._allowed = settings.feeds
        self._silent = 0

    @property
    def allowed(self) -> bool:
        """Whether the settings let this computer ask anybody."""
        return self._allowed

    def ask(
        self,
        name: str,
        url: str,
        read: Callable[[bytes], Said | None],
        kind: type[Said],
        *,
        max_bytes: int = MAX_BYTES,
        every: timedelta | None = None,
        again: Callable[[Said], bool] | None = None,
    ) -> Known[Said] | Unreadable:
        """What the feed says, asked now if it is time to.

        ``read`` reads an answer and may raise whatever msgspec does, or give ``None`` for one that says nothing.
        ``every`` is for feeds that are asked more seldom; ``again`` says that what is known will not do.
        ``Unreadable`` is ``offline`` or ``no_answer``, and means that nothing is known that the feed ever said.
        """
        state = self._recall(name, url)
        known = _known(state, kind)
        if self._is_due(state, known, again):
            state = self._asked(state, url, read, max_bytes, every, conditional=known is not None)
            self._context.memory.remember(f"feed.{name}", msgspec.to_builtins(state))
            known = _known(state, kind)
        if known is not None:
            return known
        return Unreadable("offline" if state is not None and state.trouble == "offline" else "no_answer", name)

    def _recall(self, name: str, url: str) -> _State | None:
        """What is remembered, unless it is another feed's, or from a clock that was ahead."""
        try:
            state = msgspec.convert(self._context.memory.recall(f"feed.{name}"), _State)
        except msgspec.ValidationError:
            return None
        now = self._context.now
        usable = state.format == FORMAT and state.url == url and state.asked_at <= now
        return state if usable and (state.at is None or state.at <= now) else None

    def _is_due(self, state: _State | None, known: Known[Said] | None, again: Callable[[Said], bool] | None) -> bool:
        if not self._allowed or self._silent >= MAX_SILENT:
            return False
        if state is None:
            return True
        now = self._context.now
        if now >= state.next_at or state.next_at > state.asked_at + 2 * LONGEST_WAIT + timedelta(days=7):
            return True
        # A server that asked us to wait is left alone whatever is wished for.
        wished = self._context.fresh or (again is not None and known is not None and again(known.said))
        return wished and state.trouble != "wait" and now >= state.asked_at + AGAIN

    def _asked(
        self,
        state: _State | None,
        url: str,
        read: Callable[[bytes], Said | None],
        max_bytes: int,
        every: timedelta | None,
        *,
        conditional: bool,
    ) -> _State:
        now = self._context.now
        if state is None:
            state = _State(url=url, next_at=now, asked_at=now)
        headers = {"Accept": "application/json, text/plain, */*;q=0.5"}
        if conditional:
            headers |= {"If-None-Match": state.etag} if state.etag else {}
            headers |= {"If-Modified-Since": state.modified} if state.modified else {}
        answer = self._context.http.get(self._through_mirror(url), headers=headers)
        state.asked_at = now
        if isinstance(answer, Unreadable):
            offline = answer.reason == "offline"
            # Without a network there is no need to try the others; it costs nothing to try again next round. What is
            # asked seldom is large, and a line that is too slow for it is not kept busy with trying.
            self._silent = MAX_SILENT if offline else self._silent + 1
            state.trouble = "offline" if offline else "no_answer"
            state.next_at = now if offline or every is None else now + LARGE_RETRY
            return state
        self._silent = 0
        state.next_at = now + RETRY
        if answer.status == NOT_MODIFIED and conditional:
            return _confirmed(state, now, every)
        if answer.status in (TOO_MANY, UNAVAILABLE):
            state.trouble = "wait"
            state.next_at = now + _wait(answer, now)
            return state
        said = _read(answer, read, max_bytes) if answer.status == OK else None
        if said is None:
            state.trouble = "malformed"
            return state
        state.said = msgspec.to_builtins(said)
        state.etag = _header(answer, "etag")
        state.modified = _header(answer, "last-modified")
        return _confirmed(state, now, every)

    def _through_mirror(self, url: str) -> str:
        """The address below the office's mirror, if there is one: its host becomes the first folder."""
        if not self._mirror:
            return url
        parts = urlsplit(url)
        mirror = urlsplit(self._mirror)
        path = f"{mirror.path.rstrip('/')}/{parts.netloc}{parts.path}"
        return urlunsplit((mirror.scheme, mirror.netloc, path, parts.query, ""))


def _known(state: _State | None, kind: type[Said]) -> Known[Said] | None:
    if state is None or state.said is None or state.at is None:
        return None
    try:
        return Known(msgspec.convert(state.said, kind), state.at)
    except (msgspec.ValidationError, RecursionError):
        return None


def _confirmed(state: _State, now: datetime, every: timedelta | None) -> _State:
    hours = random.uniform(*INTERVAL_HOURS)  # noqa: S311  (spreads load, guards nothing)
    state.at = now
    state.next_at = now + (every or timedelta()) + timedelta(hours=hours)
    state.trouble = ""
    return state


def _read(answer: Response, read: Callable[[bytes], Said | None], max_bytes: int) -> Said | None:
    """What an answer says; ``None`` for a page of a captive portal, half an answer, or a huge one."""
    if len(answer.body) > max_bytes:
        return None
    try:
        return read(answer.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _header(answer: Response, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= 200 and value.isascii() and value.isprintable() else ""


def _wait(answer: Response, now: datetime) -> timedelta:
    """``Retry-After`` in seconds or as a date, within reason."""
    text = _header(answer, "retry-after").strip()
    wait = RETRY
    if text.isdigit() and len(text) < 10:
        wait = timedelta(seconds=int(text))
    elif text:
        from email.utils import parsedate_to_datetime  # 10 ms that no other round needs

        try:
            at = parsedate_to_datetime(text)
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):
            wait = RETRY
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)
