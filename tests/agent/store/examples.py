"""Examples of what a store keeps, and Hypothesis strategies for any of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from agent.alerts.records import Episode, Reminder, Said, Utterance
from agent.contract import Attestation, Basis, Finding, Severity, Status
from agent.store.events import (
    AccountKept,
    Attested,
    ChoiceKept,
    DeviceKept,
    EpisodeKept,
    Event,
    ReminderKept,
    SaidKept,
)
from agent.store.records import Choice
from tests.builders import NOW

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def statement(subject: str = "i-000000000001", answer: str = "app", at: datetime = NOW) -> Attestation:
    """Something the person stated."""
    return Attestation(subject=subject, statement="two_step.method", answer=answer, at=at)


def finding(status: str, reason: str = "because", subject: str | None = None) -> Finding:
    """What a check found."""
    return Finding(status=Status(status), reason=reason, subject=subject)


def episode(id: str = "e1", **changes: Any) -> Episode:
    """The screen does not lock."""
    values: dict[str, Any] = {
        "check_id": "screen_lock",
        "subject": None,
        "status": Status.FAIL,
        "reason": "off",
        "severity": Severity.HIGH,
        "basis": Basis.MEASURED,
        "opened_at": NOW,
        "seen_at": NOW,
    }
    return Episode(id=id, **(values | changes))


def said(id: str = "s1", at: datetime = NOW, **changes: Any) -> Said:
    """An alert about it."""
    return Said(id=id, at=at, utterance=Utterance(kind="item", episodes=("e1",)), **changes)


def reminder(id: str = "r1", **changes: Any) -> Reminder:
    """The person picked an hour from now."""
    values: dict[str, Any] = {"check_id": "screen_lock", "subject": None, "due_at": NOW + HOUR, "chosen_at": NOW}
    return Reminder(id=id, **(values | changes))


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
times = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
revisions = st.integers(1, 99)
statements = st.builds(
    Attested, texts, st.builds(Attestation, subject=texts, statement=texts, answer=texts, at=times, evidence=texts)
)
accounts = st.builds(
    AccountKept,
    id=texts,
    service=texts,
    label=texts,
    origin=st.sampled_from(["person", "settings"]),
    occurrence=st.integers(0, 9),
    has_address=st.booleans(),
    added_at=times,
    removed_at=st.none() | times,
    revision=revisions,
)
episodes = st.builds(
    Episode,
    id=texts,
    check_id=texts,
    subject=st.none() | texts,
    status=st.sampled_from(Status),
    reason=texts,
    severity=st.sampled_from(Severity),
    basis=st.sampled_from(Basis),
    opened_at=times,
    seen_at=times,
    confirmed_at=st.none() | times,
    closed_at=st.none() | times,
    good=st.booleans(),
    revision=revisions,
)
utterances = st.builds(
    Utterance,
    kind=st.sampled_from(["item", "digest", "weekly", "reminder", "fixed"]),
    episodes=st.lists(texts, max_size=4).map(tuple),
    variant=st.integers(0, 9),
)
alerts = st.builds(
    Said, id=texts, at=times, utterance=utterances, delivered=st.none() | st.booleans(), revision=revisions
)
reminders = st.builds(
    Reminder,
    id=texts,
    check_id=texts,
    subject=st.none() | texts,
    due_at=times,
    chosen_at=times,
    done_at=st.none() | times,
    revision=revisions,
)
values = st.booleans() | st.integers(-(2**40), 2**40) | texts | st.lists(texts, max_size=3)
choices = st.builds(Choice, key=texts, value=st.none() | values, at=times, revision=revisions)
events: st.SearchStrategy[list[Event]] = st.lists(
    statements
    | accounts
    | st.builds(DeviceKept, texts)
    | st.builds(EpisodeKept, episodes)
    | st.builds(SaidKept, alerts)
    | st.builds(ReminderKept, reminders)
    | st.builds(ChoiceKept, choices),
    max_size=8,
)
