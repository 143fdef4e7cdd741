"""Is an address of one of the person's accounts in a known data breach?

With the person's own key each address is looked up at Have I Been Pwned; without one, the public catalogue is matched
on this computer against the services in use. "None known" is the best answer there is: it never means safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.contract import Category, Check, Context, Finding
from checks.breach.facts import AccountFacts
from checks.breach.judge import REASONS, judge
from checks.breach.look_up import look_up
from checks.breach.remembered import Remembered, Shown
from checks.breach.severity import weight
from config.platforms import platforms

__all__ = ["CHECK"]


def run(ctx: Context) -> Sequence[Finding]:
    """Look up every account, remember what is shown so that it can be acknowledged, and judge."""
    if not ctx.accounts:
        return judge([], ctx.now, ctx.profile.breach_recheck_days)
    facts = look_up(ctx, {service: platform.domains for service, platform in platforms().items()})
    remembered = Remembered(ctx.memory, ctx.now)
    for account in facts:
        remembered.put(f"shown:{account.account_id}", _shown(account))
    return judge(facts, ctx.now, ctx.profile.breach_recheck_days)


def _shown(account: AccountFacts) -> Shown | None:
    """What the finding asks the person to deal with."""
    if account.searched is not None and account.new:
        return Shown(account.searched.tag, {breach.name: int(weight(breach)) for breach in account.new})
    if account.new_at_service:
        return Shown("", {breach.name: int(weight(breach)) for breach in account.new_at_service})
    return None


CHECK = Check(
    id="breach",
    title="Data breaches",
    category=Category.ACCOUNT,
    run=run,
    reasons=REASONS,
    every=timedelta(hours=4),
    # Longer than the asking (40 seconds) and one last answer (25 seconds) together.
    time_limit=timedelta(seconds=75),
    refs=("toolkit:S30",),
)
