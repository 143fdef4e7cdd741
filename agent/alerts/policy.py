"""What to say now, if anything, and when it is worth asking again.

The rules are those of facts: guidance 3c. ``decide`` looks at nothing but its arguments, so whatever survives a
restart in the store is all there is to know.

The wall clock is all it has, so that a clock set forward by a week looks like a laptop that was off for a week: such a
jump can bring one alert forward by a day, and begins the count of the week anew. A clock set back brings none forward
(:func:`agent.alerts.history.put_right`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from agent.alerts.calendar import next_day, next_open
from agent.alerts.choosing import Unhurried, asked_for, unasked, unhurried
from agent.alerts.due import Wanted, wanted
from agent.alerts.history import History
from agent.alerts.records import Decision, Episode, Outlook, Presence, Reminder, Said
from agent.alerts.unhurried import AT_THE_LATEST
from config.schema import AlertsSettings

__all__ = ["decide"]

#: One alert a day: never two in 24 hours (so do others: facts, guidance 3b), nor two on the same local date.
DAY = timedelta(hours=24)
#: Three in seven days. What never presses leaves the last one to what does, until it is that or nothing.
WEEK, WEEK_CAP, WEEK_CAP_UNHURRIED = timedelta(days=7), 3, 2
#: Nobody is spoken to who has just opened the lid, perhaps in front of others.
SETTLE = timedelta(minutes=15)
#: Nor twice within an hour: what was not asked for waits after a reminder.
APART = timedelta(hours=1)
#: While the person is busy, or the battery low, nobody tells when that ends: ask again after this long.
ASK_AGAIN = timedelta(minutes=20)
#: Asking again once a day costs nothing and finds whatever the clock or the zone did meanwhile.
LONGEST_WAIT = timedelta(days=1)
SECOND = timedelta(seconds=1)


def decide(  # noqa: PLR0917 (one call, and each of them is something else)
    episodes: Sequence[Episode],
    said: Sequence[Said],
    reminders: Sequence[Reminder],
    settings: AlertsSettings,
    now: datetime,
    zone: tzinfo,
    presence: Presence,
    outlook: Outlook,
) -> Decision:
    """Decide what to say.

    Args:
        episodes: the open ones, and those closed in the last 30 days.
        said: what was said in the last 90 days. Since the oldest of them was opened is too little: an episode that
            comes and goes is opened anew with its history.
        reminders: those not done yet.
        settings: whether to speak, also when all is clear, and the quiet hours.
        now: the time, aware.
        zone: where the laptop is now, with its clock changes.
        presence: what the system tells of the person's moment.
        outlook: the answers that will expire, whether all is clear, and since when the agent is here and reports.

    Returns:
        ``next_at`` takes it that what is to be said will be shown; when it is not, decide again. Asked again with
        what was said among ``said``, it does not say it twice.
    """
    if not settings.enabled:
        return Decision(held="switched_off")
    here = Moment(now.astimezone(UTC), zone, settings, presence)
    if not settings.all_clear:
        outlook = msgspec.structs.replace(outlook, clear_since=None)
    decision = _decide(episodes, said, reminders, outlook, here)
    if decision.say is None:
        return decision
    then = [*said, Said(id="", at=here.now, utterance=decision.say, delivered=True)]
    return msgspec.structs.replace(decision, next_at=_decide(episodes, then, reminders, outlook, here).next_at)


@dataclass(frozen=True)
class Moment:
    """The moment that is decided for."""

    now: datetime
    zone: tzinfo
    settings: AlertsSettings
    presence: Presence


@dataclass(frozen=True)
class Turn:
    """From when something can be said, and by what it is held when it is due but cannot be said yet."""

    at: datetime
    held: str | None


def _decide(
    episodes: Sequence[Episode],
    said: Sequence[Said],
    reminders: Sequence[Reminder],
    outlook: Outlook,
    here: Moment,
) -> Decision:
    now = here.now
    history = History.of(said, now)
    want = wanted(episodes, history, reminders, outlook, now)
    asked = _asked_turn(want, history, here)
    ours = _our_turn(want, history, here)
    calm = _unhurried_turn(want, history, here, ours)
    if asked is not None and asked.at == now:
        return Decision(say=asked_for(want, history, now))
    if ours is not None and ours.at == now:
        return Decision(say=unasked(want, history, now))
    if calm is not None and calm[1].at == now:
        return Decision(say=unhurried(calm[0], want, history, now))
    turns = [turn for turn in (asked, ours, calm and calm[1]) if turn is not None]
    return Decision(
        next_at=min((_later(turn.at, now) for turn in turns), default=None),
        held=next((turn.held for turn in turns if turn.held), None),
    )


def _asked_turn(want: Wanted, history: History, here: Moment) -> Turn | None:
    """When a reminder can be said: quiet hours, the caps and a low battery do not hold back what was asked for."""
    if not want.asked:
        return None
    gates = [("just_woke", _settled_at(here)), ("retry", history.retry_at())]
    at, held = _latest(min(due.at for due in want.asked), gates, here.now)
    if at == here.now and here.presence.busy is not None:
        return Turn(here.now + ASK_AGAIN, here.presence.busy)
    return Turn(at, held)


def _our_turn(want: Wanted, history: History, here: Moment) -> Turn | None:
    """When anything else about an item can be said."""
    dues = [due.at for due in (*want.items, *want.fixed)]
    dues += [want.weekly_at] if want.weekly_at is not None else []
    return _unasked_turn(min(dues), history, here, WEEK_CAP) if dues else None


def _unhurried_turn(want: Wanted, history: History, here: Moment, ours: Turn | None) -> tuple[Unhurried, Turn] | None:
    """What never presses, and when it can be said: not if that would put off by a day what is known to be said next."""
    turns: dict[Unhurried, Turn | None] = {
        "answers": _answers_turn(want, history, here),
        "welcome": _welcome_turn(want, history, here),
        "all_clear": _all_clear_turn(want, history, here),
        "sharing": _sharing_turn(want, history, here),
    }
    first = min(((kind, turn) for kind, turn in turns.items() if turn), key=lambda one: one[1].at, default=None)
    if want.unsure or first is None or (ours is not None and ours.at < _next_day(first[1].at, here.zone)):
        return None
    return first


def _answers_turn(want: Wanted, history: History, here: Moment) -> Turn | None:
    """When the first of the answers that will expire can be named, if that is before it has."""
    for due in want.answers:
        early = _unasked_turn(due.at, history, here, WEEK_CAP_UNHURRIED)
        late = _unasked_turn(max(due.at, due.answer.expires_at - AT_THE_LATEST), history, here, WEEK_CAP)
        turn = min(early, late, key=lambda one: one.at)
        if turn.at < due.answer.expires_at:
            return turn
    return None


def _all_clear_turn(want: Wanted, history: History, here: Moment) -> Turn | None:
    """When it can be said that all is clear, unless an answer would have to be named within a week of that."""
    if want.all_clear_at is None:
        return None
    turn = _unasked_turn(want.all_clear_at, history, here, WEEK_CAP_UNHURRIED)
    return turn if all(due.at >= turn.at + WEEK for due in want.answers) else None


def _welcome_turn(want: Wanted, history: History, here: Moment) -> Turn | None:
    """When the person can be greeted, if that is soon enough."""
    if want.welcome_until is None:
        return None
    turn = _unasked_turn(here.now, history, here, WEEK_CAP_UNHURRIED)
    return turn if turn.at < want.welcome_until else None


def _sharing_turn(want: Wanted, history: History, here: Moment) -> Turn | None:
    """When it can be said by itself that reports are shared."""
    return _unasked_turn(want.sharing_at, history, here, WEEK_CAP_UNHURRIED) if want.sharing_at is not None else None


def _unasked_turn(due_at: datetime, history: History, here: Moment, week_cap: int) -> Turn:
    """When something that is due from then on, and that nobody asked for, can be said."""
    gates = [
        ("quiet_hours", next_open(here.now, here.zone, here.settings)),
        ("day_cap", _day_cap(history, here.zone)),
        ("week_cap", _week_cap(history, week_cap)),
        ("retry", history.retry_at()),
        ("just_woke", _settled_at(here)),
        ("reminder", _after_reminder(history)),
    ]
    at, held = _latest(due_at, gates, here.now)
    busy = here.presence.busy or ("battery_low" if here.presence.battery_low else None)
    if at == here.now and busy is not None:
        at, held = here.now + ASK_AGAIN, busy
    return Turn(next_open(at, here.zone, here.settings), held)


def _latest(
    due_at: datetime, gates: Iterable[tuple[str, datetime | None]], now: datetime
) -> tuple[datetime, str | None]:
    """From when all gates are open, and the first that holds back what is due now."""
    shut = [(slug, until) for slug, until in gates if until is not None and until > now]
    held = shut[0][0] if shut and due_at <= now else None
    return max([due_at, now, *(until for _, until in shut)]), held


def _later(at: datetime, now: datetime) -> datetime:
    """When to ask again: at the first whole second from ``at`` on, and within a day."""
    at = min(at, now + LONGEST_WAIT)
    return at if at.microsecond == 0 else at.replace(microsecond=0) + SECOND


def _settled_at(here: Moment) -> datetime | None:
    since = here.presence.present_since
    # Further ahead than any correction of the clock: the clock was set back, and nobody can tell.
    return None if since is None or since > here.now + SETTLE else since + SETTLE


def _day_cap(history: History, zone: tzinfo) -> datetime | None:
    counted = history.counted()
    return _next_day(counted[-1], zone) if counted else None


def _next_day(last: datetime, zone: tzinfo) -> datetime:
    return max(last + DAY, next_day(last, zone))


def _week_cap(history: History, most: int) -> datetime | None:
    counted = history.counted()
    return counted[-most] + WEEK if len(counted) >= most else None


def _after_reminder(history: History) -> datetime | None:
    last = history.told[-1] if history.told else None
    return last.at + APART if last is not None and last.utterance.kind == "reminder" else None
