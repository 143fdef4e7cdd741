"""Every piece of advice in the toolkit and where it is taken up, from ``toolkit.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import msgspec

__all__ = ["Advice", "Place", "advice"]

#: Where on the person's page: ``help`` is Help now, ``item`` the steps beside a result, ``wording`` our own messages.
Place = Literal["help", "recovery_plan", "item", "wording", "more"]


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of advice: the checks that take it up, the parts of the page that show it, and official links."""

    id: str
    what: str
    checks: tuple[str, ...] = ()
    help: tuple[Place, ...] = ()
    links: tuple[str, ...] = ()


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked_on: str
    advice: tuple[Advice, ...]


@cache
def advice() -> Mapping[str, Advice]:
    """Every piece of advice by its number."""
    raw = tomllib.loads(files("config").joinpath("toolkit.toml").read_text("utf-8"))
    return MappingProxyType({one.id: one for one in msgspec.convert(raw, _Catalogue).advice})
