"""What the agent takes from an answer of the collector: a verdict, and nothing it could be told to do. Pure.

The status code, a ``state`` or ``error`` if it is one of the words below, ``Retry-After``, and ``Date`` after a refusal
for the clock's sake. Whatever else an answer says is not looked at (``docs/report-protocol.md``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, NoReturn

from agent.contract import Response
from agent.host import Unreadable

__all__ = ["MOST_WAIT", "Answer", "Verdict", "to_enrolment", "to_signed"]

#: An answer of the protocol has 60 bytes.
MOST_BYTES = 4096
LEAST_WAIT = timedelta(seconds=60)
#: The longest that a collector can silence a laptop with one answer.
MOST_WAIT = timedelta(hours=24)

#: The words that an answer to a signed request may come with, by its status. No other is taken up.
PROBLEMS: Mapping[int, frozenset[str]] = MappingProxyType(
    {
        401: frozenset({"unknown_key", "signature", "clock"}),
        403: frozenset({"pending", "wrong_device"}),
        409: frozenset({"replayed", "older", "conflict"}),
        410: frozenset({"ended"}),
        422: frozenset({"schema"}),
    }
)
#: The same of an answer to asking to be let in.
CODE_PROBLEMS: Mapping[int, frozenset[str]] = MappingProxyType(
    {
        403: frozenset({"code_unknown", "code_used", "code_expired", "full"}),
        409: frozenset({"conflict"}),
        422: frozenset({"schema"}),
    }
)
#: What the collector will never take, however often it is sent.
HOPELESS = frozenset({400, 409, 413, 415, 422})

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: The only form that is still sent (RFC 9110, 5.6.7), without the names of the weekdays being believed.
HTTP_DATE = re.compile(
    rf"[A-Z][a-z]{{2}}, ([0-9]{{2}}) ({'|'.join(MONTHS)}) (20[0-9]{{2}}) ([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}) GMT"
)
SECONDS = re.compile(r"[0-9]{1,18}")


class Verdict(Enum):
    """What an answer means for what was sent."""

    #: The collector has it.
    TAKEN = "taken"
    #: It will never be taken: let go of it.
    GONE = "gone"
    #: Nobody who speaks this protocol said yes or no: keep it, and try again.
    LATER = "later"
    #: Office IT have not approved this laptop yet: keep it.
    WAITING = "waiting"
    #: The collector says no to this laptop, or to this code.
    REFUSED = "refused"
    #: The enrolment is over: send nothing more.
    ENDED = "ended"
    #: The clocks differ: sign once more with ``server_time``.
    CLOCK = "clock"


@dataclass(frozen=True)
class Answer:
    """A verdict and what is known beside it.

    Attributes:
        verdict: what to do.
        status: of HTTP; 0 when there was no answer.
        problem: one of the protocol's words, or why there was no answer; ``None`` when all is well or nothing that can
            be understood was said.
        retry_after: not to ask before, if the collector said so: 60 seconds to 24 hours.
        server_time: with ``CLOCK`` only.
    """

    verdict: Verdict
    status: int
    problem: str | None = None
    retry_after: timedelta | None = None
    server_time: datetime | None = None


def to_signed(answer: Response | Unreadable, *, now: datetime) -> Answer:
    """The answer to a report, or to leaving.

    A success needs the word ``taken``, and an end the word ``ended``, because a page of somebody in between (a proxy, a
    web host that was set up anew) has a status too, and these two cannot be taken back.
    """
    if isinstance(answer, Unreadable):
        return Answer(Verdict.LATER, 0, answer.reason)
    said = _said(answer.body)
    problem = _among(PROBLEMS, answer.status, said)
    verdict = _verdict(answer.status, problem, said)
    server_time = _http_date(answer.headers.get("date", "")) if verdict is Verdict.CLOCK else None
    if verdict is Verdict.CLOCK and server_time is None:
        verdict = Verdict.LATER
    return Answer(verdict, answer.status, problem, _retry_after(answer.headers, now), server_time)


def to_enrolment(answer: Response | Unreadable, *, now: datetime) -> Answer:
    """The answer to asking to be let in: ``WAITING`` for approval, ``TAKEN``, ``REFUSED`` or ``LATER``.

    With ``LATER`` the same code may be sent again with the same secret: it may have been used up, and only the answer
    been lost.
    """
    if isinstance(answer, Unreadable):
        return Answer(Verdict.LATER, 0, answer.reason)
    said = _said(answer.body)
    state = said.get("state") if answer.status in (200, 201) else None
    if state == "accepted":
        verdict = Verdict.TAKEN
    elif state == "pending":
        verdict = Verdict.WAITING
    else:
        verdict = Verdict.REFUSED if answer.status == 403 or answer.status in HOPELESS else Verdict.LATER
    problem = _among(CODE_PROBLEMS, answer.status, said)
    return Answer(verdict, answer.status, problem, _retry_after(answer.headers, now))


def _verdict(status: int, problem: str | None, said: Mapping[str, Any]) -> Verdict:
    if status in (200, 202) and said.get("state") == "taken":
        return Verdict.TAKEN
    if status in HOPELESS:
        return Verdict.GONE
    if problem in ("ended", "clock"):
        return Verdict(problem)
    if problem == "pending":
        return Verdict.WAITING
    return Verdict.REFUSED if status == 403 or problem is not None else Verdict.LATER


def _among(problems: Mapping[int, frozenset[str]], status: int, said: Mapping[str, Any]) -> str | None:
    error = said.get("error")
    return error if isinstance(error, str) and error in problems.get(status, ()) else None


def _said(body: bytes) -> Mapping[str, Any]:
    """The members of an answer; none when it is long, no JSON object, nested beyond reason or says something twice."""
    if len(body) > MOST_BYTES:
        return {}
    try:
        said = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long to wait at least (RFC 9110, 10.2.3), held within bounds: ours, not the collector's."""
    said = headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(said):
        wait = timedelta(seconds=min(int(said), MOST_WAIT.total_seconds()))
    elif (until := _http_date(said)) is not None:
        wait = until - now
    else:
        return None
    return min(max(wait, LEAST_WAIT), MOST_WAIT)


def _http_date(said: str) -> datetime | None:
    found = HTTP_DATE.fullmatch(said.strip())
    if found is None:
        return None
    day, year, hour, minute, second = (int(found[group]) for group in (1, 3, 4, 5, 6))
    try:
        return datetime(year, MONTHS.index(found[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # the 31st of June, a leap second
        return None
