"""pacman, from recordings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.replay import ReplayHost
from checks.app_updates.linux_managers import pacman
from tests.builders import NOW, command, computer
from tests.checks.app_updates.computers import DAY, DEBIAN, judged, mtime, outcome

EXTRA, OTHER, DESC = (
    "/var/lib/pacman/sync/extra.db",
    "/var/lib/pacman/sync/aur.db",
    "/var/lib/pacman/local/bash-5-1/desc",
)
TEXT = "linux 6.10.9.arch1-1 -> 6.10.10.arch1-1\nfirefox 153.0-1 -> 154.0-1\nzoom 1-1 -> 2-1 [ignored]\n"


def arch(
    stdout: str = "",
    code: int = 1,
    stderr: str = "",
    *,
    lists: tuple[str, ...] = (EXTRA,),
    age: float = 0,
    local: bool = True,
) -> ReplayHost:
    files: dict[str, Any] = {"/etc/os-release": "ID=arch\n", **{path: {"present": True} for path in lists}}
    if local:
        files[DESC] = "%NAME%\nbash\n"
    dates = [mtime(path, NOW - (age if path == EXTRA else 0) * DAY) for path in lists]
    return computer(commands=[command(pacman.COMMAND, stdout, code, stderr)], files=files, queries=dates)


def test_updates_are_read_and_an_ignored_one_is_held() -> None:
    finding = judged(arch(TEXT, 0))
    assert outcome(finding) == ("unknown", "age_unknown")
    assert {item.name: item.status.value for item in finding.items} == {
        "linux": "unknown",
        "Firefox": "unknown",
        "Zoom": "not_applicable",
    }


def test_silence_with_exit_1_is_a_pass_where_packages_and_lists_are_there() -> None:
    assert outcome(judged(arch())) == ("pass", "up_to_date")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        (arch(stderr="error: no usable package repositories configured.\n"), "unreadable"),
        (arch("", 0), "unreadable"),
        (arch("nonsense", 0), "unreadable"),
        (arch("firefox 1 2\n", 0), "unreadable"),
        (arch(code=127), "unreadable"),
        (arch(local=False), "unreadable"),
        (arch(lists=()), "no_lists"),
        (arch(age=30), "stale"),
        (arch(age=30, lists=(EXTRA, OTHER)), "stale"),
    ],
)
def test_what_proves_nothing_is_unknown(host: ReplayHost, reason: str) -> None:
    assert outcome(judged(host)) == ("unknown", reason)


def test_a_pacman_that_is_only_a_package_of_another_system_is_not_asked() -> None:
    files = {"/etc/os-release": DEBIAN}
    host = computer(commands=[command(pacman.COMMAND, TEXT, 0)], files=files)
    assert outcome(judged(host)) == ("unknown", "no_tool")


@given(st.text())
def test_no_output_makes_the_check_raise_or_pass_by_accident(text: str) -> None:
    for code in (0, 1):
        assert judged(arch(text, code)).reason != "up_to_date" or (code == 1 and not text.strip())


def test_a_fresh_list_of_one_repository_does_not_make_that_of_the_busiest_fresh() -> None:
    core = "/var/lib/pacman/sync/core.db"
    assert outcome(judged(arch(lists=(EXTRA, core), age=90))) == ("unknown", "stale")
    assert outcome(judged(arch(lists=(core,)))) == ("pass", "up_to_date")
