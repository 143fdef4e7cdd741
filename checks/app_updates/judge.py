"""The verdict about pending updates: pure, from facts, thresholds and the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.contract import Evidence, Fact, Finding, Item, Severity, Status
from agent.host import Unreadable
from checks.app_updates.facts import AppUpdateFacts, FirstSight, Held, ManagerFacts, Pending, Unchecked, key
from config.schema import Limit, Profile

__all__ = ["MAX_ITEMS", "REASONS", "judge"]

REASONS = frozenset(
    {
        "up_to_date",
        "partly",
        "available",
        "age_unknown",
        "overdue",
        "stale",
        "out_of_support",
        "no_lists",
        "no_tool",
        "no_permission",
        "timeout",
        "locked",
        "offline",
        "unsupported",
        "unreadable",
        "no_answer",
        "nothing_compared",
    }
)
#: Reasons for which something could not be read, where they are called otherwise in findings.
UNKNOWN_REASONS = {"denied": "no_permission"}

#: What the places are called from which updates come that a person has to look for elsewhere than in the app itself.
ECOSYSTEMS = {
    "macos": "softwareupdate",
    "app-store": "appstore",
    "homebrew": "homebrew",
    "snap": "snap",
}

#: In this order they are listed: what has waited too long, what may have, and what only is there.
URGENCY = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
#: More lines than this are counted, not shown.
MAX_ITEMS = 100

HELD_DETAILS = {
    Held.HELD: "held back on this computer",
    Held.DEFERRED: "not offered to this computer yet",
    Held.ITSELF: "updates itself",
}
IGNORED_DETAIL = "passed over by your settings"
EXPLOITED_DETAIL = "known to be used in attacks"
UNDATED_DETAIL = "how long it has waited is not known"
#: The agent looks every few hours, but a computer may be off for a night and a day whatever the profile allows.
SHORTEST_GAP = timedelta(days=1)


@dataclass(frozen=True)
class Wait:
    """One pending package with how long it has waited, for certain and at the most, and what is allowed."""

    manager: ManagerFacts
    pending: Pending
    #: It has certainly waited since then.
    since: datetime
    waited: timedelta
    #: When the agent had looked last without seeing it; ``None`` when it never had.
    before: datetime | None
    limit: Limit
    exploited: bool
    #: Neither held nor passed over: something to do.
    counts: bool
    detail: str | None

    @property
    def dated(self) -> bool:
        """Whether it had waited no longer than is allowed when it was first seen. Else nobody knows for how long."""
        strictest = min((days for days in (self.limit.warn, self.limit.fail) if days is not None), default=None)
        if strictest is None:
            return True
        gap = max(timedelta(days=strictest), SHORTEST_GAP)
        return self.before is not None and self.since - self.before <= gap

    @property
    def status(self) -> Status:
        """Limits are inclusive: an update is overdue once it has waited longer than they say."""
        if not self.counts:
            return Status.NOT_APPLICABLE
        for status, days in ((Status.FAIL, self.limit.fail), (Status.WARN, self.limit.warn)):
            if days is not None and self.waited > timedelta(days=days):
                return status
        return Status.PASS if self.dated else Status.UNKNOWN

    @property
    def due_at(self) -> datetime | None:
        """When it becomes overdue."""
        return None if self.limit.fail is None else self.since + timedelta(days=self.limit.fail)


def judge(facts: AppUpdateFacts, profile: Profile, ignore: Sequence[str], now: datetime) -> list[Finding]:
    """One finding for the laptop.

    An overdue update is a fail whatever else could not be read; what could not be read is unknown before anything
    that depends on it is a pass; old lists are unknown, with their age. What was there at a first look, or at one after
    a long break, may have waited for any time: unless that can be told, it is unknown until it has waited too long.
    """
    passed_over = frozenset(ignore)
    waits = [
        _wait(manager, pending, facts, profile, passed_over=passed_over, now=now)
        for manager, pending in _all_pending(facts)
    ]
    unchecked = [app for app in facts.unchecked if app.name not in passed_over]
    counted = [wait for wait in waits if wait.counts]
    worst = {status: [wait for wait in counted if wait.status is status] for status in Status}
    status, reason, extra = _verdict(facts, profile, worst=worst, pending=counted, unchecked=unchecked, now=now)
    deciding = worst[Status.FAIL] or worst[Status.WARN] or worst[Status.UNKNOWN] or counted
    finding_facts: dict[str, Fact] = {
        "pending": len(counted),
        "overdue": len(worst[Status.FAIL]),
        "security": sum(wait.pending.security is True for wait in counted),
        "days": max((wait.waited.days for wait in counted), default=0),
        **_ecosystem(wait.manager for wait in deciding),
        "apps": sorted({wait.pending.app for wait in counted if wait.pending.app}),
        **_limit(deciding, worst),
        **({} if facts.checked is None else {"checked": facts.checked, "unchecked": len(unchecked)}),
        **extra,
    }
    items = [_item(wait) for wait in sorted(waits, key=_order)] + [_unchecked_item(app) for app in unchecked]
    dues = [wait.due_at for wait in counted if wait.due_at is not None]
    return [
        Finding(
            status=status,
            reason=reason,
            severity=_severity(status, deciding),
            facts=finding_facts,
            items=tuple(items[:MAX_ITEMS]),
            evidence=tuple(_evidence(facts, unchecked, worst[Status.UNKNOWN], len(items), now)),
            due_at=min(dues, default=None) if status in (Status.PASS, Status.WARN) else None,
        )
    ]


def _all_pending(facts: AppUpdateFacts) -> Iterable[tuple[ManagerFacts, Pending]]:
    for manager in facts.managers:
        if not isinstance(manager.pending, Unreadable):
            for pending in manager.pending:
                yield manager, pending


def _wait(
    manager: ManagerFacts,
    pending: Pending,
    facts: AppUpdateFacts,
    profile: Profile,
    *,
    passed_over: frozenset[str],
    now: datetime,
) -> Wait:
    sight = facts.seen.get(key(manager.manager, pending.package)) or FirstSight(now)
    since = min(sight.at, pending.offered_by or now, now)
    ignored = not passed_over.isdisjoint({pending.package, pending.app, pending.title} - {None, ""})
    known = {pending.package, pending.app or pending.package, *pending.cves}
    exploited = not known.isdisjoint(facts.exploited)
    detail = EXPLOITED_DETAIL if exploited else None
    if pending.held is not None:
        detail = HELD_DETAILS[pending.held]
    return Wait(
        manager=manager,
        pending=pending,
        since=since,
        waited=now - since,
        # A look from after the first sight is one of a clock that was ahead: it says nothing of the time between.
        before=sight.before if sight.before is not None and sight.before <= sight.at else None,
        limit=profile.exploited_update_days if exploited else profile.update_days,
        exploited=exploited,
        counts=pending.held is None and not ignored,
        detail=IGNORED_DETAIL if ignored else detail,
    )


def _verdict(
    facts: AppUpdateFacts,
    profile: Profile,
    *,
    worst: dict[Status, list[Wait]],
    pending: Sequence[Wait],
    unchecked: Sequence[Unchecked],
    now: datetime,
) -> tuple[Status, str, dict[str, Fact]]:
    """Status, reason, and the facts that only this reason has.

    Apps of which nobody publishes the latest version do not stand in the way of a pass, or there would never be one;
    but a pass says how many they are, and there is none when nothing at all could be compared.
    """
    if worst[Status.FAIL]:
        return Status.FAIL, "overdue", {}
    unknown = _unknown(facts, profile, now)
    if unknown is None and facts.checked == 0 and (unchecked or not facts.managers):
        unknown = "nothing_compared", {}
    if unknown is not None:
        reason, extra = unknown
        return Status.UNKNOWN, reason, extra
    if worst[Status.WARN]:
        return Status.WARN, "available", {}
    if worst[Status.UNKNOWN]:
        return Status.UNKNOWN, "age_unknown", {}
    if pending:
        return Status.PASS, "available", {}
    return Status.PASS, "partly" if unchecked else "up_to_date", {}


def _unknown(facts: AppUpdateFacts, profile: Profile, now: datetime) -> tuple[str, dict[str, Fact]] | None:
    """Why nothing good can be said, if so: the first manager's reason, what could not be read before what is old."""
    if not facts.managers and facts.checked is None:
        return "no_tool", {}
    for manager in facts.managers:
        for value in (manager.pending, manager.lists_at):
            if isinstance(value, Unreadable):
                reason = UNKNOWN_REASONS.get(value.reason, value.reason)
                where: dict[str, Fact] = {"manager": _called(manager), **_ecosystem([manager])}
                return reason if reason in REASONS else "unreadable", where
    ages = [(now - manager.lists_at, manager) for manager in facts.managers if isinstance(manager.lists_at, datetime)]
    if not ages:
        return None
    age, oldest = max(ages, key=lambda pair: pair[0])
    if age > timedelta(days=profile.package_list_days):
        return "stale", {"list_days": age.days, "manager": _called(oldest), **_ecosystem([oldest])}
    return None


