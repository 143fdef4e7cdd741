"""From the status document to the report: a strict allow-list, applied last. Pure.

Whatever does not fit is left out and named by kind under ``privacy.withheld``; a report is never stopped by it, and
nothing is cut or masked into fitting, because half an address is still one.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from agent.alerts.records import Key
from agent.contract import Attestation, Basis, Fact, Severity, Status
from agent.report.model import FORMAT, LEVELS, Device, Label, Level, Reference, Report, Row, is_plain
from agent.status import CheckRow, Document, is_open_question
from config.platforms import find
from config.practices import practices
from config.report import PRACTICE, SharedFact, shared_facts

__all__ = ["Frame", "build"]

MONTH = re.compile(r"20[0-9]{2}-[01][0-9]")
#: What a computer is called whose label does not fit.
UNNAMED = "Laptop"
MOST_REFERENCES = 8


@dataclass(frozen=True)
class Frame:
    """What a report has besides the document: its number, its level, and by when the next one should come."""

    report_id: str
    sequence: int
    level: Level
    next_report_by: datetime


def build(
    document: Document,
    frame: Frame,
    *,
    catalogue: Collection[str],
    statements: Mapping[Key, Attestation] = MappingProxyType({}),
    snoozed: Mapping[Key, datetime] = MappingProxyType({}),
    facts: Iterable[SharedFact] | None = None,
) -> Report:
    """The report of a document.

    Args:
        document: the status document, whole.
        frame: number, level and time of the next report.
        catalogue: names of apps that may be said at the level ``detailed``.
        statements: what each attested row rests on.
        snoozed: until when the person put an item off.
        facts: which facts may be shared; those of ``config/report.toml`` unless a test says otherwise.
    """
    withheld: set[str] = set()
    allowed: dict[str, dict[str, SharedFact]] = {}
    for fact in shared_facts() if facts is None else facts:
        allowed.setdefault(fact.check, {})[fact.name] = fact
    rows: list[Row] = []
    shared = [row for row in document.checks if not _is_private(row)]
    if frame.level != "summary":
        for row in shared:
            practice = practices().get(row.id)
            key = Key(row.id, row.instance)
            values = _row(row, statements.get(key), snoozed.get(key), withheld)
            about = row.id if practice is None else PRACTICE
            values["facts"] = _facts(row, allowed.get(about, {}), frame.level, catalogue, withheld)
            kept = _fitting(values, Row)
            if kept is None:
                withheld.add("row")
            else:
                rows.append(kept)
    return msgspec.convert(
        {
            "format": FORMAT,
            "report_id": frame.report_id,
            "sequence": frame.sequence,
            "generated_at": _second(document.generated_at),
            "next_report_by": _second(frame.next_report_by),
            "agent": {"name": "watchword", **msgspec.to_builtins(document.agent)},
            "device": _device(document, withheld),
            "policy": msgspec.to_builtins(document.policy),
            "summary": {**_summary(document, shared), "state_digest": _state(shared)},
            "checks": rows,
            "privacy": {"level": frame.level, "withheld": sorted(withheld)},
        },
        Report,
    )


def _is_private(row: CheckRow) -> bool:
    """How somebody looks after themselves, and who has left, is nobody else's business: not even that it was found."""
    practice = practices().get(row.id)
    return practice is not None and (not practice.alerted or bool(practice.opened_by))


def _summary(document: Document, shared: Sequence[CheckRow]) -> dict[str, Any]:
    """The counts and the whole in one word, as if what is private were not there at all."""
    private = Counter(row.status.value for row in document.checks if _is_private(row))
    counted: dict[str, int] = msgspec.to_builtins(document.summary.counts)
    counts = {status: max(0, count - private[status]) for status, count in counted.items()}
    decides = private[Status.FAIL.value] or private[Status.WARN.value]
    return {"overall": _overall(shared) if decides else document.summary.overall, "counts": counts}


