"""Each account has a second step, as strong as its platform offers.

No service used here tells a person's own program whether the second step is on, so the person says which one it is
(statement ``two_step.method``) and the answer is good for the profile's ``attestation_days.account``. Ranking and
severities are those of facts: guidance 2b; what each platform offers is in ``config/platforms.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from agent.contract import (
    Account,
    Attestation,
    Basis,
    Category,
    Check,
    Context,
    Evidence,
    Fact,
    Finding,
    Severity,
    Status,
)
from checks.two_step.verdict import NO_METHOD, NOT_SURE, verdict
from config.platforms import Platform, methods, platform
from config.schema import Profile

__all__ = ["CHECK", "STATEMENT", "judge"]

STATEMENT = "two_step.method"
#: The wording that the answers belong to. An answer to another wording is no answer to this one.
STATEMENT_VERSION = 1
#: A statement may be this much ahead of the clock: time servers correct clocks by seconds.
CLOCK_TOLERANCE = timedelta(minutes=5)


def judge(
    accounts: Sequence[Account],
    attestations: Sequence[Attestation],
    profile: Profile,
    now: datetime,
    service: Callable[[str], Platform] = platform,
) -> list[Finding]:
    """One finding an account, email first because email resets the others.

    ``attestations`` are in the order in which they were made: the last one about an account is the one that counts,
    also when the clock was wrong for an earlier one.
    """
    if not accounts:
        return [Finding(status=Status.UNKNOWN, reason="no_accounts")]
    latest = {
        made.subject: made
        for made in attestations
        if made.statement == STATEMENT and made.statement_version == STATEMENT_VERSION
    }
    ordered = sorted(accounts, key=lambda account: service(account.service).kind != "email")
    return [_one(account.id, service(account.service), latest.get(account.id), profile, now) for account in ordered]


def _one(subject: str, service: Platform, attestation: Attestation | None, profile: Profile, now: datetime) -> Finding:
    facts: dict[str, Fact] = {"service": service.name}
    if attestation is None:
        if service.second_step == "none":
            return Finding(status=Status.NOT_APPLICABLE, reason="not_offered", subject=subject, facts=facts)
        return Finding(status=Status.UNKNOWN, reason="no_answer", subject=subject, facts=facts)
    if attestation.at > now + CLOCK_TOLERANCE:
        # Nobody can have said this yet: the clock was moved, then or now, and no age can be trusted.
        return Finding(
            status=Status.UNKNOWN, reason="clock", subject=subject, facts=facts, evidence=_evidence(attestation)
        )
    expires_at = attestation.at + timedelta(days=profile.attestation_days.account)
    if now >= expires_at:
        result = Status.UNKNOWN, "expired", Severity.LOW
        facts["days_since"] = (now - attestation.at).days
    else:
        result = verdict(attestation.answer, service, profile)
        facts["days_left"] = (expires_at - now).days
    if attestation.answer in (*methods(), NO_METHOD, NOT_SURE):
        facts["method"] = attestation.answer
    if service.methods:
        facts["best_method"] = service.methods[0]
    status, reason, severity = result
    return Finding(
        status=status,
        reason=reason,
        severity=severity,
        basis=Basis.ATTESTED,
        subject=subject,
        facts=facts,
        evidence=(*_evidence(attestation), *_offer(service)),
        expires_at=expires_at,
    )


def _evidence(attestation: Attestation) -> tuple[Evidence, ...]:
    method = methods().get(attestation.answer)
    answer = method.name if method else attestation.answer.replace("_", " ")
    return (Evidence("second step", answer, f"your answer of {attestation.at.date().isoformat()}"),)


def _offer(service: Platform) -> tuple[Evidence, ...]:
    offered = ", ".join(methods()[name].name for name in service.methods) or "not listed"
    return (Evidence(f"what {service.name} offers", offered, f"list of platforms, checked {service.checked_on}"),)


def run(context: Context) -> list[Finding]:
    """Judge every account the context covers."""
    return judge(context.accounts, context.attestations, context.profile, context.now)


CHECK = Check(
    id="two_step",
    title="Two-step verification",
    category=Category.ACCOUNT,
    run=run,
    reasons=frozenset(
        {
            "strong",
            "good",
            "passkey_on_offer",
            "accepted",
            "best_on_offer",
            "could_be_stronger",
            "weak_only",
            "email_needs_better",
            "off_email",
            "off_social",
            "off",
            "not_offered",
            "no_accounts",
            "no_answer",
            "not_sure",
            "expired",
            "clock",
            "not_listed",
            "options_unknown",
            "unreadable",
        }
    ),
    refs=("toolkit:S23", "toolkit:S24", "toolkit:S25"),
)
