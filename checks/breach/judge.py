"""The verdict about each account: pure, from facts and the profile's number of days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.contract import Basis, Evidence, Fact, Finding, Severity, Status
from checks.breach.breach import Breach
from checks.breach.facts import PASSING, AccountFacts
from checks.breach.hibp import ATTRIBUTION
from checks.breach.items import items_of, service_items_of
from checks.breach.severity import Weight, weight

__all__ = ["REASONS", "judge"]

REASONS = frozenset(
    {
        "none_known",
        "acknowledged",
        "found",
        "password_exposed",
        "service_breached",
        "no_accounts",
        "no_address",
        "no_key",
        "bad_key",
        "bad_request",
        "not_kept",
        "no_permission",
        "no_keyring",
        "office_file",
        "locked",
        "stale",
        *PASSING,
    }
)

SOURCE = "Have I Been Pwned"

SEVERITY = {
    Weight.DOUBTFUL: Severity.LOW,
    Weight.DETAILS: Severity.MEDIUM,
    Weight.GRAVE: Severity.HIGH,
    Weight.PASSWORD: Severity.HIGH,
}


def judge(accounts: Sequence[AccountFacts], now: datetime, recheck_days: int) -> list[Finding]:
    """One finding for each account, or one that says that no accounts are listed."""
    if not accounts:
        return [Finding(status=Status.UNKNOWN, reason="no_accounts", basis=Basis.API)]
    return [_judge_one(account, now, recheck_days) for account in accounts]


def _judge_one(account: AccountFacts, now: datetime, recheck_days: int) -> Finding:
    if account.new:
        # A breach that happened stays true however old the answer is.
        return _found(account, now)
    if account.searched is not None and _still_good(account, now, recheck_days):
        known = bool(account.dealt_with)
        return _finding(Status.PASS, "acknowledged" if known else "none_known", Severity.INFO, account, now)
    if account.new_at_service:
        return _service_breached(account)
    # An answer that has become too old is the news only if nothing needs to be set right first.
    whole = account.searched is not None and account.searched.whole
    stale = account.trouble == "stale" or (whole and account.trouble in PASSING)
    reason = "stale" if stale or account.trouble is None else account.trouble
    return _finding(Status.UNKNOWN, reason, Severity.LOW if stale else Severity.INFO, account, now)


def _still_good(account: AccountFacts, now: datetime, recheck_days: int) -> bool:
    """Young enough (limits are inclusive: to the end of the last day), about this address, and only badly timed."""
    searched = account.searched
    if searched is None or not (searched.same_address and searched.whole):
        return False
    if account.trouble is not None and account.trouble not in PASSING:
        return False
    return timedelta(minutes=-5) <= now - searched.at < timedelta(days=recheck_days + 1)


def _found(account: AccountFacts, now: datetime) -> Finding:
    worst = max(map(weight, account.new))
    if worst is Weight.PASSWORD:
        return _finding(Status.FAIL, "password_exposed", Severity.HIGH, account, now)
    return _finding(Status.WARN, "found", SEVERITY[worst], account, now)


def _service_breached(account: AccountFacts) -> Finding:
    lost = account.new_at_service
    facts: dict[str, Fact] = {"new": len(lost), "passwords": _passwords(lost)}
    return Finding(
        status=Status.WARN,
        reason="service_breached",
        severity=max((SEVERITY[weight(breach)] for breach in lost), key=list(Severity).index),
        basis=Basis.API,
        subject=account.account_id,
        facts=facts,
        items=service_items_of(account),
        evidence=(
            Evidence("breaches at this service since you listed it", str(len(lost)), f"{SOURCE}, public catalogue"),
            *_why_not_asked(account),
            Evidence("source", ATTRIBUTION),
        ),
    )


def _finding(status: Status, reason: str, severity: Severity, account: AccountFacts, now: datetime) -> Finding:
    facts: dict[str, Fact] = {}
    evidence: list[Evidence] = []
    searched = account.searched
    if searched is not None:
        days = max(0, (now - searched.at).days)
        facts = {"new": len(account.new), "known": len(account.new) + len(account.dealt_with), "checked_days": days}
        if account.new:
            facts["passwords"] = _passwords(account.new)
            facts |= _newest_month(account.new)
        by = "asked by your office" if searched.by_office else "asked"
        asked = f"{SOURCE}, {by} on {searched.at:%Y-%m-%d}"
        evidence.append(Evidence("known breaches with this address", str(facts["known"]), asked))
        evidence.append(Evidence("of those, not dealt with", str(facts["new"]), "your answers in Watchword"))
    evidence += _why_not_asked(account)
    items = items_of(account, now) if searched is not None else service_items_of(account)
    if searched is not None or items:
        evidence.append(Evidence("source", ATTRIBUTION))
    return Finding(
        status=status,
        reason=reason,
        severity=severity,
        basis=Basis.API,
        subject=account.account_id,
        facts=facts,
        items=items,
        evidence=tuple(evidence),
    )


def _why_not_asked(account: AccountFacts) -> list[Evidence]:
    evidence = [Evidence("look-up", account.trouble, SOURCE)] if account.trouble is not None else []
    if account.office_problem:
        evidence.append(Evidence("your office's file of answers", account.office_problem, "machine policy"))
    if account.ray:
        evidence.append(Evidence("Ray ID of the block, for support", account.ray, SOURCE))
    return evidence


def _passwords(breaches: Sequence[Breach]) -> bool:
    return any(weight(breach) is Weight.PASSWORD for breach in breaches)


def _newest_month(breaches: Sequence[Breach]) -> dict[str, Fact]:
    """When the newest became known, to the month; of a sensitive breach not even that is told to anybody else."""
    months = [f"{breach.added:%Y-%m}" for breach in breaches if breach.added is not None and not breach.sensitive]
    return {"newest": max(months)} if months else {}