def _limit(deciding: Sequence[Wait], worst: dict[Status, list[Wait]]) -> dict[str, Fact]:
    """The limit, in days, that decided: the strictest of those that were broken, else of those that apply."""
    name = "fail" if worst[Status.FAIL] or not worst[Status.WARN] else "warn"
    days = [limit for wait in deciding if (limit := getattr(wait.limit, name)) is not None]
    return {"limit_days": min(days)} if days else {}


def _ecosystem(managers: Iterable[ManagerFacts]) -> dict[str, Fact]:
    """Where the person has to look, when it is one place: it chooses among the steps."""
    names = {ECOSYSTEMS.get(manager.manager) for manager in managers}
    name = names.pop() if len(names) == 1 else None
    return {} if name is None else {"ecosystem": name}


def _severity(status: Status, deciding: Sequence[Wait]) -> Severity:
    if status is Status.FAIL:
        serious = any(wait.exploited or wait.pending.security for wait in deciding)
        return Severity.HIGH if serious else Severity.MEDIUM
    if status is Status.WARN:
        return Severity.MEDIUM if any(wait.exploited for wait in deciding) else Severity.LOW
    return Severity.LOW if status is Status.UNKNOWN else Severity.INFO


def _order(wait: Wait) -> tuple[int, bool, bool, str, str]:
    """What is late first; then apps, then security, then by name."""
    pending = wait.pending
    return (
        URGENCY.index(wait.status),
        pending.app is None,
        pending.security is not True,
        _name(pending).casefold(),
        wait.manager.manager,
    )


