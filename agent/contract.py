"""The contract between a check and everything around it.

A *probe* reads facts from one kind of system, a pure *judge* turns facts into findings, and the words for each
reason live in ``config/alerts.toml``. This module holds the types those three share; it does no work itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from agent.host import Host, Unreadable

if TYPE_CHECKING:
    from config.schema import Profile, Settings

__all__ = [
    "Account",
    "Attestation",
    "Basis",
    "Category",
    "Check",
    "Context",
    "Evidence",
    "Fact",
    "Finding",
    "Http",
    "Item",
    "Memory",
    "Response",
    "Severity",
    "Status",
    "Unreadable",
    "Words",
]

#: One short value of a finding that may be shown and, after the allow-list, reported.
Fact = bool | int | str | list[str]

#: The form of ids, reasons and the names of facts.
SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Status(StrEnum):
    """What a finding says. ``UNKNOWN`` is an answer of its own, never a pass or a fail in disguise."""

    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    DISABLED = "disabled"


class Severity(StrEnum):
    """How much it matters when the status is not a pass."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Basis(StrEnum):
    """How we know: read from this computer, asked of a service, or stated by the person."""

    MEASURED = "measured"
    API = "api"
    ATTESTED = "attested"


class Category(StrEnum):
    """The part of the person's page that a check belongs to."""

    DEVICE = "device"
    ACCOUNT = "account"
    PRACTICE = "practice"
    AGENT = "agent"


class Evidence(msgspec.Struct, frozen=True):
    """One value behind a verdict, with where it came from, for ``explain``. It never leaves this computer.

    ``what`` is a short noun phrase ("screen turns off after"), ``value`` the value with its unit ("30 minutes"),
    ``source`` the setting it was read from ("power plan, on battery").
    """

    what: str
    value: str
    source: str = ""


class Item(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of detail for the person's eyes: an app, a breach, a password manager that was found.

    ``status`` is that line's own status. ``since`` is when the agent could first see it, or a breach's own date.
    ``source`` names the ecosystem or place ("apt", "Chromium extension"). ``to_do`` is what to do about this line, in
    words, without a full stop. Items stay on this computer.
    """

    name: str
    status: Status
    installed: str | None = None
    latest: str | None = None
    since: datetime | None = None
    source: str | None = None
    security: bool | None = None
    details: tuple[str, ...] = ()
    to_do: str | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One verdict of one check about one subject.

    ``subject`` is ``None`` for the laptop itself, else the id of an account. ``reason`` is one of the check's
    published reasons. ``facts`` are short scalars or short lists of catalogue names; they fill the placeholders
    of the words, so they hold no addresses, paths or names of people.
    """

    status: Status
    reason: str
    severity: Severity = Severity.INFO
    basis: Basis = Basis.MEASURED
    subject: str | None = None
    facts: dict[str, Fact] = {}
    items: tuple[Item, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    due_at: datetime | None = None
    expires_at: datetime | None = None
    error: str | None = None


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said about one reason. ``{placeholders}`` are the names of facts.

    ``more`` is where to go from here ("Open {app} to see how."): an alert says it after ``body``, a place that shows
    all of it does not. ``steps`` go by system, or by system and what else must hold (docs/writing-words.md). They lead
    to the person's page; ``command`` is the same for a terminal, and only the command line says it.
    """

    title: str
    body: str
    steps: dict[str, tuple[str, ...]] = {}
    links: tuple[str, ...] = ()
    more: str = ""
    command: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Something the person signs in to. ``id`` is random and opaque; the address is handed out by the context only."""

    id: str
    service: str
    label: str
    has_address: bool = False


class Attestation(msgspec.Struct, frozen=True, kw_only=True):
    """A dated statement by the person about one subject. They are only ever appended; the newest one counts."""

    subject: str
    statement: str
    answer: str
    at: datetime
    statement_version: int = 1
    evidence: str = "none"


class Memory(Protocol):
    """What one check remembers between rounds: small JSON values by key."""

    def recall(self, key: str) -> Any:
        """The value remembered under ``key``, or ``None``."""

    def remember(self, key: str, value: Any) -> None:
        """Keep ``value`` (anything JSON can hold) under ``key``; ``None`` forgets it."""


class Response(msgspec.Struct, frozen=True):
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Http(Protocol):
    """The only way a check reaches the network."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        """GET ``url``. ``Unreadable`` when there was no answer: ``offline``, ``timeout``, ``tls``, ``refused``."""


@dataclass(frozen=True)
class Context:
    """Everything a check is given. It reaches for nothing else."""

    host: Host
    now: datetime
    profile: Profile
    settings: Settings
    memory: Memory
    http: Http
    accounts: Sequence[Account] = ()
    attestations: Sequence[Attestation] = ()
    #: The address of an account: ``None`` when it has none.
    address: Callable[[Account], str | Unreadable | None] = lambda _: None
    #: A secret from the OS keyring by name: ``None`` when it was never set.
    secret: Callable[[str], str | Unreadable | None] = lambda _: None
    #: The person asked for this check by name: do not answer from memory if asking again is allowed.
    fresh: bool = False


@dataclass(frozen=True)
class Check:
    """One thing that can be verified.

    ``reasons`` publishes every reason a finding may give; each has words in ``config/alerts.toml`` under
    ``<id>.<reason>`` and a finding with another reason is refused. ``time_limit`` is the wall time one run may take.
    A ``heavy`` one costs seconds of processor time and waits while the computer saves power.
    ``refs`` name the advice it measures (``toolkit:S17``). ``words`` is for checks from elsewhere, which cannot
    write into ``config/alerts.toml``: the words for each reason.
    """

    id: str
    title: str
    category: Category
    run: Callable[[Context], Sequence[Finding]]
    reasons: frozenset[str]
    version: int = 1
    every: timedelta = timedelta(hours=4)
    time_limit: timedelta = timedelta(seconds=20)
    heavy: bool = False
    refs: tuple[str, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
