from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.paths import Paths


def test_on_linux_files_lie_in_the_xdg_directories() -> None:
    paths = Paths.on("linux", {}, "/home/alex")
    assert paths.config == "/home/alex/.config/watchword/config.toml"
    assert paths.store == "/home/alex/.local/share/watchword/watchword.db"
    assert paths.journal == "/home/alex/.local/share/watchword/journal.jsonl"
    assert paths.status == "/home/alex/.local/state/watchword/status.json"
    assert paths.logs == "/home/alex/.local/state/watchword/logs"
    assert paths.policy == "/etc/watchword/policy.toml"


def test_xdg_variables_move_them() -> None:
    env = {"XDG_CONFIG_HOME": "/c/", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/run/user/7"}
    paths = Paths.on("linux", env, "/home/alex")
    assert (paths.config, paths.data) == ("/c/watchword/config.toml", "/d/watchword")
    assert (paths.status, paths.runtime) == ("/s/watchword/status.json", "/run/user/7/watchword")


@pytest.mark.parametrize("value", ["", "relative/path", "~/data"])
def test_an_xdg_variable_that_is_not_absolute_is_passed_over(value: str) -> None:
    assert Paths.on("linux", {"XDG_DATA_HOME": value}, "/home/alex").data == "/home/alex/.local/share/watchword"


def test_no_variable_moves_the_machine_policy_on_linux() -> None:
    assert Paths.on("linux", {"XDG_CONFIG_DIRS": "/tmp", "PROGRAMDATA": "/tmp"}, "/h").policy.startswith("/etc/")


def test_on_macos_files_lie_in_the_library() -> None:
    paths = Paths.on("darwin", {"XDG_DATA_HOME": "/elsewhere"}, "/Users/alex")
    assert paths.store == "/Users/alex/Library/Application Support/Watchword/watchword.db"
    assert paths.policy == "/Library/Application Support/Watchword/policy.toml"
    assert paths.logs == "/Users/alex/Library/Logs/Watchword"


def test_on_windows_files_stay_on_the_laptop() -> None:
    paths = Paths.on("win32", {"LOCALAPPDATA": "D:\\Local", "APPDATA": "\\\\server\\roaming"}, "C:\\Users\\alex")
    assert paths.store == "D:\\Local\\Watchword\\watchword.db"
    assert paths.config == "D:\\Local\\Watchword\\config.toml"
    assert paths.policy == "C:\\ProgramData\\Watchword\\policy.toml"


def test_here_is_below_the_home_of_the_person(own_home: Path) -> None:
    assert Path(Paths.here().store).is_relative_to(own_home)


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, agent.paths; print(*({'typing', 'pathlib', 'dataclasses', 'platformdirs'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("home", ["", "somewhere", "./x", None])
def test_a_home_that_is_no_full_path_is_passed_over(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd  # not there on Windows, where the other tests here run too

    if home is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", home)
    assert Paths.here().store == f"{pwd.getpwuid(os.getuid()).pw_dir}/.local/share/watchword/watchword.db"


def test_a_user_without_home_or_name_writes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert Paths.here().store.startswith("/nonexistent/")
