"""Status documents for reports, and made-up ones of every shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from agent.contract import Basis, Category, Severity, Status
from agent.report.build import Frame, build
from agent.report.model import LEVELS, Report
from agent.status import AgentPart, CheckRow, DevicePart, Document, PolicyPart, Text, summarise

NOW = datetime(2026, 11, 22, 10, 30, 17, tzinfo=UTC)
DEVICE = "6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22"
REPORT = "0b8f0b6e-6f0e-4a53-9d7e-0f6f4d1f2a11"
ACCOUNT = "i-3fa1c09b77de"
CATALOGUE = frozenset({"Google Chrome", "Zoom", "Firefox"})


def row(check_id: str = "screen_lock", status: Status = Status.FAIL, **changes: Any) -> CheckRow:
    """One finding."""
    values: dict[str, Any] = {
        "version": 1,
        "category": Category.DEVICE,
        "severity": Severity.MEDIUM,
        "basis": Basis.MEASURED,
        "reason": "too_long",
        "observed_at": NOW,
        "since": NOW - timedelta(days=3, minutes=17),
        "facts": {"idle_minutes": 20, "limit_minutes": 10},
        "refs": ("toolkit:S17",),
        "text": Text(title="Your screen takes too long to lock", body="It locks after 20 minutes."),
    }
    return CheckRow(id=check_id, status=status, **(values | changes))


def document(*rows: CheckRow, label: str = "Laptop 1", os_version: str = "Windows 11 24H2") -> Document:
    """A whole status document."""
    kept = rows or (row(),)
    return Document(
        generated_at=NOW,
        agent=AgentPart("0.1.0", "ok", "working"),
        device=DevicePart(DEVICE, label, "windows", os_version),
        policy=PolicyPart("standard", "sha256:" + "0" * 64),
        summary=summarise(kept, NOW),
        checks=kept,
    )


def frame(level: Any = "standard", sequence: int = 7) -> Frame:
    return Frame(REPORT, sequence, level, NOW + timedelta(days=1))


def report(*rows: CheckRow, level: Any = "standard", **changes: Any) -> Report:
    """The report of a document with these rows."""
    return build(document(*rows), frame(level), catalogue=CATALOGUE, **changes)


slugs = st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,6}){0,3}", fullmatch=True)
texts = st.text(max_size=60)
facts = st.dictionaries(
    st.sampled_from(["idle_minutes", "apps", "method", "new", "passwords", "pending", "desktop", "odd", "service"]),
    st.one_of(st.booleans(), st.integers(-5, 10**12), texts, st.lists(texts | st.sampled_from(["Zoom"]), max_size=40)),
    max_size=6,
)
moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
rows = st.builds(
    CheckRow,
    id=st.sampled_from(["screen_lock", "app_updates", "two_step", "breach", "password_manager"]) | slugs,
    version=st.integers(1, 9),
    category=st.sampled_from(Category),
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    basis=st.sampled_from(Basis),
    reason=slugs,
    observed_at=moments,
    instance=st.none() | st.just(ACCOUNT),
    label=st.none() | texts,
    since=st.none() | moments,
    due_at=st.none() | moments,
    expires_at=st.none() | moments,
    notified=st.integers(0, 5000),
    facts=facts,
    refs=st.lists(st.sampled_from(["toolkit:S17", "ncsc:2sv", "elsewhere"]), max_size=9).map(tuple),
    error=st.none() | texts,
)
documents = st.builds(
    lambda found, label, os_version: document(*found, label=label, os_version=os_version),
    st.lists(rows, max_size=8),
    texts,
    texts,
)
frames = st.builds(frame, st.sampled_from(LEVELS), st.integers(1, 10**9))
