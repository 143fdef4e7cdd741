"""Episodes, alerts and reminders for tests, with what does not matter filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agent.alerts.policy import decide
from agent.alerts.records import Decision, Episode, Expiring, Outlook, Presence, Reminder, Said, Utterance
from agent.contract import Basis, Severity, Status
from config.schema import AlertsSettings

LONDON = ZoneInfo("Europe/London")
SETTINGS = AlertsSettings(enabled=True, quiet_from="18:00", quiet_to="09:00", quiet_weekends=True, all_clear=True)
ALWAYS = AlertsSettings(enabled=True, quiet_from="00:00", quiet_to="00:00", quiet_weekends=False, all_clear=True)
#: A Monday in winter, when London has UTC.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FREE = Presence()
NOTHING = Outlook()


def episode(
    id_: str = "e1",
    *,
    severity: Severity = Severity.HIGH,
    status: Status = Status.FAIL,
    opened_at: datetime = MONDAY - 10 * DAY,
    **changes: Any,
) -> Episode:
    """One that is open and confirmed, and was seen on Monday."""
    values: dict[str, Any] = {
        "seen_at": max(opened_at, MONDAY),
        "confirmed_at": opened_at,
        "check_id": id_,
        "subject": None,
    }
    values |= {"reason": "off", "basis": Basis.MEASURED} | changes
    return Episode(id=id_, severity=severity, status=status, opened_at=opened_at, **values)


def said(
    at: datetime,
    *ids: str,
    kind: Any = "item",
    delivered: bool | None = True,
    answers: Sequence[Expiring] = (),
    shares: bool = False,
) -> Said:
    utterance = Utterance(kind=kind, episodes=ids, answers=tuple(answers), shares=shares)
    return Said(id=f"s{at.timestamp()}", at=at, utterance=utterance, delivered=delivered)


def expiring(after: timedelta, id_: str = "a1", *, subject: str | None = None) -> Expiring:
    """An answer that expires so long after Monday."""
    return Expiring(check_id=id_, subject=subject, expires_at=MONDAY + after)


def reminder(due_at: datetime, *, about: str = "e1", chosen_at: datetime = MONDAY - HOUR, **changes: Any) -> Reminder:
    return Reminder(id="r1", check_id=about, subject=None, due_at=due_at, chosen_at=chosen_at, **changes)


def decided(
    episodes: Sequence[Episode] = (),
    told: Sequence[Said] = (),
    reminders: Sequence[Reminder] = (),
    *,
    now: datetime = MONDAY,
    settings: AlertsSettings = SETTINGS,
    presence: Presence = FREE,
    outlook: Outlook = NOTHING,
) -> Decision:
    return decide(episodes, told, reminders, settings, now, LONDON, presence, outlook)
