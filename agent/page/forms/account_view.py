"""What the pages about accounts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.accounts import KnownAccounts
from agent.contract import Account, Attestation, Finding, Status
from agent.page.forms.address_state import address_state
from agent.page.lines import ASKED_AGAIN, TONES, URGENCY, WORDS, Tone, standing
from agent.statements import Due
from agent.status import CheckRow, Document
from checks import two_step
from checks.practices.judge import judge
from checks.two_step.verdict import NO_METHOD
from config.platforms import Kind, methods, platform, platforms
from config.practices import practices
from config.schema import Profile

__all__ = ["AccountLine", "Services", "breach_rows", "lines", "services"]

BREACH, KNOWN_BREACHES = "breach", "Known data breaches"
KINDS: Mapping[Kind, str] = {
    "email": "Email",
    "social": "Social media",
    "chat": "Chat",
    "posting": "Tools that post for you",
    "work": "Work",
    "cloud": "Files and devices",
    "other": "Anything else",
}


@dataclass(frozen=True)
class AccountLine:
    """One account in the list. ``waiting`` is how many questions about it there are to answer.

    ``tone`` is that of the gravest thing that is known or not known of it: it is OK only if all of it is. ``about``
    names what needs something doing, ``unknown`` what could not be told; ``address`` is what became of its address.
    """

    id: str
    label: str
    service: str
    second_step: str
    tone: Tone
    word: str
    about: tuple[str, ...]
    unknown: tuple[str, ...]
    address: str
    waiting: int
    own: bool


@dataclass(frozen=True)
class Services:
    """The services of one kind: value and name of each."""

    heading: str
    services: tuple[tuple[str, str], ...]


def services() -> tuple[Services, ...]:
    """Every service that can be listed, by kind, email first, and "another" last."""
    by_kind = {kind: [entry for entry in platforms().values() if entry.kind == kind] for kind in KINDS}
    return tuple(
        Services(KINDS[kind], tuple((entry.id, entry.name) for entry in entries)) for kind, entries in by_kind.items()
    )


def lines(
    known: KnownAccounts,
    attestations: Sequence[Attestation],
    profile: Profile,
    *,
    due: Sequence[Due],
    document: Document | None,
    now: datetime,
) -> tuple[AccountLine, ...]:
    """The list, email first, because email resets the others. ``document`` is the last result, if there is one."""
    if not known.accounts:
        return ()
    found = {finding.subject: finding for finding in two_step.judge(known.accounts, attestations, profile, now)}
    stands = _stands(known.accounts, attestations, profile, document, now)
    rows = breach_rows(document)
    ordered = sorted(known.accounts, key=lambda account: list(KINDS).index(platform(account.service).kind))
    shown = []
    for account in ordered:
        tones = stands[account.id]
        tone: Tone = next((each for each in URGENCY if any(each == one for _, one in tones)), "unknown")
        shown.append(
            AccountLine(
                id=account.id,
                label=account.label,
                service=platform(account.service).name,
                second_step=_second_step(found[account.id]),
                tone=tone,
                word=WORDS[tone],
                about=tuple(title for title, each in tones if each in ("action", "soon")),
                unknown=tuple(title for title, each in tones if each == "unknown"),
                address=address_state(account, rows.get(account.id)).said if account.has_address else "",
                waiting=sum(one.account is not None and one.account.id == account.id for one in due),
                own=account.id not in known.from_settings,
            )
        )
    return tuple(shown)


def breach_rows(document: Document | None) -> dict[str, CheckRow]:
    """The last finding about the breaches of each account, by its id."""
    rows = document.checks if document is not None else ()
    return {row.instance: row for row in rows if row.id == BREACH and row.instance is not None}


def _stands(
    accounts: Sequence[Account],
    attestations: Sequence[Attestation],
    profile: Profile,
    document: Document | None,
    now: datetime,
) -> dict[str, list[tuple[str, Tone]]]:
    """Each thing that is known of each account, by its title. What does not apply to an account is left out."""
    findings = [(two_step.CHECK.title, one) for one in two_step.judge(accounts, attestations, profile, now)]
    for practice in practices().values():
        if practice.kinds:
            findings += [(practice.title, one) for one in judge(practice, attestations, accounts, profile, now)]
    stands: dict[str, list[tuple[str, Tone]]] = {account.id: [] for account in accounts}
    for title, finding in findings:
        if finding.subject in stands and finding.status is not Status.NOT_APPLICABLE:
            stands[finding.subject].append((title, TONES.get(finding.status, "unknown")))
    for row in document.checks if document is not None else ():
        # What was stated is judged as it is now; the rest as it was found last.
        if row.id == BREACH and row.instance in stands and row.status is not Status.NOT_APPLICABLE:
            stands[row.instance].append((KNOWN_BREACHES, standing(row, now)))
    return stands


def _second_step(finding: Finding) -> str:
    if again := ASKED_AGAIN.get(str(finding.facts.get("ended_by"))):
        return ". ".join(filter(None, (_method(finding), again)))
    if finding.status is Status.NOT_APPLICABLE:
        return "No second step is on offer"
    if finding.reason in ("no_answer", "clock", "unreadable"):
        return "You have not told us its second step yet"
    if finding.reason == "expired":
        return "What you told us of its second step is no longer recent"
    return _method(finding) or "You were not sure about its second step"


def _method(finding: Finding) -> str:
    """The second step that was stated; nothing when none was named."""
    if finding.facts.get("method") == NO_METHOD:
        return "No second step is on"
    method = methods().get(str(finding.facts.get("method", "")))
    return f"Second step: {method.name}" if method else ""
