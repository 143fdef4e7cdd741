"""Asking a feed: when, how, and what stays when it gives no answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Context, Response
from agent.host import Unreadable
from checks.app_updates.feeds.ask import Asker, Known
from config.loader import default_settings
from tests.builders import NOW, DictMemory, computer, context
from tests.checks.app_updates.desktops import Feeds

URL = "https://versions.example.org/latest.json"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class World:
    """A feed, what is remembered of it, and a clock."""

    def __init__(self, **answer: Any) -> None:
        self.feeds = Feeds({"latest.json": answer or {"version": "1.0"}})
        self.memory = DictMemory()
        self.now = NOW

    def context(self, **more: Any) -> Context:
        return context(computer("windows"), http=self.feeds, memory=self.memory, now=self.now, **more)

    def ask(self, url: str = URL, name: str = "a", again: Any = None, **more: Any) -> Known[str] | Unreadable:
        return Asker(self.context(**more)).ask(name, url, read, str, again=again, max_bytes=1000)

    def answers(self, answer: Any) -> None:
        self.feeds.answers["latest.json"] = answer

    @property
    def times_asked(self) -> int:
        return len(self.feeds.asked)


def read(body: bytes) -> str | None:
    version = msgspec.json.decode(body, type=dict[str, str]).get("version")
    return version or None


def said(known: Known[str] | Unreadable) -> tuple[str, datetime]:
    assert isinstance(known, Known)
    return known.said, known.at


def test_an_answer_is_remembered_with_its_time_and_not_asked_for_again_the_same_day() -> None:
    world = World()
    assert said(world.ask()) == ("1.0", NOW)
    world.now += 17 * HOUR
    assert said(world.ask()) == ("1.0", NOW)
    assert world.times_asked == 1


def test_it_is_asked_again_after_a_day_and_a_bit_at_the_latest() -> None:
    world = World()
    world.ask()
    world.now += 31 * HOUR
    world.answers({"version": "1.1"})
    assert said(world.ask()) == ("1.1", NOW + 31 * HOUR)


def test_computers_ask_at_different_times() -> None:
    times = set()
    for _ in range(20):
        world = World()
        world.ask()
        times.add(world.memory.values["feed.a"]["next_at"])
    assert len(times) > 15


def test_it_is_asked_only_whether_its_answer_changed() -> None:
    world = World()
    body = b'{"version":"1.0"}'
    world.answers(Response(200, {"etag": '"x1"', "last-modified": "Sun, 22 Nov 2026 09:00:00 GMT"}, body))
    world.ask()
    world.now += 2 * DAY
    world.answers(Response(304, {}, b""))
    assert said(world.ask()) == ("1.0", NOW + 2 * DAY)
    assert world.feeds.headers[0].keys() == {"Accept"}
    assert world.feeds.headers[1]["If-None-Match"] == '"x1"'
    assert world.feeds.headers[1]["If-Modified-Since"] == "Sun, 22 Nov 2026 09:00:00 GMT"


def test_not_modified_without_anything_remembered_is_no_answer() -> None:
    world = World()
    world.answers(Response(304, {}, b""))
    assert world.ask() == Unreadable("no_answer", "a")


def test_a_header_that_could_split_a_request_is_not_kept() -> None:
    world = World()
    world.answers(Response(200, {"etag": "x\r\nHost: evil"}, b'{"version":"1.0"}'))
    world.ask()
    world.now += 2 * DAY
    world.ask()
    assert "If-None-Match" not in world.feeds.headers[1]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unreadable("offline", "h"), "offline"),
        (Unreadable("timeout", "h"), "no_answer"),
        (Unreadable("tls", "h"), "no_answer"),
        (Unreadable("incomplete", "h"), "no_answer"),
        (Response(200, {}, b"<!DOCTYPE html>sign in"), "no_answer"),
        (Response(200, {}, b""), "no_answer"),
        (Response(200, {}, b'{"version":"'), "no_answer"),
        (Response(200, {}, b'{"version":"' + b"1" * 2000 + b'"}'), "no_answer"),
        (Response(403, {}, b"{}"), "no_answer"),
        (Response(404, {}, b"<html>"), "no_answer"),
        (Response(429, {}, b""), "no_answer"),
        (Response(500, {}, b""), "no_answer"),
    ],
    ids=["offline", "timeout", "tls", "cut", "page", "empty", "half", "huge", "403", "404", "429", "500"],
)
def test_no_answer_keeps_what_was_said_before_with_its_age(answer: Any, reason: str) -> None:
    world = World()
    world.answers(answer)
    assert world.ask() == Unreadable(reason, "a")
    world = World()
    world.ask()
    world.now += 3 * DAY
    world.answers(answer)
    assert said(world.ask()) == ("1.0", NOW)


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ("7200", 2 * HOUR),
        ("Sun, 22 Nov 2026 14:00:00 GMT", 4 * HOUR),
        ("0", timedelta(seconds=1)),
        ("999999999", DAY),
        ("9" * 500, 3 * HOUR),
        ("soon", 3 * HOUR),
        ("-5", 3 * HOUR),
        ("", 3 * HOUR),
        ("Sun, 22 Nov 1999 14:00:00 GMT", timedelta(seconds=1)),
        ("Mon, 99 Foo 2026 99:99:99 GMT", 3 * HOUR),
    ],
)
def test_a_server_that_asks_us_to_wait_is_left_alone_that_long_whatever_the_person_wishes(
    header: str, waits: timedelta
) -> None:
    world = World()
    world.answers(Response(429, {"retry-after": header}, b""))
    world.ask()
    world.answers({"version": "1.0"})
    world.now += waits - timedelta(milliseconds=1)
    world.ask(fresh=True)
    assert world.times_asked == 1
    world.now += timedelta(milliseconds=1)
    assert said(world.ask())[0] == "1.0"


def test_a_person_who_asks_gets_a_new_answer_but_not_over_and_over() -> None:
    world = World()
    world.ask()
    world.now += timedelta(minutes=9)
    world.ask(fresh=True)
    assert world.times_asked == 1
    world.now += timedelta(minutes=1)
    world.ask(fresh=True)
    assert world.times_asked == 2


def test_what_is_known_but_will_not_do_is_asked_for_again() -> None:
    world = World()
    world.ask()
    world.now += HOUR
    world.ask(again=lambda version: version != "1.0")
    assert world.times_asked == 1
    world.ask(again=lambda version: version == "1.0")
    assert world.times_asked == 2


def test_without_a_network_the_first_question_is_the_last_and_the_next_round_tries_again() -> None:
    world = World()
    world.answers(Unreadable("offline", "h"))
    asker = Asker(world.context())
    for name in ("a", "b", "c"):
        asker.ask(name, URL, read, str)
    assert world.times_asked == 1
    world.now += HOUR
    world.answers({"version": "1.0"})
    assert said(world.ask())[0] == "1.0"


def test_after_two_silent_servers_the_others_are_left_for_the_next_round() -> None:
    world = World()
    world.answers(Unreadable("timeout", "h"))
    asker = Asker(world.context())
    for name in ("a", "b", "c", "d"):
        asker.ask(name, URL, read, str)
    assert world.times_asked == 2


def test_switched_off_nobody_is_asked_and_what_is_known_is_used() -> None:
    world = World()
    off = msgspec.structs.replace(default_settings().app_updates, feeds=False)
    assert world.ask(app_updates=off, fresh=True) == Unreadable("no_answer", "a")
    assert world.times_asked == 0


@pytest.mark.parametrize("mirror", ["http://127.0.0.1:8080/feeds", "http://127.0.0.1:8080/feeds/"])
def test_an_offices_copy_has_the_host_as_its_first_folder(mirror: str) -> None:
    world = World()
    mirrored = msgspec.structs.replace(default_settings().app_updates, feeds_mirror=mirror)
    world.ask(url=f"{URL}?filter=a%20b", app_updates=mirrored)
    assert world.feeds.asked == ["http://127.0.0.1:8080/feeds/versions.example.org/latest.json?filter=a%20b"]


def test_another_address_is_another_feed() -> None:
    world = World()
    world.ask()
    world.ask(url="https://other.example.org/latest.json")
    assert world.times_asked == 2


def test_an_answer_from_a_clock_that_was_ahead_is_not_believed() -> None:
    world = World()
    world.now = NOW + 365 * DAY
    world.ask()
    world.now = NOW
    world.answers(Unreadable("offline", "h"))
    assert world.ask() == Unreadable("offline", "a")


@pytest.mark.parametrize(
    "remembered",
    [
        None,
        [],
        "x",
        {"url": URL},
        {"url": URL, "next_at": "soon", "asked_at": "2026-11-22T10:00:00Z"},
        {"url": URL, "next_at": "2026-11-22T10:00:00", "asked_at": "2026-11-22T10:00:00"},
        {"url": URL, "next_at": "2026-11-23T10:00:00Z", "asked_at": "2026-11-22T10:00:00Z", "said": 5, "at": None},
        {"format": 0, "url": URL, "next_at": "2026-11-23T10:00:00Z", "asked_at": "2026-11-22T10:00:00Z", "said": "9"},
    ],
)
def test_a_damaged_memory_is_no_memory(remembered: Any) -> None:
    world = World()
    world.memory.values["feed.a"] = remembered
    world.answers(Unreadable("offline", "h"))
    assert isinstance(world.ask(), Unreadable)


def test_what_is_remembered_in_another_form_is_asked_for_in_full() -> None:
    world = World()
    world.answers(Response(200, {"etag": '"x1"'}, b'{"version":"1.0"}'))
    world.ask()
    world.memory.values["feed.a"]["said"] = {"not": "text"}
    world.now += 2 * DAY
    world.answers({"version": "1.2"})
    assert said(world.ask())[0] == "1.2"
    assert "If-None-Match" not in world.feeds.headers[-1]


def test_a_time_to_ask_that_never_comes_is_not_waited_for() -> None:
    world = World()
    world.ask()
    world.memory.values["feed.a"]["next_at"] = "2999-01-01T00:00:00Z"
    world.ask()
    assert world.times_asked == 2


@given(status=st.integers(100, 599), body=st.binary(max_size=50), wait=st.text(max_size=20))
def test_no_answer_makes_asking_fail(status: int, body: bytes, wait: str) -> None:
    world = World()
    world.answers(Response(status, {"retry-after": wait, "etag": wait}, body))
    known = world.ask()
    assert isinstance(known, Unreadable) or status == 200
