"""How long one waits: for the page after asking for it, and for each later page.

Other tests may run beside these, so each time is the best or the middle one of several.
"""

from __future__ import annotations

import http.client
import statistics
import time

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from agent.page.address import Address
from tests.agent.page.furnished import furnish
from tests.browser.conftest import Shown
from tests.browser.crawling import NOT_LINKED, shape
from tests.browser.running import opened
from tests.browser.walking import Walk

FIRST_SECONDS = 1.0
LATER_SECONDS = 0.05


def timed(address: Address, target: str) -> float:
    """Seconds from asking for a page to having all of it."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=30)
    begun = time.monotonic()
    try:
        connection.request("GET", address.prefix + target)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, target
        return time.monotonic() - begun
    finally:
        connection.close()


def test_the_first_page_is_there_a_second_after_asking_for_it() -> None:
    furnish()
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        with opened() as address:
            timed(address, "/")
            taken.append(time.monotonic() - begun)
    assert min(taken) < FIRST_SECONDS, taken


def test_each_later_page_takes_fifty_milliseconds(walked: Walk, furnished: Shown) -> None:
    one_each = {shape(path): path for path in walked.texts if path not in NOT_LINKED}
    medians = {path: statistics.median(timed(furnished.address, path) for _ in range(5)) for path in one_each.values()}
    assert len(medians) > 40
    assert {path: round(seconds, 3) for path, seconds in medians.items() if seconds >= LATER_SECONDS} == {}
