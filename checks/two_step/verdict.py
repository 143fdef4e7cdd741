"""What an answer is worth: its method, ranked against what the platform offers, by the profile."""

from __future__ import annotations

from agent.contract import Severity, Status
from config.platforms import Method, Platform, methods
from config.schema import Profile

__all__ = ["NOT_SURE", "NO_METHOD", "Verdict", "verdict"]

NO_METHOD = "none"
NOT_SURE = "not_sure"
STRONGEST, GOOD, WEAK = 1, 2, 3

Verdict = tuple[Status, str, Severity]


def verdict(answer: str, service: Platform, profile: Profile) -> Verdict:
    """Status, reason and severity of a valid answer about an account on ``service``."""
    if answer == NOT_SURE:
        return Status.UNKNOWN, "not_sure", Severity.INFO
    if answer == NO_METHOD:
        return _off(service)
    method = methods().get(answer)
    if method is None:
        return Status.UNKNOWN, "unreadable", Severity.INFO
    found = _weak(service, profile) if method.rank == WEAK else _good(method, service)
    if found[0] is Status.PASS and not _is_possible(method, service):
        # Someone who calls Bluesky's "app passwords" an app has no second step at all.
        return Status.UNKNOWN, "not_listed", Severity.INFO
    return found


def _off(service: Platform) -> Verdict:
    if service.second_step == "none":
        return Status.NOT_APPLICABLE, "not_offered", Severity.INFO
    reason = {"email": "off_email", "social": "off_social"}.get(service.kind, "off")
    return Status.FAIL, reason, Severity.HIGH


def _good(method: Method, service: Platform) -> Verdict:
    if method.rank == STRONGEST:
        return Status.PASS, "strong", Severity.INFO
    return Status.PASS, "passkey_on_offer" if service.offers_passkey else "good", Severity.INFO


def _weak(service: Platform, profile: Profile) -> Verdict:
    """Text, call, email code or PIN. Toolkit: accepted. Heightened: a warning, and for email it is not enough."""
    better = _best_rank(service.methods) < WEAK
    if profile.weak_second_step == "strict":
        if service.kind == "email":
            return Status.FAIL, "email_needs_better", Severity.MEDIUM
        return Status.WARN, "could_be_stronger" if better else "weak_only", Severity.MEDIUM
    if profile.weak_second_step == "pass":
        nothing_better = not better and service.complete
        return Status.PASS, "best_on_offer" if nothing_better else "accepted", Severity.INFO
    if better:
        return Status.WARN, "could_be_stronger", Severity.LOW
    if not service.complete or _best_rank(service.recalled) < WEAK:
        # Whether a stronger step is on offer is not confirmed, and a pass would depend on it.
        return Status.UNKNOWN, "options_unknown", Severity.INFO
    return Status.PASS, "best_on_offer", Severity.INFO


def _best_rank(offered: tuple[str, ...]) -> int:
    return min((methods()[name].rank for name in offered), default=WEAK)


def _is_possible(method: Method, service: Platform) -> bool:
    """Whether the platform may offer this method. A security key can hold a passkey, and serves as one."""
    if not service.complete:
        return True
    offered = (*service.methods, *service.recalled)
    return method.id in offered or (method.rank == STRONGEST and _best_rank(offered) == STRONGEST)
