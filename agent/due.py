"""Which checks a round of the background agent runs, and when the next round is worth starting. Pure.

Each check has its own pace (:attr:`agent.contract.Check.every`), spread by a tenth either way so that computers that
were set up on the same day do not all ask at the same minute. When each is due next is kept, so that a restart neither
forgets nor repeats; a clock that was set back or forward makes everything due once, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.contract import Category, Check, Finding, Status
from agent.store.records import LastRun

__all__ = ["CONFIRM", "HEAVY_WAIT", "RETRY", "Plan", "next_round", "next_run", "plan"]

#: A tenth either way (peers: agents that all ask on the hour are noticed by those who answer).
JITTER = 0.1
#: What is due this soon after a round runs with it: one wake instead of two. Or within a tenth of its own pace, by
#: which it may be early anyway: there are a score of checks, and each alone would be a round of its own.
TOGETHER = timedelta(minutes=10)
#: For how long a heavy check waits for mains power or the end of power saving. Then it runs all the same.
HEAVY_WAIT = timedelta(hours=24)
#: Soon enough to notice the network coming back, rare enough not to be a nuisance to whoever does not answer.
RETRY = timedelta(hours=1)
#: A bad finding is looked at again this soon, so that what a person is told is not a flicker (facts: guidance 3c).
CONFIRM = timedelta(minutes=15)
#: A run this far in the future is a clock that was set back; less is a clock that was corrected.
TOLERANCE = timedelta(minutes=5)
#: Reasons for an ``unknown`` that pass by themselves.
PASSING = frozenset({"offline", "timeout", "no_answer", "locked", "unavailable", "rate_limited", "tls", "no_session"})


@dataclass(frozen=True)
class Plan:
    """``run`` names the checks to run now; ``waiting`` those that wait for power."""

    run: tuple[str, ...]
    waiting: tuple[str, ...]


def plan(
    checks: Sequence[Check],
    runs: Mapping[str, LastRun],
    now: datetime,
    *,
    saving_power: bool,
    everything: bool = False,
) -> Plan:
    """What to run now. ``everything`` makes all of them due: settings changed, or the person asked."""
    due = [check for check in checks if everything or _is_due(runs.get(check.id), check, now)]
    waiting = [check for check in due if saving_power and check.heavy and not _waited_enough(runs.get(check.id), now)]
    if len(due) > len(waiting):  # a round is starting anyway
        due = [check for check in checks if check in due or _is_due(runs.get(check.id), check, now + _together(check))]
    return Plan(
        run=tuple(check.id for check in due if check not in waiting),
        waiting=tuple(check.id for check in waiting),
    )


def _together(check: Check) -> timedelta:
    return max(TOGETHER, check.every * JITTER)


def next_run(
    check: Check,
    findings: Iterable[Finding],
    now: datetime,
    *,
    unconfirmed: Collection[str | None],
    spread: Callable[[float, float], float],
) -> datetime:
    """When a check that just ran is due again. ``unconfirmed`` are the subjects whose episodes wait for a second look.

    ``spread`` draws a number between two others (``random.uniform``).
    """
    wait = check.every * spread(1 - JITTER, 1 + JITTER)
    if any(_passes(check, finding) for finding in findings):
        wait = min(wait, RETRY * spread(1 - JITTER, 1 + JITTER))
    if unconfirmed:
        wait = min(wait, CONFIRM)
    return now + wait


def _passes(check: Check, finding: Finding) -> bool:
    """Whether an ``unknown`` may be gone soon. A person who has not answered is not asked for it by the hour."""
    if finding.reason == "no_answer" and check.category in (Category.ACCOUNT, Category.PRACTICE):
        return False
    return finding.status is Status.UNKNOWN and finding.reason in PASSING


def next_round(runs: Iterable[LastRun], waiting: Collection[str], now: datetime) -> datetime | None:
    """The first moment at which a check will be due; one that waits for power is looked at again in half an hour."""
    moments = [max(run.next_at, now) for run in runs]
    if waiting:
        moments.append(now + timedelta(minutes=30))
    return min(moments, default=None)


def _is_due(last: LastRun | None, check: Check, at: datetime) -> bool:
    if last is None or last.next_at <= at:
        return True
    # The clock was set back: "next" would be hours or a year from now.
    return last.started_at > at + TOLERANCE + TOGETHER or last.next_at - at > check.every * (1 + JITTER) + TOLERANCE


def _waited_enough(last: LastRun | None, now: datetime) -> bool:
    # Never run at all: a first answer is worth the battery.
    return last is None or now >= last.next_at + HEAVY_WAIT or last.started_at > now + TOLERANCE
