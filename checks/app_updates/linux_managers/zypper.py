"""zypper: openSUSE and SUSE Linux Enterprise.

``list-updates`` as XML from the copies of the repositories on disk (``--no-refresh``), as zypper(8) documents it: exit
0, or 102 and 103 when a restart is also due; 7 when another program holds the lock, 106 when a repository had to be
skipped, whose updates nobody then knows. Its list does not say which packages are security updates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from xml.parsers import expat

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.answers import remembered_answer
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.linux_managers.list_dates import is_true, newest, repositories

__all__ = ["parse_updates", "read"]

NAME = "zypper"
TIMEOUT_SECONDS = 45.0
COMMAND = ("zypper", "--non-interactive", "--no-refresh", "--quiet", "--xmlout")
UPDATES = (*COMMAND, "list-updates")
FINE = frozenset({0, 102, 103})
LOCKED = 7

REPOSITORY_FILES = "/etc/zypp/repos.d/*.repo"
RAW = "/var/cache/zypp/raw"
STAMPED_GLOBS = (
    REPOSITORY_FILES,
    "/etc/zypp/*",
    "/var/lib/rpm/rpmdb.sqlite*",
    "/usr/lib/sysimage/rpm/*",
    f"{RAW}/*/repodata/repomd.xml",
    "/var/cache/zypp/solv/*/*",
)


def read(context: Context) -> ManagerFacts:
    """What zypper has to say."""
    host = context.host
    paths = [path for pattern in STAMPED_GLOBS for path in host.glob(pattern)]
    return ManagerFacts(
        manager=NAME,
        scheme="rpm",
        pending=remembered_answer(context, NAME, paths, lambda: _ask(host)),
        lists_at=_lists_at(host, context.now),
        source=" ".join(UPDATES),
        lists_source="oldest enabled repository",
    )


def _ask(host: Host) -> tuple[Pending, ...] | Unreadable:
    where = " ".join(UPDATES)
    done = host.run(UPDATES, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit == LOCKED:
        return Unreadable("locked", where)
    if done.exit not in FINE:
        return Unreadable("failed", where)
    updates = parse_updates(done.stdout)
    return Unreadable("malformed", where) if updates is None else updates


def parse_updates(text: str) -> tuple[Pending, ...] | None:
    """The packages of an update list, or ``None`` when the text is not a whole one.

    A document type is refused before anything in it is read: entities that grow without end live there. Patches are
    left out, since their packages are listed too.
    """
    found: list[Pending] = []
    inside: list[str] = []
    lists = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal lists
        lists += name == "update-list"
        if name == "message" and attributes.get("type") == "error":
            raise _NotAnUpdateListError
        if name == "update" and attributes.get("kind", "package") == "package":
            held = Held.HELD if "blocked-update-list" in inside else None
            package, latest = attributes.get("name", ""), attributes.get("edition", "")
            if not package or not latest:
                raise _NotAnUpdateListError
            found.append(Pending(package, attributes.get("edition-old", ""), latest, held=held))
        inside.append(name)

    def end(_: str) -> None:
        inside.pop()

    def refuse(*_: object) -> None:
        raise _NotAnUpdateListError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", errors="replace"), True)
    except (expat.ExpatError, _NotAnUpdateListError):
        return None
    return tuple(found) if lists else None


class _NotAnUpdateListError(Exception):
    """Ends the parser."""


def _lists_at(host: Host, now: datetime) -> datetime | Unreadable:
    """The age of the oldest copy among the repositories that refresh themselves.

    libzypp touches a copy's ``repomd.xml`` when the server says that it still holds (RepoManager::touchIndexFile), so
    its time is when the repository was last asked.
    """
    enabled = repositories(host, REPOSITORY_FILES)
    asked = [name for name, settings in enabled.items() if is_true(settings.get("autorefresh"), default=False)]
    dates: list[datetime] = []
    for repository in asked or list(enabled) or [path.split("/")[5] for path in host.glob(f"{RAW}/*/repodata/*")]:
        date = newest(host, [f"{RAW}/{repository.replace('/', '_')}/repodata/repomd.xml"], now)
        if not isinstance(date, datetime):
            return date or Unreadable("no_lists", repository)
        dates.append(date)
    return min(dates) if dates else Unreadable("no_lists", RAW)
