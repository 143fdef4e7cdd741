"""What was said before, with dates that make sense even when the clock does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from agent.alerts.records import Reminder, Said, Utterance

__all__ = ["CLOCK_TOLERANCE", "History", "Told", "put_right"]

#: A date this little ahead needs no putting right: time servers set clocks back by seconds.
CLOCK_TOLERANCE = timedelta(minutes=5)
#: What is dated further ahead than the longest cap lasts can hold nothing back: else it would for as long as the
#: clock was wrong, a year perhaps.
FAR_AHEAD = timedelta(days=7)

#: After an alert that could not be shown: an hour, doubled with each further one, a day at most.
FIRST_RETRY = timedelta(hours=1)
LAST_RETRY = timedelta(hours=24)


@dataclass(frozen=True)
class Told:
    """One alert, and when it counts from."""

    at: datetime
    utterance: Utterance


@dataclass(frozen=True)
class History:
    """What was said before, oldest first. What the system refused is only in ``refused``."""

    told: Sequence[Told]
    refused: Sequence[datetime]
    by_episode: Mapping[str, Sequence[Told]]

    @classmethod
    def of(cls, said: Iterable[Said], now: datetime) -> History:
        """Sorted, with dates from the future (the clock was set back) brought to now or out of the way."""
        told, refused = [], []
        for entry in said:
            at = _counts_from(entry.at.astimezone(UTC), now)  # Adding a day to local time adds 23 or 25 hours at times.
            if entry.delivered is False:
                refused.append(at)
            else:
                told.append(Told(at, entry.utterance))
        told.sort(key=lambda one: one.at)
        by_episode: dict[str, list[Told]] = {}
        for one in told:
            for id_ in one.utterance.episodes if one.utterance.kind != "fixed" else ():
                by_episode.setdefault(id_, []).append(one)
        return cls(told, sorted(refused), by_episode)

    def of_episode(self, id_: str, since: datetime | None = None) -> list[Told]:
        """Those that were about an episode, without the word that it is good again."""
        return [one for one in self.by_episode.get(id_, ()) if since is None or one.at >= since]

    def counted(self) -> list[datetime]:
        """When those were said that the caps count: all but the reminders that the person asked for."""
        return [one.at for one in self.told if one.utterance.kind != "reminder"]

    def retry_at(self) -> datetime | None:
        """When to try again after the last alerts could not be shown; ``None`` when the last one was."""
        since = self.told[-1].at if self.told else None
        failures = [at for at in self.refused if since is None or at > since]
        if not failures:
            return None
        doublings = min(len(failures) - 1, 10)
        return failures[-1] + min(FIRST_RETRY * (1 << doublings), LAST_RETRY)


def _counts_from(at: datetime, now: datetime) -> datetime:
    if at <= now:
        return at
    return now if at - now <= FAR_AHEAD else now - FAR_AHEAD


def put_right(said: Iterable[Said], reminders: Iterable[Reminder], now: datetime) -> tuple[list[Said], list[Reminder]]:
    """What is dated in the future because the clock was set back, dated anew; only the changed ones.

    All are moved by the same time, so that the newest is dated now and their order and distances stay. Keep the
    result before deciding: then an alert said on a wrong date counts from now on as one said just now, no matter for
    how long the date was wrong.
    """
    said, reminders = list(said), list(reminders)
    ahead = [entry.at for entry in said if entry.at > now + CLOCK_TOLERANCE]
    ahead += [one.chosen_at for one in reminders if one.chosen_at > now + CLOCK_TOLERANCE]
    if not ahead:
        return [], []
    by = max(ahead) - now
    return (
        [
            msgspec.structs.replace(entry, at=entry.at - by, revision=entry.revision + 1)
            for entry in said
            if entry.at > now
        ],
        [
            msgspec.structs.replace(
                one,
                chosen_at=one.chosen_at - by,
                due_at=one.due_at - by,
                done_at=None if one.done_at is None else min(one.done_at, now),
                revision=one.revision + 1,
            )
            for one in reminders
            if one.chosen_at > now
        ],
    )
