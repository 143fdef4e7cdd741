"""dnf 4 and 5: Fedora, Red Hat and their relatives.

Only the copies of the repositories that are on disk are asked (``--cacheonly``), so there is neither network nor root.
dnf 4 answers with exit 0 for no updates, 100 for some and 1 for an error (dnf(8)); dnf 5 does too in words, but its
``--json`` (5.4 and later) exits with 0 in both cases and leaves empty lists out. A repository whose copy is missing can
be passed over in silence (``skip_if_unavailable``), so no updates counts only where every enabled one has its copy and
the RPM database answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from agent.contract import Context
from agent.host import Completed, Host, Unreadable
from checks.app_updates.answers import remembered_answer
from checks.app_updates.facts import ManagerFacts, Pending
from checks.app_updates.linux_managers.list_dates import is_true, newest, repositories
from checks.app_updates.linux_managers.rpm_database import installed_packages

__all__ = ["parse_advisories", "parse_check_update", "parse_json", "read"]

NAME = "dnf"
TIMEOUT_SECONDS = 45.0
DNF5_JSON = ("dnf5", "--cacheonly", "check-upgrade", "--json")
DNF5_TEXT = ("dnf5", "-q", "--cacheonly", "check-upgrade")
DNF5_SECURITY = ("dnf5", "--cacheonly", "advisory", "list", "--updates", "--security", "--json")
DNF4 = ("dnf", "-q", "--cacheonly", "check-update")
DNF4_SECURITY = ("dnf", "-q", "--cacheonly", "updateinfo", "--list", "--security")
UNKNOWN_OPTION = 2
SOME_UPDATES = 100

REPOSITORY_FILES = "/etc/yum.repos.d/*.repo"
CACHES = ("/var/cache/libdnf5", "/var/cache/dnf")
STAMPED_GLOBS = (
    REPOSITORY_FILES,
    "/etc/dnf/*.conf",
    "/etc/dnf/*.d/*",
    "/var/lib/rpm/rpmdb.sqlite*",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite*",
    "/var/lib/rpm/Packages",
    *(f"{cache}/*/repodata/*" for cache in CACHES),
)

SKIP = "skip_if_unavailable"
CACHE_DIRECTORY = re.compile(r"(?P<repository>.+)-[0-9a-f]{16}")

#: ``name.arch  [epoch:]version-release  repository``
UPDATE = re.compile(r"(?P<name>\S+)\.(?P<arch>[A-Za-z0-9_]+)\s+(?P<evr>[^\s-]+-[^\s-]+)\s+(?P<repository>\S+)")
#: ``ADVISORY  Severity/Sec.  name-version-release.arch``
ADVISORY = re.compile(r"\S+\s+\S+/Sec\.\s+(?P<nevra>\S+)")
NEVRA = re.compile(r"(?P<name>.+)-[^-]+-[^-]+\.[A-Za-z0-9_]+")
#: A line about the kernel that is running, which dnf 4 puts among the updates.
REMARK = re.compile(r"Security: \S+ is (?:an installed security update|the currently running version)")


def read(context: Context) -> ManagerFacts:
    """What dnf has to say; dnf 5 is asked where both are there, as ``dnf`` itself is then dnf 5."""
    host = context.host
    paths = [path for pattern in STAMPED_GLOBS for path in host.glob(pattern)]
    lists_at = _lists_at(host, context.now)
    five = host.which("dnf5") is not None
    return ManagerFacts(
        manager=NAME,
        scheme="rpm",
        pending=remembered_answer(context, NAME, paths, lambda: _ask(host, five, lists_at)),
        lists_at=lists_at,
        source=" ".join(DNF5_JSON if five else DNF4),
        lists_source="oldest enabled repository",
    )


def _ask(host: Host, five: bool, lists_at: datetime | Unreadable) -> tuple[Pending, ...] | Unreadable:
    updates = _ask_dnf5(host) if five else _ask_words(host, DNF4)
    if isinstance(updates, Unreadable):
        return updates
    installed = installed_packages(host)
    if not updates:
        for proof in (installed, lists_at):
            if isinstance(proof, Unreadable):
                return proof
        return ()
    have = {} if isinstance(installed, Unreadable) else installed
    security = _security(host, five)
    return tuple(
        Pending(
            package=name,
            installed=have.get((name, arch), ""),
            latest=evr.removeprefix("0:"),
            security=None if security is None else name in security,
        )
        for name, arch, evr in updates
    )


def _ask_dnf5(host: Host) -> list[tuple[str, str, str]] | Unreadable:
    done = host.run(DNF5_JSON, TIMEOUT_SECONDS)
    if isinstance(done, Completed) and done.exit == UNKNOWN_OPTION:
        return _ask_words(host, DNF5_TEXT)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(DNF5_JSON)
    if done.exit != 0:
        return Unreadable("failed", where)
    updates = parse_json(done.stdout)
    return Unreadable("malformed", where) if updates is None else updates


def _ask_words(host: Host, argv: Sequence[str]) -> list[tuple[str, str, str]] | Unreadable:
    done = host.run(argv, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(argv)
    if done.exit not in (0, SOME_UPDATES):
        return Unreadable("failed", where)
    updates = parse_check_update(done.stdout)
    # The exit code and the list have to agree: one without the other is no answer.
    if updates is None or bool(updates) is not (done.exit == SOME_UPDATES):
        return Unreadable("malformed", where)
    return updates


def parse_check_update(text: str) -> list[tuple[str, str, str]] | None:
    """Name, architecture and epoch:version-release of each update, or ``None`` when a line is none of dnf's.

    A name too long for its column puts the rest on the next line. What comes after "Obsoleting Packages" is no update.
    """
    found: list[tuple[str, str, str]] = []
    begun = ""
    for line in text.splitlines():
        words = line.split()
        if line.startswith("Obsoleting Packages"):
            break
        if not words or REMARK.fullmatch(line.strip()):
            continue
        if len(words) == 1 and not begun:
            begun = words[0]
            continue
        match = UPDATE.fullmatch(" ".join([begun, *words]).strip())
        if match is None:
            return None
        begun = ""
        found.append((match["name"], match["arch"], match["evr"]))
    return None if begun else found


def parse_json(text: str) -> list[tuple[str, str, str]] | None:
    """The ``upgrades`` of ``dnf5 check-upgrade --json``, or ``None`` when it is not of that form."""
    document = _decode(text)
    if not isinstance(document, dict):
        return None
    upgrades = document.get("upgrades", [])
    try:
        rows = msgspec.convert(upgrades, list[_Upgrade])
    except msgspec.ValidationError:
        return None
    return [(row.name, row.arch, row.evr) for row in rows]


class _Upgrade(msgspec.Struct, frozen=True):
    """One entry of ``upgrades``; an empty name would be nobody's package."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    arch: str
    evr: Annotated[str, msgspec.Meta(min_length=1)]


