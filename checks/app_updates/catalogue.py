"""The catalogue of common apps: what people call them, by the name that each package manager has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
import toml

from agent.host import Unreadable
from checks.app_updates.facts import ManagerFacts, Pending

__all__ = ["Names", "document", "linux_names", "name_apps"]

#: The app's name by (kind of package, name of the package); kinds are ``deb``, ``rpm``, ``flatpak`` and ``snap``.
Names = Mapping[tuple[str, str], str]

#: Which kind of package each manager has. Arch's packages are mostly called as the rpm or deb of the same app is.
KINDS: Mapping[str, tuple[str, ...]] = {
    "apt": ("deb",),
    "dnf": ("rpm",),
    "zypper": ("rpm",),
    "rpm-ostree": ("rpm",),
    "pacman": ("rpm", "deb"),
    "flatpak": ("flatpak",),
    "flatpak-user": ("flatpak",),
    "snap": ("snap",),
}
PACKAGE_KINDS = ("deb", "rpm", "flatpak", "snap")


@lru_cache
def document() -> dict[str, Any]:
    """All of ``config/apps.toml``."""
    return toml.loads(files("config").joinpath("apps.toml").read_text(encoding="utf-8"))


def linux_names() -> Names:
    """The names of the apps in ``config/apps.toml``."""
    return {
        (kind, package): app["name"]
        for app in reversed(document()["app"])
        for kind in PACKAGE_KINDS
        for package in app.get("linux", {}).get(kind, ())
    }


def name_apps(facts: ManagerFacts, names: Names) -> ManagerFacts:
    """The same with the apps among its packages named for people."""
    if isinstance(facts.pending, Unreadable):
        return facts
    kinds = KINDS.get(facts.manager, ())
    return replace(facts, pending=tuple(_named(pending, kinds, names) for pending in facts.pending))


def _named(pending: Pending, kinds: tuple[str, ...], names: Names) -> Pending:
    package = pending.package.partition(":")[0]
    app = next((names[kind, package] for kind in kinds if (kind, package) in names), None)
    return msgspec.structs.replace(pending, app=app)
