"""From what was found of password managers to one finding about the laptop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.contract import Attestation, Basis, Evidence, Fact, Finding, Item, Severity, Status
from checks.password_manager.facts import Facts, Place, Sighting, Standing

SUBJECT = "laptop"
STATEMENT = "password_manager.kind"
#: The wording that the answers belong to. An answer to another wording is no answer to this one.
STATEMENT_VERSION = 1

#: What a person can say that they use; any other answer ("none") claims nothing.
KINDS = frozenset({"app", "browser", "phone", "paper"})

#: An extension in a browser that nobody has opened for so long protects nobody: often the browser itself is gone.
#: Our own choice, long enough for a recess.
UNUSED_AFTER = timedelta(days=90)

#: How far ahead of our clock a statement or a file may be dated before it is taken for a mistake.
CLOCK_SLACK = timedelta(days=1)

REASONS = frozenset(
    {
        "found",
        "attested",
        "not_found",
        "not_enabled",
        "not_in_use",
        "retired",
        "unconfirmed",
        "unreadable",
        "expired",
    }
)

_STRENGTH = {Place.RUNNING: 0, Place.EXTENSION: 1, Place.APP: 2}


def judge(facts: Facts, attestations: Sequence[Attestation], valid_days: int, now: datetime) -> Finding:
    """The verdict.

    A manager that is installed and on is a pass whatever else could not be read. What the person says then overrides
    the computer's silence, for ``valid_days``. Without either, anything unreadable could have been the one, so it is
    unknown; only then do switched-off, unused and unmaintained ones speak. Absence is a warning, never a failure.
    """
    counted = [seen for seen in _on(facts) if _used(seen, now) is not False and not seen.retired]
    sure = _sure(counted, now)
    items, evidence = _items(facts, sure, now), _evidence(facts, now)
    statement = newest(attestations, now)
    if sure:
        strongest = min(sure, key=lambda seen: (_STRENGTH[seen.place], seen.manager))
        return Finding(
            status=Status.PASS,
            reason="found",
            facts={"manager": strongest.manager, "found": _names(sure)},
            items=items,
            evidence=evidence,
        )
    if statement is not None and statement.at + timedelta(days=valid_days) > now:
        return Finding(
            status=Status.PASS,
            reason="attested",
            basis=Basis.ATTESTED,
            facts={"kind": statement.answer},
            items=items,
            evidence=evidence,
            expires_at=statement.at + timedelta(days=valid_days),
        )
    details: dict[str, Fact]
    if facts.unreadable:
        status, reason, details = Status.UNKNOWN, "unreadable", {"unreadable": len(facts.unreadable)}
    elif counted:
        status, reason, details = Status.UNKNOWN, "unconfirmed", {"manager": counted[0].manager}
    elif statement is not None:
        status, reason, details = Status.UNKNOWN, "expired", {"kind": statement.answer}
    else:
        status, reason, details = Status.WARN, *_absence(facts, now)
    severity = Severity.MEDIUM if status is Status.WARN else Severity.LOW
    return Finding(status=status, reason=reason, severity=severity, facts=details, items=items, evidence=evidence)


def _absence(facts: Facts, now: datetime) -> tuple[str, dict[str, Fact]]:
    """Why nothing counts, the easiest to put right first: switched off, not used any more, no longer maintained."""
    for reason, seen in (
        ("not_enabled", [seen for seen in facts.sightings if seen.standing is Standing.DISABLED]),
        ("not_in_use", [seen for seen in _on(facts) if _used(seen, now) is False]),
        ("retired", [seen for seen in _on(facts) if seen.retired]),
    ):
        if seen:
            return reason, {"manager": _names(seen)[0]}
    return "not_found", {}


def _on(facts: Facts) -> list[Sighting]:
    return [seen for seen in facts.sightings if seen.standing is Standing.ENABLED]


def newest(attestations: Sequence[Attestation], now: datetime) -> Attestation | None:
    """The person's latest word on what they use; ``None`` when it claims nothing or they have not said.

    The latest is the one appended last. Dated in the future (the clock was moved) it counts for nothing, and does not
    let an older word speak in its place.
    """
    asked = (SUBJECT, STATEMENT, STATEMENT_VERSION)
    said = [made for made in attestations if (made.subject, made.statement, made.statement_version) == asked]
    latest = said[-1] if said else None
    return latest if latest is not None and latest.at <= now + CLOCK_SLACK and latest.answer in KINDS else None


def _sure(sightings: Sequence[Sighting], now: datetime) -> list[Sighting]:
    """Those that may decide a pass: in use, by a confirmed id. Unconfirmed ones do not confirm each other."""
    return [seen for seen in sightings if seen.confirmed and _used(seen, now)]


def _used(seen: Sighting, now: datetime) -> bool | None:
    """Whether its browser is in use; ``None`` when no time, or one in the future, leaves that open."""
    if seen.place is not Place.EXTENSION:
        return True
    if seen.last_used is None or seen.last_used > now + CLOCK_SLACK:
        return None
    return now - seen.last_used <= UNUSED_AFTER


def _names(sightings: Sequence[Sighting]) -> list[str]:
    return sorted({seen.manager for seen in sightings})


def _items(facts: Facts, sure: Sequence[Sighting], now: datetime) -> tuple[Item, ...]:
    """One line for each manager and place, in the best state that it has there."""
    lines: dict[tuple[str, str], Item] = {}
    for seen in sorted(facts.sightings, key=lambda seen: (seen not in sure, _STRENGTH[seen.place])):
        if seen.standing is not Standing.LEFTOVER:
            item = Item(
                name=seen.manager,
                status=Status.PASS if seen in sure else Status.WARN,
                installed=seen.version,
                source=seen.source,
                details=() if seen in sure else (_why_not(seen, now),),
            )
            lines.setdefault((seen.manager, seen.source), item)
    return tuple(lines.values())


def _why_not(seen: Sighting, now: datetime) -> str:
    if seen.standing is Standing.DISABLED:
        return "switched off"
    if _used(seen, now) is False:
        return "in a browser that is no longer used"
    return "no longer looked after by its makers" if seen.retired else "not certain"


def _evidence(facts: Facts, now: datetime) -> tuple[Evidence, ...]:
    entries = []
    for seen in facts.sightings:
        value = seen.standing.value + (f", version {seen.version}" if seen.version else "")
        if _used(seen, now) is None:
            value += ", profile used at an unknown time"
        elif seen.last_used is not None:
            value += f", profile used {max(0, (now - seen.last_used).days)} days ago"
        entries.append(Evidence(seen.manager, value + ("" if seen.confirmed else ", id not confirmed"), seen.source))
    entries += [Evidence("could not be read", unread.reason, unread.where) for unread in facts.unreadable]
    entries.append(Evidence("browser profiles looked at", str(facts.profiles)))
    return tuple(entries)
