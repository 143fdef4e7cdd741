"""Which apps on Windows are behind their latest version.

Windows has no package manager that knows every app. Browsers and some others are compared with their makers' feeds,
the rest with the list that winget downloads, read as the database that it is: winget itself has no output for machines
(``list`` and ``upgrade`` print a table in the person's language, ``export`` has no latest versions), is a program from
a folder that anybody may write, and its module needs PowerShell. So no process is started at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.contract import Context
from agent.host import System, Unreadable
from checks.app_updates import desktop, windows_apps
from checks.app_updates.compare import CURRENT, Behind, Current
from checks.app_updates.desktop import Reading, Source
from checks.app_updates.facts import ManagerFacts, Unchecked
from checks.app_updates.feeds.ask import Asker, Known
from checks.app_updates.feeds.table import feed, is_part, passed_over
from checks.app_updates.feeds.winget_index import MAX_BYTES, Listed, Wanted, read_index
from checks.app_updates.installed import Installed
from checks.app_updates.versions import BadVersionError, winget

__all__ = ["read"]

WINGET = "winget"
LIST = "the list of programs"
#: 4 MB every few days, whatever is installed.
EVERY = timedelta(days=2)
#: A first number beyond this many times the listed one is of another way of counting (2025.1 beside 25.1).
OTHER_COUNT = 10

#: What the list says of each installed app; ``None`` for one that it does not have.
Answer = dict[str, Listed | None]


def read(context: Context) -> Reading:
    """Every program of this computer beside what is published of it."""
    apps = windows_apps.read(context.host)
    if isinstance(apps, Unreadable):
        return Reading((ManagerFacts("programs", WINGET, apps, None, apps.where, title=LIST),))
    asker = Asker(context)
    found: list[Source | Unchecked] = [
        Source(app, "programs", WINGET, None, app.unread, LIST) for app in apps if app.unread is not None
    ]
    found.extend(desktop.by_feed(context, asker, app) for app in apps if _has_own_feed(app))
    found.extend(_by_winget(asker, [app for app in apps if app.unread is None and not _has_own_feed(app)]))
    return desktop.gathered(context, found)


def _by_winget(asker: Asker, apps: Sequence[Installed]) -> list[Source | Unchecked]:
    """The apps that winget may know. It is asked only where one of the catalogue's apps is installed."""
    here = feed(WINGET, System.WINDOWS)
    wanted = {app.package: app for app in reversed(apps) if _is_wanted(app)}
    rest = [app for app in apps if app.package not in wanted]
    if here is None or not any(app.known and not passed_over(app.known.winget) for app in wanted.values()):
        return [*desktop.described(apps, desktop.NO_FEED)]
    if not asker.allowed:
        return [*desktop.described(apps, desktop.FEEDS_OFF)]
    keys = [_wanted(app) for app in wanted.values()]
    names = {each.key for each in keys}
    known = asker.ask(
        WINGET,
        here.url,
        lambda body: read_index(body, keys),
        Answer,
        max_bytes=MAX_BYTES,
        every=EVERY,
        # An app that was installed since is not in what is remembered.
        again=lambda said: not names <= said.keys(),
    )
    found: list[Source | Unchecked] = [*desktop.described(rest, desktop.NO_FEED)]
    for app in apps:
        if app.package in wanted:
            found.extend(_listed(app, known, here.name))
    return found


def _has_own_feed(app: Installed) -> bool:
    return app.known is not None and app.known.feed not in (None, WINGET)


def _is_wanted(app: Installed) -> bool:
    return bool(app.version) and bool(app.product_code or app.family)


def _is_winget_s(app: Installed) -> bool:
    return app.known is not None and app.known.feed == WINGET


def _wanted(app: Installed) -> Wanted:
    # The id stands for the app from its maker's page; the one from the Store counts its versions otherwise.
    package = app.known.winget if app.known and _is_winget_s(app) and not app.from_store else ""
    return Wanted(app.package, app.product_code, app.family, package)


def _listed(app: Installed, known: Known[Answer] | Unreadable, name: str) -> list[Source | Unchecked]:
    decides = _is_winget_s(app)
    if isinstance(known, Unreadable):
        return [Source(app, WINGET, WINGET, None, known, name, decides=decides)]
    if app.package not in known.said:
        # It came after the list was last looked at, and there has been no looking since.
        return [Source(app, WINGET, WINGET, None, Unreadable("no_answer", name), name, decides=decides)]
    listed = known.said[app.package]
    if listed is None:
        return [Unchecked(app.name, app.version, desktop.NO_FEED, app.place)]
    if passed_over(listed.package):
        # A part of Windows or of other apps is none of the person's business; another edition of a browser is.
        hidden = is_part(listed.package) and app.known is None
        return [] if hidden else [Unchecked(app.name, app.version, desktop.NO_FEED, app.place)]
    return [Source(app, WINGET, WINGET, known.at, _stands(app.version, listed), name, decides=decides)]


def _stands(version: str, listed: Listed) -> Behind | Current | Unreadable:
    """By winget's own rule, with the version as Windows shows it.

    winget takes everything between two forms of the latest version for it. But where one installer counts 6.5.7 and
    another 6.5.60598, an old 6.5.50000 is between them.
    """
    where = f"{version[:60]} beside {listed.shown}"
    mine, theirs = _first(version), _first(listed.shown)
    if mine is None or theirs is None or mine > OTHER_COUNT * max(theirs, 1):
        return Unreadable("incomparable", where)
    try:
        if listed.highest and winget(listed.shown, version) < 0 and winget(version, listed.highest) < 0:
            return Unreadable("incomparable", where)
        return CURRENT if winget(version, listed.shown) >= 0 else Behind(listed.shown)
    except BadVersionError:
        return Unreadable("incomparable", where)


def _first(version: str) -> int | None:
    """The first number of a version that begins with one; ``Unknown`` and its like are none."""
    digits = version.partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
