"""Saying what is due: kept before it is shown, shown once, and tried again when it was refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from agent import first_round
from agent.alerts.records import Decision, Delivery, Key, Presence, Reminder
from agent.contract import Attestation, Basis, Category, Severity, Status
from agent.paths import Paths
from agent.speaking import Spoken, as_argument, checks_to_be_named, speak
from agent.status import AgentPart, CheckRow, Counts, DevicePart, Document, PolicyPart, Summary
from agent.store import Store
from agent.store.records import Sharing
from config.loader import Loaded, from_values
from tests.agent.alerts.builders import DAY, FREE, HOUR, LONDON, MONDAY, episode

SETTINGS = from_values({}, "tests")
LOCKED = Presence(busy="locked")
SHOWN = Delivery(shown=True, how="tests")
REFUSED = Delivery(shown=False, how="tests", reason="refused")


class Screen:
    """Where alerts appear. ``delivery`` is what the system answers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.delivery = SHOWN
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.manner: list[tuple[bool, bool]] = []
        self.kept_when_shown: list[bool | None] = []

    def show(self, title: str, body: str, keys: Sequence[str], *, opens: bool, quiet: bool) -> Delivery:
        self.seen.append((title, tuple(keys)))
        self.manner.append((opens, quiet))
        self.kept_when_shown.extend(said.delivered for said in self.store.said(MONDAY - 30 * DAY))
        return self.delivery


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(Paths.here()) as store:
        yield store


@pytest.fixture
def screen(store: Store) -> Screen:
    return Screen(store)


def at(
    store: Store,
    screen: Screen,
    after: timedelta = timedelta(0),
    presence: Presence = FREE,
    *,
    document: Document | None = None,
    settings: Loaded = SETTINGS,
) -> Spoken:
    return speak(store, settings, presence, document, now=MONDAY + after, zone=LONDON, show=screen.show)


class PowerCutError(Exception):
    """The computer went off in the middle of it."""


def cut_off(title: str, body: str, keys: Sequence[str], *, opens: bool, quiet: bool) -> Delivery:
    raise PowerCutError


def document(*rows: CheckRow, health: Literal["ok", "degraded"] = "ok") -> Document:
    return Document(
        generated_at=MONDAY,
        agent=AgentPart("0", health, "working"),
        device=DevicePart("00000000-0000-4000-8000-000000000000", "Laptop 1", "linux", "Debian 12"),
        policy=PolicyPart("standard", "sha256:0"),
        summary=Summary("ok", Counts()),
        checks=rows,
    )


def row(check_id: str = "screen_lock", status: Status = Status.PASS, **changes: Any) -> CheckRow:
    values: dict[str, Any] = {"version": 1, "category": Category.DEVICE, "severity": Severity.INFO, "reason": "fine"}
    values |= {"basis": Basis.MEASURED, "observed_at": MONDAY} | changes
    return CheckRow(id=check_id, status=status, **values)


def test_with_nothing_wrong_nothing_is_said(store: Store, screen: Screen) -> None:
    assert at(store, screen).decision == Decision()
    assert screen.seen == []


