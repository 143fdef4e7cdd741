"""``watchword remind``: a time for what needs a minute of yours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.agent.cli.conftest import Watchword


@pytest.fixture
def off(watchword: Watchword, own_home: Path) -> str:
    """The id of an email account without a second step, which a round has found."""
    watchword("accounts", "add", "google", "--label", "Work email", "--no-address")
    account: str = json.loads(watchword("accounts", "list", "--json").stdout)[0]["id"]
    watchword("attest", account, "--method", "none")
    watchword("check", "two_step")
    return account


def test_a_time_is_kept_and_listed_and_taken_back(watchword: Watchword, off: str) -> None:
    done = watchword("remind", "two_step:Work email", "--tomorrow")
    assert done.returncode == 0
    assert done.stdout.startswith("We will remind you on ")
    assert "only while the background agent runs" in done.stderr
    assert "two_step (Work email): " in watchword("remind").stdout
    assert watchword("remind", f"two_step:{off}", "--cancel").stdout == "Taken back.\n"
    assert watchword("remind").stdout == "You have no reminders.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["screen_lok", "--hour"], "did you mean screen_lock?"),
        (["screen_lock", "--hour"], "nothing there needs doing"),
        (["two_step:Work email"], "say when"),
        (["two_step:Work email", "--in", "soon"], "allowed: a time such as 30m"),
        (["two_step:Work email", "--at", "25:00"], "allowed: "),
        (["two_step:Work email", "--in", "9999d"], "cannot wait that long"),
        (["two_step:Work email", "--at", "2020-01-01 10:00"], "gone by"),
        (["two_step:Nobody", "--hour"], "Nobody"),
        (["--hour"], "say what about"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(watchword: Watchword, off: str, arguments: list[str], said: str) -> None:
    done = watchword("remind", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_settings_file_that_went_bad_does_not_stop_the_answer_to_an_alert(
    watchword: Watchword, off: str, own_home: Path
) -> None:
    watchword("run")
    settings = own_home / ".config/watchword/config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("profile = 5")
    done = watchword("remind", f"two_step:{off}", "--hour")
    assert (done.returncode, done.stdout[:22]) == (0, "We will remind you on ")


def test_of_several_items_those_that_are_well_are_left_out(watchword: Watchword, off: str) -> None:
    assert watchword("remind", "screen_lock", f"two_step:{off}", "--hour").returncode == 0
    assert len(watchword("remind").stdout.splitlines()) == 1


@pytest.mark.parametrize("when", [["--in", "2h"], ["--in", "30 min"], ["--at", "14:00"], ["--friday"], ["--evening"]])
def test_times_as_people_write_them(watchword: Watchword, off: str, when: list[str]) -> None:
    assert watchword("remind", f"two_step:{off}", *when).returncode == 0
