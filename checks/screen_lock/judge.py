"""Whether a session locks itself soon enough and asks for a password: pure judgement of the facts.

A value that could not be read is judged twice, as the best and as the worst it could be. When both give the same
verdict the unread value does not matter; when they differ the verdict is ``unknown``. So nothing unread can become a
pass, and a certain fault is not hidden by something unread beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.contract import Evidence, Fact, Finding, Severity, Status
from agent.host import Unreadable
from checks.screen_lock.facts import (
    NEVER,
    LockFacts,
    LockPath,
    Never,
    NoSession,
    Power,
    Reading,
    Source,
    Wait,
    WhyOff,
    shown,
)
from config.schema import Limit, Profile

__all__ = ["REASONS", "judge"]

ZERO = timedelta(0)

#: What KDE and macOS wait before they ask for a password unless told otherwise. It has its own limit
#: (``lock_password_seconds``); whoever sets the 15 minutes they were asked for must not fail by five seconds.
SHORTEST_DELAY = timedelta(seconds=5)

#: What a host calls it, and the reason a person is given.
UNKNOWN_REASONS = {
    "denied": "no_permission",
    "no_tool": "no_tool",
    "timeout": "timeout",
    "unsupported": "unsupported",
}

SEVERITIES = {
    "off": Severity.HIGH,
    "no_password": Severity.HIGH,
    "cannot_lock": Severity.HIGH,
    "presentation_mode": Severity.HIGH,
    "too_long": Severity.MEDIUM,
    "password_delay": Severity.MEDIUM,
    "not_on_suspend": Severity.LOW,
}

REASONS = frozenset({"within_limit", "no_session", "unreadable", *UNKNOWN_REASONS.values(), *SEVERITIES})

RANK = {Status.PASS: 0, Status.WARN: 1, Status.FAIL: 2}
#: Among paths that never lock, the reason that says most about what to do comes first.
NEVER_LOCKS = ("no_password", WhyOff.PRESENTATION, WhyOff.CANNOT_LOCK, WhyOff.OFF)


@dataclass(frozen=True)
class Outcome:
    """What one path comes to once its unread values are settled.

    ``total`` is ``None`` when it never locks; ``counted`` is what is held against the limit.
    """

    status: Status
    reason: str
    path: LockPath | None
    total: timedelta | None = None
    counted: timedelta | None = None

    @property
    def order(self) -> tuple[int, float, int]:
        """Better outcomes sort first: by status, then the earliest to lock."""
        seconds = math.inf if self.total is None else self.total.total_seconds()
        return RANK[self.status], seconds, NEVER_LOCKS.index(self.reason) if self.reason in NEVER_LOCKS else 0


def judge(facts: LockFacts | NoSession | Unreadable, profile: Profile) -> list[Finding]:
    """The one finding about this computer's screen lock.

    ``profile.lock_minutes`` limits the time from the last key press to the password prompt, on the worst power
    source; ``profile.lock_password_seconds`` the part of it after the screen went dark. Both are inclusive.
    """
    if isinstance(facts, Unreadable):
        return [Finding(status=Status.UNKNOWN, reason=_reason(facts), error=facts.where or None)]
    if isinstance(facts, NoSession):
        evidence = _evidence(facts.readings)
        return [Finding(status=Status.NOT_APPLICABLE, reason="no_session", evidence=evidence)]
    best = _overall(facts, profile, best=True)
    worst = _overall(facts, profile, best=False)
    if best.status is not worst.status:
        return [_unknown(facts, next(_unread(facts.paths)))]
    # A certain fault is described by its mildest reading: that much is true whatever was not read.
    outcome = best if best.status is Status.FAIL else worst
    if outcome.status is Status.PASS and isinstance(facts.on_suspend, Unreadable):
        return [_unknown(facts, facts.on_suspend)]
    if outcome.status is Status.PASS and facts.on_suspend is False:
        outcome = replace(outcome, status=Status.WARN, reason="not_on_suspend")
    return [
        Finding(
            status=outcome.status,
            reason=outcome.reason,
            severity=SEVERITIES.get(outcome.reason, Severity.INFO),
            facts=_finding_facts(outcome, facts, profile),
            evidence=_all_evidence(facts),
        )
    ]


def _overall(facts: LockFacts, profile: Profile, *, best: bool) -> Outcome:
    """The worst power source, each by the best of the paths that apply to it.

    The best, because the session is safe as soon as one path locks it in time, whatever the others do.
    """
    sources = [Power.MAINS] if facts.has_battery is False else [Power.MAINS, Power.BATTERY]
    sources += [Power.UPS] if any(path.power is Power.UPS for path in facts.paths) else []
    per_source = []
    for source in sources:
        outcomes = [_outcome(path, profile, best=best) for path in facts.paths if path.power in (source, Power.ANY)]
        nothing = Outcome(Status.FAIL, WhyOff.OFF, None)
        per_source.append(min(outcomes, key=lambda outcome: outcome.order, default=nothing))
    return max(per_source, key=lambda outcome: outcome.order)


def _outcome(path: LockPath, profile: Profile, *, best: bool) -> Outcome:
    idle, grace = _settled(path.idle, best=best), _settled(path.grace, best=best)
    if not isinstance(idle, timedelta):
        return Outcome(Status.FAIL, path.why_off, path)
    if not isinstance(grace, timedelta):
        return Outcome(Status.FAIL, "no_password", path)
    total = idle + grace
    counted = idle if grace <= SHORTEST_DELAY else total
    minutes, seconds = profile.lock_minutes, profile.lock_password_seconds
    for status in (Status.FAIL, Status.WARN):
        longest, slowest = _limits(minutes, seconds, status)
        if idle > longest:
            return Outcome(status, "too_long", path, total, counted)
        if grace > slowest:
            return Outcome(status, "password_delay", path, total, counted)
        if counted > longest:
            return Outcome(status, "too_long", path, total, counted)
    return Outcome(Status.PASS, "within_limit", path, total, counted)


def _limits(minutes: Limit, seconds: Limit, status: Status) -> tuple[timedelta, timedelta]:
    """The two limits whose crossing gives ``status``; a limit that is not set cannot be crossed."""
    longest, slowest = (minutes.fail, seconds.fail) if status is Status.FAIL else (minutes.warn, seconds.warn)
    return (
        timedelta.max if longest is None else timedelta(minutes=longest),
        timedelta.max if slowest is None else timedelta(seconds=slowest),
    )


def _settled(wait: Wait, *, best: bool) -> timedelta | Never:
    """A wait with an unread value as good, or as bad, as it could be."""
    if isinstance(wait, Unreadable):
        return ZERO if best else NEVER
    return wait


def _unread(paths: Sequence[LockPath]) -> Iterator[Unreadable]:
    for path in paths:
        for wait in (path.idle, path.grace):
            if isinstance(wait, Unreadable):
                yield wait


def _unknown(facts: LockFacts, cause: Unreadable) -> Finding:
    return Finding(
        status=Status.UNKNOWN,
        reason=_reason(cause),
        facts={"desktop": facts.desktop},
        evidence=_all_evidence(facts),
        error=cause.where or None,
    )


def _reason(cause: Unreadable) -> str:
    return UNKNOWN_REASONS.get(cause.reason, "unreadable")


def _finding_facts(outcome: Outcome, facts: LockFacts, profile: Profile) -> dict[str, Fact]:
    minutes, seconds = profile.lock_minutes, profile.lock_password_seconds
    found: dict[str, Fact] = {"desktop": facts.desktop}
    if facts.standby is not None:
        found["standby"] = facts.standby
    # Only what was read: a value that was guessed for the verdict is not shown, but as "at least so long".
    read = outcome.path
    if read is not None:
        if outcome.counted is not None and (outcome.reason == "too_long" or isinstance(read.idle, timedelta)):
            found["idle_minutes"] = math.ceil(outcome.counted.total_seconds() / 60)
        if isinstance(read.grace, timedelta):
            found["grace_seconds"] = math.ceil(read.grace.total_seconds())
        if read.power is not Power.ANY:
            found["power"] = read.power.value
        found["managed"] = any(reading.source is Source.POLICY for reading in read.readings)
    for name, limit in (("limit_minutes", minutes), ("limit_seconds", seconds)):
        asked = limit.warn if limit.warn is not None else limit.fail
        if asked is not None:
            found[name] = asked
    if isinstance(facts.on_suspend, bool):
        found["on_suspend"] = facts.on_suspend
    return found


def _all_evidence(facts: LockFacts) -> tuple[Evidence, ...]:
    lines = [*_evidence(facts.readings)]
    for path in facts.paths:
        lines.append(Evidence(f"{path.name}: starts after", shown(path.idle)))
        lines.append(Evidence(f"{path.name}: password needed after a further", shown(path.grace)))
        lines.extend(_evidence(path.readings))
    if isinstance(facts.on_suspend, Unreadable):
        lines.append(Evidence("locks before sleep", shown(facts.on_suspend)))
    return tuple(lines)


def _evidence(readings: Sequence[Reading]) -> tuple[Evidence, ...]:
    return tuple(Evidence(line.what, line.value, f"{line.where} ({line.source.value})") for line in readings)
