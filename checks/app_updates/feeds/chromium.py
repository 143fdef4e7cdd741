"""Chrome and Edge: what each has published as stable.

Chrome: the VersionHistory API lists releases with the ``fraction`` of computers that are offered each. A release counts
once it has reached all of them; ``/versions`` would list it at half a per cent, when nobody can be expected to have it.

Edge: the list behind Microsoft's own download page. A release without ``Artifacts`` is still being published.
"""

from __future__ import annotations

import msgspec

from agent.host import System
from checks.app_updates.feeds.latest import DOTTED, Latest, Line, newest

__all__ = ["parse_chrome", "parse_edge"]

SCHEME = "chromium"
EVERYBODY = 1.0
EDGE_PLATFORMS = {System.WINDOWS: "Windows", System.MACOS: "MacOS"}


class _Release(msgspec.Struct):
    version: str
    fraction: float


class _Releases(msgspec.Struct):
    releases: list[_Release]


class _EdgeRelease(msgspec.Struct):
    platform: str = msgspec.field(name="Platform")
    version: str = msgspec.field(name="ProductVersion")
    artifacts: list[msgspec.Raw] = msgspec.field(name="Artifacts")


class _EdgeProduct(msgspec.Struct):
    product: str = msgspec.field(name="Product")
    releases: list[_EdgeRelease] = msgspec.field(name="Releases")


def parse_chrome(body: bytes) -> Latest | None:
    """The newest release that everybody is offered, or ``None`` when the answer names none."""
    answer = msgspec.json.decode(body, type=_Releases)
    return _line([release.version for release in answer.releases if release.fraction == EVERYBODY])


def parse_edge(body: bytes, system: System) -> Latest | None:
    """The newest published stable release for a system, or ``None`` when the answer names none."""
    products = msgspec.json.decode(body, type=list[_EdgeProduct])
    return _line(
        [
            release.version
            for product in products
            if product.product == "Stable"
            for release in product.releases
            if release.platform == EDGE_PLATFORMS.get(system) and release.artifacts
        ]
    )


def _line(versions: list[str]) -> Latest | None:
    latest = newest([version for version in versions if DOTTED.fullmatch(version)], SCHEME)
    return None if latest is None else Latest((Line(latest),))
