"""The office's deadlines in a policy: what is understood, and in which words the rest is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.errors import SettingsError
from config.loader import Loaded, check_file, keepable, load
from config.schema import Deadline
from tests.config.administrators import ME, write

TWO = """
[[deadlines]]
check = "two_step"
by = "2027-01-15"

[[deadlines]]
check = "screen_lock"
by = 2027-02-01
"""
A_DATE = 'allowed: a date such as "2027-01-15"'


def loaded(tmp_path: Path, policy: str, **more: Any) -> Loaded:
    tmp_path.chmod(0o755)
    return load(None, write(tmp_path, policy, "policy.toml"), administrators=ME, **more)


def problems(tmp_path: Path, text: str, *, policy: bool = True) -> list[str]:
    """What is said of a file, without its name."""
    path = write(tmp_path, text, "policy.toml")
    with pytest.raises(SettingsError) as caught:
        check_file(str(path), policy=policy)
    assert all(problem.startswith(f"{path}: ") for problem in caught.value.problems)
    return [problem.removeprefix(f"{path}: ") for problem in caught.value.problems]


def one(check: str = '"two_step"', by: str = '"2027-01-15"') -> str:
    return f"[[deadlines]]\ncheck = {check}\nby = {by}\n"


def test_a_day_may_be_written_as_a_date_or_as_text(tmp_path: Path) -> None:
    result = loaded(tmp_path, TWO)
    assert result.settings.deadlines == (
        Deadline("two_step", date(2027, 1, 15)),
        Deadline("screen_lock", date(2027, 2, 1)),
    )
    assert result.origins["deadlines"] == "machine policy"


def test_without_any_there_are_none() -> None:
    assert load(None, None).settings.deadlines == ()


def test_they_are_kept_as_plain_json_and_hold_when_the_policy_goes_bad(tmp_path: Path) -> None:
    good = json.loads(json.dumps(keepable(loaded(tmp_path, TWO))))
    broken = loaded(tmp_path, "profile = ", last_good=good)
    assert broken.problems
    assert [deadline.check for deadline in broken.settings.deadlines] == ["two_step", "screen_lock"]


def test_they_are_no_part_of_the_digest_because_they_decide_no_verdict(tmp_path: Path) -> None:
    assert loaded(tmp_path, TWO).digest == loaded(tmp_path, "").digest


def test_only_the_machine_policy_may_set_them(tmp_path: Path) -> None:
    assert problems(tmp_path, TWO, policy=False) == [
        "deadlines: only the machine policy, which an administrator installs, may set this"
    ]


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ('"next friday"', '"next friday" (text)'),
        ('"2027-02-30"', '"2027-02-30" (text)'),
        ('"20270115"', '"20270115" (text)'),
        ('"2027-W02-5"', '"2027-W02-5" (text)'),
        ('"2027-01-15 "', '"2027-01-15 " (text)'),
        ('"1727-01-15"', '"1727-01-15" (text)'),
        ('"9999-12-31"', '"9999-12-31" (text)'),
        ("2027-01-15T10:00:00Z", '"2027-01-15 10:00:00+00:00" (a date or time)'),
        ("20270115", "20270115 (a whole number)"),
        ("true", "true (true or false)"),
    ],
)
def test_what_is_no_day_is_refused_in_one_line(tmp_path: Path, by: str, found: str) -> None:
    assert problems(tmp_path, one(by=by)) == [f"deadlines, entry 1: by: found {found}; {A_DATE}, without a time"]


def test_a_check_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, one('"two_steps"'))
    assert said.startswith('deadlines, entry 1: check: found "two_steps" (text); allowed: ')
    assert "breach, " in said
    assert said.endswith("; did you mean two_step?")


def test_a_check_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, one('["two_step"]'))
    assert said.startswith('deadlines, entry 1: check: found ["two_step"] (a list); allowed: ')


def test_a_check_from_elsewhere_may_have_one_where_the_policy_lets_it_run(tmp_path: Path) -> None:
    theirs = one('"their_check"')
    assert len(problems(tmp_path, theirs)) == 1
    check_file(str(write(tmp_path, f'plugins = ["their_check"]\n{theirs}')), policy=True)


def test_a_check_is_asked_for_once(tmp_path: Path) -> None:
    assert problems(tmp_path, TWO + one()) == [
        'deadlines, entry 3: check: found "two_step" (text), as in entry 1; allowed: each check once'
    ]


def test_an_entry_names_both_and_nothing_else(tmp_path: Path) -> None:
    assert problems(tmp_path, "[[deadlines]]\n") == [
        "deadlines, entry 1: check: is missing; allowed: the id of a check, for example two_step",
        f"deadlines, entry 1: by: is missing; {A_DATE}",
    ]
    assert problems(tmp_path, f"{one()}chek = 1\n") == [
        "deadlines, entry 1: chek: unknown setting; did you mean check?"
    ]


def test_what_is_no_list_of_entries_is_refused(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, 'deadlines = "2027-01-15"\n')
    assert said.startswith('deadlines: found "2027-01-15" (text); allowed: [[deadlines]] entries')


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, one('"x"') + one(by='"soon"') + one('"breach"', "3"))) == 3
