"""Homebrew: formulae and casks, from the lists that it last downloaded.

``brew outdated --json=v2``, run as the owner of its files and never as root, with nothing downloaded first
(``HOMEBREW_NO_AUTO_UPDATE``). Casks that update themselves are left out by it unless asked for with ``--greedy``: what
Homebrew remembers of those is what it once installed, so they are looked at as any other app instead, and here only
counted. It keeps its lists below ``Library/Caches/Homebrew/api`` and touches them when they were confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.answers import remembered_answer
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.linux_managers.list_dates import newest

__all__ = ["NAME", "NOT_OURS", "TITLE", "installed", "parse_outdated", "read"]

NAME = "homebrew"
TITLE = "Homebrew"
#: The reason when it belongs to another account of this computer.
NOT_OURS = "not_ours"
TIMEOUT_SECONDS = 20.0
#: As a program of its own, because a host gives programs no variables.
QUIET = ("env", "HOMEBREW_NO_AUTO_UPDATE=1", "HOMEBREW_NO_ANALYTICS=1", "HOMEBREW_NO_ENV_HINTS=1")
OUTDATED = ("outdated", "--json=v2")
GREEDY = "--greedy"
#: That of Apple silicon first: a Mac that was set up from an older one still has the other.
PREFIXES = {"/opt/homebrew/bin/brew": "/opt/homebrew", "/usr/local/bin/brew": "/usr/local"}
LISTS = "Library/Caches/Homebrew/api"
MAX_TEXT = 100


class _Entry(msgspec.Struct):
    name: str
    installed_versions: list[str]
    current_version: str
    pinned: bool = False


class _Outdated(msgspec.Struct):
    formulae: list[_Entry]
    casks: list[_Entry]


def read(context: Context) -> ManagerFacts | None:
    """What Homebrew has to say; ``None`` where it is not installed."""
    host = context.host
    brews = installed(host)
    if not brews:
        return None
    brew = brews[0]
    prefix = PREFIXES.get(brew)
    trouble = Unreadable("unsupported", brew) if prefix is None else _not_ours(host, prefix)
    if trouble is not None:
        return ManagerFacts(NAME, "homebrew", trouble, None, brew, title=TITLE)
    lists = _lists(host)
    stamped = (brew, f"{prefix}/Cellar", f"{prefix}/Caskroom", *host.glob(f"{prefix}/Caskroom/*"), *lists)
    pending = remembered_answer(context, NAME, stamped, lambda: _ask(host, brew))
    return ManagerFacts(NAME, "homebrew", pending, _lists_at(host, lists, context.now), "brew outdated", LISTS, TITLE)


def installed(host: Host) -> list[str]:
    """Every Homebrew here; :func:`read` asks the first."""
    found = [brew for brew in PREFIXES if host.which(brew) is not None]
    elsewhere = host.which("brew")
    return found or ([] if elsewhere is None else [elsewhere])


def parse_outdated(text: str) -> tuple[tuple[Pending, ...], tuple[Pending, ...]] | None:
    """Formulae and casks that are behind, or ``None`` when the text is no such list."""
    try:
        answer = msgspec.json.decode(text, type=_Outdated)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    formulae = [_pending(entry) for entry in answer.formulae]
    casks = [_pending(entry) for entry in answer.casks]
    if None in formulae or None in casks:
        return None
    return tuple(each for each in formulae if each), tuple(each for each in casks if each)


def _pending(entry: _Entry) -> Pending | None:
    installed = entry.installed_versions[-1] if entry.installed_versions else ""
    texts = (entry.name, installed, entry.current_version)
    if not entry.name or not entry.current_version or any(len(text) > MAX_TEXT for text in texts):
        return None
    return Pending(entry.name, installed, entry.current_version, held=Held.HELD if entry.pinned else None)


def _ask(host: Host, brew: str) -> tuple[Pending, ...] | Unreadable:
    plain = _outdated(host, (*QUIET, brew, *OUTDATED))
    if isinstance(plain, Unreadable):
        return plain
    greedy = _outdated(host, (*QUIET, brew, *OUTDATED, GREEDY))
    if isinstance(greedy, Unreadable):
        return greedy
    known = {each.package for each in plain[1]}
    themselves = (msgspec.structs.replace(each, held=Held.ITSELF) for each in greedy[1] if each.package not in known)
    return (*plain[0], *plain[1], *themselves)


def _outdated(host: Host, argv: tuple[str, ...]) -> tuple[tuple[Pending, ...], tuple[Pending, ...]] | Unreadable:
    where = " ".join(argv[len(QUIET) :])
    done = host.run(argv, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("failed", where)
    found = parse_outdated(done.stdout)
    return Unreadable("malformed" if done.stdout.strip() else "empty", where) if found is None else found


def _not_ours(host: Host, prefix: str) -> Unreadable | None:
    """Why it must not be run: for root, or for somebody who does not own it, it leaves files its owner cannot use."""
    where = f"{prefix}/Cellar"
    owner = host.query("owner", where)
    if isinstance(owner, Unreadable):
        return owner
    if owner is None:
        return Unreadable("empty", where)
    return Unreadable(NOT_OURS, where) if host.user.uid == 0 or owner != host.user.uid else None


def _lists(host: Host) -> list[str]:
    """The lists in use: one of everything since 2026, one each of formulae and casks before."""
    folder = f"{host.home}/{LISTS}"
    return host.glob(f"{folder}/internal/packages.*.jws.json") or host.glob(f"{folder}/*.jws.json")


def _lists_at(host: Host, lists: Iterable[str], now: datetime) -> datetime | Unreadable:
    dates: list[datetime] = []
    whole = False
    for path in lists:
        date = newest(host, [path], now)
        if not isinstance(date, datetime):
            return date or Unreadable("no_lists", path)
        dates.append(date)
        whole = whole or "/internal/" in path
    if not dates:
        return Unreadable("no_lists", LISTS)
    # Of several lists of everything the last one is in use; of a list each of formulae and casks both are.
    return max(dates) if whole else min(dates)
