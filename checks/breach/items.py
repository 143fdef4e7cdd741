"""The breaches as lines for the person's eyes. They stay on this computer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from agent.contract import Item, Status
from checks.breach.breach import Breach
from checks.breach.facts import AccountFacts
from checks.breach.severity import Weight, weight

__all__ = ["items_of", "service_items_of"]

SOURCE = "Have I Been Pwned"
SENSITIVE = "A breach shown by name to you alone"


def items_of(account: AccountFacts) -> tuple[Item, ...]:
    """The breaches of the account's address: what is news first, then old ones, then what needs nothing."""
    since = account.listed_since
    return (
        *_items((each for each in account.new if _is_recent(each, since)), "New"),
        *_items((each for each in account.new if not _is_recent(each, since)), "From before you listed this account"),
        *_items(account.dealt_with, "You have dealt with this", Status.PASS),
        *_items(account.set_aside, "Nothing to do: a list of addresses for spam, or withdrawn", Status.NOT_APPLICABLE),
    )


def service_items_of(account: AccountFacts) -> tuple[Item, ...]:
    """The breaches of the account's service, whether or not this person is in them."""
    new = account.new_at_service
    older = [each for each in account.service_breaches if each not in new and weight(each) > Weight.IGNORED]
    return (
        *_items(new, "New at a service you use", Status.WARN),
        *_items(older, "Earlier at this service; whether your address is in it is not known", Status.UNKNOWN),
    )


def _is_recent(breach: Breach, since: datetime) -> bool:
    return breach.added is None or breach.added > since


def _items(breaches: Iterable[Breach], group: str, status: Status | None = None) -> tuple[Item, ...]:
    return tuple(_item(breach, group, status) for breach in breaches)


def _item(breach: Breach, group: str, status: Status | None) -> Item:
    details = [group, *_details(breach)]
    return Item(
        name=SENSITIVE if breach.sensitive else breach.title or breach.name,
        status=status or (Status.FAIL if weight(breach) is Weight.PASSWORD else Status.WARN),
        since=datetime.combine(breach.happened, time(), UTC) if breach.happened is not None else breach.added,
        source=SOURCE,
        details=tuple(details),
    )


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
        yield f"Known since {breach.added:%Y-%m-%d}"
    if breach.description:
        yield breach.description
