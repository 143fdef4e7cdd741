"""The command line as a whole: help, wrong usage, and what it costs to start."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from agent.cli import COMMANDS, run
from tests.agent.cli.conftest import Watchword

HEAVY = {"requests", "keyring", "psutil", "schedule", "plyer", "sqlite3", "packaging", "cryptography"}


def test_help_names_every_command_and_the_exit_codes(watchword: Watchword) -> None:
    done = watchword("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if not re.search(rf"^    {name}\s", done.stdout, re.MULTILINE)] == []
    assert "exit codes:" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, watchword: Watchword) -> None:
    done = watchword(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: watchword {command}")
    assert "``" not in done.stdout


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


CLOSED = {"stdin": "<&-", "stdout": ">&-", "stderr": "2>&-", "all": "<&- >&- 2>&-"}


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize(("command", "code"), [("check two_step --json", 3), ("accounts add google", 0), ("status", 4)])
def test_a_closed_stream_changes_neither_the_work_nor_the_exit_code(command: str, code: int, closed: str) -> None:
    line = f"{sys.executable} -m agent {command} {CLOSED[closed]}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["schema", "config show", "status --json"])
def test_results_that_cannot_be_written_are_an_error_of_the_agent(watchword: Watchword, command: str) -> None:
    watchword("check", "two_step")
    done = subprocess.run(
        f"{sys.executable} -m agent {command} > /dev/full", shell=True, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (4, "watchword: output: No space left on device\n")


def test_what_an_encoding_lacks_is_escaped_and_json_stays_json(
    watchword: Watchword, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchword("accounts", "add", "google", "--label", "B\u00fcro \U0001f469", "--no-address")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    shown, listed = watchword("accounts", "list"), watchword("accounts", "list", "--json")
    assert "B\\u00fcro \\ud83d\\udc69" in shown.stdout
    assert json.loads(listed.stdout)[0]["label"] == "B\u00fcro \U0001f469"
    assert (shown.stderr, listed.stderr) == ("", "")


def test_a_mistake_of_ours_is_one_sentence_and_never_the_exit_code_for_failing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise KeyError("secret value")

    monkeypatch.setattr("agent.cli.schema.json_schema", broken)
    assert run(["schema"]) == 4
    assert capsys.readouterr().err == "watchword: something went wrong inside Watchword (KeyError). Please report it.\n"


def test_a_lack_of_memory_is_an_error_of_the_agent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hungry() -> None:
        raise MemoryError

    monkeypatch.setattr("agent.cli.schema.json_schema", hungry)
    assert run(["schema"]) == 4
    assert capsys.readouterr().err == "watchword: there is not enough memory\n"
