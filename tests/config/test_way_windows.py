"""What a path of Windows passes on its way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.way_windows import MAX_LINKS, NoWayError, way


def passed(path: str, links: dict[str, str] | None = None) -> list[str]:
    """The places on the way; links are marked."""
    found = {place.lower(): target for place, target in (links or {}).items()}
    return [place + (" ->" if link else "") for place, link in way(path, lambda place: found.get(place.lower()))]


def test_every_folder_from_the_drive_down_is_passed() -> None:
    assert passed(r"C:\ProgramData\Watchword\policy.toml") == [
        "C:\\",
        r"C:\ProgramData",
        r"C:\ProgramData\Watchword",
        r"C:\ProgramData\Watchword\policy.toml",
    ]


def test_slashes_and_dots_make_no_difference() -> None:
    assert passed("C:/ProgramData/./x/../Watchword//policy.toml") == passed(r"C:\ProgramData\Watchword\policy.toml")


@pytest.mark.parametrize("target", [r"D:\office\policies", "\\\\?\\D:\\office\\policies"])
def test_a_junction_is_passed_itself_and_then_what_it_leads_to(target: str) -> None:
    drive = target.removesuffix(r"office\policies")
    assert passed(r"C:\ProgramData\Watchword\policy.toml", {r"C:\ProgramData\Watchword": target}) == [
        "C:\\",
        r"C:\ProgramData",
        r"C:\ProgramData\Watchword ->",
        drive,
        rf"{drive}office",
        rf"{drive}office\policies",
        rf"{drive}office\policies\policy.toml",
    ]


def test_a_link_in_the_middle_of_a_chain_is_passed_too() -> None:
    places = passed(r"C:\a", {r"C:\a": r"C:\theirs\b", r"C:\theirs\b": "..\\safe\\c"})
    assert r"C:\theirs" in places
    assert r"C:\theirs\b ->" in places
    assert places[-1] == r"C:\safe\c"


def test_a_volume_that_is_mounted_in_a_folder_is_a_drive() -> None:
    volume = "\\\\?\\Volume{d9b257fc-684e-4dcb-ab79-03cfa2f6b750}\\"
    assert passed(r"C:\ProgramData\x", {r"C:\ProgramData": volume}) == [
        "C:\\",
        r"C:\ProgramData ->",
        volume,
        rf"{volume}x",
    ]


@pytest.mark.parametrize(
    "target",
    [
        r"\\server\share\policy.toml",
        r"\\?\UNC\server\share\policy.toml",
        r"\\.\pipe\x",
        r"\\?\GLOBALROOT\Device\Mup\x",
        r"\??\C:\x",
        r"D:policy.toml",
        "\\\\?\\Volume{../x}\\policy.toml",
    ],
)
def test_what_lies_on_no_drive_of_this_computer_is_not_followed(target: str) -> None:
    if target.startswith("\\\\"):
        with pytest.raises(NoWayError, match="does not lie on a drive"):
            passed(target)
    places = []
    try:
        places = passed(r"C:\policy.toml", {r"C:\policy.toml": target})
    except NoWayError:
        return
    assert all(place.startswith("C:\\") for place in places), places


def test_links_without_end_are_given_up() -> None:
    with pytest.raises(NoWayError, match="too many links"):
        passed(r"C:\a\x", {r"C:\a": r"C:\a"})
    assert len(passed(r"C:\0", {rf"C:\{n}": rf"C:\{n + 1}" for n in range(MAX_LINKS)})) == 2 * MAX_LINKS + 2


@given(st.text(alphabet="aC:\\/.?{}", max_size=30), st.dictionaries(st.sampled_from(["C:\\a", "C:\\a\\a"]), st.text()))
def test_any_path_ends_on_a_drive_or_is_refused(path: str, links: dict[str, str]) -> None:
    try:
        places = passed(path, links)
    except NoWayError:
        return
    assert ":\\" in places[0] or places[0].startswith("\\\\?\\Volume{")