def _security(host: Host, five: bool) -> frozenset[str] | None:
    """The names of packages with a security update, or ``None`` when that could not be told."""
    done = host.run(DNF5_SECURITY if five else DNF4_SECURITY, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable) or done.exit != 0:
        return None
    if not five:
        return parse_advisories(done.stdout)
    document = _decode(done.stdout)
    if not isinstance(document, list):
        return None
    return _names(entry.get("nevra") for entry in document if isinstance(entry, dict))


def parse_advisories(text: str) -> frozenset[str]:
    """The names of the packages in dnf 4's list of security advisories."""
    return _names(match["nevra"] for line in text.splitlines() if (match := ADVISORY.fullmatch(line.strip())))


def _names(nevras: Iterable[Any]) -> frozenset[str]:
    return frozenset(match["name"] for nevra in nevras if isinstance(nevra, str) and (match := NEVRA.fullmatch(nevra)))


def _decode(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def _lists_at(host: Host, now: datetime) -> datetime | Unreadable:
    """The age of the oldest copy among the enabled repositories that dnf may not skip.

    dnf writes a copy's ``primary`` file anew, or touches it when the server says that it still holds (libdnf), so its
    time is when the repository was last asked. An optional third-party repository does not make the lists old.
    """
    copies = _copies(host)
    enabled = repositories(host, REPOSITORY_FILES)
    needed = [name for name, settings in enabled.items() if not is_true(settings.get(SKIP), default=False)]
    dates: list[datetime] = []
    for repository in needed or list(enabled) or list(copies):
        date = newest(host, copies.get(repository, ()), now)
        if not isinstance(date, datetime):
            return date or Unreadable("no_lists", repository)
        dates.append(date)
    return min(dates) if dates else Unreadable("no_lists", CACHES[0])


def _copies(host: Host) -> dict[str, list[str]]:
    """The primary files of each repository's copies; their directories are called by id and a hash."""
    found: dict[str, list[str]] = {}
    for cache in CACHES:
        for path in host.glob(f"{cache}/*/repodata/*primary*"):
            directory = CACHE_DIRECTORY.fullmatch(path.removeprefix(f"{cache}/").partition("/")[0])
            if directory:
                found.setdefault(directory["repository"], []).append(path)
    return found
