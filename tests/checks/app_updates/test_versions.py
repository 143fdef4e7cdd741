"""The version rules: published examples, the real tools, and what must hold for any two strings."""

from __future__ import annotations

import ctypes
import ctypes.util
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.app_updates.versions import SCHEMES, BadVersionError, appstream, dpkg, pacman, rpm, snap

Compare = Callable[[str, str], int]

#: scheme, older or equal, newer or equal, order. From each scheme's own documentation and tests.
ORDERS = [
    ("dpkg", "1a", "1000a", -1),
    ("dpkg", "0foo-0", "0foo-01", -1),
    ("dpkg", "1.0-0~", "1.0", -1),
    ("dpkg", "1.0", "1.0-0", 0),
    ("dpkg", "1.0~rc1", "1.0", -1),
    ("dpkg", "9.9", "1:0.1", -1),
    ("dpkg", "1.2.3-1-1", "1.2.3-1-2", -1),
    ("dpkg", "1.5", "1.5b", -1),
    ("dpkg", "6.0", "6.0.rc1", -1),
    ("dpkg", "3.0.0", "3.0.rc2", -1),
    ("dpkg", "1.a", "1.+", -1),
    ("dpkg", " 1.0 ", "1.0", 0),
    ("dpkg", "20000000000000000000", "020000000000000000000", 0),
    ("rpm", "2.0", "2_0", 0),
    ("rpm", "xyz.4", "2", -1),
    ("rpm", "10.1", "10.0001", 0),
    ("rpm", "1.0~rc1", "1.0", -1),
    ("rpm", "1.0", "1.0^", -1),
    ("rpm", "1.0^git1", "1.01", -1),
    ("rpm", "1.0~rc1^git1", "1.0", -1),
    ("rpm", "3.0.rc2", "3.0.0", -1),
    ("rpm", "1.5", "1.5b", -1),
    ("rpm", "6.0", "6.0.rc1", -1),
    ("rpm", "5.0", "1:1.0", -1),
    ("rpm", "1.0-1", "1.0-2", -1),
    ("rpm", "0:1.0-1", "1.0-1", 0),
    ("pacman", "1.5b", "1.5", -1),
    ("pacman", "1.5", "1.5.a", -1),
    ("pacman", "1.0-1", "1.0", 0),
    ("pacman", "1.0-1", "1.0-2", -1),
    ("pacman", "2.0", "1:1.0", -1),
    ("pacman", "1.0a", "1.0alpha", -1),
    ("pacman", "1.0rc", "1.0", -1),
    ("appstream", "3.0.0", "3.0.rc2", -1),
    ("appstream", "1.0~rc1", "1.0", -1),
    ("appstream", "10.0001", "10.1", 0),
    ("appstream", "1.0", "1.0.1", -1),
    ("snap", "1.0", "1.0-0", 0),
    ("snap", "", "0", -1),
    ("snap", "~", "", -1),
    ("snap", "0.4", "0.4a6", -1),
    ("snap", "1.18.36:5.4", "1.18.37:1.1", -1),
    ("snap", "3.0~rc1-1", "3.0-1", -1),
    ("snap", "1.0", "1.0-0+b1", -1),
    ("snap", "2a", "21", -1),
    ("snap", "1.2a+~bCd3", "1.2a++", -1),
    ("snap", "5.005", "5.10.0", -1),
    ("snap", "0", "0--0", -1),
    ("snap", "inf.2.64", "inf.2.64+git81.g9b95e8c", -1),
    ("semver", "1.0.0-alpha", "1.0.0-alpha.1", -1),
    ("semver", "1.0.0-alpha.1", "1.0.0-alpha.beta", -1),
    ("semver", "1.0.0-beta.2", "1.0.0-beta.11", -1),
    ("semver", "1.0.0-rc.1", "1.0.0", -1),
    ("semver", "1.0.0+1", "1.0.0+2", 0),
    ("pep440", "1.0.dev1", "1.0a1", -1),
    ("pep440", "1.0rc1", "1.0", -1),
    ("pep440", "1.0", "1.0.0", 0),
    ("pep440", "1.0", "1.0.post1", -1),
    ("pep440", "9.0", "1!0.1", -1),
    ("dotted", "1.2", "1.2.0", 0),
    ("dotted", "1.9", "1.10", -1),
    ("dotted", "01.2", "1.02", 0),
    ("winget", "1.0", "1.0.0", 0),
    ("winget", "v1.0", "1.0", 0),
    ("winget", "Version 1.0", "1.0", 0),
    ("winget", "foo1", "bar1", 0),
    ("winget", "1.0-rc", "1.0", -1),
    ("winget", "0.0.1-beta", "0.0.2-alpha", -1),
    ("winget", "13.9.8", "14.1", -1),
    ("winget", "unknown", "0", -1),
    ("winget", "943849587389754876.1", "Latest", -1),
    ("winget", "Unknown", "latest", -1),
    ("winget", "UNKNOWN", "unknown", 0),
    ("winget", "< 1.0", "1.0", -1),
    ("winget", "1.0", "> 1.0", -1),
    ("winget", "> 1.0", "1.1", -1),
    ("winget", "9999", "< latest", -1),
    ("winget", " 1 . 2 ", "1.2", 0),
    ("winget", "1.A", "1.a", 0),
    ("sparkle", "1.0", "1.0.0", 0),
    ("sparkle", "1.0b1", "1.0", -1),
    ("sparkle", "1.0b", "1.0b2", -1),
    ("sparkle", "1.5b", "1.5", -1),
    ("sparkle", "1.0b9", "1.0b10", -1),
    ("sparkle", "1.5.5", "1.5.6a1", -1),
    ("sparkle", "1.0pre1", "1.0.0pre1", 0),
    ("sparkle", "1.0 (1234)", "1.0 (1235)", -1),
    ("sparkle", "1.0b1 (1234)", "1.0 (1234)", -1),
    ("sparkle", "3.3 (5847)", "3.3.1b1 (5902)", -1),
    ("sparkle", "3.3b1 (5902)", "3.3.0b1 (5902)", 0),
    ("sparkle", "1.5.5-335d3e2", "1.5.5-a655360", 0),
    ("sparkle", "1.5-335d3e2", "1.5.0-335d3e2", 0),
    ("sparkle", "201210251627", "201211051041", -1),
    ("homebrew", "0.1", "0.1.0", 0),
    ("homebrew", "1.2.3alpha4", "1.2.3beta2", -1),
    ("homebrew", "1.2.3beta5", "1.2.3pre3", -1),
    ("homebrew", "1.2.3pre3", "1.2.3rc2", -1),
    ("homebrew", "1.2.3rc3", "1.2.3", -1),
    ("homebrew", "1.2.3", "1.2.3-p34", -1),
    ("homebrew", "1.2.3", "1.2.3a", -1),
    ("homebrew", "1.2.3alpha4", "1.2.3A4", 0),
    ("homebrew", "1.2.3.post33", "1.2.3.post34", -1),
    ("homebrew", "1.2.3rc35", "1.2.3.post34", -1),
    ("homebrew", "2.1.0-p194", "2.1-p195", -1),
    ("homebrew", "2-p194", "2.1-p195", -1),
    ("homebrew", "R15B03", "R15B03-1", -1),
    ("homebrew", "1.2.3", "HEAD", -1),
    ("homebrew", "HEAD-abcdef", "HEAD-fedcba", 0),
    ("homebrew", "1.0", "1.0_1", -1),
    ("homebrew", "1.0_9", "1.0_10", -1),
    ("chromium", "1.0", "1.0.0", 0),
    ("chromium", "1.1", "1.02", -1),
    ("chromium", "11.0.10", "15.007.20011", -1),
    ("chromium", "15.5.28.130162", "15.7", -1),
]

