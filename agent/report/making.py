"""A report of this computer, with what the store adds: what was stated, what was put off, which names are known."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from agent.alerts.records import Key
from agent.contract import Attestation
from agent.report.build import Frame, build
from agent.report.model import Level, Report
from agent.statements import LAPTOP, statements
from agent.status import Document
from agent.store import Store

__all__ = ["next_report_by", "preview", "published_names", "report_of"]

#: How much later than planned a report may come before it is missed: rounds wait for power, laptops sleep.
SLACK = 1.25
#: A report that was not made to be sent has no number of its own.
UNSENT = "00000000-0000-4000-8000-000000000000"


def report_of(document: Document, store: Store, frame: Frame) -> Report:
    """The report of a status document.

    Raises:
        msgspec.ValidationError: the document holds what no round of ours wrote.
        agent.store.StoreError: the store cannot be read.
    """
    return build(
        document,
        frame,
        catalogue=published_names(frame.level),
        statements=_stated(store),
        snoozed={reminder.key: reminder.due_at for reminder in store.reminders()},
    )


def preview(document: Document, store: Store, level: Level, every_hours: int) -> Report | None:
    """The report as it would be at this level; ``None`` when none can be made, as after an edit by hand."""
    made = document.generated_at
    try:
        return report_of(document, store, Frame(UNSENT, 1, level, next_report_by(made, every_hours)))
    except msgspec.ValidationError:
        return None


def next_report_by(made: datetime, every_hours: int) -> datetime:
    """By when the next report should have come."""
    return made + timedelta(hours=every_hours * SLACK)


def published_names(level: Level) -> Collection[str]:
    """The names of apps that may be said at a level: none, or those of the published catalogue."""
    if level != "detailed":
        return frozenset()
    from checks.app_updates.catalogue import document  # a large file, of use at one level only

    return frozenset(entry["name"] for entry in document().get("app", ()) if "name" in entry)


def _stated(store: Store) -> dict[Key, Attestation]:
    """The last thing that was stated for each check about each subject."""
    checks = {statement.id: statement.check for statement in statements().values() if statement.check}
    return {
        Key(checks[made.statement], None if made.subject == LAPTOP else made.subject): made
        for made in store.attestations()
        if made.statement in checks
    }
