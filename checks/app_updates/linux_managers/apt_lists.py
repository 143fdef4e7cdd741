"""How old apt's package lists are.

Which time is truthful was found out with apt 2.6 against a local repository:

* a list keeps the time that the server gave it (Last-Modified), so one fetched a minute ago can look months old, and
  when nothing is new ("Hit") no file and no directory changes at all;
* ``/var/lib/apt/periodic/update-success-stamp`` (Ubuntu) is touched after any update in which *something* could be
  fetched: one working third-party source keeps it fresh while the distribution's own server has been out of reach for
  months. ``update-stamp`` (unattended upgrades) is touched even without a network: ``apt-get update`` exits 0 then;
* ``pkgcache.bin`` is made again whenever a package is installed.

So the date that counts is the newest of the *live* archives, those that the distribution publishes again every few
days even if nothing changed (``-security``, else ``-updates``; Debian's are void after 7 days): the distribution said
then what is newest, and never later than that was it fetched. The stamp counts only where there is no such archive
(rolling distributions, mirrors with other names), together with the newest list of all. An archive that apt is told to
use and has never fetched says nothing, however fresh the others are.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from agent.host import Host, Unreadable
from checks.app_updates.linux_managers import apt_sources
from checks.app_updates.linux_managers.list_dates import CLOCK_SLACK, newest

__all__ = ["RELEASE_GLOBS", "SUCCESS_STAMP", "date", "published"]

SUCCESS_STAMP = "/var/lib/apt/periodic/update-success-stamp"
RELEASE_GLOBS = ("/var/lib/apt/lists/*_InRelease", "/var/lib/apt/lists/*_Release")
#: ``deb.debian.org_debian-security_dists_bookworm-security_InRelease``; ``dists_buster_updates`` is buster's security.
SUITE = re.compile(r".*_dists_(?P<suite>.{1,200})_(?:InRelease|Release)")
#: Ubuntu Pro's archives (``noble-apps-security``) say nothing about the others: they come from another server.
SECURITY_SUITE = re.compile(r".+(?<!-apps)(?<!-infra)-security|[a-z]+_updates")
UPDATES_SUITE = re.compile(r".+-updates")
PUBLISHED = re.compile(r"^Date:(.{1,100})$", re.MULTILINE)
NO_LISTS = Unreadable("no_lists", "/var/lib/apt/lists")


def date(host: Host, now: datetime) -> tuple[datetime | Unreadable, str]:
    """When the lists last said what is newest, and where that comes from."""
    told = apt_sources.suites(host)
    if isinstance(told, Unreadable):
        return told, told.where
    releases = [path for pattern in RELEASE_GLOBS for path in host.glob(pattern)]
    for suite in (SECURITY_SUITE, UPDATES_SUITE):
        live = [path for path in releases if (found := SUITE.fullmatch(path)) and suite.fullmatch(found["suite"])]
        if not live and any(map(suite.fullmatch, told)):
            return NO_LISTS, "an archive that was never fetched"
        date = _newest(host, live, now)
        if isinstance(date, datetime):
            return date, live[0].rpartition("/")[2]
    return _newest(host, [*releases, SUCCESS_STAMP], now) or NO_LISTS, "newest package list"


def _newest(host: Host, paths: list[str], now: datetime) -> datetime | Unreadable | None:
    """The newest of these files: by their times, or where no times were recorded by the dates written in them."""
    date = newest(host, paths, now)
    if not isinstance(date, Unreadable) or date.reason != "not_recorded":
        return date
    written = [found for path in paths if (found := published(host.read(path), now)) is not None]
    return max(written, default=date)


def published(text: str | Unreadable | None, now: datetime) -> datetime | None:
    """The field ``Date`` of an archive's Release file: it was fetched then or later."""
    from email.utils import parsedate_to_datetime  # 10 ms; where files have times it is of no use

    match = PUBLISHED.search(text) if isinstance(text, str) else None
    try:
        date = parsedate_to_datetime(match[1].strip()) if match else None
    except (ValueError, OverflowError):
        return None
    if date is None:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return date.astimezone(UTC) if date <= now + CLOCK_SLACK else None
