"""Sparkle feeds: which item counts, and what a hostile feed can do (nothing)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.app_updates.feeds.sparkle import MAX_ITEMS, Item, is_safe, latest_for, parse_items
from checks.app_updates.versions import SCHEMES
from tests.builders import NOW

NAMESPACE = 'xmlns:sparkle="http://www.andymatuschak.org/xml-namespaces/sparkle"'
PUBLISHED = "<pubDate>Mon, 05 Oct 2026 19:20:11 +0000</pubDate>"


def feed(*items: str) -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {NAMESPACE}><channel><title>Example</title>'
    return f"{head}{inside}</channel></rss>".encode()


def item(version: str, more: str = "") -> str:
    return f'<sparkle:version>{version}</sparkle:version>{more}<enclosure url="https://x.example/a.zip"/>'


def versions(body: bytes) -> list[str]:
    return [each.version for each in parse_items(body) or ()]


def latest(body: bytes, macos: str | None = "26.6.2", *, arm: bool | None = True) -> str | None:
    found = latest_for(parse_items(body) or (), macos, arm=arm, now=NOW)
    return found.lines[0].version if found else None


def test_the_documented_sample_is_read() -> None:
    body = feed(
        "<title>Version 1.5.1</title><sparkle:version>1248</sparkle:version>"
        "<sparkle:shortVersionString>1.5.1</sparkle:shortVersionString>"
        "<sparkle:minimumSystemVersion>12.0.0</sparkle:minimumSystemVersion><sparkle:criticalUpdate/>"
        f'{PUBLISHED}<enclosure url="https://example.com/app.zip" length="1623481" sparkle:edSignature="7cLA"/>'
    )
    assert parse_items(body) == (Item("1248", "1.5.1", "12.0.0"),)


def test_the_version_may_stand_on_the_enclosure() -> None:
    body = feed('<enclosure url="https://x.example/a" sparkle:version="31" sparkle:shortVersionString="3.1"/>')
    assert parse_items(body) == (Item("31", "3.1"),)


def test_the_newest_comes_first_by_sparkles_own_rule() -> None:
    assert versions(feed(item("9"), item("1.0b1"), item("10"), item("1.0"))) == ["10", "9", "1.0", "1.0b1"]


@pytest.mark.parametrize(
    "more",
    [
        "<sparkle:channel>beta</sparkle:channel>",
        "<sparkle:channel/>",
        "<sparkle:informationalUpdate/>",
        '<enclosure url="x" sparkle:os="windows"/>',
        f"<sparkle:phasedRolloutInterval>soon</sparkle:phasedRolloutInterval>{PUBLISHED}",
        "<sparkle:phasedRolloutInterval>86400</sparkle:phasedRolloutInterval>",
    ],
    ids=["channel", "empty channel", "informational", "windows", "phase nonsense", "phase without a date"],
)
def test_what_is_not_for_everybody_is_left_out(more: str) -> None:
    assert versions(feed(item("2", more), item("1"))) == ["1"]


def test_a_phased_roll_out_is_complete_when_the_last_of_seven_groups_is_offered_it() -> None:
    body = feed(item("2", f"<sparkle:phasedRolloutInterval>86400</sparkle:phasedRolloutInterval>{PUBLISHED}"))
    items = parse_items(body)
    assert items is not None
    assert items[0].complete_at == datetime(2026, 10, 12, 19, 20, 11, tzinfo=UTC)


def rolled_out(version: str, days_ago: float, more: str = "") -> str:
    """An update that its maker began to roll out so long ago, to a seventh of everybody a day."""
    published = format_datetime(NOW - timedelta(days=days_ago))
    phase = "<sparkle:phasedRolloutInterval>86400</sparkle:phasedRolloutInterval>"
    return item(version, f"{phase}<pubDate>{published}</pubDate>{more}")


@pytest.mark.parametrize(
    ("items", "newest", "everybodys"),
    [
        ((item("3"), item("2")), "3", ""),
        ((rolled_out("3", 1), item("2"), item("1")), "3", "2"),
        ((rolled_out("3", 1), rolled_out("2", 3), rolled_out("1", 8)), "3", "1"),
        ((rolled_out("3", 7), item("2")), "3", ""),
        ((rolled_out("3", 6.9), item("2")), "3", "2"),
        ((rolled_out("3", 1), rolled_out("2", 2)), "3", ""),
        ((rolled_out("3", -400), item("2")), "3", "2"),
        (
            (rolled_out("3", 1), item("2", "<sparkle:minimumSystemVersion>27</sparkle:minimumSystemVersion>")),
            "3",
            "",
        ),
        ((rolled_out("3", 1), item("2", "<sparkle:channel>beta</sparkle:channel>"), item("1")), "3", "1"),
    ],
)
def test_beside_an_update_that_is_being_rolled_out_stands_the_newest_for_everybody(
    items: tuple[str, ...], newest: str, everybodys: str
) -> None:
    found = latest_for(parse_items(feed(*items)) or (), "26.6.2", arm=True, now=NOW)
    assert found is not None
    assert [(line.version, line.before) for line in found.lines] == [(newest, everybodys)]


def test_a_critical_update_is_for_everybody_at_once() -> None:
    phased = f"<sparkle:phasedRolloutInterval>86400</sparkle:phasedRolloutInterval>{PUBLISHED}<sparkle:criticalUpdate/>"
    items = parse_items(feed(item("2", phased)))
    assert items is not None
    assert items[0].complete_at is None


def test_an_item_for_another_macos_or_processor_does_not_count() -> None:
    newer = item("3", "<sparkle:minimumSystemVersion>27.0</sparkle:minimumSystemVersion>")
    older = item("2", "<sparkle:maximumSystemVersion>15.9</sparkle:maximumSystemVersion>")
    chip = item("2.5", "<sparkle:hardwareRequirements>arm64</sparkle:hardwareRequirements>")
    body = feed(newer, older, chip, item("1"))
    assert latest(body) == "2.5"
    assert latest(body, arm=False) == "1"
    assert latest(body, arm=None) == "1"
    assert latest(body, "27.1") == "3"
    assert latest(body, "14.0", arm=False) == "2"


def test_without_knowing_the_system_only_what_is_for_every_system_counts() -> None:
    bound = item("2", "<sparkle:minimumSystemVersion>10.13</sparkle:minimumSystemVersion>")
    assert latest(feed(bound, item("1")), None) == "1"
    assert latest(feed(bound), None) is None


def test_a_long_feed_keeps_its_newest() -> None:
    body = feed(*(item(str(number)) for number in range(200)))
    assert versions(body) == [str(number) for number in range(199, 199 - MAX_ITEMS, -1)]


def test_an_item_inside_something_else_is_no_item() -> None:
    inner = f"<rss {NAMESPACE}><channel><x><item>{item('9')}</item></x><item>{item('1')}</item></channel></rss>"
    assert versions(inner.encode()) == ["1"]


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10 if n > 1 else b"&lol;" * 10) for n in range(1, 12)
    )
    + b"]><rss><channel><item>&lol11;</item></channel></rss>"
)
OUTSIDE = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item>&x;</item></channel></rss>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>sign in</body></html>",
        b"<rss>",
        feed(),
        feed("<title>no version</title>"),
        feed(item("")),
        feed(item("-1")),
        feed(item("9" * 100)),
        feed(item("1&#10;2")),
        BOMB,
        OUTSIDE,
        b"<rss>" + b"<a>" * 100_000,
        b"\xff\xfe\x00",
        feed(item("1"))[:-10],
        b'{"version": 1}',
    ],
    ids=[
        *("empty", "page", "open", "no item", "no version", "empty version", "dash", "long", "two lines", "bomb"),
        *("outside", "deep", "utf16", "cut", "json"),
    ],
)
def test_what_is_no_feed_says_nothing(body: bytes) -> None:
    assert parse_items(body) is None


@pytest.mark.parametrize("url", ["https://updates.example.com/appcast.xml", "https://a.b.co.uk:443/x?arch=arm64"])
def test_a_feed_on_the_public_network_may_be_asked(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://updates.example.com/appcast.xml",
        "file:///etc/passwd",
        "https://localhost/x",
        "https://printer.local/x",
        "https://intranet/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://[::1]/x",
        "https://192.168.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@example.com/x",
        "https://example.com:8443/x",
        "https://example.com:port/x",
        "https://exa mple.com/x",
        "https://example.com\\@evil.example/x",
        "https://example.com/\r\nHost: evil",
        "https://bücher.example/x",
        "https://example.com/" + "x" * 600,
        "https://",
        "https://[",
    ],
)
def test_nothing_else_may_be_asked(url: str) -> None:
    assert not is_safe(url)


@given(st.text())
def test_any_address_gets_an_answer(url: str) -> None:
    assert is_safe(url) in (True, False)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            item("2"),
            item("1.0 (5)"),
            "<sparkle:channel>x</sparkle:channel>",
            "<sparkle:version>3</sparkle:version>",
            "</item>",
            "<item>",
            "<![CDATA[x]]>",
            "<sparkle:minimumSystemVersion>.</sparkle:minimumSystemVersion>",
            f"<sparkle:phasedRolloutInterval>99999999</sparkle:phasedRolloutInterval>{PUBLISHED}",
            "&amp;",
        ]
    )
    | st.text(max_size=5)
)


@given(parts=FRAGMENTS, macos=st.none() | st.text(max_size=8), arm=st.none() | st.booleans())
def test_any_feed_gives_versions_that_can_be_compared_or_nothing(
    parts: list[str], macos: str | None, arm: bool | None
) -> None:
    items = parse_items(feed("".join(parts)))
    assert items is None or len(items) > 0
    found = latest_for(items or (), macos, arm=arm, now=NOW)
    if found:
        assert SCHEMES["sparkle"](found.lines[0].version, found.lines[0].version) == 0


@given(st.binary())
def test_any_bytes_are_read_without_trouble(body: bytes) -> None:
    assert parse_items(body) is None
