"""What there is to say and from when, as if nothing else were to be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.alerts.episodes import RANKS
from agent.alerts.history import CLOCK_TOLERANCE, History
from agent.alerts.records import Episode, Key, Outlook, Reminder, Said
from agent.alerts.unhurried import MONTH, DueAnswer, all_clear_at, due_answers, sharing_at, welcome_until
from agent.contract import Severity, Status

__all__ = ["Due", "Wanted", "finished", "wanted"]

#: Facts: guidance 3c. The same item on days 0, 3 and 7 after it was first shown, then only in the weekly digest.
REPEATS = (timedelta(0), timedelta(days=3), timedelta(days=7))
#: However late one of them came, the next keeps this distance, and from a reminder or a weekly digest too.
BETWEEN = timedelta(days=3)
#: A statement that has expired: once, then only in the weekly digest.
EXPIRED_REPEATS = 1
#: What is not urgent waits this long, so that most people put it right before anybody speaks.
MEDIUM_AFTER = timedelta(days=2)
WEEK = timedelta(days=7)
#: An item that no round has seen for longer is not spoken of: nobody knows any more (as long as a state is kept when
#: a check cannot tell).
FRESH = timedelta(days=7)
#: How long the person may put an item off (facts: guidance 3c).
LONGEST_REMINDER = timedelta(days=14)
LONGEST_REMINDER_HIGH = timedelta(days=3)


@dataclass(frozen=True)
class Due:
    """An episode, and from when it may be said."""

    at: datetime
    episode: Episode


@dataclass(frozen=True)
class Wanted:
    """Everything there is to say, now or later. The weekly digest is about ``open``, and names ``answers`` too."""

    asked: Sequence[Due] = ()
    items: Sequence[Due] = ()
    fixed: Sequence[Due] = ()
    weekly_at: datetime | None = None
    open: Sequence[Episode] = ()
    answers: Sequence[DueAnswer] = ()
    all_clear_at: datetime | None = None
    welcome_until: datetime | None = None
    sharing_at: datetime | None = None
    #: Something high was found, and has to be confirmed first.
    unsure: bool = False


def wanted(
    episodes: Iterable[Episode], history: History, reminders: Iterable[Reminder], outlook: Outlook, now: datetime
) -> Wanted:
    """What there is to say."""
    episodes = tuple(episodes)
    standing = {episode.key: episode for episode in episodes if episode.closed_at is None}
    # Chosen in the future: the clock was set back, and when it is due cannot be known. Better said early than never.
    reminders = [one for one in reminders if one.chosen_at <= now + CLOCK_TOLERANCE]
    asked = _asked(standing, history, reminders)
    spoken = [
        episode
        for key, episode in standing.items()
        if key not in asked and episode.confirmed_at is not None and now - episode.seen_at <= FRESH
    ]
    items, slow = [], []
    for episode in spoken:
        at = _item_at(episode, history)
        if at is None:
            slow.append(_slow_at(episode, history))
        else:
            items.append(Due(at, episode))
    weekly_at = _weekly_at(slow, history)
    clear_since = outlook.clear_since if not standing else None
    shared_since = outlook.shared_since
    if shared_since is not None and shared_since > now + CLOCK_TOLERANCE:
        # The clock was set back, and nobody knows when it was. Better said early than never.
        shared_since = now - MONTH
    clear_at = all_clear_at(clear_since, history) if clear_since is not None else None
    return Wanted(
        asked=list(asked.values()),
        items=items,
        fixed=_fixed(episodes, standing, history),
        weekly_at=weekly_at,
        open=[episode for episode in spoken if _is_ripe(episode, history, now)],
        answers=due_answers(outlook.answers, history, now, weekly_at),
        all_clear_at=clear_at,
        welcome_until=welcome_until(outlook.begun_at, history) if outlook.begun_at is not None else None,
        sharing_at=sharing_at(shared_since, history, clear_at) if shared_since is not None else None,
        unsure=any(_is_unsure(episode, now) for key, episode in standing.items() if key not in asked),
    )


def finished(
    reminders: Iterable[Reminder], episodes: Iterable[Episode], said: Iterable[Said], now: datetime
) -> list[Reminder]:
    """The reminders that are over and can be kept as done: said, replaced by a later one, or the item is good."""
    reminders = [one for one in reminders if one.done_at is None]
    standing = {episode.key: episode for episode in episodes if episode.closed_at is None}
    running = {id(one) for one in _running(reminders, standing, History.of(said, now)).values()}
    return [one for one in reminders if id(one) not in running]


def _running(reminders: Iterable[Reminder], standing: Mapping[Key, Episode], history: History) -> dict[Key, Reminder]:
    """For each open item, the reminder that still stands: the last one chosen, if it was not said yet."""
    newest: dict[Key, Reminder] = {}
    for one in reminders:
        chosen_before = newest.get(one.key)
        if one.key in standing and (chosen_before is None or one.chosen_at >= chosen_before.chosen_at):
            newest[one.key] = one
    return {
        key: one
        for key, one in newest.items()
        if one.done_at is None
        and not any(
            told.utterance.kind == "reminder" for told in history.of_episode(standing[key].id, since=one.chosen_at)
        )
    }


def _asked(standing: Mapping[Key, Episode], history: History, reminders: Iterable[Reminder]) -> dict[Key, Due]:
    """The items that the person chose a time for: quiet until then."""
    return {
        key: Due(_reminder_due(one, standing[key]), standing[key])
        for key, one in _running(reminders, standing, history).items()
    }


def _reminder_due(reminder: Reminder, episode: Episode) -> datetime:
    longest = LONGEST_REMINDER_HIGH if episode.severity is Severity.HIGH else LONGEST_REMINDER
    return max(reminder.chosen_at, min(reminder.due_at, reminder.chosen_at + longest))


def _item_at(episode: Episode, history: History) -> datetime | None:
    """From when an alert of its own, or a part in a digest, is due; ``None`` when the weekly digest is all it gets."""
    if episode.confirmed_at is None or RANKS[episode.severity] < RANKS[Severity.MEDIUM]:
        return None
    told = history.of_episode(episode.id, since=episode.rose_at)
    shown = [one.at for one in told if one.utterance.kind != "reminder"]
    if len(shown) >= (EXPIRED_REPEATS if episode.status is Status.UNKNOWN else len(REPEATS)):
        return None
    at = episode.confirmed_at
    if episode.severity is not Severity.HIGH:
        at = max(at, episode.opened_at + MEDIUM_AFTER)
    if shown:
        at = max(at, shown[0] + REPEATS[len(shown)])
    return max(at, told[-1].at + BETWEEN) if told else at


def _weekly_at(slow: Sequence[datetime], history: History) -> datetime | None:
    if not slow:
        return None
    return max([min(slow), *(one.at + WEEK for one in history.told if one.utterance.kind == "weekly")])


def _is_unsure(episode: Episode, now: datetime) -> bool:
    return episode.severity is Severity.HIGH and episode.confirmed_at is None and now - episode.seen_at <= FRESH


def _is_ripe(episode: Episode, history: History, now: datetime) -> bool:
    """Whether it may be part of a weekly digest: what may still be put right unasked is left out."""
    if episode.severity is Severity.HIGH or history.of_episode(episode.id):
        return True
    return episode.opened_at + MEDIUM_AFTER <= now


def _slow_at(episode: Episode, history: History) -> datetime:
    """From when a weekly digest is due for it."""
    told = history.of_episode(episode.id)
    return told[-1].at + WEEK if told else episode.opened_at + MEDIUM_AFTER


def _fixed(episodes: Iterable[Episode], standing: Mapping[Key, Episode], history: History) -> list[Due]:
    """What we spoke of and is good again, unless we have said so or the same is wrong once more."""
    said_so = {id_ for one in history.told if one.utterance.kind == "fixed" for id_ in one.utterance.episodes}
    return [
        Due(episode.closed_at, episode)
        for episode in episodes
        if episode.closed_at is not None
        and episode.good
        and episode.key not in standing
        and episode.id not in said_so
        and history.of_episode(episode.id)
    ]
