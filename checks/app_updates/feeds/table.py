"""The feeds of ``config/apps.toml``: where each is, and how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.host import System
from checks.app_updates.catalogue import document
from checks.app_updates.feeds.chromium import parse_chrome, parse_edge
from checks.app_updates.feeds.latest import Latest
from checks.app_updates.feeds.mozilla import parse_firefox, parse_thunderbird
from checks.app_updates.feeds.plain import parse_brave, parse_cask, parse_lifecycle

__all__ = ["Feed", "Reader", "feed", "is_part", "passed_over", "reader"]

Reader = Callable[[bytes], Latest | None]

#: The kinds of feed that say the same whoever asks.
READERS: Mapping[str, Reader] = {
    "chrome": parse_chrome,
    "firefox": parse_firefox,
    "thunderbird": parse_thunderbird,
    "brave": parse_brave,
    "lifecycle": parse_lifecycle,
}


def reader(kind: str, system: System, token: str) -> Reader | None:
    """What reads the answers of a kind of feed. ``winget`` is read in one go for all apps, and not so."""
    if kind == "edge":
        return lambda body: parse_edge(body, system)
    if kind == "cask":
        return lambda body: parse_cask(body, token)
    return READERS.get(kind)


@dataclass(frozen=True)
class Feed:
    """One feed for one system. ``url`` may hold ``{mac}`` and ``{token}``."""

    id: str
    name: str
    kind: str
    scheme: str
    url: str
    form: str
    also: str | None


def feed(name: str, system: System) -> Feed | None:
    """A feed by its id, or ``None`` where it has nothing for this system."""
    entry: dict[str, Any] = document()["feeds"].get(name, {})
    url = entry.get(system.value)
    if url is None:
        return None
    return Feed(name, entry["name"], entry["kind"], entry["scheme"], url, entry.get("form", ""), entry.get("also"))


def passed_over(package: str) -> bool:
    """Whether winget's package is one that is not compared with its list."""
    return is_part(package) or package.startswith(tuple(document()["winget"]["not_compared"]))


def is_part(package: str) -> bool:
    """Whether winget's package is a part of Windows or of other apps, which nobody is bothered with."""
    return package.startswith(tuple(document()["winget"]["parts"]))
