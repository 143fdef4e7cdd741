"""What the page about known breaches shows: what leaked, what to do, and what was done.

A breach that is sensitive is never called by its name, here or in the form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.contract import Account, Memory, Status
from agent.page.found import FoundLine, lines_of
from agent.page.wording import day, sentences
from agent.status import CheckRow
from checks.breach.breach import Breach, named
from checks.breach.dealt_with import DealtWith
from checks.breach.items import SENSITIVE
from checks.breach.remembered import Acknowledged, Answer, Catalogue, Remembered, Shown
from checks.breach.severity import Weight, weight
from checks.breach.to_do import to_do

__all__ = ["Affected", "OneBreach", "State", "affected", "mark", "open_names"]

NO_ADDRESS = "no_address"


@dataclass(frozen=True)
class OneBreach:
    """One breach. ``mark`` names it in a form; ``done`` says when it was dealt with, nothing while it is open."""

    mark: str
    title: str
    when: str
    leaked: str
    to_do: str
    doubt: str
    done: str


@dataclass(frozen=True)
class State:
    """How it stands with an account that has nothing to deal with: what is known, why no more is, and the way on.

    Without a ``path`` there is nothing that the person could do.
    """

    said: str
    why: str
    path: str = ""
    way: str = ""


@dataclass(frozen=True)
class Affected:
    """An account and its breaches: those to deal with, and those that were dealt with.

    ``state`` is there when none is to be dealt with; ``None`` when nobody has looked yet. ``others`` are breaches that
    ask for nothing, such as old ones of the service itself. ``asked``: when the address was looked up.
    """

    id: str
    label: str
    asked: str
    at_service: bool
    state: State | None
    open: tuple[OneBreach, ...]
    done: tuple[OneBreach, ...]
    others: tuple[FoundLine, ...]
    last: int


def affected(
    accounts: Sequence[Account], memory: Memory, rows: Mapping[str, CheckRow], secret: str, now: datetime
) -> tuple[Affected, ...]:
    """Every account with what is remembered of its breaches; those with something to do first.

    ``rows`` are the last findings by account: they know what asks for nothing, and why something could not be told.
    """
    remembered = Remembered(memory, now)
    found = [_one(account, remembered, rows.get(account.id), secret, now) for account in accounts]
    return tuple(sorted(found, key=lambda one: not one.open))


def open_names(account_id: str, memory: Memory, now: datetime) -> dict[str, int]:
    """The breaches of the last look-up that are still to be dealt with, with their weights."""
    return _open(Remembered(memory, now), account_id)


def _open(remembered: Remembered, account_id: str) -> dict[str, int]:
    shown = remembered.get(f"shown:{account_id}", Shown)
    if shown is None:
        return {}
    said = _dealt_with(remembered, account_id, shown.tag)
    return {name: found for name, found in shown.weights.items() if not _is_done(said.get(name), found, shown, name)}


def mark(name: str, secret: str) -> str:
    """What a breach is called in a form of this page session: nothing that says which it is."""
    return hashlib.blake2b(name.encode(), key=secret.encode()[:64], digest_size=9).hexdigest()


def _is_done(said: DealtWith | None, found: int, shown: Shown, name: str) -> bool:
    """Whether it was dealt with as it is known now: neither graver nor more than was known to have leaked then."""
    if said is None or found > said.weight:
        return False
    classes = shown.classes.get(name)
    return classes is None or said.classes is None or set(classes) <= set(said.classes)


def _dealt_with(remembered: Remembered, account_id: str, tag: str) -> Mapping[str, DealtWith]:
    acknowledged = remembered.get(f"acknowledged:{account_id}", Acknowledged)
    return acknowledged.dealt_with if acknowledged is not None and acknowledged.tag == tag else {}


def _one(account: Account, remembered: Remembered, row: CheckRow | None, secret: str, now: datetime) -> Affected:
    answer = remembered.get(f"answer:{account.id}", Answer)
    catalogue = remembered.get("catalogue", Catalogue)
    acknowledged = remembered.get(f"acknowledged:{account.id}", Acknowledged)
    shown = remembered.get(f"shown:{account.id}", Shown)
    known = {breach.name: breach for breach in (catalogue.breaches if catalogue else ())}
    known |= {breach.name: breach for breach in (answer.breaches if answer else ())}
    said = dict(acknowledged.dealt_with) if acknowledged is not None else {}
    waiting = _open(remembered, account.id)
    names = sorted(waiting, key=lambda name: waiting[name], reverse=True)
    done = sorted((name for name in said if name not in waiting), key=lambda name: said[name].at, reverse=True)
    last = max((one.at for one in said.values()), default=None)

    def view(name: str) -> OneBreach:
        return _breach(known.get(name) or named(name), said.get(name) if name not in waiting else None, secret, now)

    return Affected(
        id=account.id,
        label=account.label,
        asked=day(answer.at, now) if answer is not None else "",
        at_service=shown is not None and not shown.tag,
        state=None if names or row is None else _state(row),
        open=tuple(view(name) for name in names),
        done=tuple(view(name) for name in done),
        others=_others(row),
        last=sum(one.at == last for one in said.values()),
    )


def _state(row: CheckRow) -> State:
    """What the last finding says. One that asked for something which has been dealt with since says nothing more."""
    text = row.text
    if text is None or row.status in (Status.FAIL, Status.WARN):
        return State("Nothing to deal with.", "")
    if row.reason == NO_ADDRESS:
        return State(sentences([text.title]), text.body, f"/accounts/{row.instance}", "Give its address")
    if row.status is Status.UNKNOWN and text.steps:
        return State(sentences([text.title]), text.body, f"/item/{row.id}/{row.instance}", "What to do about it")
    return State(sentences([text.title]), text.body)


def _others(row: CheckRow | None) -> tuple[FoundLine, ...]:
    """Breaches that ask for nothing: whether the person's data is in them is not known, or they are set aside."""
    idle = (Status.UNKNOWN, Status.NOT_APPLICABLE)
    return lines_of(row.id, (item for item in row.items if item.status in idle)) if row is not None else ()


def _breach(breach: Breach, said: DealtWith | None, secret: str, now: datetime) -> OneBreach:
    happened = f"{breach.happened:%B %Y}" if breach.happened is not None else ""
    done = ""
    if said is not None:
        on = said.on
        done = f"{on.day} {on:%B %Y}" if on is not None else day(said.at, now)
    if breach.sensitive:
        return OneBreach(mark(breach.name, secret), SENSITIVE, "", "", "", "", done)
    doubt = "Probably made up." if breach.fabricated else "" if breach.verified else "Nobody could confirm it."
    leaked = ", ".join(breach.data_classes)
    return OneBreach(
        mark=mark(breach.name, secret),
        title=breach.title or breach.name,
        when=happened,
        leaked=leaked if weight(breach) is not Weight.IGNORED else "",
        to_do=sentences([to_do(breach)]),
        doubt=doubt,
        done=done,
    )
