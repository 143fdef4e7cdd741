"""Is an address of one of the person's accounts in a known data breach?

With the person's own key each address is looked up at Have I Been Pwned; without one, the public catalogue is matched
on this computer against the services in use. "None known" is the best answer there is: it never means safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.contract import Category, Check, Context, Finding
from checks.breach.breach import Breach
from checks.breach.dealt_with import classes_of
from checks.breach.facts import AccountFacts
from checks.breach.judge import REASONS, judge
from checks.breach.look_up import look_up
from checks.breach.remembered import News, Remembered, Shown, Told
from checks.breach.severity import weight
from config.platforms import platforms

__all__ = ["CHECK"]

#: Far more breaches than any address is in.
MOST_TOLD = 2000


def run(ctx: Context) -> Sequence[Finding]:
    """Look up every account, remember what is shown so that it can be acknowledged, and judge."""
    if not ctx.accounts:
        return judge([], ctx.now, ctx.profile.breach_recheck_days)
    facts = look_up(ctx, {service: platform.domains for service, platform in platforms().items()})
    remembered = Remembered(ctx.memory, ctx.now)
    for account in facts:
        remembered.put(f"shown:{account.account_id}", _shown(account))
        _note_news(account, remembered, ctx)
    return judge(facts, ctx.now, ctx.profile.breach_recheck_days)


def _shown(account: AccountFacts) -> Shown | None:
    """What the finding asks the person to deal with."""
    tag, breaches = _open(account)
    if not breaches:
        return None
    classes = {breach.name: found for breach in breaches if (found := classes_of(breach)) is not None}
    happened = {breach.name: breach.happened for breach in breaches if breach.happened is not None}
    return Shown(tag, {breach.name: int(weight(breach)) for breach in breaches}, classes, happened)


def _open(account: AccountFacts) -> tuple[str, tuple[Breach, ...]]:
    """What is to be dealt with, and the tag of the address that it is about; none is a service's."""
    if account.searched is not None and account.new:
        return account.searched.tag, account.new
    return "", account.new_at_service


def _note_news(account: AccountFacts, remembered: Remembered, ctx: Context) -> None:
    """Remember when a breach is seen that had not been seen: what the person stated before may no longer hold.

    What a first look at an address finds is news only if it became known after the account was listed.
    """
    _, breaches = _open(account)
    if account.searched is None and not breaches:
        return
    told = remembered.get(f"told:{account.account_id}", Told) or Told("", ())
    tag = account.searched.tag if account.searched is not None else told.tag
    unseen = [breach for breach in breaches if breach.name not in told.names]
    if not unseen and told.tag == tag:
        return
    looked_before = account.searched is not None and told.tag == tag
    if any(looked_before or (breach.added is not None and breach.added > account.listed_since) for breach in unseen):
        remembered.put(f"news:{account.account_id}", News(ctx.now))
    names = (*told.names, *(breach.name for breach in unseen))[-MOST_TOLD:]
    remembered.put(f"told:{account.account_id}", Told(tag, names))


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
