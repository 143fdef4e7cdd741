"""Feeds that say one thing: Brave's version file, Homebrew's page of one cask, endoflife.date's page of one product."""

from __future__ import annotations

import re

import msgspec

from checks.app_updates.feeds.latest import DOTTED, Latest, Line

__all__ = ["parse_brave", "parse_cask", "parse_lifecycle"]

BRAVE = re.compile(r"[0-9]{1,4}\.[0-9]{1,5}\.[0-9]{1,6}")


class _Cask(msgspec.Struct):
    token: str
    version: str


class _Point(msgspec.Struct):
    name: str


class _Release(msgspec.Struct):
    name: str
    is_eol: bool = msgspec.field(name="isEol")
    latest: _Point | None = None


class _Product(msgspec.Struct):
    releases: list[_Release]


class _Lifecycle(msgspec.Struct):
    result: _Product


def parse_brave(body: bytes) -> Latest | None:
    """The one version that the file holds."""
    text = body.decode("ascii").strip()
    return Latest((Line(text),)) if BRAVE.fullmatch(text) else None


def parse_cask(body: bytes, token: str) -> Latest | None:
    """A cask's version without the build that may follow a comma; ``None`` for ``latest``, which is not a version."""
    cask = msgspec.json.decode(body, type=_Cask)
    version = cask.version.partition(",")[0]
    return Latest((Line(version),)) if cask.token == token and DOTTED.fullmatch(version) else None


def parse_lifecycle(body: bytes) -> Latest | None:
    """The newest version of each release that is still looked after; none is for everybody."""
    releases = msgspec.json.decode(body, type=_Lifecycle).result.releases
    lines = [
        Line(release.latest.name, series=release.name)
        for release in releases
        if not release.is_eol and release.latest is not None and DOTTED.fullmatch(release.latest.name)
    ]
    return Latest(tuple(lines)) if lines and all(DOTTED.fullmatch(line.series) for line in lines) else None
