"""``watchword autostart`` as its user runs it, on a Linux without a user manager."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.autostart import Method, Problem, Standing
from agent.cli import autostart
from tests.agent.cli.conftest import Watchword

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
ENTRY = ".config/autostart/watchword.desktop"


def test_on_status_off(watchword: Watchword, own_home: Path) -> None:
    assert watchword("autostart", "status").stdout == "Start at sign-in: off.\n"
    on = watchword("autostart", "on")
    assert on.stdout == (
        "Start at sign-in: on, as an autostart entry of your desktop.\nIt starts when you sign in next.\n"
    )
    assert (on.returncode, on.stderr) == (0, "")
    assert (own_home / ENTRY).exists()
    assert watchword("autostart", "on").returncode == 0
    status = watchword("autostart", "status")
    assert (status.returncode, status.stdout) == (0, "Start at sign-in: on, as an autostart entry of your desktop.\n")
    off = watchword("autostart", "off")
    assert (off.returncode, off.stdout.splitlines()[0]) == (0, "Watchword no longer starts at sign-in.")
    assert not (own_home / ENTRY).exists()
    assert watchword("autostart", "off").stdout == "Watchword was not set to start at sign-in.\n"


def test_status_as_json(watchword: Watchword) -> None:
    watchword("autostart", "on", "--no-start")
    done = watchword("autostart", "status", "--json")
    assert json.loads(done.stdout) == {
        "state": "on",
        "method": "xdg",
        "this_program": True,
        "problem": None,
        "where": None,
    }


def test_a_watchword_that_was_moved_says_so_and_how_to_mend_it(watchword: Watchword, own_home: Path) -> None:
    watchword("autostart", "on")
    path = own_home / ENTRY
    path.write_text(path.read_text().replace("/python", "/moved/python"))
    done = watchword("autostart", "status")
    assert done.returncode == 1
    assert "in another place. To use this one: watchword autostart on" in done.stdout
    assert json.loads(watchword("autostart", "status", "--json").stdout)["this_program"] is False
    assert watchword("autostart", "on").returncode == 0
    assert watchword("autostart", "status").returncode == 0


def test_somebody_elses_entry_is_refused_in_one_line(watchword: Watchword, own_home: Path) -> None:
    path = own_home / ENTRY
    path.parent.mkdir(parents=True)
    path.write_text("[Desktop Entry]\n")
    for action in ("on", "off"):
        done = watchword("autostart", action)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert "was not written by Watchword" in done.stderr
    status = watchword("autostart", "status")
    assert status.returncode == 3
    assert str(path) in status.stdout
    assert path.read_text() == "[Desktop Entry]\n"


def test_a_home_that_is_read_only_is_one_line_and_changes_nothing(watchword: Watchword, own_home: Path) -> None:
    (own_home / ".config").write_text("in the way")
    done = watchword("autostart", "on")
    assert done.returncode == 4
    assert done.stderr.startswith("watchword: ")
    assert done.stderr.count("\n") == 1


def test_on_promises_nothing_that_the_desktop_may_not_do(watchword: Watchword, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "sway")
    done = watchword("autostart", "on")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].startswith("But this desktop may not start programs at sign-in.")
    assert "sign in next" not in done.stdout


def test_with_sudo_it_is_refused(own_home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs to be run as root")
    done = subprocess.run(
        [sys.executable, "-m", "agent", "autostart", "on"],
        env={**os.environ, "SUDO_UID": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "without sudo" in done.stderr
    assert not (own_home / ENTRY).exists()


@pytest.mark.parametrize("arguments", [(), ("maybe",), ("off", "--no-start"), ("on", "--json")])
def test_wrong_usage(arguments: tuple[str, ...], watchword: Watchword) -> None:
    assert watchword("autostart", *arguments).returncode == 2


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_is_one_calm_line(problem: Problem) -> None:
    lines = autostart._words(Standing("on", Method.TASK, problem, "/somewhere"))
    assert len(lines) == 2
    assert len(lines[1]) <= 160
    assert "!" not in lines[1]


def test_every_method_has_words() -> None:
    assert set(autostart.METHODS) == set(Method)


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing("on", Method.XDG), 0),
        (Standing("off"), 0),
        (Standing("on", Method.XDG, Problem.OTHER_PROGRAM), 1),
        (Standing("off", Method.XDG, Problem.SWITCHED_OFF), 1),
        (Standing("unknown", problem=Problem.NO_ANSWER), 3),
    ],
)
def test_exit_codes(standing: Standing, code: int) -> None:
    assert autostart.exit_code(standing) == code
