"""By when an update was on offer, at the latest: what an archive's own date proves of each package that it holds.

A Release file says when its archive was published as it is now, so whatever it lists was to be had by then. That of a
stable release stays the same from one point release to the next: an update from it has waited since that day, though
this program may never have looked before. An archive that is published daily proves little, and nothing false.

Neither the server's date of the file nor the day on which the installed version was put on may be later: a file that
was copied, or a package that came yesterday, has not waited since the archive was published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from agent.host import Host
from checks.app_updates.linux_managers.apt_lists import RELEASE_GLOBS, published
from checks.app_updates.linux_managers.list_dates import file_date

__all__ = ["archive_name", "archives", "installed_at", "offered_by"]

INFO = "/var/lib/dpkg/info"
#: What names an archive in a simulation, as apt puts it together (VerIterator::RelStr): ``Debian:12.12/stable``.
NAMING = re.compile(r"^(Label|Version|Suite):(.{1,200})$", re.MULTILINE)
#: Fields of one line come first; the lists of files after them are most of the text.
FILES = re.compile(r"^(?:MD5Sum|SHA1|SHA256|SHA512):", re.MULTILINE)


def archives(host: Host, now: datetime) -> Mapping[str, datetime]:
    """When each archive was published as it is now, by its name. Of two with one name the later counts."""
    found: dict[str, datetime] = {}
    for path in (path for pattern in RELEASE_GLOBS for path in host.glob(pattern)):
        text, put_there = host.read(path), file_date(host, path, now)
        if not isinstance(text, str) or not isinstance(put_there, datetime):
            continue
        begin = FILES.split(text, maxsplit=1)[0]
        name, date = archive_name(begin), published(begin, now)
        if name and date is not None:
            found[name] = max(date, put_there, found.get(name, date))
    return found


def archive_name(text: str) -> str:
    """What apt calls the archive of a Release file that begins so; nothing where it has no name."""
    fields = {match[1]: match[2].strip() for match in NAMING.finditer(text)}
    label, version, suite = (fields.get(name, "") for name in ("Label", "Version", "Suite"))
    return (
        f"{label}:{version}/{suite}" if version and label and suite else f"{label}:{suite}" if label and suite else ""
    )


def installed_at(host: Host, package: str, architecture: str, now: datetime) -> datetime | None:
    """When the installed version was put on: dpkg writes a package's list of files anew each time."""
    name = package.partition(":")[0]
    for path in dict.fromkeys(f"{INFO}/{each}.list" for each in (f"{name}:{architecture}", package)):
        if isinstance(at := file_date(host, path, now), datetime):
            return at
    return None


def offered_by(
    origins: Iterable[str], published_at: Mapping[str, datetime], put_on: datetime | None
) -> datetime | None:
    """By when an update from these archives could be had, by a version that was there; ``None``: it is not known."""
    dates: Sequence[datetime] = [published_at[name] for name in origins if name in published_at]
    return max(min(dates), put_on) if dates and put_on is not None else None
