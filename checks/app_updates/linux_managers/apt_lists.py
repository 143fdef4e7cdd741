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
(rolling distributions, mirrors with other names), together with the newest list of all.
"""

from __future__ import annotations

import re
from datetime import datetime

from agent.host import Host, Unreadable
from checks.app_updates.linux_managers.list_dates import newest

__all__ = ["SUCCESS_STAMP", "date"]

SUCCESS_STAMP = "/var/lib/apt/periodic/update-success-stamp"
RELEASE_GLOBS = ("/var/lib/apt/lists/*_InRelease", "/var/lib/apt/lists/*_Release")
#: ``deb.debian.org_debian-security_dists_bookworm-security_InRelease``; ``dists_buster_updates`` is buster's security.
SUITE = re.compile(r".*_dists_(?P<suite>.+)_(?:InRelease|Release)")
#: Ubuntu Pro's archives (``noble-apps-security``) say nothing about the others: they come from another server.
SECURITY_SUITE = re.compile(r".+(?<!-apps)(?<!-infra)-security|[a-z]+_updates")
UPDATES_SUITE = re.compile(r".+-updates")
NO_LISTS = Unreadable("no_lists", "/var/lib/apt/lists")


def date(host: Host, now: datetime) -> tuple[datetime | Unreadable, str]:
    """When the lists last said what is newest, and where that comes from."""
    releases = [path for pattern in RELEASE_GLOBS for path in host.glob(pattern)]
    for suite in (SECURITY_SUITE, UPDATES_SUITE):
        live = [path for path in releases if (found := SUITE.fullmatch(path)) and suite.fullmatch(found["suite"])]
        date = newest(host, live, now)
        if isinstance(date, datetime):
            return date, live[0].rpartition("/")[2]
    return newest(host, [*releases, SUCCESS_STAMP], now) or NO_LISTS, "newest package list"
