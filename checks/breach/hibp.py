"""The protocol of Have I Been Pwned v3 and of Pwned Passwords: addresses, headers and the meaning of every answer.

Nothing here goes to the network, knows the time or decides a status. An answer is decoded to what it says or to
:class:`Trouble`; what is not exactly as documented is trouble, never "not found".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from agent.contract import Response
from agent.host import Unreadable
from checks.breach.breach import Breach, breach_from

__all__ = [
    "ATTRIBUTION",
    "Plan",
    "Trouble",
    "account_url",
    "address_hash",
    "breaches_url",
    "decode_account",
    "decode_catalogue",
    "decode_latest",
    "decode_passwords",
    "decode_plan",
    "decode_range",
    "is_kept",
    "is_key",
    "key_headers",
    "latest_url",
    "normalised",
    "password_hash",
    "passwords_url",
    "plan_url",
    "range_url",
]

#: The licence of the breach data asks for it wherever the data is shown.
ATTRIBUTION = "Breach data from Have I Been Pwned (haveibeenpwned.com), CC BY 4.0"

#: The address search sends the first 6 hex digits of the SHA-1, Pwned Passwords the first 5.
ADDRESS_PREFIX = 6
PASSWORD_PREFIX = 5

#: The rate of the smallest plan, until the subscription says otherwise.
SMALLEST_RATE = 10
#: No plan is as large; a larger number could not even be kept.
LARGEST_RATE = 100_000

WAIT_AT_LEAST = timedelta(seconds=1)
WAIT_AT_MOST = timedelta(hours=24)
#: When a service that asks for patience does not say how much.
WAIT_UNSAID = timedelta(minutes=1)
BLOCKED_WAIT = timedelta(hours=24)

#: A padded answer has 800 to 1,000 lines, so a shorter one is not all of it (haveibeenpwned.com/API/v3#PwnedPasswords).
PADDED_LINES = 800

_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?")
_DOMAIN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_KEY = re.compile(r"[0-9a-fA-F]{32}")
_PADDED_LINE = re.compile(r"([0-9A-Fa-f]{35}):([0-9]{1,12})")
_SUFFIX = re.compile(r"[0-9A-Fa-f]{34}")
_RAY = re.compile(r"[0-9A-Za-z-]{8,40}")


@dataclass(frozen=True)
class Trouble:
    """No usable answer. ``reason`` is a reason of the check; ``wait`` is how long not to ask again, if that was said.

    ``ray`` is the id that a block page shows, which Have I Been Pwned wants quoted to lift the block.
    """

    reason: str
    wait: timedelta | None = None
    ray: str = ""


@dataclass(frozen=True)
class Plan:
    """What a key may do: requests in a minute, and the address search that does not send the address."""

    per_minute: int
    anonymous_search: bool


def is_key(text: str) -> bool:
    """Whether it has the form of a key: 32 hex digits."""
    return _KEY.fullmatch(text) is not None


def key_headers(key: str) -> dict[str, str]:
    """The headers of a request that needs a key."""
    return {"hibp-api-key": key}


def normalised(address: str) -> str | None:
    """An e-mail address as the service knows it, or ``None`` if it is not one (the service would answer 400)."""
    address = address.strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > 254:
        return None
    return address if address.isprintable() and not any(map(str.isspace, address)) else None


def is_kept(address: str) -> bool:
    """Whether the service keeps addresses of this form. It loads no other from a breach, so it never knows of one.

    An apostrophe ("o'brien@..."), an accent, or a domain in another script is enough (the service's own loader,
    HaveIBeenPwned/EmailAddressExtractor, ``EmailValidation.cs``).
    """
    local, _, domain = address.rpartition("@")
    plain = _LOCAL.fullmatch(local) is not None and ".." not in local
    return plain and "." in domain and _DOMAIN.fullmatch(domain) is not None


def address_hash(address: str) -> str:
    """The SHA-1 of a normalised address, in upper-case hex, as the anonymous search knows it."""
    return hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest().upper()


def password_hash(password: str) -> str:
    """The SHA-1 of a password, in upper-case hex, as Pwned Passwords knows it."""
    return hashlib.sha1(password.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest().upper()


def account_url(base: str, address: str) -> str:
    """The search that sends the address, with every detail of each breach."""
    return f"{base.rstrip('/')}/breachedaccount/{quote(address, safe='')}?truncateResponse=false"


def range_url(base: str, digest: str) -> str:
    """The search that sends six digits of the address's hash only."""
    return f"{base.rstrip('/')}/breachedaccount/range/{digest[:ADDRESS_PREFIX]}"


def plan_url(base: str) -> str:
    """What the key's subscription includes."""
    return f"{base.rstrip('/')}/subscription/status"


def latest_url(base: str) -> str:
    """The breach that was added last; needs no key."""
    return f"{base.rstrip('/')}/latestbreach"


def breaches_url(base: str) -> str:
    """Every breach there is; needs no key."""
    return f"{base.rstrip('/')}/breaches"


def passwords_url(base: str, digest: str) -> str:
    """The leaked passwords whose hash begins with the same five digits."""
    return f"{base.rstrip('/')}/range/{digest[:PASSWORD_PREFIX]}"


def decode_account(answer: Response | Unreadable, now: datetime) -> tuple[Breach, ...] | Trouble:
    """The breaches of one address; ``()`` only for the documented "not found": 404 with nothing in it."""
    if isinstance(answer, Response) and _not_found(answer):
        return ()
    entries = _list(answer, now)
    if isinstance(entries, Trouble):
        return entries
    breaches = [breach_from(entry) for entry in entries]
    read = tuple(breach for breach in breaches if breach is not None)
    # One that cannot be read may be the one that matters; and this search never answers with an empty list.
    return read if read and len(read) == len(entries) else Trouble("unreadable")


