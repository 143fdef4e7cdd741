"""What the pages about accounts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.accounts import KnownAccounts
from agent.contract import Attestation
from agent.page.lines import TONES, WORDS, Tone
from agent.statements import Due
from checks.two_step import judge
from config.platforms import Kind, methods, platform, platforms
from config.schema import Profile

__all__ = ["AccountLine", "Services", "lines", "services"]

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
    """One account in the list. ``waiting`` is how many questions about it there are to answer."""

    id: str
    label: str
    service: str
    second_step: str
    tone: Tone
    word: str
    has_address: bool
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
    known: KnownAccounts, attestations: Sequence[Attestation], profile: Profile, due: Sequence[Due], now: datetime
) -> tuple[AccountLine, ...]:
    """The list, email first, because email resets the others."""
    if not known.accounts:
        return ()
    found = {finding.subject: finding for finding in judge(known.accounts, attestations, profile, now)}
    ordered = sorted(known.accounts, key=lambda account: list(KINDS).index(platform(account.service).kind))
    shown = []
    for account in ordered:
        finding = found[account.id]
        tone = TONES.get(finding.status, "unknown")
        method = methods().get(str(finding.facts.get("method", "")))
        if finding.status.value == "not_applicable":
            said = "No second step is on offer"
        elif finding.reason in ("no_answer", "clock", "unreadable"):
            said = "You have not told us its second step yet"
        elif finding.reason == "expired":
            said = "What you told us of its second step is a while ago"
        elif finding.facts.get("method") == "none":
            said = "No second step is on"
        else:
            said = f"Second step: {method.name}" if method else "You were not sure about its second step"
        shown.append(
            AccountLine(
                id=account.id,
                label=account.label,
                service=platform(account.service).name,
                second_step=said,
                tone=tone,
                word=WORDS[tone],
                has_address=account.has_address,
                waiting=sum(one.account is not None and one.account.id == account.id for one in due),
                own=account.id not in known.from_settings,
            )
        )
    return tuple(shown)
