"""Links to other people's pages, with where each leads said in full."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from agent.page.item_view import Link

__all__ = ["links_to"]


def links_to(addresses: Iterable[str]) -> tuple[Link, ...]:
    """Each https address of our own catalogues as a link."""
    parts = [(address, urlsplit(address)) for address in addresses if address.startswith("https://")]
    return tuple(Link(address, part.netloc, part.path if part.path != "/" else "") for address, part in parts)
