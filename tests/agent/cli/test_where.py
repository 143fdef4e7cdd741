"""Where to do what the steps say: the page first, and the command for who is in a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agent.cli import run as watchword
from agent.cli.where import command_for, places
from tests.agent.report.builders import row

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="how a shell of Linux and macOS quotes")


@POSIX
def test_what_is_about_an_account_names_it_as_one_word() -> None:
    found = row("two_step", reason="off_email", instance="i-0123456789ab", label="Zoë's mail")
    assert places(found) == (
        """on your page: watchword open --at 'two_step:Zoë'"'"'s mail'""",
        """or in a terminal: watchword attest 'Zoë'"'"'s mail'""",
    )


@POSIX
def test_a_label_cannot_become_a_command_of_its_own() -> None:
    assert command_for("two_step", "off", "x; rm -r ~") == "watchword attest 'x; rm -r ~'"
    assert "\x1b" not in command_for("two_step", "off", "a\x1b[31mb")


def test_without_an_account_there_is_no_command_about_one() -> None:
    assert command_for("two_step", "off") == ""
    assert command_for("two_step", "no_accounts") == "watchword accounts add google"


def test_what_has_no_command_is_on_the_page_alone() -> None:
    assert places(row("screen_lock")) == ("on your page: watchword open --at screen_lock",)


@pytest.mark.parametrize("reason", ["no_answer", "expired", "find_out", "needs_work", "reworded"])
def test_the_entries_that_share_steps_share_the_command(reason: str) -> None:
    assert command_for("content_approval", reason) == "watchword attest --due"


def test_a_check_from_elsewhere_has_no_command_of_ours() -> None:
    assert command_for("hosts_file", "redirected") == ""


def test_explain_says_where_on_this_computer_and_not_on_a_recorded_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    watchword(["explain", "two_step", "--plain"])
    said = capsys.readouterr().out
    assert "  on your page: watchword open --at two_step\n  or in a terminal: watchword accounts add google\n" in said
    recorded = tmp_path / "laptop.json"
    recorded.write_text('{"format": "watchword.recording/1", "system": "linux"}')
    watchword(["explain", "two_step", "--plain", "--replay", str(recorded)])
    said = capsys.readouterr().out
    assert "What to do:" in said
    assert "watchword open" not in said
