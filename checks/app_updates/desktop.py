"""Comparing installed apps with what their makers publish, one app after the other: the same on Windows and macOS.

Each app with a feed becomes a source of its own, like a package manager with one package, so that its age, its
trouble and its waiting time are judged as any other. An app of the catalogue whose feed gives no answer stands in the
way of a pass; an app that nobody publishes anything about does not, and is counted as not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.contract import Context
from agent.host import Unreadable
from checks.app_updates.compare import Behind, Current, compare
from checks.app_updates.facts import Held, ManagerFacts, Pending, Unchecked
from checks.app_updates.feeds.ask import Asker, Known
from checks.app_updates.feeds.latest import Latest, Line
from checks.app_updates.feeds.table import Feed, Reader, feed, reader
from checks.app_updates.installed import Installed

__all__ = ["Reading", "Source", "by_feed", "described", "gathered"]

#: Why an app was not compared, in words for the person.
NO_FEED = "we do not follow its releases"
NO_ANSWER = "its latest version could not be looked up"
NO_VERSION = "its own version could not be read"
INCOMPARABLE = "its version and the published one cannot be compared"
FEEDS_OFF = "looking up latest versions is switched off"


@dataclass(frozen=True)
class Reading:
    """What was found on a computer.

    ``kept`` names sources that gave no answer this time without standing in the way: what is remembered of them stays.
    """

    managers: tuple[ManagerFacts, ...] = ()
    checked: int = 0
    unchecked: tuple[Unchecked, ...] = ()
    kept: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Source:
    """One app beside what is published of it: the age of that, and what came of it."""

    app: Installed
    name: str
    scheme: str
    at: datetime | None
    came: Behind | Current | Unreadable
    where: str = ""
    #: Whether no answer stands in the way of a pass.
    decides: bool = True


def described(apps: Iterable[Installed], why: str) -> tuple[Unchecked, ...]:
    """These apps as not checked."""
    return tuple(Unchecked(app.name, app.version, why, app.place) for app in apps)


def by_feed(
    context: Context, asker: Asker, app: Installed, *, mac: str = "mac", name: str | None = None
) -> Source | Unchecked:
    """One app beside its maker's feed. ``mac`` is what Chrome's feed calls this kind of Mac."""
    system = context.host.system
    here = feed(name or (app.known and app.known.feed) or "", system)
    read = reader(here.kind, system, app.known.cask if app.known else "") if here else None
    if here is None or read is None:
        return Unchecked(app.name, app.version, NO_FEED, app.place)
    if not asker.allowed:
        return Unchecked(app.name, app.version, FEEDS_OFF, app.place)
    if not app.version:
        return Source(app, here.id, here.scheme, None, Unreadable("malformed", app.place), here.name)
    known = _ask(asker, here, read, app, mac)
    if isinstance(known, Unreadable):
        return Source(app, here.id, here.scheme, None, known, here.name)
    came = compare(app.version, app.line, known.said, scheme=here.scheme, form=here.form, now=context.now)
    at = known.at
    if isinstance(came, Behind) and here.also and (beside := feed(here.also, system)) is not None:
        # Where this other line is not to be had, the app is behind the one that everybody may have.
        other = _ask(asker, beside, read, app, mac)
        if isinstance(other, Known):
            lines = (*known.said.lines, *(_of_its_own(line) for line in other.said.lines))
            came = compare(app.version, app.line, Latest(lines), scheme=here.scheme, form=here.form, now=context.now)
            at = min(at, other.at)
    return Source(app, here.id, here.scheme, at, came, here.name)


def gathered(context: Context, found: Iterable[Source | Unchecked]) -> Reading:
    """All of them as what the judge is given."""
    managers: list[ManagerFacts] = []
    unchecked: list[Unchecked] = []
    kept: set[str] = set()
    checked = 0
    for each in _one_key_each(found):
        if isinstance(each, Unchecked):
            unchecked.append(each)
            continue
        name, came = f"{each.name} {each.app.package}", each.came
        aged = each.at is not None and context.now - each.at > timedelta(days=context.profile.package_list_days)
        if isinstance(came, Unreadable) and came.reason == "incomparable":
            kept.add(name)
            unchecked.append(Unchecked(each.app.name, each.app.version, INCOMPARABLE, each.app.place))
        elif not each.decides and (aged or isinstance(came, Unreadable)):
            kept.add(name)
            unchecked.append(Unchecked(each.app.name, each.app.version, NO_ANSWER, each.app.place))
        else:
            checked += not aged and not isinstance(came, Unreadable)
            managers.append(_facts(name, each, came))
    return Reading(tuple(managers), checked, tuple(unchecked), frozenset(kept))


def _facts(name: str, source: Source, came: Behind | Current | Unreadable) -> ManagerFacts:
    pending: tuple[Pending, ...] | Unreadable = ()
    if isinstance(came, Unreadable):
        pending = came
    elif isinstance(came, Behind):
        held = None if came.offered else Held.DEFERRED
        app = source.app
        catalogue_name = app.known.name if app.known else None
        pending = (Pending(app.package, app.version, came.latest, held=held, title=app.title, app=catalogue_name),)
    where = f"{source.where}, {source.app.place}" if source.app.place else source.where
    return ManagerFacts(name, source.scheme, pending, source.at, where, source.where, title=source.where)


def _ask(asker: Asker, here: Feed, read: Reader, app: Installed, mac: str) -> Known[Latest] | Unreadable:
    token = app.known.cask if app.known else ""
    url = here.url.replace("{mac}", mac).replace("{token}", token)
    name = f"{here.id} {token}" if "{token}" in here.url else here.id
    return asker.ask(name, url, read, Latest)


def _of_its_own(line: Line) -> Line:
    """A line beside the main one: for those whose version has the same first number."""
    return Line(line.version, series=line.version.partition(".")[0], complete_at=line.complete_at)


def _one_key_each(found: Iterable[Source | Unchecked]) -> Sequence[Source | Unchecked]:
    """Two copies of one app in different places are two apps to look at, under a name each; a copy's twin is one."""
    seen: dict[tuple[str, str], Source] = {}
    others: set[Unchecked] = set()
    result: list[Source | Unchecked] = []
    copies: dict[str, int] = {}
    for each in found:
        if isinstance(each, Unchecked):
            if each not in others:
                others.add(each)
                result.append(each)
            continue
        twin = (each.app.package, each.app.version)
        if twin in seen:
            continue
        number = copies[each.app.package] = copies.get(each.app.package, 0) + 1
        package = each.app.package if number == 1 else f"{each.app.package} ({number})"
        seen[twin] = replace(each, app=replace(each.app, package=package))
        result.append(seen[twin])
    return result
