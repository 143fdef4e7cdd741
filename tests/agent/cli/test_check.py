"""``watchword check`` and ``explain``, as their user runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agent.paths import Paths
from agent.status import load
from config.practices import practices
from tests.agent.cli.conftest import Watchword

CHECKS = ["screen_lock", "app_updates", "password_manager", "two_step", "breach", *practices()]


def a_recording(tmp_path: Path, **facts: Any) -> str:
    path = tmp_path / "laptop.json"
    path.write_text(json.dumps({"format": "watchword.recording/1", "system": "linux", **facts}))
    return str(path)


def statuses(document: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["status"] for row in document["checks"]}


def test_json_on_stdout_is_one_whole_document_and_nothing_else(watchword: Watchword) -> None:
    done = watchword("check", "--json")
    document = load(done.stdout.encode())
    assert sorted(row.id for row in document.checks) == sorted(CHECKS)
    assert done.stderr == ""
    assert done.returncode in (1, 3)


def test_what_check_found_is_what_status_shows(watchword: Watchword) -> None:
    checked = watchword("check", "--json")
    shown = watchword("status", "--json")
    assert shown.stdout == checked.stdout
    assert shown.returncode == checked.returncode
    assert watchword("status").stdout == watchword("status", "--plain").stdout != ""


def test_one_check_by_name_is_shown_alone_and_leaves_the_rows_of_the_others(watchword: Watchword) -> None:
    watchword("check", "--json")
    document = json.loads(watchword("check", "two_step", "--json").stdout)
    assert list(statuses(document)) == ["two_step"]
    kept = json.loads(watchword("status", "--json").stdout)
    assert sorted(statuses(kept)) == sorted(CHECKS)
    assert sum(kept["summary"]["counts"].values()) == len(CHECKS)


def test_a_name_that_is_no_check_is_noticed_among_those_switched_off(watchword: Watchword, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[checks]\ndisabled = ["screenlock"]\n')
    done = watchword("check", "two_step", "--config", str(path))
    assert "checks.disabled names 'screenlock', which is no check" in done.stderr


def test_since_stays_while_a_finding_stays_as_it_is(watchword: Watchword) -> None:
    first = json.loads(watchword("check", "--json", "two_step").stdout)
    second = json.loads(watchword("check", "--json", "two_step").stdout)
    assert first["checks"][0]["since"] == second["checks"][0]["since"]
    assert first["device"]["id"] == second["device"]["id"]


def test_piped_output_has_no_colours_and_no_progress(watchword: Watchword) -> None:
    done = watchword("check")
    assert "\033" not in done.stdout + done.stderr
    assert "These checks cover settings only." in done.stdout


def test_a_check_that_does_not_exist_is_wrong_usage(watchword: Watchword) -> None:
    done = watchword("check", "screenlock")
    assert done.returncode == 2
    assert done.stderr.startswith("watchword: there is no check 'screenlock'")
    assert done.stdout == ""


def test_an_empty_recording_never_passes(watchword: Watchword, tmp_path: Path) -> None:
    for system in ("linux", "windows", "macos"):
        done = watchword("check", "--json", "--replay", a_recording(tmp_path, system=system))
        assert "pass" not in statuses(json.loads(done.stdout)).values(), system
        assert done.returncode in (1, 3)


def test_a_replay_keeps_nothing(watchword: Watchword, tmp_path: Path) -> None:
    watchword("check", "--replay", a_recording(tmp_path))
    assert not Path(Paths.here().status).exists()
    assert not Path(Paths.here().store).exists()


def test_a_recording_may_come_from_standard_input(watchword: Watchword, tmp_path: Path) -> None:
    path = Path(a_recording(tmp_path))
    from_file = json.loads(watchword("check", "--json", "--replay", str(path)).stdout)
    from_pipe = json.loads(watchword("check", "--json", "--replay", "-", input=path.read_text()).stdout)
    assert statuses(from_file) == statuses(from_pipe)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"format": "watchword.recording/2", "system": "linux"}', '{"format": "watchword.recording/1"}',
     '{"format": "watchword.recording/1", "system": "amiga"}',
     '{"format": "watchword.recording/1", "system": "linux", "commands": [{"argv": 3}]}'],
)  # fmt: skip
def test_a_malformed_recording_is_one_clear_line_and_exit_2(content: str, watchword: Watchword, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    done = watchword("check", "--json", "--replay", str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"watchword: {path}: ")
    assert done.stderr.count("\n") == 1


def test_a_settings_file_with_mistakes_is_named_with_key_and_allowed_values(
    watchword: Watchword, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('profle = "standard"\n')
    done = watchword("check", "--config", str(path))
    assert done.returncode == 2
    assert "profle" in done.stderr
    assert "did you mean" in done.stderr
    assert "profile" in done.stderr


def test_a_check_that_is_switched_off_says_so(watchword: Watchword, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[checks]\ndisabled = ["breach"]\n')
    document = json.loads(watchword("check", "breach", "--json", "--config", str(path)).stdout)
    assert statuses(document) == {"breach": "disabled"}


def test_the_recordings_own_settings_count(watchword: Watchword, tmp_path: Path) -> None:
    path = a_recording(tmp_path, config={"profile": "heightened"})
    document = json.loads(watchword("check", "--json", "--replay", path).stdout)
    assert document["policy"]["profile"] == "heightened"


def test_a_home_that_cannot_be_written_does_not_stop_the_checks(
    watchword: Watchword, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "file").write_text("")
    monkeypatch.setenv("HOME", str(own_home / "file"))
    done = watchword("check", "two_step")
    assert done.returncode == 4
    assert "Two-step" in done.stdout
    assert done.stderr.startswith("watchword: ")


def test_explain_shows_what_a_result_rests_on(watchword: Watchword) -> None:
    done = watchword("explain", "app_updates")
    assert "How we know: read from this computer" in done.stdout
    assert "Reason: app_updates." in done.stdout


def test_status_before_the_first_check_says_what_to_do(watchword: Watchword) -> None:
    done = watchword("status", "--json")
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr == "watchword: nothing has been checked yet. Run `watchword check`.\n"


def test_a_damaged_status_file_is_never_passed_on(watchword: Watchword) -> None:
    watchword("check", "two_step")
    path = Path(Paths.here().status)
    path.write_bytes(path.read_bytes()[:-40])
    done = watchword("status", "--json")
    assert done.returncode == 4
    assert done.stdout == ""
    assert "is damaged" in done.stderr


@pytest.mark.parametrize("command", [("status",), ("status", "--json"), ("doctor",), ("check", "two_step")])
@pytest.mark.parametrize("instead", ["pipe", "endless"])
def test_what_is_not_a_file_in_the_place_of_status_json_is_not_waited_for(
    command: tuple[str, ...], instead: str, watchword: Watchword
) -> None:
    path = Path(Paths.here().status)
    path.parent.mkdir(parents=True)
    if instead == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    done = watchword(*command, timeout=30)
    if command[0] == "check":
        assert done.returncode == 3
        assert load(path.read_bytes())
    else:
        assert done.returncode == 4
        assert "Not a regular file" in done.stdout + done.stderr


def test_a_recording_without_an_end_is_refused(watchword: Watchword) -> None:
    done = watchword("check", "--replay", "/dev/zero")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "watchword: /dev/zero: is not a regular file; - reads standard input\n"


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_recording_that_is_a_pipe_is_not_waited_for(watchword: Watchword, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = watchword("check", "--replay", str(tmp_path / "pipe"), timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("/pipe: is not a regular file; - reads standard input\n")


def test_a_recording_that_is_too_large_is_refused(watchword: Watchword, tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(1024**3)
    done = watchword("check", "--replay", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"watchword: {path}: is larger than 64 MiB, which no recording needs to be\n"


@pytest.mark.parametrize(
    "argument", ["--replay=/no/\x1b[31mevil", "\x1b[31mevil", "--\x1b[31mevil", "--config=/no/\x1b[31m"]
)
def test_what_was_typed_is_not_printed_raw(watchword: Watchword, argument: str) -> None:
    done = watchword("check", argument)
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("flatpak") is None, reason="flatpak is not installed")
def test_to_check_creates_nothing_beside_our_own_folders(watchword: Watchword) -> None:
    watchword("check")
    home = Path(os.environ["HOME"])
    created = [path for path in home.rglob("*") if path.is_file()]
    assert created
    assert {path.parent.name for path in created} == {"watchword"}
    assert not (home / ".local/share/flatpak").exists()


def test_a_name_of_a_desktop_that_is_too_long_is_shortened(watchword: Watchword, tmp_path: Path) -> None:
    for name in ("a" * 100_000, "b" * 100_000 + ":wlroots"):
        recording = a_recording(tmp_path, env={"XDG_CURRENT_DESKTOP": name, "WAYLAND_DISPLAY": "wayland-0"})
        done = watchword("check", "screen_lock", "--json", "--replay", recording)
        (row,) = json.loads(done.stdout)["checks"]
        assert row["reason"] != "bad_answer"
        assert row["facts"]["desktop"] == name[0] * 60
        assert len(watchword("explain", "screen_lock", "--replay", recording).stdout) < 5000


def test_what_a_recording_says_cannot_move_the_cursor_or_break_the_document(
    watchword: Watchword, tmp_path: Path
) -> None:
    for said in ("GN\x1b[31mOME", "GN\ud800OME"):
        recording = a_recording(tmp_path, env={"XDG_CURRENT_DESKTOP": said})
        for command in (("explain", "screen_lock"), ("check", "--json")):
            done = watchword(*command, "--replay", recording)
            assert done.returncode == 3
            assert done.stderr == ""
            assert "\x1b" not in done.stdout
            assert "GN\ufffd" in done.stdout


def test_rows_of_other_checks_keep_their_titles(watchword: Watchword) -> None:
    watchword("check", "two_step", "screen_lock")
    watchword("check", "two_step")
    assert "Screen lock: " in watchword("status").stdout


def test_rows_of_a_removed_account_do_not_stay(watchword: Watchword) -> None:
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    assert "Work" in watchword("check", "two_step").stdout
    watchword("accounts", "remove", "Work")
    watchword("check", "screen_lock")
    shown = watchword("status").stdout
    assert "Screen lock: " in shown
    assert "Work" not in shown


@pytest.mark.parametrize(("terminal", "columns"), [("xterm", 20), ("dumb", 80)])
def test_progress_fits_the_terminal(terminal: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setenv("COLUMNS", str(columns))
    import pty  # not there on Windows, where the other tests here run too

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "check", "two_step", "screen_lock"], stdout=subprocess.DEVNULL, stderr=theirs
    ) as running:
        os.close(theirs)
        screen = b""
        with suppress(OSError):  # Linux answers EIO once the other side is closed
            while part := os.read(ours, 4096):
                screen += part
        os.close(ours)
        assert running.wait(timeout=30) == 3
    if terminal == "dumb":
        assert screen == b""
    else:
        assert b"Checking: " in screen
        assert max(len(line) for line in screen.split(b"\r\x1b[K")) < columns
