"""One walk through all pages, and what was seen on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.browser.chromium import Window
from tests.browser.crawling import crawl
from tests.browser.running import what_is_kept

if TYPE_CHECKING:
    from tests.browser.conftest import Shown

__all__ = ["Walk", "walk"]

SEEN = """
const odd = "script, iframe, object, embed, [onerror], [onload], [onclick], img:not([src$='icon.svg'])";
return [document.body.innerText, [...document.querySelectorAll(odd)].map(one => one.outerHTML),
  [...document.forms].map(one => one.action.split("?")[0] + "?" + new URLSearchParams(new FormData(one)))];
"""


@dataclass
class Walk:
    """What was seen on every page, and what was kept before it and after it."""

    before: object
    after: object = None
    texts: dict[str, str] = field(default_factory=dict)
    #: Elements that no page of ours has.
    foreign: dict[str, list[str]] = field(default_factory=dict)
    #: One form of each kind as an address with its fields.
    forms: dict[str, str] = field(default_factory=dict)


def walk(window: Window, shown: Shown) -> Walk:
    """Follow every link."""
    found = Walk(what_is_kept(shown.paths))
    for path in crawl(window, shown.address):
        text, foreign, forms = window.driver.execute_script(SEEN)
        found.texts[path] = text
        if foreign:
            found.foreign[path] = foreign
        for form in forms:
            target = form.partition(shown.address.prefix)[2]
            found.forms[re.sub(r"i-[0-9a-f]{12}", "ID", target.partition("?")[0])] = target
    found.after = what_is_kept(shown.paths)
    return found
