"""The whole check over a real connection to a stand-in of every feed, well behaved and not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest

from agent.contract import Finding
from agent.http import Network
from checks.app_updates import CHECK
from config.loader import default_settings
from tests.builders import NOW, DictMemory, context
from tests.checks.app_updates.desktops import outcome, program, windows
from tests.checks.app_updates.feed_server import MODES, QUERY, VERSIONS, FeedServer, feed_server

CHROME = program("Google Chrome", "154.0.8037.58", "Google LLC")
EVERYTHING = windows(
    {
        "Google Chrome": CHROME,
        "Microsoft Edge": program("Microsoft Edge", "154.0.4258.62", "Microsoft Corporation"),
        "Firefox": program("Mozilla Firefox (x64 en-GB)", "154.0", "Mozilla"),
        r"HKCU\Brave": program("Brave", "154.1.92.140", "Brave Software Inc"),
        "7-Zip": program("7-Zip 25.01 (x64)", "25.01", "Igor Pavlov"),
    }
)


@pytest.fixture(scope="module")
def running() -> Iterator[FeedServer]:
    with feed_server() as server:
        yield server


@pytest.fixture
def server(running: FeedServer) -> FeedServer:
    running.mode = "normal"
    running.log.clear()
    return running


def judged(server: FeedServer, memory: DictMemory | None = None, now: datetime = NOW) -> Finding:
    defaults = default_settings()
    settings = msgspec.structs.replace(defaults.app_updates, feeds_mirror=server.url)
    network = Network(defaults.network)
    (found,) = CHECK.run(context(EVERYTHING, http=network, memory=memory, now=now, app_updates=settings))
    return found


def test_every_kind_of_feed_is_asked_and_understood(server: FeedServer) -> None:
    finding = judged(server)
    assert outcome(finding) == "pass up_to_date"
    assert finding.facts["checked"] == 5
    assert (f"{VERSIONS}/stable/versions/all/releases", QUERY, 200) in server.log
    assert len(server.log) == 5


def test_the_next_day_every_feed_answers_that_nothing_changed(server: FeedServer) -> None:
    memory = DictMemory()
    judged(server, memory)
    server.log.clear()
    assert outcome(judged(server, memory, NOW + timedelta(days=6))) == "pass up_to_date"
    assert {status for _, _, status in server.log} == {304}
    assert outcome(judged(server, memory, NOW + timedelta(days=6, minutes=5))) == "pass up_to_date"
    assert len(server.log) == 5


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "normal"])
def test_a_feed_that_misbehaves_is_no_pass_and_spoils_nothing_that_is_known(server: FeedServer, mode: str) -> None:
    server.mode = mode
    assert outcome(judged(server)) == "unknown no_answer"
    server.mode = "normal"
    memory = DictMemory()
    judged(server, memory)
    server.mode = mode
    assert outcome(judged(server, memory, NOW + timedelta(days=6))) == "pass up_to_date"
    assert outcome(judged(server, memory, NOW + timedelta(days=9))) == "unknown stale"


def test_a_server_that_asks_us_to_wait_is_left_alone(server: FeedServer) -> None:
    memory = DictMemory()
    server.mode = "rate_limited"
    judged(server, memory)
    asked = len(server.log)
    server.mode = "normal"
    judged(server, memory, NOW + timedelta(hours=1, minutes=59))
    assert len(server.log) == asked
    assert outcome(judged(server, memory, NOW + timedelta(hours=2))) == "pass up_to_date"


def test_a_feed_that_is_not_there_any_more_is_no_pass(server: FeedServer) -> None:
    path = "/product-details.mozilla.org/1.0/firefox_versions.json"
    body = server.documents.pop(path)
    try:
        assert outcome(judged(server)) == "unknown no_answer"
    finally:
        server.documents[path] = body
