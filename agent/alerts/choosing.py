"""What to say first of all that is due, and what to say together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from agent.alerts.due import Wanted
from agent.alerts.episodes import RANKS
from agent.alerts.history import History
from agent.alerts.records import Episode, Utterance
from agent.alerts.unhurried import is_last_call, named_now
from agent.contract import Severity

__all__ = ["Unhurried", "asked_for", "of_answers", "unasked", "unhurried"]

#: What never presses.
Unhurried = Literal["answers", "welcome", "all_clear", "sharing"]
#: So long a "Fixed" gives way to what is high: as long as two alerts about an item are apart.
FIXED_WAITS = timedelta(days=3)
#: So long the weekly digest gives way to what is high and new; then that becomes part of it.
WEEKLY_WAITS = timedelta(days=7)
#: So long before its time it is said with "nothing needs you" that reports are shared.
SHARING_SOON = timedelta(days=7)


def asked_for(want: Wanted, history: History, now: datetime) -> Utterance:
    """All reminders that are due, in one; there must be one."""
    ids = _gravest_first(due.episode for due in want.asked if due.at <= now)
    before = sum(one.utterance.kind == "reminder" for one in history.of_episode(ids[0]))
    return Utterance(kind="reminder", episodes=ids, variant=before)


def unasked(want: Wanted, history: History, now: datetime) -> Utterance:
    """Something else that is due; there must be something.

    What is high and was never said goes before all else. Then whatever has been due for longest, so that nothing
    waits for ever; but other high items before a "Fixed" of the last days. What is due when the weekly digest is due
    too becomes part of it: one alert is better than two. A "Fixed" is as true next time, an answer may be gone by then.
    """
    items = [due for due in want.items if due.at <= now]
    fixed = [due for due in want.fixed if due.at <= now]
    high = [due.episode for due in items if due.episode.severity is Severity.HIGH]
    weekly = want.weekly_at is not None and want.weekly_at <= now
    if any(not history.of_episode(episode.id, since=episode.rose_at) for episode in high):
        if want.weekly_at is not None and want.weekly_at <= now - WEEKLY_WAITS:
            return _weekly(want, history, now)
        return _of_items([due.episode for due in items], history)
    if fixed:
        waits_since = min(due.at for due in fixed)
        others = [due.at for due in items] + ([want.weekly_at] if want.weekly_at is not None and weekly else [])
        first = now - FIXED_WAITS if high else min(others, default=now)
        if waits_since <= first:
            if not others and is_last_call(want.answers, now):
                return of_answers(want, history, now)
            return _several("fixed", (due.episode for due in fixed), history)
    if weekly:
        return _weekly(want, history, now)
    return _of_items([due.episode for due in items], history)


def of_answers(want: Wanted, history: History, now: datetime) -> Utterance:
    """The answers that will expire, all in one; one must be due."""
    return Utterance(kind="answers", answers=named_now(want.answers, now), variant=_times("answers", history))


def unhurried(kind: Unhurried, want: Wanted, history: History, now: datetime) -> Utterance:
    """What never presses and is due. That reports are shared is said with something else where there is something."""
    match kind:
        case "answers":
            return of_answers(want, history, now)
        case "welcome":
            return Utterance(kind="welcome")
        case "all_clear":
            soon = want.sharing_at is not None and want.sharing_at <= now + SHARING_SOON
            return Utterance(kind="all_clear", variant=_times("all_clear", history), shares=soon)
        case "sharing":
            return Utterance(kind="sharing", shares=True)


def _weekly(want: Wanted, history: History, now: datetime) -> Utterance:
    digest = _several("weekly", want.open, history)
    shares = want.sharing_at is not None and want.sharing_at <= now
    return msgspec.structs.replace(digest, answers=named_now(want.answers, now), shares=shares)


def _of_items(episodes: list[Episode], history: History) -> Utterance:
    if len(episodes) > 1:
        return _several("digest", episodes, history)
    id_ = episodes[0].id
    return Utterance(kind="item", episodes=(id_,), variant=len(history.of_episode(id_)))


def _several(kind: Literal["digest", "weekly", "fixed"], episodes: Iterable[Episode], history: History) -> Utterance:
    return Utterance(kind=kind, episodes=_gravest_first(episodes), variant=_times(kind, history))


def _times(kind: str, history: History) -> int:
    """How often something of this kind was said before."""
    return sum(one.utterance.kind == kind for one in history.told)


def _gravest_first(episodes: Iterable[Episode]) -> tuple[str, ...]:
    """Their ids, high severity first, then what has been so for longest."""
    ordered = sorted(
        episodes, key=lambda one: (-RANKS[one.severity], one.opened_at, one.check_id, one.subject or "", one.id)
    )
    return tuple(one.id for one in ordered)
