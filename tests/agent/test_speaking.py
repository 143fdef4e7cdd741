"""Saying what is due: kept before it is shown, shown once, and tried again when it was refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from agent.alerts.records import Decision, Delivery, Key, Presence, Reminder
from agent.contract import Severity
from agent.paths import Paths
from agent.speaking import Spoken, as_argument, checks_to_be_named, speak
from agent.store import Store
from config.loader import from_values
from tests.agent.alerts.builders import DAY, FREE, HOUR, LONDON, MONDAY, episode

SETTINGS = from_values({}, "tests")
SHOWN = Delivery(shown=True, how="tests")
REFUSED = Delivery(shown=False, how="tests", reason="refused")


class Screen:
    """Where alerts appear. ``delivery`` is what the system answers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.delivery = SHOWN
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.kept_when_shown: list[bool | None] = []

    def show(self, title: str, body: str, keys: Sequence[str]) -> Delivery:
        self.seen.append((title, tuple(keys)))
        self.kept_when_shown.extend(said.delivered for said in self.store.said(MONDAY - 30 * DAY))
        return self.delivery


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(Paths.here()) as store:
        yield store


@pytest.fixture
def screen(store: Store) -> Screen:
    return Screen(store)


def at(store: Store, screen: Screen, after: timedelta = timedelta(0), presence: Presence = FREE) -> Spoken:
    return speak(store, SETTINGS, presence, {}, now=MONDAY + after, zone=LONDON, show=screen.show)


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

    class PowerCutError(Exception):
        pass

    def cut_off(title: str, body: str, keys: Sequence[str]) -> Delivery:
        raise PowerCutError

    with pytest.raises(PowerCutError):
        speak(store, SETTINGS, FREE, {}, now=MONDAY, zone=LONDON, show=cut_off)
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

    class PowerCutError(Exception):
        pass

    def cut_off(title: str, body: str, keys: Sequence[str]) -> Delivery:
        raise PowerCutError

    with pytest.raises(PowerCutError):
        speak(store, SETTINGS, FREE, {}, now=MONDAY, zone=LONDON, show=cut_off)
    at(store, screen, 2 * HOUR)
    assert [keys for _, keys in screen.seen] == [("screen_lock",)]
    at(store, screen, 3 * HOUR)
    assert len(screen.seen) == 1


def test_what_would_be_said_is_known_before(store: Store) -> None:
    store.keep_episodes([episode("screen_lock")])
    assert checks_to_be_named(store, SETTINGS, FREE, now=MONDAY, zone=LONDON) == {"screen_lock"}
    assert checks_to_be_named(store, SETTINGS, Presence(busy="locked"), now=MONDAY, zone=LONDON) == frozenset()


def test_while_the_screen_is_locked_it_waits(store: Store, screen: Screen) -> None:
    store.keep_episodes([episode("screen_lock", severity=Severity.HIGH)])
    spoken = at(store, screen, presence=Presence(busy="locked"))
    assert (spoken.decision.held, screen.seen) == ("locked", [])


def test_an_item_has_the_form_that_commands_take() -> None:
    assert as_argument(Key("screen_lock", None)) == "screen_lock"
    assert as_argument(Key("two_step", "i-0123456789ab")) == "two_step:i-0123456789ab"