def test_what_is_due_is_kept_before_it_is_shown_and_with_what_came_of_it(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock")])
    assert at(store, screen).delivery == SHOWN
    assert screen.kept_when_shown == [None]
    (said,) = store.said(MONDAY - DAY)
    assert (said.delivered, said.utterance.episodes, said.at) == (True, ("screen_lock",), MONDAY)


def test_it_is_said_once(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock")])
    for hours in range(24):
        at(store, screen, hours * HOUR)
    assert len(screen.seen) == 1


def test_one_that_was_cut_off_while_it_was_shown_is_not_said_again(store: Store) -> None:
    store.keep_episodes([episode("screen_lock")])

    with pytest.raises(PowerCutError):
        speak(store, SETTINGS, FREE, None, now=MONDAY, zone=LONDON, show=cut_off)
    screen = Screen(store)
    at(store, screen, HOUR)
    assert screen.seen == []


def test_one_that_was_refused_is_tried_again_later_and_not_at_once(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock")])
    screen.delivery = REFUSED
    spoken = at(store, screen)
    assert spoken.decision.next_at is not None
    assert MONDAY + timedelta(minutes=30) <= spoken.decision.next_at <= MONDAY + 2 * HOUR
    at(store, screen, timedelta(minutes=5))
    assert len(screen.seen) == 1
    screen.delivery = SHOWN
    at(store, screen, 2 * HOUR)
    assert len(screen.seen) == 2


def test_the_buttons_are_about_the_items_that_were_meant(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("two_step", check_id="two_step", subject="i-0123456789ab")])
    at(store, screen)
    assert screen.seen[0][1] == ("two_step:i-0123456789ab",)


def test_what_is_fixed_has_no_buttons(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock")])
    at(store, screen)
    (opened,) = store.episodes()
    closed = episode("screen_lock", closed_at=MONDAY + HOUR, good=True, revision=opened.revision + 1)
    store.keep_episodes([closed])
    at(store, screen, 2 * DAY)
    assert [keys for _, keys in screen.seen] == [("screen_lock",), ()]
    at(store, screen, 4 * DAY)
    assert len(screen.seen) == 2


def test_a_reminder_of_what_is_good_again_is_kept_as_done(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock", closed_at=MONDAY - HOUR, good=True)])
    store.keep_reminder(
        Reminder(id="r", check_id="screen_lock", subject=None, due_at=MONDAY + DAY, chosen_at=MONDAY - DAY)
    )
    at(store, screen)
    assert store.reminders() == ()
    assert screen.seen == []


def test_a_reminder_that_was_cut_off_while_it_was_shown_is_said_again(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock", opened_at=MONDAY - DAY)])
    asked = Reminder(id="r", check_id="screen_lock", subject=None, due_at=MONDAY, chosen_at=MONDAY - HOUR)
    store.keep_reminder(asked)

    with pytest.raises(PowerCutError):
        speak(store, SETTINGS, FREE, None, now=MONDAY, zone=LONDON, show=cut_off)
    at(store, screen, 2 * HOUR)
    assert [keys for _, keys in screen.seen] == [("screen_lock",)]
    at(store, screen, 3 * HOUR)
    assert len(screen.seen) == 1


def test_what_would_be_said_is_known_before(store: Store) -> None:
    store.keep_episodes([episode("screen_lock")])
    assert checks_to_be_named(store, SETTINGS, FREE, None, now=MONDAY, zone=LONDON) == {"screen_lock"}
    assert checks_to_be_named(store, SETTINGS, LOCKED, None, now=MONDAY, zone=LONDON) == frozenset()


def test_while_the_screen_is_locked_it_waits(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock", severity=Severity.HIGH)])
    spoken = at(store, screen, presence=LOCKED)
    assert (spoken.decision.held, screen.seen) == ("locked", [])


# Answers that will expire

PLAN_ENDS = MONDAY + 5 * DAY


def with_answers(store: Store) -> Document:
    """Two accounts and a team whose answers expire within the week, and one whose does not."""
    account = store.add_account("google", "Casework", now=MONDAY - 200 * DAY)
    other = store.add_account("x", "Posts", now=MONDAY - 199 * DAY)
    days = SETTINGS.settings.profile.attestation_days

    def stated(subject: str, statement: str, answer: str, good_for: int, left: timedelta) -> None:
        at = MONDAY + left - timedelta(days=good_for)
        store.attest(Attestation(subject=subject, statement=statement, answer=answer, at=at))

    stated(account.id, "two_step.method", "passkey", days.account, 3 * DAY)
    stated(other.id, "two_step.method", "passkey", days.account, 30 * DAY)
    stated("laptop", "password_manager.kind", "app", days.habit, 5 * DAY)
    answered: dict[str, Any] = {"basis": Basis.ATTESTED}
    return document(
        row("two_step", instance=account.id, expires_at=MONDAY + 3 * DAY, **answered),
        row("two_step", instance=other.id, expires_at=MONDAY + 30 * DAY, **answered),
        row("password_manager", expires_at=PLAN_ENDS, **answered),
        row("self_search", expires_at=MONDAY + DAY, **answered),
    )


def test_answers_that_get_old_are_counted_as_the_page_will_ask_for_them(store: Store, screen: Screen) -> None:
    found = with_answers(store)
    assert at(store, screen, document=found).delivery == SHOWN
    assert screen.seen == [("2 answers get old this week", ())]
    assert screen.manner == [(True, False)]
    (said,) = store.said(MONDAY - DAY)
    assert [one.check_id for one in said.utterance.answers] == ["two_step", "password_manager"]
    assert [one.subject for one in said.utterance.answers] == [store.accounts()[0].id, None]
    assert said.utterance.answers[1].expires_at == PLAN_ENDS


def test_they_are_named_once_whatever_restarts(store: Store, screen: Screen) -> None:
    found = with_answers(store)
    for hours in range(0, 24 * 5, 3):
        with Store.open(Paths.here()) as again:
            at(again, screen, hours * HOUR, document=found)
    assert len(screen.seen) == 1


def test_they_are_named_once_although_the_store_is_lost(store: Store, screen: Screen) -> None:
    found = with_answers(store)
    at(store, screen, document=found)
    store.close()
    for name in ("", "-wal", "-shm"):
        Path(Paths.here().store + name).unlink(missing_ok=True)
    with Store.open(Paths.here()) as again:
        at(again, screen, 2 * DAY, document=found)
    assert len(screen.seen) == 1


def test_cut_off_while_they_are_named_they_are_not_named_again(store: Store, screen: Screen) -> None:
    found = with_answers(store)
    with pytest.raises(PowerCutError):
        speak(store, SETTINGS, FREE, found, now=MONDAY, zone=LONDON, show=cut_off)
    at(store, screen, 2 * DAY, document=found)
    assert screen.seen == []


def test_an_open_item_and_answers_are_one_weekly_digest_with_the_buttons_of_the_item(
    store: Store, screen: Screen
) -> None:
    found = with_answers(store)
    store.keep_episodes([episode("app_updates", severity=Severity.LOW)])
    at(store, screen, document=found)
    assert screen.seen == [("One thing to look at this week", ("app_updates",))]
    assert screen.manner == [(False, False)]
    (said,) = store.said(MONDAY - DAY)
    assert len(said.utterance.answers) == 2


def test_the_checks_of_answers_are_looked_at_once_more(store: Store) -> None:
    named = checks_to_be_named(store, SETTINGS, FREE, with_answers(store), now=MONDAY, zone=LONDON)
    assert named == {"two_step", "password_manager"}


# All clear

CLEAR = document(row(), row("app_updates"))


def looked_for_a_month(store: Store) -> None:
    first_round.note(store, MONDAY - 30 * DAY)


def test_a_month_after_the_first_round_one_quiet_alert_says_that_nothing_needs_them(
    store: Store, screen: Screen
) -> None:
    looked_for_a_month(store)
    assert at(store, screen, document=CLEAR).decision.next_at == MONDAY + DAY
    assert screen.seen == [("Nothing needs you", ())]
    assert screen.manner == [(True, True)]
    for days in range(1, 7):
        at(store, screen, days * DAY, document=CLEAR)
    assert len(screen.seen) == 1


def test_before_any_round_or_within_the_first_month_it_is_not_said(store: Store, screen: Screen) -> None:
    at(store, screen, document=CLEAR)
    first_round.note(store, MONDAY - 29 * DAY)
    assert at(store, screen, document=CLEAR).decision.next_at == MONDAY + DAY
    assert screen.seen == []


def test_cut_off_while_it_is_said_it_is_not_said_again(store: Store, screen: Screen) -> None:
    looked_for_a_month(store)
    with pytest.raises(PowerCutError):
        speak(store, SETTINGS, FREE, CLEAR, now=MONDAY, zone=LONDON, show=cut_off)
    at(store, screen, DAY, document=CLEAR)
    assert screen.seen == []


@pytest.mark.parametrize(
    "found",
    [None, document(), document(row(), row("breach", Status.UNKNOWN)), document(row(), health="degraded")],
    ids=["no round", "nothing", "unknown", "the agent itself is not well"],
)
def test_while_not_all_is_known_to_be_good_it_is_not_said(store: Store, screen: Screen, found: Document | None) -> None:
    looked_for_a_month(store)
    assert at(store, screen, document=found).decision == Decision()


def test_with_settings_that_cannot_be_used_it_is_not_said(store: Store, screen: Screen) -> None:
    looked_for_a_month(store)
    broken = replace(SETTINGS, problems=("config.toml: profile: found 5",))
    assert at(store, screen, document=CLEAR, settings=broken).decision == Decision()


def test_who_switched_it_off_does_not_hear_it(store: Store, screen: Screen) -> None:
    looked_for_a_month(store)
    without = from_values({"alerts": {"all_clear": False}}, "tests")
    assert at(store, screen, document=CLEAR, settings=without).decision == Decision()


def test_after_the_first_round_the_person_is_greeted_with_a_way_to_the_page(store: Store, screen: Screen) -> None:
    first_round.note(store, MONDAY - HOUR)
    at(store, screen, document=CLEAR)
    at(store, screen, DAY, document=CLEAR)
    assert screen.seen == [("Watchword now checks this computer", ())]
    assert screen.manner == [(True, False)]


ASKS = msgspec.structs.replace(SETTINGS.settings.report, url="https://it.example.org")
OFFICE = replace(SETTINGS, settings=msgspec.structs.replace(SETTINGS.settings, report=ASKS))


@pytest.mark.parametrize(
    ("agreed", "settings", "told"),
    [
        (Sharing(MONDAY - 30 * DAY, "summary", "https://it.example.org"), OFFICE, True),
        (Sharing(MONDAY - 29 * DAY, "summary", "https://it.example.org"), OFFICE, False),
        (Sharing(MONDAY - 30 * DAY, "summary", "https://elsewhere.example.org"), OFFICE, False),
        (Sharing(MONDAY - 30 * DAY, None, "https://it.example.org", ended_by="person"), OFFICE, False),
        (Sharing(MONDAY - 30 * DAY, "summary", "https://it.example.org"), SETTINGS, False),
        (None, OFFICE, False),
    ],
    ids=["a month", "less", "another address", "stopped", "nobody asks", "never agreed"],
)
def test_only_who_shares_reports_is_reminded_of_it_quietly(
    store: Store, screen: Screen, agreed: Sharing | None, settings: Loaded, told: bool
) -> None:
    if agreed is not None:
        store.keep_sharing(agreed)
    at(store, screen, document=CLEAR, settings=settings)
    assert screen.seen == ([("A reminder: you share reports", ())] if told else [])
    assert screen.manner == ([(True, True)] if told else [])


def test_every_check_is_looked_at_once_more_before_it_is_said(store: Store) -> None:
    looked_for_a_month(store)
    named = checks_to_be_named(store, SETTINGS, FREE, CLEAR, now=MONDAY, zone=LONDON)
    assert named == {"screen_lock", "app_updates"}


def test_an_item_has_the_form_that_commands_take() -> None:
    assert as_argument(Key("screen_lock", None)) == "screen_lock"
    assert as_argument(Key("two_step", "i-0123456789ab")) == "two_step:i-0123456789ab"
