"""The services that accounts are listed under: what each is called, and which second steps it offers.

The facts are in ``platforms.toml``, with their sources and the date they were checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
import toml

from config.text import nearest

__all__ = [
    "OTHER",
    "Method",
    "Platform",
    "find",
    "methods",
    "nearest_service",
    "of_service",
    "offered",
    "platform",
    "platforms",
]

#: The entry for a service that the catalogue does not know.
OTHER = "other"

Kind = Literal["email", "social", "chat", "posting", "work", "cloud", "other"]


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of second step. ``rank`` 1 is the strongest, 3 the weakest; ``name`` is it in the middle of a sentence."""

    id: str
    rank: Literal[1, 2, 3]
    name: str
    meaning: str


class Platform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service. Only ``methods`` may decide a verdict; ``recalled`` are further ones that nobody has confirmed.

    ``complete`` says that ``methods`` is all it offers. ``sources`` are keys of the file's ``sources`` table.
    """

    id: str
    name: str
    kind: Kind
    domains: tuple[str, ...]
    second_step: Literal["offered", "disputed", "none", "unknown"]
    methods: tuple[str, ...]
    complete: bool
    sources: tuple[str, ...]
    checked_on: str
    recalled: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    settings: str = ""
    path: str = ""
    help: str = ""
    notes: str = ""

    @property
    def offers_passkey(self) -> bool:
        """Whether a source lists passkeys or security keys for it."""
        return "passkey" in self.methods or "security_key" in self.methods


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked_on: str
    sources: dict[str, str]
    method: tuple[Method, ...]
    platform: tuple[dict[str, Any], ...]


@cache
def platforms() -> Mapping[str, Platform]:
    """Every service by id, in the order of the catalogue: email first."""
    catalogue = _catalogue()
    entries = [msgspec.convert({"checked_on": catalogue.checked_on} | entry, Platform) for entry in catalogue.platform]
    return MappingProxyType({entry.id: entry for entry in entries})


@cache
def methods() -> Mapping[str, Method]:
    """Every kind of second step by id, strongest first."""
    return MappingProxyType({method.id: method for method in _catalogue().method})


def find(name: str) -> Platform | None:
    """The service with this id, name, alias or domain; case does not matter."""
    return _by_name().get(_folded(name))


def platform(service: str) -> Platform:
    """The service with this id or name; the entry ``other`` when the catalogue does not know it."""
    return find(service) or platforms()[OTHER]


def nearest_service(name: str) -> str:
    """The id that a misspelt service was most likely meant to be, or nothing."""
    known = _by_name()
    near = nearest(_folded(name), known)
    return known[near].id if near else ""


def offered(entry: Platform) -> tuple[str, ...]:
    """The second steps that an account there may have, strongest first: all that exist where its list is incomplete."""
    if not entry.complete:
        return tuple(methods())
    return tuple(method for method in methods() if method in (*entry.methods, *entry.recalled))


def of_service(links: Iterable[str], service: str) -> tuple[str, ...]:
    """Those of the links that are of use to somebody on this service: not the pages of another one."""
    own = platform(service).id
    return tuple(link for link in links if not (owners := _owners(link)) or own in owners)


@cache
def _owners(link: str) -> frozenset[str]:
    """The services whose page this is; none when it is somebody else's, such as official advice."""
    host = urlsplit(link).hostname or ""
    return frozenset(
        entry.id
        for entry in platforms().values()
        if link in (entry.settings, entry.help) or any(f".{host}".endswith(f".{domain}") for domain in entry.domains)
    )


@cache
def _by_name() -> Mapping[str, Platform]:
    names: dict[str, Platform] = {}
    for entry in platforms().values():
        # Ids and names first: google.com is also how one signs in to YouTube.
        for name in (entry.id, entry.name, *entry.aliases):
            names[_folded(name)] = entry
    for entry in platforms().values():
        for domain in entry.domains:
            names.setdefault(domain, entry)
    return MappingProxyType(names)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


@cache
def _catalogue() -> _Catalogue:
    return msgspec.convert(toml.loads(files("config").joinpath("platforms.toml").read_text("utf-8")), _Catalogue)
