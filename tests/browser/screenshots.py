"""Pictures of every page, to be looked at: ``python -m tests.browser.screenshots FOLDER``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import Window, chromium
from tests.browser.conftest import Shown, _page
from tests.browser.crawling import crawl, shape

WIDTHS = (320, 768, 1280)


def take(window: Window, to: Path) -> None:
    """The whole of the page that is shown: three widths, light and dark."""
    for width in WIDTHS:
        for dark in (False, True):
            window.look(width=width, dark=dark)
            high = window.driver.execute_script("return document.documentElement.scrollHeight")
            window.look(width=width, height=max(600, high), dark=dark)
            window.driver.save_screenshot(f"{to}-{width}-{'dark' if dark else 'light'}.png")
    window.look()


def take_all(window: Window, shown: Shown, to: Path) -> None:
    """One of each kind of page."""
    seen = set()
    for path in crawl(window, shown.address):
        if shape(path) not in seen:
            seen.add(shape(path))
            take(window, to / (shape(path).strip("/").replace("/", "_") or "home"))


def main(folder: Path) -> None:
    """All of them."""
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        del os.environ[name]
    with chromium() as window:
        for name in ("furnished", "empty"):
            (folder / name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory() as home:
                for shown in _page(Path(home), furnished=name == "furnished"):
                    take_all(window, shown, folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
