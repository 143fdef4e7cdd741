"""The command line as a whole: help, wrong usage, and what it costs to start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from agent.cli import COMMANDS
from tests.agent.cli.conftest import Watchword

HEAVY = {"requests", "keyring", "psutil", "schedule", "plyer", "sqlite3", "packaging", "cryptography"}


def test_help_names_every_command_and_the_exit_codes(watchword: Watchword) -> None:
    done = watchword("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if f"    {name} " not in done.stdout] == []
    assert "exit codes:" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, watchword: Watchword) -> None:
    done = watchword(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: watchword {command}")


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("check", "--nonsense"), ("config",)])
def test_wrong_usage_is_said_on_stderr_and_exits_with_2(arguments: tuple[str, ...], watchword: Watchword) -> None:
    done = watchword(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: watchword" in done.stderr


@pytest.mark.parametrize("arguments", [["schema"], ["compare", "dpkg", "1", "2"], ["status", "--json"]])
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom agent.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\n' + ' '.join(sorted(name for name in sys.modules if '.' not in name)))"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.splitlines()[-1].split()) == set()


def test_a_reader_that_has_seen_enough_is_no_error(watchword: Watchword) -> None:
    done = subprocess.run(
        f"{sys.executable} -m agent schema | head -1", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "{\n"


def test_ctrl_c_ends_it_with_one_word() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "agent", "compare", "dpkg"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.0)
    os.kill(child.pid, signal.SIGINT)
    _, stderr = child.communicate(timeout=10)
    assert child.returncode == 130
    assert stderr == "watchword: stopped\n"
