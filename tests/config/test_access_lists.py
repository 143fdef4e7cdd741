"""Who may change a file of Windows: tables of owners and access lists."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.access_lists import ADMINISTRATORS, Access, Entry, Kind, weakness

BA, SY, TI = "S-1-5-32-544", "S-1-5-18", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
BU, WD, AU, CO, OW = "S-1-5-32-545", "S-1-1-0", "S-1-5-11", "S-1-3-0", "S-1-3-4"
ALEX = "S-1-5-21-1004336348-1177238915-682003330-1001"

#: icacls' words for rights, as winnt.h has them.
RIGHTS = {
    "F": 0x1F01FF,
    "M": 0x1301BF,
    "W": 0x100116,
    "RX": 0x1200A9,
    "R": 0x120089,
    "RD": 0x1,
    "WD": 0x2,
    "AD": 0x4,
    "REA": 0x8,
    "WEA": 0x10,
    "X": 0x20,
    "DC": 0x40,
    "RA": 0x80,
    "WA": 0x100,
    "DE": 0x10000,
    "RC": 0x20000,
    "WDAC": 0x40000,
    "WO": 0x80000,
    "S": 0x100000,
    "AS": 0x1000000,
    "MA": 0x2000000,
    "GA": 0x10000000,
    "GE": 0x20000000,
    "GW": 0x40000000,
    "GR": 0x80000000,
}
FLAGS = {"OI": 0x1, "CI": 0x2, "NP": 0x4, "IO": 0x8, "I": 0x10}


def entry(sid: str, rights: str, flags: str = "", kind: int = 0) -> Entry:
    """An entry as icacls shows it: ``entry(BU, "WD,AD", "I CI")``."""
    mask = sum({RIGHTS[right] for right in rights.split(",")})
    return Entry(kind, sum(FLAGS[flag] for flag in flags.split()), mask, sid)


def owned(owner: str, *entries: Entry) -> Access:
    return Access(owner, entries)


PROGRAM_DATA = owned(
    SY,
    entry(SY, "F", "OI CI"),
    entry(BA, "F", "OI CI"),
    entry(CO, "F", "OI CI IO"),
    entry(BU, "RX", "OI CI"),
    entry(BU, "WD,AD,WEA,WA", "CI"),
)
DRIVE_C = owned(
    TI,
    entry(AU, "M", "OI CI IO"),
    entry(AU, "AD"),
    entry(SY, "F", "OI CI"),
    entry(BA, "F", "OI CI"),
    entry(BU, "RX", "OI CI"),
)
FOLDER = owned(
    BA,
    entry(SY, "F", "I OI CI"),
    entry(BA, "F", "I OI CI"),
    entry(BA, "F", "I"),
    entry(CO, "F", "I OI CI IO"),
    entry(BU, "RX", "I OI CI"),
    entry(BU, "WD,AD,WEA,WA", "I CI"),
)
POLICY = owned(BA, entry(SY, "F", "I"), entry(BA, "F", "I"), entry(BU, "RX", "I"))
FULL = (entry(BA, "F"), entry(SY, "F"))


@pytest.mark.parametrize(
    ("access", "kind"),
    [(DRIVE_C, Kind.FOLDER), (PROGRAM_DATA, Kind.FOLDER), (FOLDER, Kind.FOLDER), (POLICY, Kind.FILE)],
)
def test_windows_own_folders_and_what_an_administrator_makes_in_them_are_trusted(access: Access, kind: Kind) -> None:
    assert weakness(access, kind) is None


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("owner", [ALEX, BU, WD, AU, CO, OW, "S-1-5-19", "", BA + "0", "S-1-5-21-1-2-3-544"])
def test_what_belongs_to_anybody_else_is_not(owner: str, kind: Kind) -> None:
    assert weakness(owned(owner, *FULL), kind) == "is not owned by an administrator"


@pytest.mark.parametrize("owner", [BA, SY, TI])
def test_administrators_the_system_and_the_installer_may_own_it(owner: str) -> None:
    assert weakness(owned(owner, *FULL), Kind.FILE) is None


@pytest.mark.parametrize("kind", Kind)
def test_no_list_lets_everybody_in_and_an_empty_one_nobody(kind: Kind) -> None:
    assert weakness(Access(BA, None), kind) == "can be changed by anybody"
    assert weakness(Access(BA, ()), kind) is None


@pytest.mark.parametrize("right", ["RD", "REA", "X", "RA", "RC", "S", "GR", "GE", "R", "RX"])
def test_who_may_only_read_changes_nothing(right: str) -> None:
    for kind in Kind:
        assert weakness(owned(BA, entry(WD, right)), kind) is None


@pytest.mark.parametrize(
    "right", ["WD", "AD", "WEA", "WA", "W", "DC", "DE", "WDAC", "WO", "AS", "MA", "GA", "GW", "F", "M"]
)
def test_a_file_that_others_may_change_in_any_way_is_not_trusted(right: str) -> None:
    assert weakness(owned(BA, *FULL, entry(BU, right)), Kind.FILE) == "can be changed by anybody"
    assert weakness(owned(BA, *FULL, entry(ALEX, f"{right},R")), Kind.FILE) == "can be changed by others"


@pytest.mark.parametrize("right", ["DC", "DE", "WDAC", "WO", "AS", "MA", "GA", "GW", "F", "M"])
def test_a_folder_in_which_others_may_replace_what_is_there_is_not_trusted(right: str) -> None:
    assert weakness(owned(BA, *FULL, entry(AU, right)), Kind.FOLDER) == "can be changed by anybody"


@pytest.mark.parametrize("right", ["WD", "AD", "WEA", "WA"])
def test_who_may_only_add_to_a_folder_replaces_nothing(right: str) -> None:
    assert weakness(owned(BA, entry(BU, right)), Kind.FOLDER) is None


def test_what_is_only_for_what_will_be_made_inside_does_not_count() -> None:
    assert weakness(owned(BA, entry(ALEX, "F", "OI CI IO")), Kind.FOLDER) is None
    assert weakness(owned(BA, entry(ALEX, "F", "OI CI")), Kind.FOLDER) == "can be changed by others"


@pytest.mark.parametrize("position", [0, 1])
def test_a_denial_is_no_comfort(position: int) -> None:
    entries = [entry(WD, "F")]
    entries.insert(position, entry(WD, "F", kind=1))
    assert weakness(owned(BA, *entries), Kind.FILE) == "can be changed by anybody"


def test_a_denial_alone_gives_nothing() -> None:
    assert weakness(owned(BA, entry(WD, "F", kind=1)), Kind.FILE) is None


@pytest.mark.parametrize("kind", [2, 3, 4, 5, 6, 9, 11, 17, 255])
@pytest.mark.parametrize("flags", ["", "IO"])
def test_an_entry_of_another_kind_is_not_guessed_at(kind: int, flags: str) -> None:
    access = owned(BA, entry(BA, "F", flags, kind))
    assert weakness(access, Kind.FILE) == "has permissions of a kind that is not understood"


def test_rights_of_the_owner_are_the_administrators() -> None:
    assert weakness(owned(BA, entry(OW, "F")), Kind.FILE) is None


def test_others_may_be_named_as_administrators() -> None:
    access = owned(ALEX, entry(ALEX, "F"))
    assert weakness(access, Kind.FILE, frozenset({ALEX})) is None
    assert (
        weakness(owned(ALEX, entry(ALEX, "F"), entry(BU, "M")), Kind.FILE, frozenset({ALEX}))
        == "can be changed by anybody"
    )


SIDS = st.one_of(st.sampled_from([BA, SY, TI, BU, WD, AU, CO, OW, ALEX]), st.text(max_size=12))
ENTRIES = st.builds(Entry, st.sampled_from([0, 1, 5]), st.integers(0, 255), st.integers(0, 2**32 - 1), SIDS)


@given(st.builds(Access, SIDS, st.none() | st.lists(ENTRIES, max_size=6).map(tuple)), st.sampled_from(Kind))
def test_nobody_else_can_do_anything_to_what_is_trusted(access: Access, kind: Kind) -> None:
    if weakness(access, kind) is not None:
        return
    assert access.owner in ADMINISTRATORS
    assert access.entries is not None
    for each in access.entries:
        assert each.type in (0, 1)
        if each.type == 0 and not each.flags & 8 and each.sid not in {*ADMINISTRATORS, OW}:
            assert not each.mask & (0xD0040 | 0x50000000)  # delete, replace inside, take over, generic
            assert kind is Kind.FOLDER or not each.mask & 0x116


@given(st.builds(Access, SIDS, st.none() | st.lists(ENTRIES, max_size=6).map(tuple)))
def test_a_folder_is_never_trusted_less_than_a_file(access: Access) -> None:
    if weakness(access, Kind.FILE) is None:
        assert weakness(access, Kind.FOLDER) is None


def test_no_sid_is_repeated_to_the_reader() -> None:
    said = weakness(owned(BA, entry(ALEX, "F")), Kind.FILE)
    assert said is not None
    assert not re.search(r"S-1|\d", said)