def decode_range(answer: Response | Unreadable, digest: str, now: datetime) -> tuple[str, ...] | Trouble:
    """The names of the breaches of the address with this hash. Every other entry is dropped here, as the terms ask.

    A prefix has about 400 addresses, so an answer without any is not one, and what "not found" means is nowhere said.
    """
    entries = _list(answer, now)
    if isinstance(entries, Trouble):
        return entries
    if not entries:
        return Trouble("unreadable")
    found: list[str] = []
    for entry in entries:
        suffix, names = (entry.get("hashSuffix"), entry.get("websites")) if isinstance(entry, dict) else (None, None)
        if not isinstance(suffix, str) or not _SUFFIX.fullmatch(suffix) or not isinstance(names, list):
            return Trouble("unreadable")
        if suffix.upper() == digest[ADDRESS_PREFIX:]:
            if not names or not all(isinstance(name, str) and name for name in names):
                return Trouble("unreadable")
            found += names
    return tuple(found)


def decode_catalogue(answer: Response | Unreadable, now: datetime) -> tuple[Breach, ...] | Trouble:
    """Every breach. An entry that cannot be read is passed over; it cannot make anything a pass."""
    entries = _list(answer, now)
    if isinstance(entries, Trouble):
        return entries
    breaches = tuple(breach for breach in map(breach_from, entries) if breach is not None)
    return breaches or Trouble("unreadable")


def decode_latest(answer: Response | Unreadable, now: datetime) -> Breach | Trouble:
    """The breach that was added last."""
    document = _json(answer, now)
    if isinstance(document, Trouble):
        return document
    return breach_from(document) or Trouble("unreadable")


def decode_plan(answer: Response | Unreadable, now: datetime) -> Plan | Trouble:
    """What the subscription includes. Its name is for show ("Pwned 1" is also "Core 1"); the flags are what counts."""
    document = _json(answer, now)
    if isinstance(document, Trouble):
        return document
    rate = document.get("Rpm") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(document.get("SubscriptionName"), str):
        return Trouble("unreadable")
    if not isinstance(rate, int) or isinstance(rate, bool) or rate <= 0:
        rate = SMALLEST_RATE
    return Plan(min(rate, LARGEST_RATE), document.get("IncludesKAnon") is True)


def decode_passwords(answer: Response | Unreadable, digest: str, now: datetime) -> int | Trouble:
    """How often the password with this hash was seen in leaks; padding (a count of 0) does not count.

    Every padded answer has many lines, so one with few of them, an empty or a garbled one says nothing of a password
    that is not in it.
    """
    if isinstance(answer, Unreadable) or answer.status != 200:
        return _trouble(answer, now)
    lines = answer.body.decode("utf-8", errors="replace").removeprefix("\ufeff").splitlines()
    seen = 0
    for line in lines:
        match = _PADDED_LINE.fullmatch(line)
        if match is None:
            return Trouble("unreadable")
        if match[1].upper() == digest[PASSWORD_PREFIX:]:
            seen += int(match[2])
    return seen if seen or len(lines) >= PADDED_LINES else Trouble("unreadable")


def _not_found(answer: Response) -> bool:
    """A 404 page of something in between (a proxy, a hotel's sign-in) has something in it."""
    return answer.status == 404 and not answer.body.strip()


def _list(answer: Response | Unreadable, now: datetime) -> list[Any] | Trouble:
    document = _json(answer, now)
    if isinstance(document, Trouble):
        return document
    return document if isinstance(document, list) else Trouble("unreadable")


def _json(answer: Response | Unreadable, now: datetime) -> Any:
    """The document of a 200, else trouble."""
    if isinstance(answer, Unreadable) or answer.status != 200:
        return _trouble(answer, now)
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Trouble("unreadable")


#: Why there was no answer at all, as a reason of the check.
_NO_ANSWER: Mapping[str, str] = {"timeout": "timeout", "offline": "offline", "refused": "offline", "tls": "tls"}

#: What a status means that needs nothing of the headers. A 401's body is text, so it is not read.
_STATUS: Mapping[int, str] = {400: "bad_request", 401: "bad_key", 403: "no_permission"}


def _trouble(answer: Response | Unreadable, now: datetime) -> Trouble:
    """What a status code other than the expected one means."""
    if isinstance(answer, Unreadable):
        return Trouble(_NO_ANSWER.get(answer.reason, "unreadable"))
    wait = _retry_after(answer.headers.get("retry-after"), now)
    if answer.status == 429:
        # One second more than asked: the clocks differ.
        return Trouble("rate_limited", min((wait or WAIT_UNSAID) + WAIT_AT_LEAST, WAIT_AT_MOST))
    if answer.status == 403 and "cf-ray" in answer.headers:
        ray = _RAY.fullmatch(answer.headers["cf-ray"])
        return Trouble("blocked", BLOCKED_WAIT, ray[0] if ray else "")
    if 500 <= answer.status <= 599:
        return Trouble("unavailable", wait)
    return Trouble(_STATUS.get(answer.status, "unreadable"))


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date, between a second and a day; ``None`` when it was not said or is nonsense."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        wait = timedelta(seconds=int(value)) if len(value) <= 9 else WAIT_AT_MOST
    else:
        from email.utils import parsedate_to_datetime  # 10 ms that no other round needs

        try:
            until = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(wait, WAIT_AT_LEAST), WAIT_AT_MOST)
