"""``watchword compare``."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli import compare
from checks.app_updates.versions import SCHEMES


def said(*words: str, stdin: str = "") -> tuple[int, str, str]:
    parser = argparse.ArgumentParser(prog="watchword")
    compare.add_parser(parser.add_subparsers())
    args = parser.parse_args(["compare", *words])
    out, err = io.StringIO(), io.StringIO()
    return args.handler(args, io.StringIO(stdin), out, err), out.getvalue(), err.getvalue()


@pytest.mark.parametrize(("a", "b", "order"), [("1.0~rc1", "1.0", "-1"), ("1.0", "1.0-0", "0"), ("1:0", "9", "1")])
def test_two_versions_get_one_number(a: str, b: str, order: str) -> None:
    assert said("dpkg", a, b) == (0, f"{order}\n", "")


@pytest.mark.parametrize("words", [("rpm", "-1", "1"), ("rpm", "--", "-1", "1"), ("rpm", "--version", "-h")])
def test_a_version_may_start_with_a_dash(words: tuple[str, ...]) -> None:
    code, out, _ = said(*words)
    assert (code, out) == (0, "-1\n" if "1" in words else "1\n")


def test_an_invalid_version_gets_one_clear_line() -> None:
    code, out, err = said("dpkg", "nonsense", "1.0")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "'nonsense' is not a dpkg version" in err


def test_an_unknown_scheme_gets_the_list_of_schemes() -> None:
    code, _, err = said("deb", "1", "2")
    assert code == 2
    assert all(scheme in err for scheme in SCHEMES)


@pytest.mark.parametrize("words", [(), ("dpkg", "1"), ("dpkg", "1", "2", "3")])
def test_another_number_of_words_is_wrong_usage(words: tuple[str, ...]) -> None:
    code, out, err = said(*words)
    assert (code, out) == (2, "")
    assert err


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("dpkg", "--help")])
def test_help_names_every_scheme(words: tuple[str, ...]) -> None:
    code, out, _ = said(*words)
    assert code == 0
    assert all(scheme in out for scheme in SCHEMES)


def test_pairs_get_one_answer_a_line_and_bad_ones_an_error() -> None:
    pairs = "1.0\t1.1\n1.1\t1.0\r\n1\t1\nx\t1\n1\n\n1\t2\t3\n1.0\t2.0"
    code, out, err = said("dpkg", stdin=pairs)
    assert (code, out) == (2, "-1\n1\n0\nerror\nerror\nerror\nerror\n-1\n")
    assert err.startswith("watchword compare: line 4: 'x' is not a dpkg version")
    assert err.endswith("(and 3 more)\n")
    assert err.count("\n") == 1


def test_a_line_that_is_no_pair_is_told_by_its_number() -> None:
    _, _, err = said("semver", stdin="1.0.0\t1.0.1\n1.0.0 1.0.1\n")
    assert err == "watchword compare: line 2: two versions with one tab between them are needed\n"


def test_a_list_without_faults_says_nothing_more() -> None:
    assert said("dpkg", stdin="1\t2\n") == (0, "-1\n", "")


def test_no_pairs_get_no_answers() -> None:
    assert said("dpkg") == (0, "", "")


@given(st.sampled_from(sorted(SCHEMES)), st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))))
def test_every_line_gets_exactly_one_answer(scheme: str, lines: list[str]) -> None:
    code, out, _ = said(scheme, stdin="".join(f"{line}\n" for line in lines))
    assert code == (2 if "error" in out else 0)
    assert len(out.splitlines()) == len(lines)
    assert set(out.splitlines()) <= {"-1", "0", "1", "error"}


def test_a_hundred_thousand_pairs_take_seconds() -> None:
    pairs = "".join(
        f"1:{at % 97}.{at % 89}~rc{at % 7}-{at % 5}ubuntu1\t{at % 13}.4.5+dfsg-1\n" for at in range(100_000)
    )
    begun = time.process_time()
    _, out, _ = said("dpkg", stdin=pairs)
    assert out.count("\n") == 100_000
    assert time.process_time() - begun < 10


def test_bytes_that_are_no_text_spoil_their_own_pair_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from agent.cli import run; sys.exit(run())", "compare", "dpkg"],
        input=b"\xff\t1\n1\t2\n",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"error\n-1\n")
