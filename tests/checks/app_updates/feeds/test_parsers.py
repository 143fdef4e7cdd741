"""What each feed's answer says, from the documented samples."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import System
from checks.app_updates.feeds.chromium import parse_chrome, parse_edge
from checks.app_updates.feeds.latest import Latest
from checks.app_updates.feeds.mozilla import parse_firefox, parse_thunderbird
from checks.app_updates.feeds.plain import parse_brave, parse_cask, parse_lifecycle
from checks.app_updates.versions import SCHEMES, BadVersionError
from tests.checks.app_updates.desktops import cask, chrome, edge, firefox

READERS: dict[str, Any] = {
    "chrome": parse_chrome,
    "edge": lambda body: parse_edge(body, System.WINDOWS),
    "firefox": parse_firefox,
    "thunderbird": parse_thunderbird,
    "brave": parse_brave,
    "cask": lambda body: parse_cask(body, "zoom"),
    "lifecycle": parse_lifecycle,
}
#: What the one who asks turns into "no answer".
REFUSED = (msgspec.MsgspecError, ValueError, RecursionError)


def lines(latest: Latest | None) -> list[tuple[str, str]]:
    return [(line.version, line.series) for line in latest.lines] if latest else []


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_chrome_counts_only_what_everybody_is_offered() -> None:
    said = parse_chrome(encoded(chrome(("155.0.8059.12", 0.005), ("154.0.8037.58", 1), ("154.0.8037.40", 1))))
    assert lines(said) == [("154.0.8037.58", "")]


def test_chrome_says_nothing_while_no_release_is_complete() -> None:
    assert parse_chrome(encoded(chrome(("155.0.8059.12", 0.5), ("154.0.8037.58", 0.999)))) is None
    assert parse_chrome(encoded({"releases": []})) is None


def test_edge_leaves_out_other_systems_other_channels_and_what_is_still_being_published() -> None:
    whole = edge("154.0.4258.62") + edge("155.0.1.1", artifacts=0) + edge("156.0.0.1", "MacOS")
    whole.append({"Product": "Dev", "Releases": edge("170.0.0.1")[0]["Releases"]})
    assert lines(parse_edge(encoded(whole), System.WINDOWS)) == [("154.0.4258.62", "")]
    assert lines(parse_edge(encoded(whole), System.MACOS)) == [("156.0.0.1", "")]
    assert parse_edge(encoded(whole), System.LINUX) is None


def test_firefox_has_a_release_and_up_to_two_extended_lines() -> None:
    assert lines(parse_firefox(encoded(firefox()))) == [("154.0", ""), ("140.13.0", "140"), ("153.1.0", "153")]
    assert lines(parse_firefox(encoded(firefox(following="")))) == [("154.0", ""), ("140.13.0", "140")]


def test_a_new_firefox_is_complete_a_week_after_its_date_and_a_fix_for_it_at_once() -> None:
    said, fix = parse_firefox(encoded(firefox("154.0"))), parse_firefox(encoded(firefox("154.0.1")))
    assert said is not None
    assert fix is not None
    assert said.lines[0].complete_at == datetime(2026, 8, 25, tzinfo=UTC)
    assert fix.lines[0].complete_at is None
    assert (said.lines[0].before, fix.lines[0].before) == ("153.0", "")


@pytest.mark.parametrize(
    "details",
    [
        {},
        firefox(release=""),
        firefox(release="latest"),
        firefox(release="154"),
        firefox(esr=""),
        firefox(esr="140.13.0beta"),
        firefox(following="next"),
    ],
)
def test_firefox_lines_that_cannot_be_read_are_no_answer(details: dict[str, str]) -> None:
    assert parse_firefox(encoded(details)) is None


def test_a_nonsense_release_date_of_firefox_only_ends_the_patience() -> None:
    for date in ("", "soon", "9999-12-31", "2026-13-01"):
        said = parse_firefox(encoded(firefox() | {"LAST_RELEASE_DATE": date}))
        assert said is not None
        assert said.lines[0].complete_at is None


def test_thunderbird_has_its_own_names() -> None:
    details = {
        "LATEST_THUNDERBIRD_VERSION": "154.0",
        "THUNDERBIRD_ESR": "153.1.0esr",
        "THUNDERBIRD_ESR_NEXT": "",
        "LATEST_THUNDERBIRD_ALPHA_VERSION": "54.0a2",
    }
    assert lines(parse_thunderbird(encoded(details))) == [("154.0", ""), ("153.1.0", "153")]


def test_brave_says_three_numbers() -> None:
    assert lines(parse_brave(b"1.92.140\n")) == [("1.92.140", "")]


@pytest.mark.parametrize("body", [b"", b"1.92\n", b"<html>1.92.140</html>", b"1.92.140\n1.92.141\n", b"\xff1.92.140"])
def test_anything_else_is_not_braves_version(body: bytes) -> None:
    with suppress(*REFUSED):
        assert parse_brave(body) is None


def test_a_cask_loses_its_build_and_latest_is_not_a_version() -> None:
    assert lines(parse_cask(encoded(cask("zoom", "6.5.7.60598")), "zoom")) == [("6.5.7.60598", "")]
    assert lines(parse_cask(encoded(cask("edge", "154.0.1,abc-guid")), "edge")) == [("154.0.1", "")]
    assert parse_cask(encoded(cask("zoom", "latest")), "zoom") is None


def test_the_page_of_another_cask_is_no_answer() -> None:
    assert parse_cask(encoded(cask("zulu", "21.0.1")), "zoom") is None


def lifecycle(*releases: tuple[str, bool, str | None]) -> bytes:
    listed = [
        {"name": name, "isEol": ended, "isMaintained": not ended, "latest": latest and {"name": latest, "date": None}}
        for name, ended, latest in releases
    ]
    return encoded({"schema_version": "1.2.1", "result": {"name": "libreoffice", "releases": listed}})


def test_every_release_that_is_looked_after_is_a_line_of_its_own() -> None:
    said = parse_lifecycle(lifecycle(("26.2", False, "26.2.1"), ("25.8", False, "25.8.4"), ("25.2", True, "25.2.7")))
    assert lines(said) == [("26.2.1", "26.2"), ("25.8.4", "25.8")]


def test_a_product_of_which_nothing_is_looked_after_is_no_answer() -> None:
    assert parse_lifecycle(lifecycle(("25.2", True, "25.2.7"))) is None
    assert parse_lifecycle(lifecycle(("next", False, "26.2.1"))) is None


PORTAL = b"<!DOCTYPE html><html><body>Welcome to the train's network</body></html>"


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "body",
    [b"", PORTAL, b"null", b"[]", b"{}", b"0", b'""', b"{", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"\0"],
    ids=["empty", "page", "null", "list", "object", "number", "text", "cut", "deep", "deeper", "utf16", "zero"],
)
def test_an_answer_of_another_form_says_nothing(kind: str, body: bytes) -> None:
    with suppress(*REFUSED):
        assert READERS[kind](body) is None


SAMPLES = {
    "chrome": encoded(chrome(("154.0.8037.58", 1))),
    "edge": encoded(edge("154.0.4258.62")),
    "firefox": encoded(firefox()),
    "brave": b"1.92.140\n",
    "cask": encoded(cask("zoom", "6.5.7.60598")),
    "lifecycle": lifecycle(("25.8", False, "25.8.4")),
}
SCHEME = {"chrome": "chromium", "edge": "chromium"}


@pytest.mark.parametrize("kind", SAMPLES)
@given(data=st.data())
def test_a_damaged_answer_gives_versions_that_can_be_compared_or_nothing(kind: str, data: st.DataObject) -> None:
    sample = SAMPLES[kind]
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, len(sample)))
    body = sample[:start] + data.draw(st.binary(max_size=8)) + sample[end:]
    try:
        said = READERS[kind](body)
    except REFUSED:
        return
    for line in said.lines if said else ():
        assert SCHEMES[SCHEME.get(kind, "dotted")](line.version, line.version) == 0


@pytest.mark.parametrize("kind", READERS)
@given(body=st.binary() | st.text().map(str.encode))
def test_no_answer_at_all_raises_anything_unforeseen(kind: str, body: bytes) -> None:
    try:
        said = READERS[kind](body)
    except REFUSED:
        return
    assert said is None or isinstance(said, Latest)


def test_a_version_that_chromium_does_not_allow_is_refused() -> None:
    with pytest.raises(BadVersionError):
        parse_chrome(encoded(chrome(("054.0.0.1", 1), ("154.0.0.1", 1))))
