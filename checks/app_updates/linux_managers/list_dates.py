"""How old the copies of package repositories are that a package manager keeps."""

from __future__ import annotations

import configparser
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from agent.host import Host, Unreadable

__all__ = ["CLOCK_SLACK", "file_date", "is_true", "newest", "repositories"]

#: A time further in the future than this says nothing: the clock was wrong, or the server's was.
CLOCK_SLACK = timedelta(days=1)
TRUE = frozenset({"1", "true", "yes", "on"})


def file_date(host: Host, path: str, now: datetime) -> datetime | Unreadable | None:
    """When a file was last written. ``None`` when it does not exist; ``Unreadable`` also for a time in the future."""
    at = host.query("mtime", path)
    if at is None or isinstance(at, Unreadable):
        return at
    if isinstance(at, bool) or not isinstance(at, int) or not 0 < at <= (now + CLOCK_SLACK).timestamp():
        return Unreadable("malformed", path)
    return datetime.fromtimestamp(at, UTC)


def newest(host: Host, paths: Iterable[str], now: datetime) -> datetime | Unreadable | None:
    """The newest of several files; ``Unreadable`` only when none of those that exist could be read."""
    dates: list[datetime] = []
    problem: Unreadable | None = None
    for path in paths:
        date = file_date(host, path, now)
        if isinstance(date, datetime):
            dates.append(date)
        else:
            problem = date or problem
    return max(dates) if dates else problem


def repositories(host: Host, pattern: str) -> dict[str, Mapping[str, str]]:
    """The enabled repositories of ``*.repo`` files by id, with their settings (yum.conf(5), zypper(8))."""
    found: dict[str, Mapping[str, str]] = {}
    for path in host.glob(pattern):
        text = host.read(path)
        parser = configparser.RawConfigParser(strict=False, default_section="\0", delimiters=("=",))
        try:
            parser.read_string(text if isinstance(text, str) else "")
        except (configparser.Error, ValueError):
            continue
        for section in parser.sections():
            settings = dict(parser.items(section))
            if is_true(settings.get("enabled"), default=True):
                found[section] = settings
    return found


def is_true(value: str | None, *, default: bool) -> bool:
    """A yes/no setting as dnf and zypper read it; ``default`` when it is not set."""
    return default if value is None else value.strip().lower() in TRUE
