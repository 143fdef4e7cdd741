"""Until when systems are supported: what the list says of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config import end_of_life
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
        (26300, "CoreSingleLanguage", date(2028, 10, 10)),
        (26300, "EducationN", date(2029, 9, 29)),
        (22621, "ProfessionalWorkstation", date(2024, 10, 8)),
        (22621, "IoTEnterprise", date(2025, 10, 14)),
        (22000, "Core", date(2023, 10, 10)),
        (19044, "Enterprise", date(2024, 6, 11)),
        (17763, "Professional", date(2020, 11, 10)),
    ],
)
def test_windows_is_supported_through_the_last_day_of_its_edition(build: int, edition: str, last_day: date) -> None:
    assert on(windows(build, edition), last_day) == "supported"
    assert on(windows(build, edition), last_day + DAY) in ("ended", "extended")


def test_windows_10_is_extended_for_those_who_ordered_it_and_then_ended() -> None:
    assert on(windows(19045, "Professional"), date(2026, 11, 22)) == "extended"
    assert on(windows(19045, "Professional"), date(2028, 10, 11)) == "ended"


@pytest.mark.parametrize("edition", ["Zoë", "ServerStandard", "PPIPro", ""])
def test_an_edition_that_is_not_listed_is_never_known_to_have_ended(edition: str) -> None:
    assert on(windows(26100, edition), date(2026, 10, 13)) == "supported"
    assert on(windows(26100, edition), date(2026, 10, 14)) == "unknown"
    assert on(windows(17763, edition), date(2026, 11, 22)) == "unknown"
    assert on(windows(19045, edition), date(2026, 11, 22)) == "unknown"


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
        ("debian", "13", date(2026, 11, 22), "supported"),
        ("debian", "13", date(2028, 8, 10), "extended"),
        ("debian", "12", date(2026, 7, 11), "supported"),
        ("debian", "12", date(2028, 7, 1), "ended"),
        ("debian", "12", date(2026, 11, 22), "extended"),
        ("debian", "11", date(2026, 9, 1), "ended"),
        ("ubuntu", "24.04", date(2026, 11, 22), "supported"),
        ("ubuntu", "20.04", date(2026, 11, 22), "extended"),
        ("ubuntu", "25.10", date(2026, 11, 22), "ended"),
        ("fedora", "44", date(2027, 5, 11), "supported"),
        ("fedora", "44", date(2027, 5, 12), "unknown"),
        ("fedora", "44", date(2027, 8, 1), "ended"),
        ("fedora", "43", date(2026, 11, 17), "supported"),
        ("fedora", "43", date(2026, 11, 22), "unknown"),
        ("fedora", "43", date(2027, 2, 1), "ended"),
        ("linuxmint", "22.1", date(2026, 11, 22), "supported"),
        ("linuxmint", "22.1", date(2029, 1, 1), "unknown"),
        ("linuxmint", "22.1", date(2029, 6, 1), "ended"),
        ("linuxmint", "21.3", date(2027, 4, 1), "unknown"),
        ("linuxmint", "21", date(2027, 5, 1), "ended"),
        ("linuxmint", "20.3", date(2026, 11, 22), "ended"),
        ("fedora", "42", date(2026, 11, 22), "ended"),
    ],
)
def test_linux_is_known_by_its_id_and_version(identifier: str, version: str, day: date, state: str) -> None:
    assert on(linux(identifier, version), day) == state


def test_a_distribution_that_is_not_listed_is_not_known() -> None:
    assert linux("arch", "") is None
    assert linux("debian", "") is None
    assert linux("debian", "14") is None
    assert linux("linuxmint", "6") is None  # LMDE counts otherwise


def test_office_on_a_mac_ended_earlier() -> None:
    assert on(office("2019"), date(2025, 10, 14)) == "supported"
    assert on(office("2019", on_macos=True), date(2025, 10, 14)) == "ended"
    assert on(office("2021"), date(2026, 10, 14)) == "ended"
    assert on(office("365"), date(2026, 11, 22)) == "supported"
    assert office("95") is None


def test_the_list_says_when_it_was_checked() -> None:
    assert checked_on() == date(2026, 8, 22)


def everything() -> list[Support]:
    table = end_of_life._table()
    found: list[Support | None] = [
        windows(release.build, edition)
        for release in table.windows
        for edition in (*table.windows_editions.home, *table.windows_editions.enterprise, "Zoë")
    ]
    found += [macos(release.version) for release in table.macos]
    found += [linux(release.id, release.version) for release in table.linux]
    found += [office(release.version, on_macos=on_macos) for release in table.office for on_macos in (True, False)]
    assert None not in found
    return [support for support in found if support]


def test_what_no_maker_dated_is_called_supported_for_half_a_year_after_the_check_at_most() -> None:
    undated = [macos("26"), macos("15"), office("365")]
    assert {on(support, date(2027, 2, 18)) for support in undated} == {"supported"}
    assert {on(support, date(2027, 2, 19)) for support in undated} == {"unknown"}
    last = checked_on() + end_of_life.CERTAIN_FOR
    # An edition of Windows that is not listed has a date all the same: the earliest of its build.
    others = [each for each in everything() if not each.name.startswith("Windows")]
    assert all(each.sure_until <= last for each in others if each.ends is None)


def test_every_entry_is_supported_then_perhaps_and_then_no_more() -> None:
    order = [State.SUPPORTED, State.UNKNOWN, State.EXTENDED, State.ENDED]
    for support in everything():
        assert support.ends is None or support.sure_until <= support.ends
        assert support.extended is None or support.ends is None or support.ends < support.extended
        states = [order.index(support.on(date(2019, 1, 1) + 20 * number * DAY)) for number in range(400)]
        assert states == sorted(states)
        assert support.on(date(2099, 1, 1)) in (State.ENDED, State.UNKNOWN)


@pytest.mark.parametrize(
    ("sure_until", "ends"), [(None, None), (date(2026, 1, 2), date(2026, 1, 1))], ids=["none", "the wrong way round"]
)
def test_an_entry_with_impossible_dates_is_refused(sure_until: date | None, ends: date | None) -> None:
    with pytest.raises(ValueError, match="Example"):
        end_of_life._Release("Example", "1", ends=ends, sure_until=sure_until)
