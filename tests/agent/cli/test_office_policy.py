"""A policy of office IT with a profile, locked values and deadlines, from the command line to what a person reads."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent.cli import run
from agent.cli.session import open_session
from agent.paths import Paths
from config import loader
from config.schema import Deadline
from tests.config.administrators import ME, write

POLICY = """
profile = "heightened"
locked = ["profile", "checks.disabled"]

[checks]
disabled = ["app_updates"]

[device]
label = "Office laptop"

[[deadlines]]
check = "two_step"
by = "2027-01-15"

[[deadlines]]
check = "recovery_plan"
by = 2027-03-01
"""
MINE = 'profile = "toolkit"\n[thresholds.lock_minutes]\nfail = 60\n[device]\nlabel = "My laptop"\n'


@pytest.fixture
def policy(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the machine policy is, which whoever runs the tests may own, on a laptop whose person set some things."""
    tmp_path.chmod(0o755)
    here = Paths.here()
    here.policy = str(tmp_path / "policy.toml")
    monkeypatch.setattr(Paths, "here", lambda: here)
    assert loader.load.__kwdefaults__
    monkeypatch.setitem(loader.load.__kwdefaults__, "administrators", ME)
    os.makedirs(os.path.dirname(here.config))
    Path(here.config).write_text(MINE)
    return write(tmp_path, POLICY, "policy.toml")