def _name(pending: Pending) -> str:
    return pending.app or pending.title or pending.package


def _item(wait: Wait) -> Item:
    pending, undated = wait.pending, wait.status is Status.UNKNOWN
    seen = f"first seen on {wait.since.day} {wait.since:%B %Y}"
    return Item(
        name=_name(pending),
        status=wait.status,
        installed=pending.installed or None,
        latest=pending.latest,
        since=None if undated else wait.since,
        source=_called(wait.manager),
        security=pending.security,
        details=(*([wait.detail] if wait.detail else []), *([seen, UNDATED_DETAIL] if undated else [])),
    )


def _unchecked_item(app: Unchecked) -> Item:
    return Item(
        name=app.name,
        status=Status.UNKNOWN,
        installed=app.version or None,
        source=app.place or None,
        details=(f"not checked: {app.why}",),
    )


def _called(manager: ManagerFacts) -> str:
    return manager.title or manager.manager


def _evidence(
    facts: AppUpdateFacts, unchecked: Sequence[Unchecked], undated: Sequence[Wait], shown: int, now: datetime
) -> Iterable[Evidence]:
    for manager in facts.managers:
        said = manager.pending
        answer = f"could not tell ({said.reason})" if isinstance(said, Unreadable) else f"{len(said)} waiting"
        yield Evidence(f"updates from {_called(manager)}", answer, manager.source)
        age = f"age of the package lists of {_called(manager)}"
        date = manager.lists_at
        if isinstance(date, Unreadable):
            yield Evidence(age, f"could not tell ({date.reason})", date.where)
        elif date is not None:
            yield Evidence(age, f"{(now - date) / timedelta(days=1):.1f} days", manager.lists_source)
    if undated:
        yield Evidence("updates of an age that is not known", str(len(undated)), _why_undated(undated))
    if facts.checked is not None:
        yield Evidence("apps compared with their latest version", str(facts.checked))
        yield Evidence("apps that were not checked", str(len(unchecked)))
    if shown > MAX_ITEMS:
        yield Evidence("updates not listed one by one", str(shown - MAX_ITEMS))


def _why_undated(undated: Sequence[Wait]) -> str:
    """They were there at the first look, or at one after a break: a date says which, by the last look before it."""
    before = [wait.before for wait in undated if wait.before is not None]
    return f"no look between {max(before):%Y-%m-%d} and their first sight" if before else "there at the first look"