REFUSED = [
    *[
        ("dpkg", bad)
        for bad in ("", "a1", "1.0-", "1.0_1", "1:", ":1", "a:1", "1 .0", "2147483648:1", "~1", "é1", "-1")
    ],
    ("rpm", ""),
    *[("appstream", bad) for bad in ("1-2:3", "1.é")],
    *[("snap", bad) for bad in ("1:2", "12:34", "1234:")],
    *[("semver", bad) for bad in ("", "1", "1.0", "1.0.0.0", "01.0.0", "v1.0.0", "1.0.0-", "9" * 5000 + ".0.0")],
    *[("pep440", bad) for bad in ("", "1.0-foo", "one", "1..0")],
    *[("dotted", bad) for bad in ("", ".", "1.", "1.0a", "-1", "1 .0", "v1", "\uff11.0", "1\n")],
    *[("winget", bad) for bad in ("", "  ", "< unknown", "> Unknown")],
    *[("sparkle", bad) for bad in ("", "-1")],
    *[("homebrew", bad) for bad in ("", " ")],
    *[
        ("chromium", bad)
        for bad in (
            "",
            "0.",
            "02.1",
            "00",
            "4294967296.0",
            "+1.0",
            "1.+1.0",
            "1.0a",
            "f.1",
            "1.*",
            " 1",
            "1.99999999999",
        )
    ],
]