@pytest.fixture
def watchword(policy: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


class Command:
    """The command line in this process, where the policy's place can be another."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        said = self._capsys.readouterr()
        return code, said.out, said.err


def rows(out: str) -> dict[str, list[str]]:
    """The settings that were shown: value and origin by name."""
    lines = [line.split("  ") for line in out.splitlines() if line[:1].isalpha() and "  " in line]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:] if cell.strip()][:2] for cells in lines}


def test_show_says_where_each_value_comes_from(watchword: Command) -> None:
    code, out, err = watchword("config", "show", "--origin")
    assert (code, err) == (0, "")
    shown = rows(out)
    assert shown["profile"] == ["heightened", "machine policy (locked)"]
    assert shown["checks.disabled"] == ["app_updates", "machine policy (locked)"]
    assert shown["device.label"] == ["Office laptop", "machine policy"]
    assert shown["deadlines"] == ["2 listed", "machine policy"]
    assert shown["thresholds.lock_minutes.fail"] == ["10", "profile heightened"]
    assert shown["network.offline"] == ["false", "default"]
    assert "  deadline: two_step, by 2027-01-15 (machine policy)\n" in out
    assert "  deadline: recovery_plan, by 2027-03-01 (machine policy)\n" in out


def test_show_says_what_of_the_persons_own_is_not_used(watchword: Command) -> None:
    _, out, _ = watchword("config", "show", "--origin")
    assert "Not used, because the machine policy holds it: profile (config.toml)\n" in out
    assert "Not used, because the machine policy holds it: thresholds.lock_minutes.fail (config.toml)\n" in out


def test_as_json_each_deadline_is_there_with_the_origin(watchword: Command) -> None:
    _, out, _ = watchword("config", "show", "--json")
    shown = json.loads(out)["settings"]["deadlines"]
    assert shown["value"][0] == {"check": "two_step", "by": "2027-01-15"}
    assert shown["origin"] == "machine policy"


def test_help_says_what_the_flag_does(watchword: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        watchword("config", "show", "--help")
    assert "where each value comes from (always shown)" in " ".join(capsys.readouterr().out.split())


def test_a_locked_value_beats_what_the_person_chose_before_and_cannot_be_chosen(
    watchword: Command, policy: Path
) -> None:
    held = policy.read_text()
    write(policy.parent, "", "policy.toml")
    assert watchword("config", "set", "profile", "toolkit")[0] == 0
    assert rows(watchword("config", "show", "--origin")[1])["profile"] == ["toolkit", "your choice"]
    write(policy.parent, held, "policy.toml")
    _, out, _ = watchword("config", "show", "--origin")
    assert rows(out)["profile"] == ["heightened", "machine policy (locked)"]
    assert "Not used, because the machine policy holds it: profile (your choice)\n" in out
    code, _, err = watchword("config", "set", "profile", "toolkit")
    assert code == 2
    assert "the machine policy holds this" in err


def test_a_deadline_is_not_the_persons_to_set(watchword: Command) -> None:
    code, _, err = watchword("config", "set", "deadlines", "two_step=2030-01-01")
    assert code == 2
    assert "only the machine policy, which an administrator installs, may set this" in err


def test_a_policy_that_went_bad_leaves_the_deadlines_of_its_last_good_day(watchword: Command, policy: Path) -> None:
    quiet = '[checks]\ndisabled = ["app_updates", "password_manager", "breach", "screen_lock"]\n'
    write(policy.parent, quiet, "policy.toml")
    assert watchword("run", "--due")[0] in (0, 1, 3)
    write(policy.parent, f'{quiet}[[deadlines]]\ncheck = "two_step"\nby = "2027-01-15"\n', "policy.toml")
    assert watchword("run", "--due")[0] in (0, 1, 3)
    write(policy.parent, "profile = ", "policy.toml")
    session = open_session(last_good=True)
    with session.store:
        assert session.loaded.problems
        assert session.loaded.settings.deadlines == (Deadline("two_step", date(2027, 1, 15)),)


def asking(policy: Path, by: date) -> None:
    """The office asks for one thing, which is not in order on a laptop without anybody's word for it."""
    mail = '[[accounts]]\nservice = "google"\nlabel = "Work"\n'
    write(policy.parent, f'{mail}[[deadlines]]\ncheck = "two_step"\nby = "{by}"\n', "policy.toml")


@pytest.mark.parametrize(
    ("days", "said"), [(30, "Your office asks for this by "), (-3, "Your office asked for this by ")]
)
def test_a_person_reads_by_when_their_office_asks_for_it(
    watchword: Command, policy: Path, days: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = (datetime.now(UTC) + timedelta(days=days)).date()
    asking(policy, by)
    monkeypatch.setattr("builtins.input", lambda *_: "")
    assert watchword("attest", "Work", "--method", "none")[0] == 0
    code, out, _ = watchword("check", "two_step")
    assert code == 1
    assert said in out
    assert f"{by.day} {by:%B}" in out
    assert said in watchword("status")[1]
    explained = watchword("explain", "two_step")[1]
    assert said in explained
    assert f"Due: {by.day} {by:%B %Y} at 23:59" in explained


def test_what_could_not_be_told_is_not_asked_of_the_person(watchword: Command, policy: Path) -> None:
    asking(policy, date(2027, 1, 15))
    code, out, _ = watchword("check", "two_step")
    assert code == 3
    assert "Your office ask" not in out


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_who_agreed_has_a_report_in_the_folder_of_the_policy_until_they_leave(watchword: Command, policy: Path) -> None:
    folder = policy.parent / "reports"
    folder.mkdir()
    folder.chmod(0o1733)
    quiet = '[checks]\ndisabled = ["app_updates", "password_manager", "breach", "screen_lock"]\n'
    asks = f'[report]\ndrop = "{folder}"\nlevel = "standard"\noffice = "Office IT"\n'
    write(policy.parent, f'{quiet}{asks}[[deadlines]]\ncheck = "two_step"\nby = "2027-01-15"\n', "policy.toml")
    assert watchword("run")[0] in (0, 1, 3)
    assert os.listdir(folder) == []
    assert watchword("report", "enrol", "--yes")[0] == 0
    assert watchword("run")[0] in (0, 1, 3)
    (name,) = os.listdir(folder)
    code, table, _ = watchword("export", "--format", "csv", "--file", f"{folder}/*.json")
    assert code == 0
    assert f'"{name.removesuffix(".json")}"' in table
    assert watchword("report", "show", "--last", "--json")[1].encode() == (folder / name).read_bytes()
    policy.chmod(0o666)  # no policy any more: nothing of it holds, and still what is shared can be seen and stopped
    assert watchword("report", "show", "--last", "--json")[1].encode() == (folder / name).read_bytes()
    assert watchword("report", "leave")[0] == 0
    assert os.listdir(folder) == []
