"""A check from elsewhere: does the hosts file send well-known sites somewhere else?

Facts, verdict and words in three places, as in the built-in checks: :func:`probe` reads, :func:`judge` decides, and
``WORDS`` holds what is said about each reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.contract import Category, Check, Context, Evidence, Finding, Severity, Status, Words
from agent.host import Host, Unreadable

WATCHED = ("accounts.google.com", "login.microsoftonline.com", "www.facebook.com", "x.com")

WORDS = {
    "clean": Words(title="No sign-in page is redirected", body="The hosts file leaves sign-in pages alone."),
    "redirected": Words(
        title="A sign-in page is sent elsewhere",
        body="A setting here sends {count} sign-in pages to another address. Tell office IT before you sign in.",
        steps={"linux": ("Do not sign in to that service", "Tell office IT", "Open {app} and run the check again")},
    ),
    "unreadable": Words(title="The hosts file could not be read", body="So we cannot say whether it was changed."),
}


@dataclass(frozen=True)
class Facts:
    """The watched names that the hosts file redirects, or why that cannot be told."""

    redirected: tuple[str, ...] | Unreadable


def probe(host: Host) -> Facts:
    """Read hosts(5): an address, then names; ``#`` starts a comment. No file means no redirection."""
    text = host.read("/etc/hosts")
    if isinstance(text, Unreadable):
        return Facts(text)
    names = [name for line in (text or "").splitlines() for name in line.partition("#")[0].split()[1:]]
    return Facts(tuple(name for name in WATCHED if name in names))


def judge(facts: Facts) -> Finding:
    """Any redirected sign-in page fails."""
    if isinstance(facts.redirected, Unreadable):
        return Finding(status=Status.UNKNOWN, reason="unreadable", error=facts.redirected.reason)
    if facts.redirected:
        return Finding(
            status=Status.FAIL,
            reason="redirected",
            severity=Severity.HIGH,
            facts={"count": len(facts.redirected)},
            evidence=tuple(Evidence("redirected", name, "/etc/hosts") for name in facts.redirected),
        )
    return Finding(status=Status.PASS, reason="clean")


def run(context: Context) -> Sequence[Finding]:
    """Read, then judge."""
    return [judge(probe(context.host))]


CHECK = Check(
    id="hosts_file",
    title="Sign-in pages",
    category=Category.DEVICE,
    run=run,
    reasons=frozenset(WORDS),
    words=WORDS,
)