ALPHABET = "0012ab.-:~^+_zZ "
TEXT = st.text(ALPHABET, max_size=10)


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def library(name: str) -> ctypes.CDLL:
    found = ctypes.util.find_library(name)
    if found is None:
        pytest.skip(f"lib{name} is not installed")
    return ctypes.CDLL(found)


def pairs(count: int, alphabet: str, seed: int) -> Iterator[tuple[str, str]]:
    """Random pairs, most of them alike: two versions that part early say little about the rule."""
    chance = random.Random(seed)
    for _ in range(count):
        first = [chance.choice(alphabet) for _ in range(chance.randint(0, 9))]
        second = (
            list(first) if chance.random() < 0.7 else [chance.choice(alphabet) for _ in range(chance.randint(0, 9))]
        )
        for _ in range(chance.randint(0, 2)):
            at = chance.randint(0, len(second))
            second[at : at + chance.randint(0, 1)] = chance.choice(alphabet) if chance.random() < 0.6 else ""
        yield "".join(first), "".join(second)


def answer(compare: Compare, a: str, b: str) -> int | None:
    try:
        return compare(a, b)
    except BadVersionError:
        return None


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


@pytest.mark.parametrize(("scheme", "a", "b", "order"), ORDERS)
def test_a_published_example_has_its_order_both_ways_round(scheme: str, a: str, b: str, order: int) -> None:
    assert SCHEMES[scheme](a, b) == order
    assert SCHEMES[scheme](b, a) == -order


@pytest.mark.parametrize(("scheme", "bad"), REFUSED)
def test_a_string_that_the_scheme_does_not_allow_is_refused_on_either_side(scheme: str, bad: str) -> None:
    good = "1.0.0"
    for a, b in ((bad, good), (good, bad)):
        with pytest.raises(BadVersionError, match=scheme):
            SCHEMES[scheme](a, b)


def test_the_schemes_disagree_so_they_must_not_be_mixed() -> None:
    assert {name: SCHEMES[name]("3.0.rc2", "3.0.0") for name in ("rpm", "dpkg", "appstream", "pacman")} == {
        "rpm": -1,
        "dpkg": 1,
        "appstream": 1,
        "pacman": -1,
    }


@pytest.mark.parametrize("scheme", ["dpkg", "rpm", "pacman", "appstream", "snap", "dotted", "homebrew"])
def test_a_number_of_any_length_is_compared_as_a_number(scheme: str) -> None:
    assert SCHEMES[scheme]("1" + "0" * 5000, "9" * 5000) == 1


@pytest.mark.parametrize("scheme", ["winget", "sparkle"])
def test_a_number_beyond_the_tools_own_largest_does_not_break_the_comparison(scheme: str) -> None:
    assert SCHEMES[scheme]("9" * 5000, "9" * 5000) == 0


@pytest.mark.parametrize("scheme", SCHEMES)
@given(data=st.data())
@settings(max_examples=150)
def test_any_two_strings_give_an_order_or_are_refused(scheme: str, data: st.DataObject) -> None:
    anything = TEXT | st.text(max_size=12)
    a, b = data.draw(anything), data.draw(anything)
    order = answer(SCHEMES[scheme], a, b)
    assert order in (-1, 0, 1, None)
    back = answer(SCHEMES[scheme], b, a)
    assert back == (None if order is None else -order)
    assert answer(SCHEMES[scheme], a, a) in (0, None)


#: Pacman, AppStream, Sparkle and Homebrew have published rules that are not transitive for every string.
TRANSITIVE = ("dpkg", "rpm", "snap", "semver", "pep440", "dotted", "winget", "chromium")


@pytest.mark.parametrize("scheme", TRANSITIVE)
@given(data=st.data())
@settings(max_examples=150)
def test_the_order_is_transitive(scheme: str, data: st.DataObject) -> None:
    versions = data.draw(st.lists(st.text("0019.~^+-a", max_size=6).map("1".__add__), min_size=3, max_size=3))
    compare = SCHEMES[scheme]
    for a, b, c in permutations(versions):
        ab, bc, ac = answer(compare, a, b), answer(compare, b, c), answer(compare, a, c)
        if ab is not None and bc is not None and ab <= 0 and bc <= 0:
            assert ac is not None
            assert ac <= 0
            assert ac == 0 or ab < 0 or bc < 0