def _overall(shared: Sequence[CheckRow]) -> str:
    """The whole in one word, where something private that is to be done had a part in the document's own.

    Whether something was known before, a document does not say; so what is not known counts as that, never as well.
    """
    bad = [row for row in shared if row.status in (Status.FAIL, Status.WARN)]
    if any(row.status is Status.FAIL and row.severity in (Severity.MEDIUM, Severity.HIGH) for row in bad):
        return "action"
    if bad:
        return "attention"
    return "unknown" if any(row.status is Status.UNKNOWN and not is_open_question(row) for row in shared) else "ok"


def _device(document: Document, withheld: set[str]) -> dict[str, Any]:
    given: dict[str, Any] = msgspec.to_builtins(document.device)
    if _fitting(given, Device) is not None:
        return given
    withheld.add("device_label")
    if _fitting({**given, "label": UNNAMED}, Device) is None:
        withheld.add("os_version")
        given["os_version"] = ""
    return {**given, "label": UNNAMED}


def _row(
    row: CheckRow, statement: Attestation | None, snoozed_until: datetime | None, withheld: set[str]
) -> dict[str, Any]:
    """A row without its facts. Times are to the hour: the minute would say when somebody sits at the computer."""
    values: dict[str, Any] = {
        "id": row.id,
        "version": row.version,
        "category": row.category.value,
        "status": row.status.value,
        "severity": row.severity.value,
        "basis": row.basis.value,
        "reason": row.reason,
        "observed_at": _hour(row.observed_at),
        "instance": row.instance,
        "label": _label(row, withheld),
        "notified": min(row.notified, 1000),
        "refs": [each for each in row.refs if _fitting(each, Reference) is not None][:MOST_REFERENCES],
    }
    times = {
        "since": row.since, "due_at": row.due_at, "expires_at": row.expires_at, "snoozed_until": snoozed_until
    }  # fmt: skip
    values |= {name: _hour(at) for name, at in times.items() if at is not None}
    if row.basis is Basis.ATTESTED and statement is not None:
        values["attestation"] = {
            "statement": statement.statement,
            "statement_version": statement.statement_version,
            "at": _hour(statement.at),
            "evidence": statement.evidence,
        }
    return values


def _label(row: CheckRow, withheld: set[str]) -> str | None:
    """The label of an account, if somebody chose one: the name of its service is theirs to tell, and they did not."""
    if row.label is None:
        return None
    if find(row.label) is not None or _fitting(row.label, Label) is None:
        withheld.add("account_label")
        return None
    return row.label


def _facts(
    row: CheckRow,
    allowed: Mapping[str, SharedFact],
    level: Level,
    catalogue: Collection[str],
    withheld: set[str],
) -> dict[str, Fact]:
    kept: dict[str, Fact] = {}
    for name, value in row.facts.items():
        fact = allowed.get(name)
        if fact is None:
            withheld.add("fact")
        elif LEVELS.index(fact.level) <= LEVELS.index(level):
            shared = _shared(value, fact, catalogue, withheld)
            if shared is not None:
                kept[name] = shared
    return kept


def _shared(value: Fact, fact: SharedFact, catalogue: Collection[str], withheld: set[str]) -> Fact | None:
    """The value if it is of the kind that was agreed, else ``None``."""
    if fact.kind == "apps" and isinstance(value, list):
        known = [name for name in value if name in catalogue]
        if len(known) < len(value):
            withheld.add("app_names")
        return known
    if fact.kind == "yes_no" and isinstance(value, bool):
        return value
    if fact.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if fact.kind == "month" and isinstance(value, str) and MONTH.fullmatch(value):
        return value
    if fact.kind == "code" and isinstance(value, str) and value.lower() in fact.values:
        return value.lower()
    withheld.add("fact")
    return None


def _fitting(value: Any, part: Any) -> Any:
    """``value`` as that part of the report, or ``None`` when it does not fit."""
    if not is_plain(value):
        return None
    try:
        return msgspec.convert(value, part)
    except msgspec.ValidationError:
        return None


def _state(rows: Iterable[CheckRow]) -> str:
    """Changes when the status of a finding does, and with nothing else."""
    lines = sorted(f"{row.id}\t{row.instance or ''}\t{row.status.value}" for row in rows)
    return f"sha256:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()}"


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hour(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")
