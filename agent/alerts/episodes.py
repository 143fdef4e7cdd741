"""From the findings of a round to episodes: what is wrong, since when, and whether it is sure enough to speak of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from agent.alerts.records import Episode, Key
from agent.contract import Basis, Finding, Severity, Status

__all__ = ["EXPIRED", "RANKS", "confirmable_at", "episodes_after"]

#: A fault of the laptop is spoken of once two rounds, this far apart, have found it (facts: guidance 3c).
CONFIRM_AFTER = timedelta(minutes=10)
#: What is bad again so soon after it was good is the same episode, with what was already said of it: an item that
#: comes and goes must not start a new series of alerts each time. Our own choice: a day, as alerts come once a day.
REOPEN_WITHIN = timedelta(hours=24)
#: The reason of a finding whose statement by the person is too old to count. It is the one unknown worth a word:
#: only the person can renew it.
EXPIRED = "expired"

#: Severities, the gravest last.
RANKS: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}


def episodes_after(
    known: Sequence[Episode],
    findings: Iterable[tuple[str, Finding]],
    ran: Collection[str],
    now: datetime,
    new_id: Callable[[], str],
) -> list[Episode]:
    """The episodes that a round changed or began, to be kept in the store.

    Args:
        known: the open ones, and those closed within the last days.
        findings: what the round found, with the check's id.
        ran: the checks that *answered* (``Outcome.answered``). Their episodes about subjects they no longer speak
            of end, because the account was removed; a check that crashed says nothing about its subjects.
        now: by this computer's clock, which may have been set back: no date of an episode stays in the future.
        new_id: makes the id of an episode.
    """
    before = {episode.id: episode for episode in known}
    dated = [_dated(episode, now) for episode in known]
    current = _newest_closed(dated) | _oldest_open(dated)
    after = {episode.id: episode for episode in dated}
    for double in dated:
        if double.closed_at is None and current[double.key].id != double.id:
            after[double.id] = _closed(double, now, good=False)

    found = {Key(check_id, finding.subject): finding for check_id, finding in findings}
    for key, finding in found.items():
        episode = _after(current.get(key), key, finding, now, new_id)
        if episode is not None:
            after[episode.id] = episode
    for key, episode in current.items():
        if episode.closed_at is None and key.check_id in ran and key not in found:
            after[episode.id] = _closed(episode, now, good=False)
    return [
        _revised(episode, before.get(episode.id)) for episode in after.values() if episode != before.get(episode.id)
    ]


def confirmable_at(episode: Episode) -> datetime | None:
    """From when another bad finding would confirm an open episode; ``None`` when there is nothing to confirm."""
    if episode.closed_at is not None or episode.confirmed_at is not None:
        return None
    return episode.opened_at + CONFIRM_AFTER


def _after(
    episode: Episode | None, key: Key, finding: Finding, now: datetime, new_id: Callable[[], str]
) -> Episode | None:
    """What a finding makes of the last episode about the same, open or not; ``None`` when it changes nothing."""
    is_open = episode is not None and episode.closed_at is None
    if _is_bad(finding):
        if episode is None or not (is_open or now - (episode.closed_at or now) < REOPEN_WITHIN):
            return _opened(new_id(), key, finding, now)
        if not is_open:
            # Open since now, not since then: each time it was put right within the day, which is no reason to speak.
            return _seen(
                msgspec.structs.replace(episode, opened_at=now, confirmed_at=None, closed_at=None, good=False),
                finding,
                now,
            )
        if finding.status is not Status.UNKNOWN or episode.status is Status.UNKNOWN:
            return _seen(episode, finding, now)
        return None  # The statement that said it was bad has expired: nobody has said that it is good.
    if episode is None or not is_open or finding.status is Status.UNKNOWN:
        return None
    return _closed(episode, now, good=finding.status is Status.PASS)


def _is_bad(finding: Finding) -> bool:
    return finding.status in (Status.FAIL, Status.WARN) or (
        finding.status is Status.UNKNOWN and finding.reason == EXPIRED
    )


def _opened(id_: str, key: Key, finding: Finding, now: datetime) -> Episode:
    return Episode(
        id=id_,
        check_id=key.check_id,
        subject=key.subject,
        status=finding.status,
        reason=finding.reason,
        severity=_severity(finding),
        basis=finding.basis,
        opened_at=now,
        seen_at=now,
        confirmed_at=None if finding.basis is Basis.MEASURED else now,
    )


def _seen(episode: Episode, finding: Finding, now: datetime) -> Episode:
    """The episode after another bad finding."""
    confirmed = finding.basis is not Basis.MEASURED or now - episode.opened_at >= CONFIRM_AFTER
    severity = _severity(finding)
    rose = severity is Severity.HIGH and episode.severity is not Severity.HIGH and episode.rose_at is None
    return msgspec.structs.replace(
        episode,
        status=finding.status,
        reason=finding.reason,
        severity=severity,
        basis=finding.basis,
        seen_at=now,
        confirmed_at=episode.confirmed_at or (now if confirmed else None),
        rose_at=now if rose else episode.rose_at,
    )


def _severity(finding: Finding) -> Severity:
    """An expired statement is never worse than medium (facts: guidance 3c): we do not know that anything is wrong."""
    if finding.status is Status.UNKNOWN and finding.severity is Severity.HIGH:
        return Severity.MEDIUM
    return finding.severity


def _closed(episode: Episode, now: datetime, *, good: bool) -> Episode:
    return msgspec.structs.replace(episode, closed_at=now, good=good)


def _dated(episode: Episode, now: datetime) -> Episode:
    """The episode with no date in the future and none out of order, whatever was done to the clock."""
    opened_at = min(episode.opened_at, now)
    return msgspec.structs.replace(
        episode,
        opened_at=opened_at,
        seen_at=min(max(episode.seen_at, opened_at), now),
        confirmed_at=_between(opened_at, episode.confirmed_at, now),
        closed_at=_between(opened_at, episode.closed_at, now),
        # Not before opened_at only in a first opening: what is open again within a day keeps its history.
        rose_at=None if episode.rose_at is None else min(episode.rose_at, now),
    )


def _between(first: datetime, moment: datetime | None, last: datetime) -> datetime | None:
    return None if moment is None else min(max(moment, first), last)


def _oldest_open(episodes: Iterable[Episode]) -> dict[Key, Episode]:
    """The open episode of each key. A mended store may hold two: the longer one carries what was said."""
    ordered = sorted(episodes, key=lambda episode: (episode.opened_at, episode.id), reverse=True)
    return {episode.key: episode for episode in ordered if episode.closed_at is None}


def _newest_closed(episodes: Iterable[Episode]) -> dict[Key, Episode]:
    ended = [(episode.closed_at, episode.id, episode) for episode in episodes if episode.closed_at is not None]
    return {episode.key: episode for _, _, episode in sorted(ended, key=lambda end: end[:2])}


def _revised(episode: Episode, before: Episode | None) -> Episode:
    return episode if before is None else msgspec.structs.replace(episode, revision=before.revision + 1)
