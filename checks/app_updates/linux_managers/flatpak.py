"""flatpak: apps and their runtimes, of the system and of the person.

``remote-ls --updates --cached`` compares with the copies of the remotes' summaries on disk, without a network, and
fails when a copy is missing (tried with flatpak 1.14). A remote's summary changes whenever one of its apps does, which
on Flathub is every hour, so the time of the copy is the age of the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.answers import remembered_answer
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.linux_managers.list_dates import newest

__all__ = ["Installed", "parse_installed", "parse_updates", "read"]

TIMEOUT_SECONDS = 20.0
#: The two installations, with the name that each is remembered and shown under.
NAMES = {"system": "flatpak", "user": "flatpak-user"}
INSTALLATIONS = tuple(NAMES)
#: A field that may be empty never comes last, as some versions leave trailing empty fields out.
LIST = ("flatpak", "list", "--columns=application,name,version,branch,origin,active")
UPDATES = ("flatpak", "remote-ls", "--updates", "--cached", "--columns=application,version,branch,origin,commit")
SYSTEM = "/var/lib/flatpak"


class Installed(msgspec.Struct, frozen=True):
    """One installed app or runtime."""

    application: str
    name: str
    version: str
    branch: str
    origin: str
    commit: str


def read(context: Context) -> tuple[ManagerFacts, ...]:
    """What flatpak has to say of each installation that something was installed in; none where there is none."""
    found = (_read(context, kind) for kind in INSTALLATIONS)
    return tuple(facts for facts in found if facts is not None)


def _read(context: Context, kind: str) -> ManagerFacts | None:
    host = context.host
    expected = bool(host.glob(f"{_root(host, kind)}/app/*/current"))
    if host.which("flatpak") is None:
        return _facts(kind, Unreadable("no_tool", "flatpak"), None) if expected else None
    if kind == "user" and not expected and host.query("mtime", f"{_root(host, kind)}/repo") is None:
        return None  # to ask for the person's own installation would make one
    installed = _installed(host, kind, expected)
    if isinstance(installed, Unreadable):
        return _facts(kind, installed, None)
    if not installed:
        return None
    summaries = sorted({f"{_summaries(host, kind)}/{app.origin}.idx" for app in installed})
    stamped = [f"{_root(host, kind)}/.changed", f"{_root(host, kind)}/repo/config", *summaries]
    pending = remembered_answer(context, NAMES[kind], stamped, lambda: _updates(host, kind, installed))
    return _facts(kind, pending, _oldest(host, summaries, context.now))


def _facts(
    kind: str, pending: tuple[Pending, ...] | Unreadable, lists_at: datetime | Unreadable | None
) -> ManagerFacts:
    return ManagerFacts(NAMES[kind], "appstream", pending, lists_at, " ".join(UPDATES), "oldest remote in use")


def _oldest(host: Host, summaries: Iterable[str], now: datetime) -> datetime | Unreadable:
    dates: list[datetime] = []
    for summary in summaries:
        date = newest(host, [summary], now)
        if not isinstance(date, datetime):
            return date or Unreadable("no_lists", summary)
        dates.append(date)
    return min(dates)


def _root(host: Host, kind: str) -> str:
    data = host.env.get("XDG_DATA_HOME") or f"{host.home}/.local/share"
    return SYSTEM if kind == "system" else f"{data}/flatpak"


def _summaries(host: Host, kind: str) -> str:
    """Where flatpak keeps the copies for someone who may, or may not, write to the installation."""
    if kind == "system" and host.user.uid != 0:
        return f"{host.env.get('XDG_CACHE_HOME') or host.home + '/.cache'}/flatpak/system-cache/summaries"
    return f"{_root(host, kind)}/repo/tmp/cache/summaries"


def _installed(host: Host, kind: str, expected: bool) -> tuple[Installed, ...] | Unreadable:
    argv = (*LIST[:2], f"--{kind}", *LIST[2:])
    done = host.run(argv, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(argv)
    if done.exit != 0:
        return Unreadable("failed", where)
    installed = parse_installed(done.stdout)
    if installed is None:
        return Unreadable("malformed", where)
    # Silence is only an answer where there is nothing on disk either.
    return Unreadable("empty", where) if expected and not installed else installed


def _updates(host: Host, kind: str, installed: tuple[Installed, ...]) -> tuple[Pending, ...] | Unreadable:
    argv = (*UPDATES[:2], f"--{kind}", *UPDATES[2:])
    done = host.run(argv, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(argv)
    if done.exit != 0:
        return Unreadable("no_lists" if "No cached summary" in done.stderr else "failed", where)
    masked = host.run(("flatpak", "mask", f"--{kind}"), TIMEOUT_SECONDS)
    masks = [] if isinstance(masked, Unreadable) or masked.exit != 0 else masked.stdout.split()
    updates = parse_updates(done.stdout, installed, masks)
    return Unreadable("malformed", where) if updates is None else updates


def parse_installed(text: str) -> tuple[Installed, ...] | None:
    """The rows of the list, or ``None`` when one is not of six fields."""
    rows = [line.split("\t") for line in text.splitlines() if line]
    if any(len(row) != 6 or not row[0] or not row[4] for row in rows):
        return None
    return tuple(Installed(*row) for row in rows)


def parse_updates(text: str, installed: Iterable[Installed], masks: Iterable[str] = ()) -> tuple[Pending, ...] | None:
    """The updates, or ``None`` when a row is not of five fields.

    Versions come from the app's own metadata and are often missing or unchanged; then the commits tell the two apart.
    """
    have = {(app.application, app.branch): app for app in installed}
    patterns = list(masks)
    found: list[Pending] = []
    for line in text.splitlines():
        if not line:
            continue
        fields = line.split("\t")
        if len(fields) != 5 or not fields[0] or not fields[4]:
            return None
        application, version, branch, _, commit = fields
        app = have.get((application, branch))
        by_version = app is not None and version and app.version and version != app.version
        before = "" if app is None else (app.version if by_version else app.commit)
        held = Held.HELD if any(fnmatchcase(application, pattern) for pattern in patterns) else None
        found.append(
            Pending(application, before, version if by_version else commit, held=held, title=app.name if app else "")
        )
    return tuple(found)
