"""Sending what is in the outbox: in the order of its numbers, one at a time, and giving way when told to wait.

What an answer means is decided in :mod:`agent.report.answers`; here it is acted on. Nothing that a collector says
changes what is sent, how much or where to.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import msgspec

from agent.contract import Response
from agent.host import Unreadable
from agent.report.answers import Answer, Verdict, to_signed
from agent.report.outbox import Outbox
from agent.report.protocol import Key, Outgoing, report
from agent.store.records import Sending

__all__ = ["Poster", "Sent", "deliver", "has_to_wait", "post_signed", "problem_of"]

#: The first wait after a failure, doubled with each, and the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)
#: A collector that says no to this computer is asked again once a day.
REFUSED_WAIT = timedelta(hours=24)
#: So that laptops which failed together do not come back together.
SPREAD = 0.2
#: A clock that was far ahead must not keep a computer silent for long.
MOST_WAIT = timedelta(hours=30)
#: Statuses of a collector that has too much to do.
BUSY = frozenset({429, 503})


class Poster(Protocol):
    """The one way out: :class:`agent.http.Network`."""

    def post(self, url: str, body: bytes, *, headers: dict[str, str]) -> Response | Unreadable:
        """POST once, without following anything."""


@dataclass(frozen=True)
class Sent:
    """What came of it: how many the collector took, and what the store should keep. ``ended``: the office ended it."""

    taken: int
    sending: Sending
    ended: bool = False


def has_to_wait(sending: Sending, now: datetime) -> bool:
    """Whether it is too early for another attempt."""
    return sending.not_before is not None and now < sending.not_before <= now + MOST_WAIT


def deliver(
    outbox: Outbox,
    url: str,
    key: Key,
    network: Poster,
    sending: Sending,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    spread: Callable[[float, float], float] = random.uniform,
) -> Sent:
    """Send what waits, until all is taken or one is not.

    Raises:
        agent.report.outbox.OutboxError: the outbox cannot be read or changed.
    """
    taken = 0
    for waiting in outbox.waiting():
        ready = outbox.ready(waiting)
        if ready is None or ready.report.device.id != key.device_id:  # damaged, or another laptop's
            outbox.remove(waiting)
            continue
        answer = post_signed(partial(_request, url, ready.data, key), network, clock=clock)
        now = clock()
        if answer.verdict is Verdict.TAKEN:
            outbox.sent(waiting)
            taken += 1
            sending = msgspec.structs.replace(_well(sending), sent_at=now)
        elif answer.verdict is Verdict.GONE:
            outbox.remove(waiting)
            sending = msgspec.structs.replace(_well(sending), problem=problem_of(answer))
        elif answer.verdict is Verdict.ENDED:
            outbox.clear()
            return Sent(taken, Sending(sent_at=sending.sent_at, problem=answer.problem), ended=True)
        else:
            return Sent(taken, _later(sending, answer, now, spread))
    return Sent(taken, sending)


def post_signed(
    make: Callable[[datetime, str], Outgoing],
    network: Poster,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Answer:
    """Post a request that ``make`` signs for a time and a nonce.

    It is signed with our time, and once more with the collector's if that says that ours is wrong.
    """

    def once(at: datetime) -> Answer:
        request = make(at, secrets.token_hex(16))
        return to_signed(network.post(request.url, request.body, headers=dict(request.headers)), now=clock())

    answer = once(clock())
    if answer.verdict is Verdict.CLOCK and answer.server_time is not None:
        answer = once(answer.server_time)
    return answer


def problem_of(answer: Answer) -> str:
    """The word for what was wrong, which :mod:`config.report_words` has words for: the protocol's, or the status's."""
    if answer.problem is not None:
        return answer.problem
    if 300 <= answer.status < 400:
        return "redirect"
    return "busy" if answer.status in BUSY else f"http_{answer.status}"


def _request(url: str, data: bytes, key: Key, at: datetime, nonce: str) -> Outgoing:
    return report(url, data, key=key, at=at, nonce=nonce)


def _well(sending: Sending) -> Sending:
    return msgspec.structs.replace(sending, failures=0, problem=None, waiting=False, not_before=None)


def _later(sending: Sending, answer: Answer, now: datetime, spread: Callable[[float, float], float]) -> Sending:
    """When to try again: after the collector's time or ours, whichever is longer."""
    failures = min(sending.failures + 1, 1000)
    if answer.verdict is Verdict.REFUSED:
        wait = REFUSED_WAIT
    else:
        wait = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    wait = max(wait * spread(1 - SPREAD, 1 + SPREAD), answer.retry_after or timedelta())
    # No answer, or one of somebody in between, does not say that office IT have approved it.
    waits = answer.verdict is Verdict.WAITING or (sending.waiting and answer.verdict is not Verdict.REFUSED)
    return msgspec.structs.replace(
        sending, failures=failures, not_before=now + wait, waiting=waits, problem=problem_of(answer)
    )
