"""Each account has a second step, as strong as its platform offers.

No service used here tells a person's own program whether the second step is on, so the person says which one it is
(statement ``two_step.method``) and the answer is good for the profile's ``attestation_days.account``. Ranking and
severities are those of facts: guidance 2b; what each platform offers is in ``config/platforms.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from agent.attested import Said, Statements
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
#: What ends an answer before its time: codes and prompts go to the old phone or number.
ENDS_WITH = ("event.new_phone",)


def judge(
    accounts: Sequence[Account],
    attestations: Sequence[Attestation],
    profile: Profile,
    now: datetime,
    service: Callable[[str], Platform] = platform,
) -> list[Finding]:
    """One finding an account, email first because email resets the others.

    ``attestations`` are in the order in which they were made: the last one about an account is the one that counts,
    also when the clock was wrong for an earlier one. A new phone or number ends the good ones before it; what was
    weak stays so, though it is asked again, until a better answer comes.
    """
    if not accounts:
        return [Finding(status=Status.UNKNOWN, reason="no_accounts")]
    made = Statements(attestations)
    days = profile.attestation_days.account
    findings = []
    for account in sorted(accounts, key=lambda account: service(account.service).kind != "email"):
        said = made.about(account.id, STATEMENT, version=STATEMENT_VERSION, days=days, now=now, ends_with=ENDS_WITH)
        if said.ended_by and said.made is not None and _is_weak(said.made.answer, service(account.service), profile):
            # A new phone makes a weak second step, or none, no stronger.
            before = made.about(account.id, STATEMENT, version=STATEMENT_VERSION, days=days, now=now)
            said = replace(before, ended_by=said.ended_by)
        findings.append(_one(account.id, service(account.service), said, profile, now))
    return findings


def _is_weak(answer: str, service: Platform, profile: Profile) -> bool:
    return verdict(answer, service, profile)[0] in (Status.WARN, Status.FAIL)


def _one(subject: str, service: Platform, said: Said, profile: Profile, now: datetime) -> Finding:
    facts: dict[str, Fact] = {"service": service.name}
    attestation, expires_at = said.made, said.expires_at
    if attestation is None or said.state == "reworded":
        if service.second_step == "none":
            return Finding(status=Status.NOT_APPLICABLE, reason="not_offered", subject=subject, facts=facts)
        return Finding(status=Status.UNKNOWN, reason="no_answer", subject=subject, facts=facts)
    if said.state == "clock" or expires_at is None:
        return Finding(
            status=Status.UNKNOWN, reason="clock", subject=subject, facts=facts, evidence=_evidence(attestation)
        )
    if said.state == "expired":
        result = Status.UNKNOWN, "expired", Severity.LOW
        facts["days_since"] = max(0, (now - attestation.at).days)
    else:
        result = verdict(attestation.answer, service, profile)
        facts["days_left"] = (expires_at - now).days
    if said.ended_by:
        facts["ended_by"] = said.ended_by.removeprefix("event.")
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
