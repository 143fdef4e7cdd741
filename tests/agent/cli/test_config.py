"""`watchword config`: what it prints and how it ends."""

import argparse
import io
import json
from pathlib import Path

import pytest

from agent.cli import config
from config.keys import KEYS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without settings of their own; the folder that would hold them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "watchword"
    folder.mkdir()
    return folder


def ask(*arguments: str) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    config.add_parser(parser.add_subparsers())
    args = parser.parse_args(["config", *arguments])
    out, err = io.StringIO(), io.StringIO()
    return args.handler(args, io.StringIO(), out, err), out.getvalue(), err.getvalue()


def test_show_lists_every_setting_with_its_source(home: Path) -> None:
    (home / "config.toml").write_text('profile = "heightened"\n[[accounts]]\nservice = "google"\nlabel = "Work"\n')
    code, out, err = ask("show")
    assert (code, err) == (0, "")
    rows = [line.split("  ")[0] for line in out.splitlines()]
    assert [row for row in rows if row in KEYS] == list(KEYS)
    assert next(line.split() for line in out.splitlines() if line.startswith("profile "))[:3] == [
        "profile",
        "heightened",
        "config.toml",
    ]
    assert "account: Work, google" in out


def test_show_aligns_its_columns(home: Path) -> None:
    _, out, _ = ask("show")
    starts = {
        line.index(KEYS[name].meaning) for line in out.splitlines() for name in KEYS if line.split(" ")[0] == name
    }
    assert len(starts) == 1


def test_show_as_json_holds_value_source_and_meaning(home: Path) -> None:
    code, out, _ = ask("show", "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["settings"]["network.offline"] == {
        "value": False,
        "origin": "default",
        "meaning": KEYS["network.offline"].meaning,
    }
    assert shown["digest"].startswith("sha256:")


def test_check_says_ok(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('profile = "toolkit"\n')
    assert ask("check", str(path)) == (0, f"{path}: OK\n", "")


def test_check_without_a_file_speaks_of_both_files(home: Path) -> None:
    (home / "config.toml").write_text("")
    code, out, _ = ask("check")
    assert code == 0
    assert out.splitlines()[0] == f"{home}/config.toml: OK"
    assert len(out.splitlines()) == 2


def test_check_lists_every_problem_and_ends_with_two(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('profil = "toolkit"\n[network]\noffline = 3\n')
    code, out, err = ask("check", str(path))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"watchword: {path}: profil: unknown setting; did you mean profile?",
        f"watchword: {path}: network.offline: found 3 (a whole number); allowed: true or false",
    ]


def test_check_of_a_missing_file_ends_with_two(tmp_path: Path) -> None:
    code, _, err = ask("check", str(tmp_path / "none.toml"))
    assert code == 2
    assert "there is no such file" in err


def test_a_policy_can_be_checked_before_it_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('locked = ["profile"]\nprofile = "standard"\n')
    assert ask("check", str(path))[0] == 2
    assert ask("check", "--policy", str(path))[0] == 0


def test_show_with_wrong_settings_ends_with_two(home: Path) -> None:
    (home / "config.toml").write_text("profile = 1")
    code, out, err = ask("show")
    assert (code, out) == (2, "")
    assert "config.toml: profile: found 1" in err
