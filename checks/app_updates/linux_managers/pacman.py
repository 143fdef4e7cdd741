"""pacman: Arch Linux and its relatives.

``pacman -Qu`` compares with the lists as they are on disk and never fetches (``-Sy`` without an upgrade breaks
systems). It exits with 1 both when nothing is pending and when something is wrong: only silence on both outputs, a
database of installed packages and lists of repositories together mean that nothing is pending.
"""

from __future__ import annotations

import re

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.answers import remembered_answer
from checks.app_updates.facts import Held, ManagerFacts, Pending
from checks.app_updates.linux_managers.list_dates import newest

__all__ = ["parse_updates", "read"]

NAME = "pacman"
COMMAND = ("pacman", "-Qu")
TIMEOUT_SECONDS = 30.0
NOTHING = 1
LOCAL, SYNC = "/var/lib/pacman/local", "/var/lib/pacman/sync"
#: The repositories that get packages every day, the busiest first. A list keeps the server's time, so a quiet one looks
#: old; and one that is fresh says nothing about another that could not be fetched.
BUSY = (f"{SYNC}/extra.db", f"{SYNC}/core.db")

#: ``name old -> new``, with ``[ignored]`` for what IgnorePkg holds back.
UPDATE = re.compile(r"(?P<package>\S+) (?P<old>\S+) -> (?P<new>\S+)(?P<ignored> \[ignored\])?")


def read(context: Context) -> ManagerFacts:
    """What pacman has to say."""
    host = context.host
    lists = host.glob(f"{SYNC}/*.db")
    paths = [LOCAL, SYNC, "/etc/pacman.conf", *host.glob("/etc/pacman.d/*"), *lists]
    busy = [path for path in BUSY if path in lists]
    return ManagerFacts(
        manager=NAME,
        scheme="pacman",
        pending=remembered_answer(context, NAME, paths, lambda: _ask(host)),
        lists_at=newest(host, busy[:1] or lists, context.now) or Unreadable("no_lists", SYNC),
        source=" ".join(COMMAND),
        lists_source="busiest repository's list",
    )


def _ask(host: Host) -> tuple[Pending, ...] | Unreadable:
    done = host.run(COMMAND, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    where = " ".join(COMMAND)
    if done.exit == 0:
        updates = parse_updates(done.stdout)
        return updates or Unreadable("malformed", where)
    if done.exit != NOTHING or done.stdout.strip() or done.stderr.strip():
        return Unreadable("failed", where)
    if not host.glob(f"{LOCAL}/*/desc"):
        return Unreadable("empty", LOCAL)
    return () if host.glob(f"{SYNC}/*.db") else Unreadable("no_lists", SYNC)


def parse_updates(text: str) -> tuple[Pending, ...] | None:
    """The updates, or ``None`` when a line is none of pacman's."""
    found: list[Pending] = []
    for line in text.splitlines():
        match = UPDATE.fullmatch(line.strip())
        if match is None:
            return None
        held = Held.HELD if match["ignored"] else None
        found.append(Pending(match["package"], match["old"], match["new"], held=held))
    return tuple(found)
