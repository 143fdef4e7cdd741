"""Native calls on a live Windows. What Wine cannot answer must be ``Unreadable``; docs/untested.md lists it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.host import Unreadable
from agent.host.live import LiveHost
from agent.host.native.windows import QUERIES

assert sys.platform == "win32"

VIDEO = "7516b95f-f776-4464-8c53-06167f40cc99"
VIDEO_IDLE = "3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e"


def reason(answer: Any) -> str:
    assert isinstance(answer, Unreadable), answer
    return answer.reason


@pytest.mark.parametrize("source", ["ac", "dc"])
def test_a_power_plan_that_nobody_keeps_is_unsupported(host: LiveHost, source: str) -> None:
    """Wine has the function, which says that it is not implemented."""
    assert reason(host.query("power_setting", VIDEO, VIDEO_IDLE, source)) == "unsupported"
    assert reason(host.query("power_setting", f"{{{VIDEO.upper()}}}", VIDEO_IDLE, source)) == "unsupported"


@pytest.mark.parametrize("arguments", [("x", VIDEO_IDLE, "ac"), (VIDEO, "", "ac"), (VIDEO, VIDEO_IDLE, "AC")])
def test_a_power_setting_that_cannot_exist_is_unsupported(host: LiveHost, arguments: tuple[str, ...]) -> None:
    assert reason(host.query("power_setting", *arguments)) == "unsupported"


def test_how_the_computer_sleeps_is_three_answers(host: LiveHost) -> None:
    answer = host.query("power_capabilities")
    assert {name: type(value) for name, value in answer.items()} == {
        "modern_standby": bool,
        "older_sleep": bool,
        "batteries": bool,
    }


def test_whether_there_is_a_battery_agrees_with_the_hardware(host: LiveHost) -> None:
    """Wine asks the real computer, which shows its batteries below Z:\\sys."""
    batteries = list(Path(r"Z:\sys\class\power_supply").glob("BAT*"))
    assert host.query("battery_present") is bool(batteries)


def test_the_screen_saver_is_known_as_far_as_windows_tells(host: LiveHost) -> None:
    """Wine has no answer to whether it asks for a password: then nothing is said about it, least of all yes."""
    answer = host.query("screensaver")
    assert answer == {"active": answer["active"], "timeout_seconds": answer["timeout_seconds"]}
    assert (type(answer["active"]), type(answer["timeout_seconds"])) == (bool, int)


def test_a_session_that_does_not_say_whether_it_is_locked_is_not_called_unlocked(host: LiveHost) -> None:
    assert reason(host.query("session_locked")) == "failed"


def test_the_version_of_a_program_is_four_numbers(host: LiveHost, own_home: Path) -> None:
    original = os.path.join(os.environ["SYSTEMROOT"], "system32", "kernel32.dll")
    copy = own_home / "Mój program.exe"
    shutil.copyfile(original, copy)
    version = host.query("file_version", original)
    assert [part.isdecimal() for part in version.split(".")] == [True] * 4
    assert host.query("file_version", str(copy)) == version


def test_a_file_without_a_version_has_none_and_no_file_is_no_version(host: LiveHost, own_home: Path) -> None:
    (own_home / "a.exe").write_bytes(b"MZ" + bytes(100))
    assert reason(host.query("file_version", str(own_home / "a.exe"))) in ("empty", "failed")
    assert reason(host.query("file_version", str(own_home))) in ("empty", "failed")
    assert host.query("file_version", str(own_home / "b.exe")) is None


def test_known_folders_do_not_depend_on_the_environment(host: LiveHost, monkeypatch: pytest.MonkeyPatch) -> None:
    before = host.query("known_folder", "local_app_data")
    monkeypatch.setenv("LOCALAPPDATA", r"C:\elsewhere")
    assert LiveHost().query("known_folder", "local_app_data") == before
    assert os.path.isdir(before)
    assert host.query("known_folder", "windows").lower() == os.environ["SYSTEMROOT"].lower()
    assert host.query("known_folder", "program_files_x86") == os.environ["PROGRAMFILES(X86)"]
    assert reason(host.query("known_folder", "nonsense")) == "unsupported"


def test_every_answer_can_be_recorded(host: LiveHost) -> None:
    arguments = {
        "power_setting": (VIDEO, VIDEO_IDLE, "ac"),
        "file_version": (os.path.join(os.environ["SYSTEMROOT"], "system32", "kernel32.dll"),),
        "known_folder": ("profile",),
        "mtime": ("C:\\windows",),
        "distrust": ("C:\\windows\\win.ini",),
    }
    for name in QUERIES:
        answer = host.query(name, *arguments.get(name, ()))
        if not isinstance(answer, Unreadable):
            assert json.loads(msgspec.json.encode(answer)) == answer


def test_the_person_and_their_home_are_known(host: LiveHost, own_home: Path) -> None:
    assert host.user.name == os.environ["USERNAME"]
    assert host.home == str(own_home)
    assert host.user.uid == -1


def test_whether_notifications_are_welcome_is_one_of_the_documented_numbers(host: LiveHost) -> None:
    answer = host.query("notification_state")
    assert reason(answer) in ("failed", "unsupported") if isinstance(answer, Unreadable) else answer in range(1, 8)


def test_power_now_is_known_as_far_as_the_hardware_tells(host: LiveHost) -> None:
    answer = host.query("power_now")
    assert answer["plugged"] in (True, False, None)
    assert answer["percent"] is None or 0 <= answer["percent"] <= 100
    assert isinstance(answer["saver"], bool)
