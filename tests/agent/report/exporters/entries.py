"""Entries for exporters: laptops that are well, not well, and not known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from agent.contract import Basis, Category, Severity, Status
from agent.report.exporters.entry import Entry
from agent.report.model import Report
from agent.status import CheckRow
from tests.agent.report.builders import ACCOUNT, NOW, report, row

#: When the exports are made: two hours after the report.
LATER = NOW + timedelta(hours=2)


def passing(check_id: str = "screen_lock", status: Status = Status.PASS, **changes: Any) -> CheckRow:
    return row(check_id, status, **({"severity": Severity.INFO, "reason": "good", "facts": {}} | changes))


def busy(*, level: Any = "standard") -> Report:
    """A laptop with one finding of every kind."""
    account = {"category": Category.ACCOUNT, "instance": ACCOUNT, "label": "Work social 1"}
    return report(
        row(),
        row(
            "app_updates", Status.WARN, severity=Severity.LOW, reason="waiting", facts={"apps": ["Zoom"], "pending": 2}
        ),
        row("two_step", Status.FAIL, severity=Severity.HIGH, reason="none", facts={"method": "text"}, **account),
        row("breach", Status.UNKNOWN, reason="offline", facts={}, since=None),
        passing("password_manager", basis=Basis.ATTESTED),
        passing("recovery_plan", status=Status.NOT_APPLICABLE, reason="no_accounts", category=Category.PRACTICE),
        level=level,
    )


def well(**changes: Any) -> Report:
    return msgspec.structs.replace(report(passing()), **changes)


def current(made: Report | None = None) -> Entry:
    return Entry.of(made or busy(), LATER)


def stale(made: Report | None = None) -> Entry:
    return Entry.of(made or well(), NOW + timedelta(days=9))


def future(made: Report | None = None) -> Entry:
    return Entry.of(made or well(), NOW - timedelta(days=1))


#: Everything that is not known, each with what it would be taken for if its report were believed.
UNKNOWN = {
    "stale": stale(),
    "future": future(),
    "unreadable": Entry("unreadable"),
    "damaged": Entry("damaged"),
    "missing": Entry("missing"),
}
