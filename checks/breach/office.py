"""What the office's IT has asked for all its addresses, from a file that it puts on this computer.

``docs/office-breach-answers.md`` describes the file. It is used only if nobody but an administrator can have written
it: a file that says "nothing known" would otherwise be the easiest way to a pass.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from agent.contract import Unreadable
from agent.host import Host
from checks.breach.breach import MAX_NAME, Breach, breach_from, named

__all__ = ["FORMAT", "OfficeAnswers", "OfficeProblem", "answers_from", "office_answers"]

FORMAT = "watchword.office-breaches/1"
#: A hundred addresses and the whole public catalogue take about 1 MiB.
MAX_BYTES = 8 * 1024 * 1024
MAX_ADDRESSES = 10_000
#: A moment this far ahead was written by a clock that is wrong.
CLOCK_SLACK = timedelta(minutes=5)

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class OfficeProblem:
    """Why the file is not used, for ``explain``."""

    why: str


class _File(msgspec.Struct, frozen=True):
    format: str
    asked_at: datetime
    salt: str
    answers: dict[str, list[str]]
    breaches: list[Any] = []


@dataclass(frozen=True)
class OfficeAnswers:
    """The answers that IT had at ``asked_at``. Only an address that the file names was asked for."""

    asked_at: datetime
    salt: str
    names: dict[str, list[str]]
    catalogue: dict[str, Breach]

    def breaches(self, address: str) -> tuple[Breach, ...] | None:
        """The breaches of a normalised address; ``None`` when it is not among those that were asked for."""
        names = self.names.get(hashlib.sha256(f"{self.salt}:{address}".encode()).hexdigest())
        return None if names is None else tuple(self.catalogue.get(name) or named(name) for name in names)


def office_answers(host: Host, path: str, now: datetime) -> OfficeAnswers | OfficeProblem | None:
    """The answers in the file that the machine policy names; ``None`` when it names none."""
    if not path:
        return None
    weakness = host.query("distrust", path)
    if weakness is None:
        return OfficeProblem("it is not there")
    if weakness != "":
        unknown = isinstance(weakness, Unreadable) or not isinstance(weakness, str)
        return OfficeProblem("who may change it cannot be told" if unknown else weakness)
    data = host.read_bytes(path)
    return answers_from(data, now) if isinstance(data, bytes) else OfficeProblem("it cannot be read")


def answers_from(data: bytes, now: datetime) -> OfficeAnswers | OfficeProblem:
    """The answers in a file's bytes. One thing amiss and none of it is used."""
    if len(data) > MAX_BYTES:
        return OfficeProblem("it is too large")
    try:
        file = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_File)
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError):
        return OfficeProblem("it is not as described")
    catalogue = [breach_from(entry) for entry in file.breaches]
    problem = _amiss(file, now) or ("it is not as described" if None in catalogue else "")
    if problem:
        return OfficeProblem(problem)
    return OfficeAnswers(file.asked_at, file.salt, file.answers, {each.name: each for each in catalogue if each})


def _amiss(file: _File, now: datetime) -> str:
    if file.format != FORMAT:
        return "it is of another format"
    if file.asked_at.tzinfo is None:
        return "its date has no time zone"
    if file.asked_at > now + CLOCK_SLACK:
        return "its date is in the future"
    sound = file.salt and len(file.answers) <= MAX_ADDRESSES and all(map(_is_answer, file.answers.items()))
    return "" if sound else "it is not as described"


def _is_answer(entry: tuple[str, list[str]]) -> bool:
    digest, names = entry
    return bool(_DIGEST.fullmatch(digest)) and all(name.strip() and len(name) <= MAX_NAME for name in names)
