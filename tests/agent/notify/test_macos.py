"""Alerts on macOS as far as they can be tried elsewhere: what would be run, and what is made of its answer."""

from __future__ import annotations

from typing import Any

import pytest

from agent import notify
from agent.alerts.records import Delivery
from agent.host.replay import ReplayHost
from agent.notify import macos
from tests.builders import command, computer

TITLE = '--icon=x" & (do shell script "touch /tmp/x") & "'
BODY = "it's <b>not</b> \\ a script"


def mac(*commands: dict[str, Any], manager: str = "Aqua\n") -> ReplayHost:
    return computer(
        "macos",
        programs={"osascript": "/usr/bin/osascript", "launchctl": "/bin/launchctl"},
        commands=[command("launchctl managername", manager), *commands],
    )


def test_the_words_are_arguments_and_never_script() -> None:
    argv = macos.argv(TITLE, BODY)
    assert argv[0] == "/usr/bin/osascript"
    assert argv[-3:] == ["--", TITLE, BODY]
    assert [argv[index + 1] for index, part in enumerate(argv) if part == "-e"] == list(macos.SCRIPT)
    assert not any(TITLE in part or BODY in part for part in argv[:-2])


@pytest.mark.parametrize(
    ("exit_code", "delivery"),
    [(0, Delivery(shown=None, how="osascript")), (1, Delivery(shown=False, how="osascript", reason="refused"))],
)
def test_what_osascript_says_is_all_that_is_known(exit_code: int, delivery: Delivery) -> None:
    host = mac(command(macos.argv("T", "b"), exit=exit_code))
    assert macos.show("T", "b", host) == delivery


def test_one_that_hangs_was_not_heard_of() -> None:
    host = mac({"argv": macos.argv("T", "b"), "failure": "timeout"})
    assert macos.show("T", "b", host) == Delivery(shown=False, how="osascript", reason="no_answer")


@pytest.mark.parametrize("manager", ["Background\n", "System\n"])
def test_a_session_without_a_screen_shows_nothing(manager: str) -> None:
    assert macos.available(mac(manager=manager)) == Delivery(shown=False, how="osascript", reason="no_session")
    assert macos.show("T", "b", mac(manager=manager)).shown is False


def test_without_osascript_there_is_no_tool() -> None:
    assert macos.available(computer("macos")) == Delivery(shown=False, how="osascript", reason="no_tool")


def test_plyer_comes_first_where_its_part_is_there_and_osascript_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(macos, "_has_plyers_part", lambda: True)
    host = mac(command(macos.argv("T", "b")))
    assert macos.show("T", "b", host, lambda *_, **__: Delivery(shown=None, how="plyer")).how == "plyer"
    failed = Delivery(shown=False, how="plyer", reason="failed")
    assert macos.show("T", "b", host, lambda *_, **__: failed) == Delivery(shown=None, how="osascript")


@pytest.mark.parametrize(
    ("shown", "reason", "state"),
    [
        (True, None, "working"),
        (None, None, "working"),
        (False, "no_server", "unavailable"),
        (False, "off_by_user", "off_by_user"),
        (False, "off_by_policy", "off_by_policy"),
    ],
)
def test_the_status_document_says_it_in_its_own_words(shown: bool | None, reason: str | None, state: str) -> None:
    assert notify.state(Delivery(shown=shown, how="x", reason=reason)) == state
