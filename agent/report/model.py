"""The report ``watchword.report/1``: one typed model for what leaves, its published schema and "what IT can see".

Every member is listed here with what it may hold; whatever else a status document has does not exist in a report. The
limits are those of facts: guidance 5c and the draft schema beside it. A collector takes the tolerant rule (ignore what
you do not know); this side writes and reads strictly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

__all__ = [
    "FORMAT",
    "LEVELS",
    "AgentFacts",
    "Attestation",
    "Counts",
    "Device",
    "Level",
    "Policy",
    "Privacy",
    "Report",
    "Row",
    "Summary",
    "is_plain",
]

FORMAT = "watchword.report/1"
DELETE = 127

Level = Literal["summary", "standard", "detailed"]
#: From least to most. ``summary``: the whole in one word, and counts. ``standard``: status and reason of every check,
#: and numbers. ``detailed``: also names of apps that are in the published catalogue.
LEVELS: tuple[Level, ...] = ("summary", "standard", "detailed")

Uuid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
#: A moment in UTC, to the second; in rows to the hour, because exact times show when somebody works.
Moment = Annotated[str, msgspec.Meta(pattern="^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$")]
Slug = Annotated[str, msgspec.Meta(max_length=64, pattern="^[a-z][a-z0-9]*([._-][a-z0-9]+)*$")]
#: Chosen by the person or the office: no address, link or path fits.
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^@<>/\\:\x00-\x1f\x7f]+$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Number = Annotated[int, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)]
#: A value of a fact: a number, yes or no, a code, a version, a name from the published catalogue.
Value = Annotated[str, msgspec.Meta(max_length=80, pattern=r"^[^@<>/\\:\x00-\x1f\x7f]*$")]
Values = Annotated[tuple[Value, ...], msgspec.Meta(max_length=32)]
Reference = Annotated[str, msgspec.Meta(max_length=48, pattern="^(toolkit|ncsc|ce|cis|cisa):[0-9A-Za-z._-]+$")]
Digest = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]
Subject = Annotated[str, msgspec.Meta(pattern="^i-[0-9a-f]{12}$")]


def is_plain(value: Any) -> bool:
    """Whether no text in it has control characters: ``$`` lets a line end through here, and not in a JSON Schema."""
    if isinstance(value, str):
        return not any(ord(character) < ord(" ") or ord(character) == DELETE for character in value)
    if isinstance(value, Mapping):
        return all(is_plain(name) and is_plain(each) for name, each in value.items())
    return not isinstance(value, list | tuple) or all(map(is_plain, value))


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the report: strict both ways."""


class AgentFacts(_Part, frozen=True):
    """The agent itself, and whether it can show alerts."""

    name: Literal["watchword"]
    version: Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.-]+)?$")]
    health: Literal["ok", "degraded"]
    notifications: Literal["working", "unavailable", "off_by_user", "off_by_policy"]


class Device(_Part, frozen=True):
    """The computer: a random id, the label it was given, its system. Never its name, serial number or address."""

    id: Uuid
    label: Label
    platform: Literal["windows", "macos", "linux"]
    os_version: Annotated[str, msgspec.Meta(max_length=48, pattern=r"^[0-9A-Za-z ._()+-]*$")]


class Policy(_Part, frozen=True):
    """The thresholds in force, and a digest of the settings that decide verdicts."""

    profile: Literal["toolkit", "standard", "heightened"]
    digest: Digest


class Counts(_Part, frozen=True):
    """How many findings have each status."""

    pass_: Count = msgspec.field(name="pass")
    warn: Count
    fail: Count
    unknown: Count
    not_applicable: Count
    disabled: Count


class Summary(_Part, frozen=True):
    """The whole in one word, the counts, and a digest that changes when a status does."""

    overall: Literal["ok", "attention", "action", "unknown"]
    counts: Counts
    state_digest: Digest


class Attestation(_Part, frozen=True):
    """What an attested row rests on: which question, in which wording. The answer itself is the row's reason."""

    statement: Slug
    statement_version: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    at: Moment
    evidence: Literal["none", "looked_at_settings", "second_person", "local_file"]


class Row(_Part, frozen=True):
    """One finding. ``instance`` is an account's random id; ``notified`` is how many alerts were shown about it."""

    id: Slug
    version: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    category: Literal["device", "account", "practice", "agent"]
    status: Literal["pass", "warn", "fail", "unknown", "not_applicable", "disabled"]
    severity: Literal["info", "low", "medium", "high"]
    basis: Literal["measured", "api", "attested"]
    reason: Slug
    observed_at: Moment
    instance: Subject | None = None
    label: Label | None = None
    since: Moment | None = None
    due_at: Moment | None = None
    expires_at: Moment | None = None
    snoozed_until: Moment | None = None
    notified: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    attestation: Attestation | None = None
    facts: Annotated[dict[Slug, bool | Number | Value | Values], msgspec.Meta(max_length=24)] = {}
    refs: Annotated[tuple[Reference, ...], msgspec.Meta(max_length=8)] = ()


class Privacy(_Part, frozen=True):
    """How much is shared, and what was left out of this very report, by kind."""

    level: Level
    withheld: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=64)] = ()


class Report(_Part, frozen=True):
    """The whole report. ``sequence`` rises with every report of a device, by one with each that is made."""

    format: Literal["watchword.report/1"]
    report_id: Uuid
    sequence: Annotated[int, msgspec.Meta(ge=1, le=9_007_199_254_740_991)]
    generated_at: Moment
    next_report_by: Moment
    agent: AgentFacts
    device: Device
    policy: Policy
    summary: Summary
    privacy: Privacy
    checks: Annotated[tuple[Row, ...], msgspec.Meta(max_length=2048)] = ()
