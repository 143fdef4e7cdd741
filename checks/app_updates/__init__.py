"""Apps and packages that are behind their latest version: which, since when, and whether for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from agent.contract import Category, Check, Context, Finding
from agent.host import System, Unreadable
from checks.app_updates import catalogue, first_seen
from checks.app_updates.facts import AppUpdateFacts, Unchecked
from checks.app_updates.judge import REASONS, judge

if TYPE_CHECKING:
    from checks.app_updates.desktop import Reading

__all__ = ["CHECK", "run"]

SEEN, LOOKED = "seen", "looked"
#: CVE ids or names of apps that are known to be exploited, left here by whatever fetches such a list.
EXPLOITED = "exploited"


def run(context: Context) -> Sequence[Finding]:
    """Ask the package managers, remember what was seen when, and judge."""
    seen = first_seen.decode(context.memory.recall(SEEN))
    looks = first_seen.decode_looks(context.memory.recall(LOOKED))
    checked: int | None = None
    unchecked: tuple[Unchecked, ...] = ()
    if context.host.system is System.LINUX:
        from checks.app_updates import linux

        managers = linux.read(context)
    else:
        reading = _read_desktop(context)
        managers, checked, unchecked = reading.managers, reading.checked, reading.unchecked
        managers = first_seen.still_lacking(seen, managers)
        present = {facts.manager for facts in managers} | reading.kept
        seen, looks = first_seen.only(seen, present), first_seen.only(looks, present)
    seen = first_seen.update(seen, managers, context.now, looks)
    longest = timedelta(days=context.profile.package_list_days)
    looks = first_seen.looked(looks, managers, context.now, longest=longest)
    context.memory.remember(SEEN, first_seen.encode(seen))
    context.memory.remember(LOOKED, first_seen.encode(looks))
    if checked is None and any(facts.pending for facts in managers if not isinstance(facts.pending, Unreadable)):
        names = catalogue.linux_names()
        managers = tuple(catalogue.name_apps(facts, names) for facts in managers)
    facts = AppUpdateFacts(managers, first_seen.first_sights(seen), _exploited(context), checked, unchecked)
    settings = context.settings.app_updates
    return judge(facts, context.profile, settings.ignore, context.now)


def _read_desktop(context: Context) -> Reading:
    """What is installed where no package manager knows every app. Only this system's reader is imported."""
    if context.host.system is System.WINDOWS:
        from checks.app_updates import windows

        return windows.read(context)
    from checks.app_updates import macos

    return macos.read(context)


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
    heavy=True,
    refs=("toolkit:S34",),
)
