"""Which apps on macOS are behind their latest version.

macOS says itself which of its updates wait, Homebrew and ``mas`` say it of what they know, and every other app is
compared with its maker's feed: the one in the catalogue, else the one that the app names itself (Sparkle), else
Homebrew's public list. Nothing here makes macOS ask the person for a permission.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates import app_store, desktop, homebrew, macos_bundles, macos_system
from checks.app_updates.compare import CURRENT, compare
from checks.app_updates.desktop import Reading, Source
from checks.app_updates.facts import Held, Unchecked
from checks.app_updates.feeds import sparkle
from checks.app_updates.feeds.ask import Asker
from checks.app_updates.installed import Installed, known_apps

__all__ = ["read"]

UNAME = ("uname", "-m")
TIMEOUT_SECONDS = 5.0
SPARKLE = "sparkle"
#: Apps that are asked about at an address of their own; the rest of an unusual collection is counted as not checked.
MAX_SPARKLE = 60
NOT_OURS = "it belongs to another account of this computer"
SECOND = "a second Homebrew, as older Macs have it"
NO_APP_STORE = "only the App Store itself knows its latest version"


def read(context: Context) -> Reading:
    """Every app of this computer beside what is published of it, and what macOS itself recommends."""
    host = context.host
    version, arm = macos_system.macos_version(host), _is_arm(host)
    system = macos_system.read(host, version, context.now)
    apps = macos_bundles.read(host)
    asker = Asker(context)
    found: list[Source | Unchecked] = []
    asked = 0
    for app in apps:
        if app.from_store:
            continue
        has_feed = sparkle.is_safe(app.feed_url) and asked < MAX_SPARKLE
        asked += has_feed
        found.append(_beside_its_feed(context, asker, app, version, arm=arm, has_feed=has_feed))
    reading = desktop.gathered(context, found)
    store = _from_store(context, [app for app in apps if app.from_store])
    brew = _from_homebrew(context, apps, {each.name for each in (*reading.unchecked, *store.unchecked)})
    second = tuple(Unchecked(homebrew.TITLE, "", SECOND, path) for path in homebrew.installed(host)[1:])
    parts = (Reading((system,)), reading, store, brew, Reading(unchecked=second))
    return Reading(
        tuple(manager for part in parts for manager in part.managers),
        sum(part.checked for part in parts),
        tuple(each for part in parts for each in part.unchecked),
        frozenset().union(*(part.kept for part in parts)),
    )


def _beside_its_feed(
    context: Context, asker: Asker, app: Installed, macos: str | None, *, arm: bool | None, has_feed: bool
) -> Source | Unchecked:
    mac = "mac_arm64" if arm else "mac"
    if app.known is not None and app.known.feed not in (None, "cask"):
        return desktop.by_feed(context, asker, app, mac=mac)
    if not app.version and app.known is not None and app.known.feed:
        return desktop.by_feed(context, asker, app, mac=mac)
    by_itself = _by_sparkle(context, asker, app, macos, arm=arm) if has_feed else None
    if isinstance(by_itself, Source) and not isinstance(by_itself.came, Unreadable):
        return by_itself
    if app.known is not None and app.known.feed:
        return desktop.by_feed(context, asker, app, mac=mac)
    return by_itself or Unchecked(app.name, app.version, desktop.NO_FEED, app.place)


def _by_sparkle(
    context: Context, asker: Asker, app: Installed, macos: str | None, *, arm: bool | None
) -> Source | Unchecked:
    """One app beside the feed that it names. What a stranger's feed does not say stands in nobody's way."""
    if not asker.allowed:
        return Unchecked(app.name, app.version, desktop.FEEDS_OFF, app.place)
    if not app.build:
        return Unchecked(app.name, app.version, desktop.NO_VERSION, app.place)
    known = asker.ask(
        f"{SPARKLE} {app.package}",
        app.feed_url,
        sparkle.parse_items,
        tuple[sparkle.Item, ...],
        max_bytes=sparkle.MAX_BYTES,
    )
    if isinstance(known, Unreadable):
        return Source(app, SPARKLE, SPARKLE, None, known, "the app's own feed", decides=False)
    latest = sparkle.latest_for(known.said, macos, arm=arm, now=context.now)
    if latest is None:
        return Unchecked(app.name, app.version, desktop.NO_FEED, app.place)
    came = compare(app.build, None, latest, scheme=SPARKLE, form="", now=context.now)
    if came == CURRENT and sparkle.may_lack(known.said, app.build, macos, arm=arm):
        came = Unreadable("incomparable", "a newer version that may not be for this Mac")
    return Source(
        replace(app, version=app.build), SPARKLE, SPARKLE, known.at, came, "the app's own feed", decides=False
    )


def _from_store(context: Context, apps: list[Installed]) -> Reading:
    if not apps:
        return Reading()
    facts = app_store.read(context, apps)
    if isinstance(facts, Unreadable):
        return Reading(unchecked=desktop.described(apps, NO_APP_STORE), kept=frozenset({app_store.NAME}))
    return Reading((facts,), checked=len(apps))


def _from_homebrew(context: Context, apps: list[Installed], others: Collection[str]) -> Reading:
    """Homebrew's packages, without the casks whose app was looked at already.

    Of an app among ``others`` nobody else could tell, so what Homebrew says of it counts.
    """
    facts = homebrew.read(context)
    if facts is None:
        return Reading()
    if isinstance(facts.pending, Unreadable):
        if facts.pending.reason != homebrew.NOT_OURS:
            return Reading((facts,))
        # Nobody but its owner can ever tell; that must not make this person's computer unknown for good.
        other = Unchecked(homebrew.TITLE, "", NOT_OURS, homebrew.TITLE)
        return Reading(unchecked=(other,), kept=frozenset({homebrew.NAME}))
    names = {app.cask: app.name for app in known_apps(context.host.system) if app.cask}
    seen = {app.known.cask for app in apps if app.known is not None and app.known.cask}
    compared = seen - {app.known.cask for app in apps if app.known is not None and app.name in others}
    pending = tuple(
        msgspec.structs.replace(each, app=names.get(each.package))
        for each in facts.pending
        if each.package not in {None: compared, Held.ITSELF: seen}.get(each.held, ())
    )
    unchecked = tuple(
        Unchecked(each.app or each.package, "", desktop.NO_FEED, homebrew.TITLE)
        for each in pending
        if each.held is Held.ITSELF
    )
    shown = tuple(each for each in pending if each.held is not Held.ITSELF)
    return Reading((replace(facts, pending=shown),), unchecked=unchecked)


def _is_arm(host: Host) -> bool | None:
    """Whether this Mac has Apple silicon; ``None`` when it does not say."""
    done = host.run(UNAME, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable) or done.exit != 0:
        return None
    return {"arm64": True, "x86_64": False}.get(done.stdout.strip())
