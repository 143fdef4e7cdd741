"""Is a password manager installed and switched on?

Toolkit S29: use a password manager. An app, an extension that is on in any profile of any browser, or a running
manager is measured; the one built into a browser or phone, or a book in a safe place, is what the person says.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.contract import Category, Check, Context, Finding
from agent.host import System, Unreadable
from checks.password_manager.facts import Facts
from checks.password_manager.judge import REASONS, judge

__all__ = ["CHECK", "run"]


def run(context: Context) -> Sequence[Finding]:
    """Look, and judge."""
    facts = _read(context)
    if isinstance(facts, Unreadable):
        facts = Facts(unreadable=(facts,))
    return [judge(facts, context.attestations, context.profile.attestation_days.habit, context.now)]


def _read(context: Context) -> Facts | Unreadable:
    if context.host.system is System.LINUX:
        from checks.password_manager import linux  # each system loads its own probe only

        return linux.read(context.host, context.memory, context.now, fresh=context.fresh)
    if context.host.system is System.WINDOWS:
        from checks.password_manager import windows

        return windows.read(context.host, context.memory, context.now, fresh=context.fresh)
    if context.host.system is System.MACOS:
        from checks.password_manager import macos

        return macos.read(context.host, context.memory, context.now, fresh=context.fresh)
    return Unreadable("unsupported", context.host.system.value)


CHECK = Check(
    id="password_manager",
    title="Password manager",
    category=Category.ACCOUNT,
    run=run,
    reasons=REASONS,
    refs=("toolkit:S29",),
)
