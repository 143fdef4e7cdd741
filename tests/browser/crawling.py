"""Every page, found as a person finds it: by links, from the first page on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from agent.page.address import Address
from tests.browser.chromium import Window

__all__ = ["NOT_LINKED", "crawl", "shape"]

#: Pages that no link leads to: an answer of the page to what was asked.
NOT_LINKED = ("/nowhere",)
#: More than a household of ours has: a link that leads ever further would not end.
MOST = 150
NO_PAGES = (".json", ".svg", ".css")


def crawl(window: Window, address: Address) -> Iterator[str]:
    """The path of each page, with the window showing it."""
    waiting = deque(["/", *NOT_LINKED])
    seen = set(waiting)
    while waiting:
        path = waiting.popleft()
        window.go(address.url(path))
        yield path
        for link in window.links():
            url = urlsplit(link)
            if url.netloc != f"{address.host}:{address.port}" or url.path.endswith(NO_PAGES):
                continue
            assert url.path.startswith(f"{address.prefix}/"), link
            found = url.path.removeprefix(address.prefix) + (f"?{url.query}" if url.query else "")
            if found not in seen:
                seen.add(found)
                waiting.append(found)
        assert len(seen) < MOST, "links lead ever further"


def shape(path: str) -> str:
    """The path without ids and without what was asked: pages made by the same template for the same kind of thing."""
    path = path.partition("?")[0]
    return "/".join("ID" if part.startswith("i-") else part for part in path.split("/"))
