"""How an installed version stands beside what is published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.app_updates.compare import CURRENT, FORMS, Behind, compare
from checks.app_updates.feeds.latest import Latest, Line
from checks.app_updates.versions import SCHEMES
from tests.builders import NOW

FIREFOX = Latest((Line("154.0"), Line("140.13.0", "140"), Line("153.1.0", "153")))
CHROME = Latest((Line("154.0.8037.58"), Line("152.0.7950.200", "152")))
LIBREOFFICE = Latest((Line("26.2.1", "26.2"), Line("25.8.4", "25.8")))


def stands(version: str, latest: Latest, line: str | None = None, scheme: str = "dotted", form: str = "") -> str:
    came = compare(version, line, latest, scheme=scheme, form=form, now=NOW)
    if isinstance(came, Behind):
        return f"behind {came.latest}" if came.offered else f"waits for {came.latest}"
    return "current" if came is CURRENT else "unknown"


@pytest.mark.parametrize(
    ("version", "line", "expected"),
    [
        ("154.0", "release", "current"),
        ("154.0.1", "release", "current"),
        ("153.0.1", "release", "behind 154.0"),
        ("153.1.0", "release", "behind 154.0"),
        ("140.13.0", "release", "behind 154.0"),
        ("140.13.0", "esr", "current"),
        ("140.13.0esr", None, "current"),
        ("140.12.0", "esr", "behind 140.13.0"),
        ("140.12.0esr", "release", "behind 140.13.0"),
        ("153.1.0", "esr", "current"),
        ("128.14.0", "esr", "behind 140.13.0"),
        ("145.0", "esr", "behind 153.1.0"),
        ("140.13.0", None, "current"),
        ("140.0.4", None, "behind 154.0"),
        ("115.3.0", None, "behind 154.0"),
    ],
)
def test_firefox_is_compared_with_its_own_line(version: str, line: str | None, expected: str) -> None:
    assert stands(version, FIREFOX, line) == expected


def test_the_first_version_of_an_extended_line_may_be_the_release_of_that_day() -> None:
    young = Latest((Line("154.0"), Line("153.0", "153")))
    assert stands("153.0", young) == "unknown"
    assert stands("153.0", young, "release") == "behind 154.0"
    assert stands("153.0", young, "esr") == "current"
    assert stands("154.0", young) == "current"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("154.0.8037.58", "current"),
        ("155.0.8059.12", "current"),
        ("154.0.8037.57", "behind 154.0.8037.58"),
        ("152.0.7950.200", "current"),
        ("152.0.7950.100", "behind 154.0.8037.58"),
        ("153.0.1.1", "behind 154.0.8037.58"),
        ("1152.0.1.1", "unknown"),
        ("Unknown", "unknown"),
        ("", "unknown"),
        ("154.0.8037.58 (Official)", "unknown"),
    ],
)
def test_chrome_may_be_on_its_extended_line(version: str, expected: str) -> None:
    assert stands(version, CHROME, scheme="chromium") == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("26.2.1.2", "current"),
        ("25.8.4.1", "current"),
        ("25.8.3.2", "behind 25.8.4"),
        ("25.2.7.2", "behind 25.8.4"),
        ("7.6.4.1", "behind 25.8.4"),
        ("26.2.0.3", "behind 26.2.1"),
        ("26.2", "behind 26.2.1"),
        ("26.2.1 (x64)", "unknown"),
    ],
)
def test_libreoffice_is_compared_on_the_published_numbers_of_its_own_release(version: str, expected: str) -> None:
    assert stands(version, LIBREOFFICE, form="published_parts") == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("154.1.92.140", "current"),
        ("150.1.91.175", "behind 1.92.140"),
        ("1.92.140.0", "current"),
        ("1.91.175.0", "behind 1.92.140"),
        ("1.92.140", "current"),
        ("154.0.8037.97", "unknown"),
        ("92.140", "unknown"),
        ("1.92.140.7", "unknown"),
        ("192.140", "unknown"),
        ("1.92.140-beta", "unknown"),
    ],
)
def test_brave_is_known_by_its_own_three_numbers(version: str, expected: str) -> None:
    assert stands(version, Latest((Line("1.92.140"),)), form="brave") == expected


@pytest.mark.parametrize(
    ("version", "published", "expected"),
    [
        ("7.1.5 (84650)", "7.1.5.84650", "current"),
        ("7.1.0 (80000)", "7.1.5.84650", "behind 7.1.5.84650"),
        ("7.1.5", "7.1.5.84650", "unknown"),
        ("16.101", "16.101.25091314", "unknown"),
        ("4.48.95", "4.48.95", "current"),
        ("4.48.95.0", "4.48.95", "current"),
        ("4.48.95.7", "4.48.95", "unknown"),
        ("3.7", "3.7.0", "current"),
        ("25.001.20756", "25.001.20800", "behind 25.001.20800"),
        ("1.2.88.483.g8aa8628e", "1.2.88.483", "unknown"),
    ],
)
def test_a_mac_app_is_compared_only_when_its_version_has_the_published_numbers(
    version: str, published: str, expected: str
) -> None:
    assert stands(version, Latest((Line(published),)), form="same_parts") == expected


def test_a_roll_out_that_may_not_have_reached_this_computer_is_waited_for() -> None:
    soon, now = NOW + timedelta(seconds=1), NOW
    assert stands("1.0", Latest((Line("2.0", complete_at=soon),))) == "waits for 2.0"
    assert stands("1.0", Latest((Line("2.0", complete_at=now),))) == "behind 2.0"


def test_a_roll_out_excuses_nobody_who_lacks_the_release_before_it() -> None:
    young = Latest((Line("154.0", complete_at=NOW + timedelta(days=3), before="153.0"), Line("140.13.0", "140")))
    assert stands("153.0.1", young, "release") == "waits for 154.0"
    assert stands("152.0", young, "release") == "behind 154.0"
    assert stands("100.0", young) == "behind 154.0"


VERSIONS = st.from_regex(r"[0-9a-z().\- ]{0,12}", fullmatch=True) | st.text(max_size=12)


@given(
    version=VERSIONS,
    line=st.sampled_from([None, "release", "esr"]),
    scheme=st.sampled_from(["dotted", "chromium", "sparkle", "winget"]),
    form=st.sampled_from(sorted(FORMS)),
    published=st.lists(st.tuples(st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}", fullmatch=True), st.booleans())),
)
def test_no_version_is_called_current_that_is_below_every_published_one(
    version: str, line: str | None, scheme: str, form: str, published: list[tuple[str, bool]]
) -> None:
    lines = tuple(Line(text, text.partition(".")[0] if own else "") for text, own in published) or (Line("1.0"),)
    came = compare(version, line, Latest(lines), scheme=scheme, form=form, now=NOW)
    if came is CURRENT and form == "" and not version.endswith("esr"):
        assert any(SCHEMES[scheme](version, each.version) >= 0 for each in lines)
    assert isinstance(came, Behind | Unreadable) or came is CURRENT
