"""Apps and packages that are behind their latest version: which, since when, and whether for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.contract import Category, Check, Context, Finding, Severity, Status
from agent.host import System, Unreadable
from checks.app_updates import catalogue, first_seen, linux
from checks.app_updates.facts import AppUpdateFacts
from checks.app_updates.judge import REASONS, judge

__all__ = ["CHECK", "run"]

SEEN = "seen"
#: CVE ids or names of apps that are known to be exploited, left here by whatever fetches such a list.
EXPLOITED = "exploited"


def run(context: Context) -> Sequence[Finding]:
    """Ask the package managers, remember what was seen when, and judge."""
    if context.host.system is not System.LINUX:
        return [Finding(status=Status.UNKNOWN, reason="unsupported", severity=Severity.LOW)]
    managers = linux.read(context)
    seen = first_seen.update(first_seen.decode(context.memory.recall(SEEN)), managers, context.now)
    context.memory.remember(SEEN, first_seen.encode(seen))
    if any(facts.pending for facts in managers if not isinstance(facts.pending, Unreadable)):
        names = catalogue.linux_names()
        managers = tuple(catalogue.name_apps(facts, names) for facts in managers)
    facts = AppUpdateFacts(managers, first_seen.since(seen), _exploited(context))
    settings = context.settings.app_updates
    return judge(facts, context.profile, settings.ignore, context.now)


def _exploited(context: Context) -> frozenset[str]:
    known = context.memory.recall(EXPLOITED)
    return frozenset(name for name in known if isinstance(name, str)) if isinstance(known, list) else frozenset()


CHECK = Check(
    id="app_updates",
    title="App updates",
    category=Category.DEVICE,
    run=run,
    reasons=REASONS,
    every=timedelta(hours=4),
    # Several package managers in a row, each of which may read all its lists from a slow disk.
    time_limit=timedelta(seconds=90),
    refs=("toolkit:S34",),
)
