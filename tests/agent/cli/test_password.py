"""`watchword password`, against the stand-in for Pwned Passwords and on a real terminal."""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import password
from checks.breach.hibp import Trouble
from tests.agent.cli.conftest import Watchword
from tests.hibp_server import HibpServer, hibp_server

LONG = "correct horse battery staple"
UNLEAKED = "planted marker of some length"


@pytest.fixture
def server() -> Iterator[HibpServer]:
    with hibp_server() as running:
        yield running


@pytest.fixture
def config(server: HibpServer, tmp_path: Path) -> Path:
    """A settings file that points at the stand-in."""
    path = tmp_path / "config.toml"
    path.write_text(f'[breach]\npasswords_url = "{server.passwords_url}"\n')
    return path


def tried(config: Path, text: str) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    password.add_parser(parser.add_subparsers())
    args = parser.parse_args(["password", "--config", str(config)])
    out, err = io.StringIO(), io.StringIO()
    return args.handler(args, io.StringIO(text), out, err), out.getvalue(), err.getvalue()


def test_a_long_password_in_no_known_leak_is_fine_but_never_called_safe(config: Path) -> None:
    code, out, err = tried(config, f"{UNLEAKED}\n")

    assert (code, err) == (0, "")
    assert out == (
        "Long enough: 16 characters or more.\nKnown leaks: not found. That is no promise: not every leak is known.\n"
    )


def test_a_leaked_password_is_found_however_long_it_is(config: Path) -> None:
    code, out, _ = tried(config, f"{LONG}\n")

    assert code == 1
    assert "found 12 times" in out


def test_a_short_password_is_too_short_even_when_it_has_not_leaked(config: Path) -> None:
    code, out, _ = tried(config, "x" * 15)

    assert code == 1
    assert out.startswith("Too short: 15 characters.")
    assert "not found" in out


def test_sixteen_characters_are_enough(config: Path) -> None:
    assert tried(config, "é" * 16)[0] == 0


def test_spaces_belong_to_a_password_and_the_line_end_does_not(config: Path, server: HibpServer) -> None:
    server.leaked = {"  a password with spaces  ": 1}

    for end in ("\n", "\r\n", ""):
        code, out, _ = tried(config, "  a password with spaces  " + end)
        assert code == 1
        assert "found once" in out


def test_only_five_digits_of_the_hash_are_sent_and_padding_is_asked_for(config: Path, server: HibpServer) -> None:
    tried(config, LONG)

    digest = hashlib.sha1(LONG.encode()).hexdigest().upper()
    (path, headers) = server.requests[0]
    assert path == f"/passwords/range/{digest[:5]}"
    assert headers["add-padding"] == "true"
    assert len(server.requests) == 1


def test_padding_that_has_the_same_hash_is_no_leak(config: Path, server: HibpServer) -> None:
    server.leaked = {UNLEAKED: 0}

    assert tried(config, UNLEAKED)[0] == 0


@pytest.mark.parametrize(
    "mode",
    [
        "captive_portal",
        "not_found_page",
        "empty_not_found",
        "blocked",
        "unavailable",
        "rate_limited",
        "cut_off",
        "drop",
    ],
)
def test_no_answer_is_said_so_and_is_not_fine(config: Path, server: HibpServer, mode: str) -> None:
    server.mode = mode

    code, out, _ = tried(config, UNLEAKED)

    assert code == 3
    assert "Long enough" in out
    assert "could not be looked up" in out
    assert "not found" not in out


def test_a_short_password_is_a_finding_even_without_an_answer(config: Path, server: HibpServer) -> None:
    server.mode = "drop"

    code, out, _ = tried(config, "short")

    assert code == 1
    assert "could not be looked up" in out


def test_offline_sends_nothing(config: Path, server: HibpServer) -> None:
    config.write_text(config.read_text() + "[network]\noffline = true\n")

    code, out, _ = tried(config, UNLEAKED)

    assert code == 3
    assert "switched off in the settings" in out
    assert server.requests == []


@pytest.mark.parametrize("text", ["", "\n", "\r\n", "x" * 5000])
def test_nothing_usable_is_wrong_usage_and_nothing_is_asked(config: Path, server: HibpServer, text: str) -> None:
    code, out, err = tried(config, text)

    assert (code, out) == (2, "")
    assert err.startswith("watchword: ")
    assert server.requests == []


def test_wrong_settings_are_told_before_a_password_is_asked_for(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[breach]\npasswords_url = 3\n")

    code, out, err = tried(config, UNLEAKED)

    assert (code, out) == (2, "")
    assert "passwords_url" in err


@pytest.mark.parametrize("mode", ["normal", "drop", "rate_limited"])
def test_the_password_and_its_hash_are_in_no_output_and_no_log(
    config: Path, server: HibpServer, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.mode = mode

    _, out, err = tried(config, UNLEAKED)

    digest = hashlib.sha1(UNLEAKED.encode()).hexdigest().upper()
    said = (out + err + caplog.text).upper()
    assert UNLEAKED.upper() not in said
    assert digest[:5] not in said


def test_every_reason_without_an_answer_has_words() -> None:
    for reason in ("offline", "timeout", "tls", "unreadable", "bad_request", "something else"):
        lines, code = password.report(20, Trouble(reason))
        assert code == 3
        assert "could not be looked up (" in lines[1]


def test_it_works_as_a_command_with_a_pipe_and_leaves_no_file(
    watchword: Watchword, config: Path, own_home: Path
) -> None:
    done = watchword("password", "--config", str(config), input=f"{LONG}\n")

    assert (done.returncode, done.stderr) == (1, "")
    assert "found 12 times" in done.stdout
    assert list(own_home.rglob("*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are not on Windows")
def test_on_a_terminal_nothing_that_is_typed_is_shown(config: Path) -> None:
    parent, child = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "password", "--config", str(config)],
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
    ) as process:
        os.close(child)
        shown = b""
        while b"type)" not in shown:
            shown += os.read(parent, 1024)
        os.write(parent, f"{UNLEAKED}\n".encode())
        try:
            while chunk := os.read(parent, 1024):
                shown += chunk
        except OSError:
            pass  # the other end is closed
        assert process.wait(20) == 0
    os.close(parent)

    assert b"Long enough" in shown
    assert b"planted" not in shown


def test_a_password_in_the_command_is_refused_and_not_repeated(watchword: Watchword) -> None:
    done = watchword("password", "hunter2-hunter2")
    assert done.returncode == 2
    assert "does not belong in a command" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
