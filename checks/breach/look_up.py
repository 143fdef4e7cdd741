"""Finding out: each address by the person's key, else the services by the public catalogue.

Answers are remembered for the profile's number of days and asked for again on the last of them. An address is looked
up once a round however many accounts share it; the accounts that waited longest go first. What the office's IT has
asked already, as far as it put the answers on this computer, is not asked again while it is young.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agent.contract import Account, Context, Unreadable
from checks.breach import hibp
from checks.breach.aliases import base_address
from checks.breach.breach import Breach
from checks.breach.catalogue import breaches_of, known_breaches
from checks.breach.client import Client
from checks.breach.facts import PASSING, AccountFacts, Searched
from checks.breach.hibp import Plan, Trouble
from checks.breach.office import OfficeAnswers, OfficeProblem, office_answers
from checks.breach.remembered import Acknowledged, Answer, Refusal, Remembered

__all__ = ["KEY_NAME", "look_up"]

#: The name of the key in the keyring.
KEY_NAME = "hibp_api_key"
#: A refused address is tried again after this long: the service may come to accept its form.
REFUSED = timedelta(days=30)

NEVER = datetime.min.replace(tzinfo=UTC)


def look_up(ctx: Context, domains: Mapping[str, Sequence[str]]) -> list[AccountFacts]:
    """The facts of every account, in the order given. ``domains`` are those of each service."""
    remembered = Remembered(ctx.memory, ctx.now)
    client = Client(ctx.http, ctx.settings.breach.base_url, remembered, ctx.now, fresh=ctx.fresh)
    search = _Search(ctx, remembered, client)
    order = sorted(ctx.accounts, key=search.last_answer_at)
    by_id = {account.id: search.facts(account) for account in order}
    # A service that was breached is news wherever the address itself could not be looked up.
    blind = [account for account in ctx.accounts if by_id[account.id].trouble not in PASSING | {None}]
    listed = {domain for account in ctx.accounts for domain in domains.get(account.service, ())}
    if blind:
        breaches = known_breaches(client, remembered, listed, ctx.now, fresh=ctx.fresh)
        for account in blind:
            by_id[account.id] = _with_service(by_id[account.id], account, domains, breaches)
    return [by_id[account.id] for account in ctx.accounts]


def _with_service(
    facts: AccountFacts,
    account: Account,
    domains: Mapping[str, Sequence[str]],
    breaches: tuple[Breach, ...] | Trouble,
) -> AccountFacts:
    if not isinstance(breaches, Trouble):
        return replace(facts, service_breaches=breaches_of(account.service, domains, breaches))
    # Without a key the catalogue is all there is, so its trouble is the news; otherwise what to set right goes first.
    return replace(facts, trouble=breaches.reason, ray=breaches.ray) if facts.trouble == "no_key" else facts


@dataclass(frozen=True)
class _Found:
    """What a look-up brought. ``trouble``: the address without its "+" part could not be looked up as well."""

    breaches: tuple[Breach, ...]
    complete: bool
    at_base: tuple[str, ...] = ()
    trouble: Trouble | None = None


class _Search:
    """Looks up addresses with the person's key, one after the other."""

    def __init__(self, ctx: Context, remembered: Remembered, client: Client) -> None:
        self._ctx = ctx
        self._remembered = remembered
        self._client = client
        key = _readable(ctx.secret(KEY_NAME), "no_key")
        self._key = Trouble("bad_key") if isinstance(key, str) and not hibp.is_key(key) else key
        self._plan: Plan | Trouble | None = None
        self._asked: dict[str, tuple[tuple[Breach, ...], bool] | Trouble] = {}
        self._office: OfficeAnswers | OfficeProblem | None = None
        if ctx.accounts:
            self._office = office_answers(ctx.host, ctx.settings.breach.office_file, ctx.now)
        self._answers = {account.id: remembered.get(f"answer:{account.id}", Answer) for account in ctx.accounts}

    def last_answer_at(self, account: Account) -> datetime:
        answer = self._answers[account.id]
        return answer.at if answer is not None else NEVER

    def facts(self, account: Account) -> AccountFacts:
        """What is known of one account once it has been looked up, if it was due and could be."""
        kept = self._ctx.address(account)
        address = _readable(kept, "no_address")
        if isinstance(address, str):
            address = hibp.normalised(address) or Trouble("bad_request")
        tag = self._remembered.tag(address) if isinstance(address, str) else None
        answer = self._answers[account.id]
        if tag is None and not isinstance(kept, Unreadable):
            answer = None  # it was about an address that is no longer there
        if answer is not None and tag is not None and answer.tag != tag:
            answer = None
        if isinstance(address, str) and tag is not None:
            answer = self._newer_of_office(account, address, tag, answer)
        trouble = address if isinstance(address, Trouble) else None
        if isinstance(address, str) and tag is not None and isinstance(self._key, str):
            if self._is_due(answer, address):
                asked, trouble = self._ask(account, address, tag)
                answer = asked or answer
        elif isinstance(self._key, Trouble) and not self._address_comes_first(self._key, trouble):
            trouble = self._without_key(self._key, address, answer)
        if isinstance(address, str) and not hibp.is_kept(address):
            # Whatever else is the matter: that nothing is known of it would say nothing.
            trouble = Trouble("not_kept")
        return self._facts(account, address, tag, answer, trouble)

    def _facts(
        self, account: Account, address: str | Trouble, tag: str | None, answer: Answer | None, trouble: Trouble | None
    ) -> AccountFacts:
        seen = self._remembered.get(f"acknowledged:{account.id}", Acknowledged)
        dealt_with = seen.dealt_with if seen is not None else {}
        searched = None
        if answer is not None:
            searched = Searched(
                at=answer.at,
                tag=answer.tag,
                breaches=answer.breaches,
                same_address=tag is not None,
                whole=isinstance(address, str) and _is_whole(answer, address),
                at_base=frozenset(answer.at_base),
                by_office=answer.by_office,
            )
        return AccountFacts(
            account_id=account.id,
            listed_since=self._remembered.listed_since(account.id),
            trouble=trouble.reason if trouble is not None else None,
            ray=trouble.ray if trouble is not None else "",
            searched=searched,
            # What was dealt with for one address says nothing about another.
            acknowledged=dealt_with if seen is not None and answer is not None and seen.tag == answer.tag else {},
            acknowledged_at_service=dealt_with,
            office_problem=self._office.why if isinstance(self._office, OfficeProblem) else "",
        )

    def _newer_of_office(self, account: Account, address: str, tag: str, answer: Answer | None) -> Answer | None:
        """The office's answer, where it has one for the whole of this address and nobody has a newer one."""
        if not isinstance(self._office, OfficeAnswers):
            return answer
        base = base_address(address)
        own, at_base = self._office.breaches(address), self._office.breaches(base) if base else ()
        if own is None or at_base is None or (answer is not None and answer.at > self._office.asked_at):
            return answer
        found = _with_base((own, True), (at_base, True))
        complete = all(breach.detailed for breach in found.breaches)
        theirs = Answer(self._office.asked_at, tag, found.breaches, complete, True, found.at_base, True)
        self._remembered.put(f"answer:{account.id}", theirs)
        return theirs

    def _address_comes_first(self, key: Trouble, trouble: Trouble | None) -> bool:
        """Whether the address is what to set right first, and not the key without which no account can be looked up.

        An account without an address is not looked up with a key either. Where no keyring is, none could be given.
        """
        if trouble is None:
            return False
        return isinstance(self._office, OfficeAnswers) or (trouble.reason, key.reason) == ("no_address", "no_key")

    def _without_key(self, key: Trouble, address: str | Trouble, answer: Answer | None) -> Trouble | None:
        """What stands in the way without a key that can be used: nothing, where the office has asked lately."""
        if isinstance(self._office, OfficeAnswers) and isinstance(address, str):
            if self._office.breaches(address) is None or answer is None or not answer.by_office:
                return key
            days = timedelta(days=self._ctx.profile.breach_recheck_days + 1)
            return None if self._ctx.now - answer.at < days else Trouble("stale")
        return Trouble("office_file") if isinstance(self._office, OfficeProblem) and key.reason == "no_key" else key

    def _is_due(self, answer: Answer | None, address: str) -> bool:
        if answer is None or self._ctx.fresh or not _is_whole(answer, address):
            return True
        if not answer.complete and not answer.by_office:
            return True
        return self._ctx.now - answer.at >= timedelta(days=self._ctx.profile.breach_recheck_days)

    def _ask(self, account: Account, address: str, tag: str) -> tuple[Answer | None, Trouble | None]:
        refused = self._remembered.get(f"refused:{account.id}", Refusal)
        if refused is not None and refused.tag == tag and self._ctx.now - refused.at < REFUSED and not self._ctx.fresh:
            return None, Trouble("bad_request")
        found = self._with_and_without_plus(address)
        if isinstance(found, Trouble):
            if found.reason == "bad_request":
                self._remembered.put(f"refused:{account.id}", Refusal(self._ctx.now, tag))
            return None, found
        answer = Answer(
            self._ctx.now, tag, found.breaches, found.complete, base_asked=found.trouble is None, at_base=found.at_base
        )
        self._remembered.put(f"answer:{account.id}", answer)
        return answer, found.trouble

    def _with_and_without_plus(self, address: str) -> _Found | Trouble:
        own = self._once(address)
        base = base_address(address)
        if isinstance(own, Trouble) or base is None:
            return own if isinstance(own, Trouble) else _Found(*own)
        at_base = self._once(base)
        # What is known of the address itself is not lost because of the other one.
        return _Found(*own, trouble=at_base) if isinstance(at_base, Trouble) else _with_base(own, at_base)

    def _once(self, address: str) -> tuple[tuple[Breach, ...], bool] | Trouble:
        if address not in self._asked:
            self._asked[address] = self._found(address)
        return self._asked[address]

    def _found(self, address: str) -> tuple[tuple[Breach, ...], bool] | Trouble:
        if isinstance(self._key, Trouble):
            return self._key
        if self._plan is None:
            self._plan = self._client.plan(self._key)
        found = self._plan if isinstance(self._plan, Trouble) else self._client.search(address, self._key, self._plan)
        if isinstance(found, Trouble) and found.reason == "bad_key":
            self._client.refused(self._key)
            self._plan = found
        return found


def _with_base(own: tuple[tuple[Breach, ...], bool], at_base: tuple[tuple[Breach, ...], bool]) -> _Found:
    """Both answers as one, each breach once."""
    known = {breach.name for breach in own[0]}
    more = tuple(breach for breach in at_base[0] if breach.name not in known)
    return _Found((*own[0], *more), own[1] and at_base[1], tuple(breach.name for breach in more))


def _is_whole(answer: Answer, address: str) -> bool:
    return answer.base_asked or base_address(address) is None


def _readable(value: str | Unreadable | None, absent: str) -> str | Trouble:
    """A secret, or the reason of the check that says why there is none."""
    if isinstance(value, Unreadable) and value.reason == "empty":
        return Trouble(absent)
    if isinstance(value, Unreadable):
        # A keyring that does not answer in time is waiting for somebody to unlock it.
        return Trouble("locked" if value.reason in ("locked", "timeout") else "no_keyring")
    return value.strip() if value is not None and value.strip() else Trouble(absent)
