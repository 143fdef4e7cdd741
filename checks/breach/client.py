"""Asking Have I Been Pwned politely: its rate, its requests for patience and one sign of trouble end a round's asking.

What it asked of us outlives the process, so that an agent that is started again does not begin to hammer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from agent.contract import Http, Response
from agent.host import Unreadable
from checks.breach import hibp
from checks.breach.breach import Breach, named
from checks.breach.hibp import Plan, Trouble
from checks.breach.remembered import KeyPlan, Refusal, Remembered, Wait, Window

__all__ = ["Client"]

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

#: No new request is begun after this long, so that the check ends within its own time limit.
ASKING_SECONDS = 40.0

#: The first pause after "service unavailable"; each further one in a row doubles it, up to a day.
FIRST_PAUSE = timedelta(minutes=15)

#: Trouble after which the next request would only meet the same.
HALTS = frozenset({"offline", "timeout", "tls", "unavailable", "rate_limited", "blocked"})

#: A person who asks again may try after "unavailable", but a rate limit or a block is always obeyed.
ALWAYS_OBEYED = frozenset({"rate_limited", "blocked"})

#: Have I Been Pwned's public test key. It knows the test accounts only and may have no subscription to ask about.
TEST_KEY = "0" * 32
SMALLEST = Plan(hibp.SMALLEST_RATE, anonymous_search=False)

T = TypeVar("T")


class Client:
    """One round's conversation with the service."""

    def __init__(self, http: Http, base_url: str, remembered: Remembered, now: datetime, *, fresh: bool) -> None:
        self._http = http
        self._base = base_url
        self._remembered = remembered
        self._now = now
        self._fresh = fresh
        self._ends = time.monotonic() + ASKING_SECONDS
        self._halted: Trouble | None = self._told_to_wait()
        self._everything: tuple[Breach, ...] | Trouble | None = None
        self._per_minute = hibp.SMALLEST_RATE
        #: Whether what answers now has shown that it is the service: any web server can say "not found", and an earlier
        #: answer says nothing about the network of today.
        self._proven = False

    def plan(self, key: str) -> Plan | Trouble:
        """What the key may do, asked once a day. Where that cannot be learnt, the smallest plan is assumed."""
        tag = self._remembered.tag(key)
        known = self._remembered.get("plan", KeyPlan)
        if known is not None and known.key != tag:
            known = None
        refused = self._remembered.get("refused_key", Refusal)
        if refused is not None and refused.tag == tag and self._now - refused.at < DAY and not self._fresh:
            return Trouble("bad_key")
        if known is not None and self._now - known.at < DAY:
            plan: Plan | Trouble = Plan(known.per_minute, known.anonymous)
        elif key == TEST_KEY:
            plan = SMALLEST
        else:
            plan = self._ask(hibp.plan_url(self._base), lambda answer: hibp.decode_plan(answer, self._now), key)
            if isinstance(plan, Plan):
                self._proven = True
                self._remembered.put("plan", KeyPlan(self._now, tag, plan.per_minute, plan.anonymous_search))
            elif plan.reason in ("no_permission", "unreadable"):
                # Never from the search that hides the address to the one that sends it, because of a bad moment.
                plan = Plan(known.per_minute, known.anonymous) if known else SMALLEST
        if isinstance(plan, Plan):
            # Half for the anonymous search, as the price list has it; that it is the same limit is said elsewhere.
            self._per_minute = max(1, plan.per_minute // 2) if plan.anonymous_search else plan.per_minute
        return plan

    def search(self, address: str, key: str, plan: Plan) -> tuple[tuple[Breach, ...], bool] | Trouble:
        """The breaches of an address, and whether their details are known."""
        found: tuple[Breach, ...] | Trouble
        if plan.anonymous_search:
            digest = hibp.address_hash(address)
            names = self._ask(
                hibp.range_url(self._base, digest), lambda answer: hibp.decode_range(answer, digest, self._now), key
            )
            found = names if isinstance(names, Trouble) else tuple(Breach(name=name) for name in names)
        else:
            found = self._ask(
                hibp.account_url(self._base, address), lambda answer: hibp.decode_account(answer, self._now), key
            )
        if isinstance(found, Trouble):
            return found
        if not found and not self._proven:
            latest = self.latest()
            if isinstance(latest, Trouble):
                return latest
        return self._with_details(found)

    def latest(self) -> Breach | Trouble:
        """The breach that was added last."""
        latest = self._ask(hibp.latest_url(self._base), lambda answer: hibp.decode_latest(answer, self._now))
        self._proven = self._proven or isinstance(latest, Breach)
        return latest

    def everything(self) -> tuple[Breach, ...] | Trouble:
        """The whole catalogue, asked for once a round at most."""
        if self._everything is None:
            self._everything = self._ask(
                hibp.breaches_url(self._base), lambda answer: hibp.decode_catalogue(answer, self._now)
            )
        return self._everything

    def refused(self, key: str) -> None:
        """The key was not accepted: until it is changed, a day has passed or a person asks, it is not tried again."""
        self._remembered.put("refused_key", Refusal(self._now, self._remembered.tag(key)))

    def _with_details(self, found: tuple[Breach, ...]) -> tuple[tuple[Breach, ...], bool]:
        if all(breach.detailed for breach in found):
            return found, True
        everything = self.everything()
        if isinstance(everything, Trouble):
            return tuple(_shown(breach) for breach in found), False
        by_name = {breach.name: breach for breach in everything}
        return tuple(by_name.get(breach.name, _shown(breach)) for breach in found), True

    def _ask(self, url: str, decode: Callable[[Response | Unreadable], T | Trouble], key: str = "") -> T | Trouble:
        if self._halted is not None:
            return self._halted
        if time.monotonic() > self._ends:
            return Trouble("timeout")
        if key and not self._within_rate():
            return Trouble("rate_limited")
        # The result of a network call carries the address in its URL: it goes nowhere but through the decoder.
        answer = decode(self._http.get(url, headers=hibp.key_headers(key) if key else None))
        if isinstance(answer, Trouble):
            if answer.reason in HALTS:
                self._halted = answer
                self._remember_wait(answer)
        elif self._remembered.get("wait", Wait) is not None:
            self._remembered.put("wait", None)
        return answer

    def _within_rate(self) -> bool:
        """Count one request with the key, unless this minute's are used up: N in a one-minute block, at any pace."""
        window = self._remembered.get("window", Window)
        if window is None or self._now - window.start >= MINUTE:
            window = Window(self._now, 0)
        if window.used >= self._per_minute:
            return False
        self._remembered.put("window", Window(window.start, window.used + 1))
        return True

    def _told_to_wait(self) -> Trouble | None:
        wait = self._remembered.get("wait", Wait)
        if wait is None or wait.until.tzinfo is None or not self._now < wait.until <= self._now + DAY + MINUTE:
            return None
        if self._fresh and wait.reason not in ALWAYS_OBEYED:
            return None
        return Trouble(wait.reason, wait.until - self._now, wait.ray)

    def _remember_wait(self, trouble: Trouble) -> None:
        before = self._remembered.get("wait", Wait)
        times = before.times + 1 if before is not None and before.reason == trouble.reason else 1
        pause = trouble.wait
        if trouble.reason == "unavailable":
            pause = max(pause or FIRST_PAUSE, min(FIRST_PAUSE * 2 ** min(times - 1, 10), DAY))
        if pause is not None:
            self._remembered.put("wait", Wait(self._now + min(pause, DAY), trouble.reason, trouble.ray, times))


def _shown(breach: Breach) -> Breach:
    """A breach of which only the name is known, with something to show."""
    return breach if breach.title else named(breach.name)
