"""Apps from the App Store, by ``mas`` where somebody has installed it; without it nothing else may be asked.

``mas outdated --json`` (7.0 and later) prints one JSON object for each app that is behind and nothing when none is. It
knows apps through Spotlight, and nothing is also what it says where Spotlight is switched off: so its silence counts
only when ``mas list --json`` knows each of the apps that lie here. As many would not do: it also lists Apple's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.facts import ManagerFacts, Pending
from checks.app_updates.installed import Installed

__all__ = ["parse_apps", "read"]

NAME = "app-store"
TITLE = "App Store"
LIST = ("mas", "list", "--json")
OUTDATED = ("mas", "outdated", "--json")
TIMEOUT_SECONDS = 15.0
#: It asks Apple about each app: once a day will do.
EVERY = timedelta(hours=20)
MEMORY = "answer.app-store"
MAX_TEXT = 100


class _Remembered(msgspec.Struct):
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    apps: list[str]
    pending: tuple[Pending, ...]


def read(context: Context, apps: Sequence[Installed]) -> ManagerFacts | Unreadable:
    """What the App Store has for these apps; ``Unreadable`` when nobody here can tell."""
    names = sorted(f"{app.package} {app.version}" for app in apps)
    if context.host.which("mas") is None:
        return Unreadable("no_tool", "mas")
    known = _recall(context)
    if known is None or known.apps != names or context.fresh or not timedelta() <= context.now - known.at < EVERY:
        pending = _ask(context.host, apps) if _may_ask(context) else Unreadable("offline", "mas")
        if not isinstance(pending, Unreadable):
            known = _Remembered(context.now, names, pending)
            context.memory.remember(MEMORY, msgspec.to_builtins(known))
        elif known is None or known.apps != names:
            return pending
    if known.at > context.now:
        return Unreadable("malformed", MEMORY)
    return ManagerFacts(NAME, "dotted", known.pending, known.at, " ".join(OUTDATED), " ".join(OUTDATED), TITLE)


def parse_apps(text: str) -> list[dict[str, Any]] | None:
    """One JSON object for each line, or ``None`` when it is anything else."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            found.append(msgspec.json.decode(line, type=dict[str, Any]))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
    return found


def _may_ask(context: Context) -> bool:
    return context.settings.app_updates.feeds and not context.settings.network.offline


def _recall(context: Context) -> _Remembered | None:
    try:
        return msgspec.convert(context.memory.recall(MEMORY), _Remembered)
    except msgspec.ValidationError:
        return None


def _ask(host: Host, apps: Sequence[Installed]) -> tuple[Pending, ...] | Unreadable:
    listed = _objects(host, LIST)
    if isinstance(listed, Unreadable):
        return listed
    known = {text for app in listed for text in (app.get("bundleID"), app.get("name")) if isinstance(text, str)}
    if any(known.isdisjoint((app.package, app.title)) for app in apps):
        return Unreadable("empty", " ".join(LIST))
    outdated = _objects(host, OUTDATED)
    if isinstance(outdated, Unreadable):
        return outdated
    found: list[Pending] = []
    for app in outdated:
        package, name, version, latest = app.get("adamID"), app.get("name"), app.get("version"), app.get("newVersion")
        texts = (name, version, latest)
        if isinstance(package, bool) or not isinstance(package, int):
            return Unreadable("malformed", " ".join(OUTDATED))
        if not all(isinstance(text, str) and 0 < len(text) <= MAX_TEXT for text in texts):
            return Unreadable("malformed", " ".join(OUTDATED))
        found.append(Pending(str(package), str(version), str(latest), title=str(name)))
    return tuple(found)


def _objects(host: Host, argv: tuple[str, ...]) -> list[dict[str, Any]] | Unreadable:
    done = host.run(argv, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("failed", " ".join(argv))
    found = parse_apps(done.stdout)
    return Unreadable("malformed", " ".join(argv)) if found is None else found