def test_pacman_agrees_with_libalpm() -> None:
    compare = library("alpm").alpm_pkg_vercmp
    compare.argtypes = [ctypes.c_char_p] * 2
    for a, b in pairs(20_000, "0012ab.-:~^+_z", seed=1):
        assert pacman(a, b) == sign(compare(a.encode(), b.encode())), (a, b)


def test_appstream_agrees_with_libappstream() -> None:
    compare = library("appstream").as_vercmp
    compare.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
    compared = 0
    for a, b in pairs(20_000, "0012ab.-:~^+_z", seed=2):
        order = answer(appstream, a, b)
        if order is not None:
            compared += 1
            assert order == sign(compare(a.encode(), b.encode(), 0)), (a, b)
    assert compared > 10_000


@pytest.mark.parametrize(("a", "b"), [("1.0~rc1", "1.0"), ("3.0.rc2", "3.0.0"), ("1.2.3", "1.2.3")])
def test_appstream_agrees_with_appstreamcli(a: str, b: str) -> None:
    needs("appstreamcli")
    said = subprocess.run(["appstreamcli", "vercmp", a, b], capture_output=True, text=True, check=False).stdout
    assert said.split()[1] == {-1: "<<", 0: "==", 1: ">>"}[appstream(a, b)]


def test_rpm_agrees_with_rpm(tmp_path_factory: pytest.TempPathFactory) -> None:
    needs("rpm")
    cases = list(pairs(20_000, "0012ab.-:~^+_z", seed=3))
    listed = tmp_path_factory.mktemp("rpm") / "pairs"
    listed.write_text("".join(f"{a}\t{b}\n" for a, b in cases))
    script = (
        f'%{{lua: for line in io.lines("{listed}") do local a, b = line:match("^(.-)\\t(.*)$");'
        ' local ok, order = pcall(rpm.vercmp, a, b); print((ok and tostring(order) or "refused") .. "\\n") end}'
    )
    said = subprocess.run(["rpm", "--eval", script], capture_output=True, text=True, check=True).stdout.split()
    assert len(said) == len(cases)
    for (a, b), order in zip(cases, said, strict=True):
        assert answer(rpm, a, b) == (None if order == "refused" else int(order)), (a, b)


def test_dpkg_agrees_with_dpkg_in_order_and_in_what_it_refuses() -> None:
    needs("dpkg")
    for a, b in pairs(700, "0012ab.-:~+_z", seed=4):
        # What dpkg takes for an option, or for the lack of a version, is not what is asked here.
        if not a or not b or a.startswith("-") or b.startswith("-"):
            continue
        said = {}
        for relation, meaning in (("lt", -1), ("eq", 0)):
            done = subprocess.run(
                ["dpkg", "--compare-versions", a, relation, b], capture_output=True, text=True, check=False
            )
            said[meaning] = None if done.stderr else done.returncode == 0
        order = answer(dpkg, a, b)
        if None in said.values():
            # dpkg takes a sign before an epoch; deb-version(7) does not.
            assert order is None, (a, b)
        elif order is None:
            assert "+" in (a + b).partition(":")[0], (a, b)
        else:
            assert order == (-1 if said[-1] else 0 if said[0] else 1), (a, b)


def test_dpkg_agrees_with_dpkgs_perl_on_many_good_versions() -> None:
    needs("perl")
    script = (
        "use Dpkg::Version; while (<>) { chomp; my ($a, $b) = split /\\t/; print version_compare($a, $b), qq(\\n) }"
    )
    cases = [(f"1{a}", f"1{b}") for a, b in pairs(20_000, "0012ab.~+z", seed=5)]
    text = "".join(f"{a}\t{b}\n" for a, b in cases)
    done = subprocess.run(["perl", "-e", script], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("Dpkg::Version is not installed")
    for (a, b), order in zip(cases, done.stdout.split(), strict=True):
        assert dpkg(a, b) == int(order), (a, b)


@given(*[st.text("0012ab.+_z", max_size=10).map(lambda text: f"1{text}1")] * 2)
def test_snap_has_dpkgs_order_for_versions_without_epoch_tilde_and_revision(a: str, b: str) -> None:
    order = answer(dpkg, a, b)
    assert order is None or snap(a, b) == order
