"""The breaches as lines for the person's eyes. They stay on this computer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from agent.contract import Item, Status
from checks.breach.breach import Breach
from checks.breach.facts import AccountFacts
from checks.breach.severity import Weight, weight
from checks.breach.to_do import to_do

__all__ = ["items_of", "service_items_of"]

SOURCE = "Have I Been Pwned"
SENSITIVE = "A breach shown by name to you alone"
#: The details of a breach that was dealt with are shown for so long; then its name is enough.
DETAILS_FOR = timedelta(days=30)


def items_of(account: AccountFacts, now: datetime) -> tuple[Item, ...]:
    """The breaches of the account's address: what is news first, then old ones, then what needs nothing."""
    since = account.listed_since
    at_base = account.searched.at_base if account.searched is not None else frozenset[str]()
    recent = [each for each in account.new if _is_recent(each, since)]
    earlier = [each for each in account.new if not _is_recent(each, since)]
    return (
        *(_open(each, ["New", *_where(each, at_base)]) for each in recent),
        *(_open(each, ["From before you listed this account", *_where(each, at_base)]) for each in earlier),
        *(_dealt_with(each, account, now) for each in account.dealt_with),
        *_items(account.set_aside, "Nothing to do: a list of addresses for spam, or withdrawn", Status.NOT_APPLICABLE),
    )


def service_items_of(account: AccountFacts) -> tuple[Item, ...]:
    """The breaches of the account's service, whether or not this person is in them."""
    new = account.new_at_service
    older = [each for each in account.service_breaches if each not in new and weight(each) > Weight.IGNORED]
    return (
        *(_open(each, ["New at a service you use"], Status.WARN) for each in new),
        *_items(older, "Earlier at this service; whether your address is in it is not known", Status.UNKNOWN),
    )


def _is_recent(breach: Breach, since: datetime) -> bool:
    return breach.added is None or breach.added > since


def _items(breaches: Iterable[Breach], group: str, status: Status) -> tuple[Item, ...]:
    return tuple(_item(breach, [group, *_details(breach)], status) for breach in breaches)


def _dealt_with(breach: Breach, account: AccountFacts, now: datetime) -> Item:
    then = account.acknowledged[breach.name]
    said = f"You dealt with this on {_day(then.on or then.at.date())}"
    shown = now - then.at <= DETAILS_FOR
    return _item(breach, [said, *(_details(breach) if shown else ())], Status.PASS)


def _open(breach: Breach, more: Sequence[str], status: Status | None = None) -> Item:
    """One that is to be dealt with."""
    return replace(_item(breach, [*more, *_details(breach)], status), to_do=to_do(breach) or None)


def _item(breach: Breach, details: Sequence[str], status: Status | None = None) -> Item:
    return Item(
        name=SENSITIVE if breach.sensitive else breach.title or breach.name,
        status=status or (Status.FAIL if weight(breach) is Weight.PASSWORD else Status.WARN),
        since=datetime.combine(breach.happened, time(), UTC) if breach.happened is not None else breach.added,
        source=SOURCE,
        details=tuple(details),
    )


def _where(breach: Breach, at_base: frozenset[str]) -> Iterable[str]:
    if breach.name in at_base:
        yield 'Not with this address but with your mailbox, which is it without the "+" and what follows'


def _details(breach: Breach) -> Iterable[str]:
    if breach.sensitive:
        yield "Ask Have I Been Pwned to notify you to learn which it is"
        return
    if breach.data_classes:
        yield f"Leaked: {', '.join(breach.data_classes)}"
    if breach.stealer_log:
        yield "Taken from an infected computer as its owner typed"
    if breach.fabricated:
        yield "Probably made up"
    elif not breach.verified:
        yield "Nobody could confirm it"
    if breach.added is not None:
        yield f"Known since {_day(breach.added.date())}"
    if breach.description:
        yield breach.description


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
