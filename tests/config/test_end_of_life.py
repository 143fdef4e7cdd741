"""Until when systems are supported: what the list says of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.end_of_life import State, Support, checked_on, linux, macos, office, windows

DAY = timedelta(days=1)


def on(support: Support | None, day: date) -> str:
    assert support is not None
    return support.on(day).value


@pytest.mark.parametrize(
    ("build", "edition", "last_day"),
    [
        (19045, "Core", date(2025, 10, 14)),
        (22631, "Professional", date(2025, 11, 11)),
        (22631, "Enterprise", date(2026, 11, 10)),
        (26100, "Core", date(2026, 10, 13)),
        (26100, "Education", date(2027, 10, 12)),
        (26200, "CoreN", date(2027, 10, 12)),
        (26200, "Enterprise", date(2028, 10, 10)),
        (28000, "Professional", date(2028, 3, 14)),
        (28000, "enterprise", date(2029, 3, 13)),
    ],
)
def test_windows_is_supported_through_the_last_day_of_its_edition(build: int, edition: str, last_day: date) -> None:
    assert on(windows(build, edition), last_day) == "supported"
    assert on(windows(build, edition), last_day + DAY) in ("ended", "extended")


def test_windows_10_is_extended_for_those_who_ordered_it_and_then_ended() -> None:
    assert on(windows(19045, "Professional"), date(2026, 11, 22)) == "extended"
    assert on(windows(19045, "Professional"), date(2028, 10, 11)) == "ended"


def test_an_edition_that_is_not_listed_is_judged_only_where_every_edition_agrees() -> None:
    assert on(windows(26100, "Zoë"), date(2026, 10, 13)) == "supported"
    assert on(windows(26100, "Zoë"), date(2026, 10, 14)) == "unknown"
    assert on(windows(26100, "Zoë"), date(2027, 10, 13)) == "ended"


@pytest.mark.parametrize(("build", "edition"), [(26100, "EnterpriseS"), (99999, "Core"), (0, ""), (-1, "Core")])
def test_a_windows_that_is_not_listed_is_not_known(build: int, edition: str) -> None:
    assert windows(build, edition) is None


@pytest.mark.parametrize(
    ("version", "day", "state"),
    [
        ("26.6.2", date(2026, 11, 22), "supported"),
        ("15.7.9", date(2026, 11, 22), "supported"),
        ("14.8.9", date(2026, 8, 31), "supported"),
        ("14.8.9", date(2026, 9, 1), "unknown"),
        ("13.7.8", date(2025, 9, 15), "supported"),
        ("13.7.8", date(2025, 9, 16), "ended"),
        ("12", date(2026, 11, 22), "ended"),
        ("10.15.7", date(2026, 11, 22), "ended"),
    ],
)
def test_macos_has_ended_only_where_a_date_says_so(version: str, day: date, state: str) -> None:
    assert on(macos(version), day) == state


@pytest.mark.parametrize("version", ["10.16", "10", "16.0", "27.0", "", "Tahoe", "1" * 9999])
def test_a_macos_that_is_not_listed_is_not_known(version: str) -> None:
    assert macos(version) is None


@pytest.mark.parametrize(
    ("identifier", "version", "day", "state"),
    [
        ("debian", "12", date(2026, 6, 10), "supported"),
        ("debian", "12", date(2026, 11, 22), "extended"),
        ("debian", "11", date(2026, 9, 1), "ended"),
        ("ubuntu", "24.04", date(2026, 11, 22), "supported"),
        ("ubuntu", "20.04", date(2026, 11, 22), "extended"),
        ("ubuntu", "25.10", date(2026, 11, 22), "ended"),
        ("fedora", "43", date(2026, 12, 9), "supported"),
        ("fedora", "42", date(2026, 11, 22), "ended"),
    ],
)
def test_linux_is_known_by_its_id_and_version(identifier: str, version: str, day: date, state: str) -> None:
    assert on(linux(identifier, version), day) == state


def test_a_distribution_that_is_not_listed_is_not_known() -> None:
    assert linux("arch", "") is None
    assert linux("debian", "") is None


def test_office_on_a_mac_ended_earlier() -> None:
    assert on(office("2019"), date(2025, 10, 14)) == "supported"
    assert on(office("2019", on_macos=True), date(2025, 10, 14)) == "ended"
    assert on(office("2021"), date(2026, 10, 14)) == "ended"
    assert on(office("365"), date(2026, 11, 22)) == "supported"
    assert office("95") is None


def test_the_list_says_when_it_was_checked() -> None:
    assert checked_on() == date(2026, 8, 22)


def test_nothing_is_called_supported_long_after_the_list_was_checked_without_a_date_of_its_maker() -> None:
    later = date(2099, 1, 1)
    everything = [macos(version) for version in ("26", "15", "14")] + [office("365")]
    assert {support.on(later) for support in everything if support} == {State.UNKNOWN}
