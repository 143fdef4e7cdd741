"""apt: Debian, Ubuntu and their relatives.

``apt-get -s -qq dist-upgrade`` simulates the upgrade: without root, network or a lock, and respecting pins, holds and
phasing. It prints one ``Inst package [old] (new Label:release/suite, ... [arch])`` line for each upgrade, and says
nothing at all, with exit 0, when there is none, which is also what it says on a machine without package lists. So
silence counts only where dpkg's database holds packages and apt holds lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.answers import remembered_answer
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.linux_managers import apt_lists, apt_published
from checks.app_updates.versions import BadVersionError, dpkg

__all__ = ["Offer", "deferred", "parse_simulation", "read"]

NAME = "apt"
SIMULATE = ("apt-get", "-s", "-qq", "dist-upgrade")
UPGRADABLE = ("apt", "list", "--upgradable")
#: It reads every package list: seconds on a slow disk after a boot.
TIMEOUT_SECONDS = 45.0

STATUS = "/var/lib/dpkg/status"
LISTS = "/var/lib/apt/lists/*_Packages*"
CACHE = "/var/cache/apt/pkgcache.bin"
#: Beside dpkg's database, what a simulation depends on: settings, sources, pins, and which lists there are.
STAMPED_GLOBS = ("/etc/apt/*", "/etc/apt/*.d/*", "/var/lib/apt/lists/*")
STAMPED = (STATUS, "/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list.d", "/var/lib/apt/lists")

INSTALL = re.compile(
    r"Inst (?P<package>\S+)(?: \[(?P<old>[^\]\s]+)\])?"
    r" \((?P<new>\S+)(?: (?P<origins>[^\[\]]*?))? \[(?P<architecture>[^\]\s]+)\]\)(?: \[[^\]]*\])*"
)
#: Archives that apt leaves out because their source may not be read, with exit 0 all the same.
LEFT_OUT = re.compile(r"Unable to read \S*/sources\.list")
OTHER = re.compile(r"(?:Conf|Remv|Purg) \S+.*")
LISTED = re.compile(r"(?P<package>[^/\s]+)/\S* (?P<new>\S+) \S+ \[upgradable from: (?P<old>[^\]\s]+)\]")


def read(context: Context) -> ManagerFacts:
    """What apt has to say."""
    host = context.host
    paths = [*STAMPED, *(path for pattern in STAMPED_GLOBS for path in host.glob(pattern))]
    lists_at, lists_source = apt_lists.date(host, context.now)
    return ManagerFacts(
        manager=NAME,
        scheme="dpkg",
        pending=remembered_answer(context, NAME, paths, lambda: _ask(host, context.now)),
        lists_at=lists_at,
        source=" ".join(SIMULATE),
        lists_source=lists_source,
    )


def _ask(host: Host, now: datetime) -> tuple[Pending, ...] | Unreadable:
    done = host.run(SIMULATE, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(SIMULATE)
    offers = parse_simulation(done.stdout) if done.exit == 0 else None
    if offers is None:
        return Unreadable("malformed" if done.exit == 0 else "failed", where)
    pending = _dated(host, offers, now)
    status = host.read(STATUS)
    holds = _holds(status) if isinstance(status, str) else None
    if not pending and LEFT_OUT.search(done.stderr):
        return Unreadable("denied", where)
    if not pending and (holds is None or not host.glob(LISTS)):
        return _why_silent(status, holds)
    # A second look costs as much as the first where apt keeps no cache: then only for packages known to be held.
    if holds or host.glob(CACHE):
        listed = host.run(UPGRADABLE, TIMEOUT_SECONDS)
        if not isinstance(listed, Unreadable) and listed.exit == 0:
            return (*pending, *deferred(listed.stdout, pending, holds or frozenset()))
    return pending


def _why_silent(status: str | Unreadable | None, holds: frozenset[str] | None) -> Unreadable:
    """Why a simulation that says nothing proves nothing."""
    if isinstance(status, Unreadable):
        return status
    return Unreadable("empty", STATUS) if holds is None else Unreadable("no_lists", "/var/lib/apt/lists")


@dataclass(frozen=True)
class Offer:
    """One upgrade of a simulation, with the names of the archives that have it."""

    pending: Pending
    origins: tuple[str, ...]
    architecture: str


def _dated(host: Host, offers: tuple[Offer, ...], now: datetime) -> tuple[Pending, ...]:
    """The upgrades with the day by which each was on offer here, where that can be told."""
    published = apt_published.archives(host, now) if offers else {}
    found = []
    for offer in offers:
        put_on = apt_published.installed_at(host, offer.pending.package, offer.architecture, now)
        by = apt_published.offered_by(offer.origins, published, put_on)
        found.append(msgspec.structs.replace(offer.pending, offered_by=by))
    return tuple(found)


def parse_simulation(text: str) -> tuple[Offer, ...] | None:
    """The upgrades of a simulation, or ``None`` when a line is none that apt-get prints.

    To others than root it begins with a note, indented from its second line on.
    """
    found: dict[str, Offer] = {}
    in_note = False
    for line in text.splitlines():
        in_note = line.startswith("NOTE: ") or (in_note and line.startswith(" "))
        if in_note or not line or OTHER.fullmatch(line):
            continue
        match = INSTALL.fullmatch(line)
        if match is None:
            return None
        if match["old"] is not None and _newer(match["new"], match["old"]):
            origins = tuple(origin for origin in (match["origins"] or "").split(", ") if origin)
            pending = Pending(match["package"], match["old"], match["new"], security=_security(origins))
            found[pending.package] = Offer(pending, origins, match["architecture"])
    return tuple(found.values())


def deferred(text: str, offered: tuple[Pending, ...], holds: frozenset[str]) -> Iterator[Pending]:
    """What ``apt list --upgradable`` has and the simulation does not: held, phased or kept back."""
    names = {pending.package.partition(":")[0] for pending in offered}
    for line in text.splitlines():
        match = LISTED.fullmatch(line)
        if match and match["package"] not in names:
            held = Held.HELD if match["package"] in holds else Held.DEFERRED
            yield Pending(match["package"], match["old"], match["new"], held=held)


def _security(origins: tuple[str, ...]) -> bool:
    """Whether one of the ``Label:release/suite`` is a security archive (``bookworm-security``, Debian-Security)."""
    for origin in origins:
        label, _, suite = origin.rpartition("/")
        if suite.endswith("-security") or label.startswith("Debian-Security:"):
            return True
    return False


def _newer(new: str, old: str) -> bool:
    """A pin can make a simulation go back to an older version: that is no update."""
    try:
        return dpkg(new, old) > 0
    except BadVersionError:
        return True


def _holds(status: str) -> frozenset[str] | None:
    """The packages on hold, or ``None`` when dpkg's database holds no installed package."""
    holds: set[str] = set()
    installed = False
    package = ""
    for line in status.splitlines():
        if line.startswith("Package: "):
            package = line.removeprefix("Package: ").strip()
        elif line.startswith("Status: "):
            want, _, state = line.removeprefix("Status: ").strip().partition(" ")
            if state == "ok installed":
                installed = True
                if want == "hold":
                    holds.add(package)
    return frozenset(holds) if installed else None
