"""The whole command line on Windows, in a home whose name no code page can spell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from agent import secrets
from agent.host import Unreadable
from tests.windows.conftest import Watchword

DEVICE_CHECKS = {"screen_lock", "app_updates", "password_manager"}
KEY = "0123456789abcdef0123456789abcdef"


def document(done: subprocess.CompletedProcess[bytes]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout.decode())


@pytest.fixture
def clean_vault() -> Any:
    """Nothing of ours in the Credential Vault, before and after."""
    secrets.remove(secrets.HIBP_KEY)
    yield
    secrets.remove(secrets.HIBP_KEY)


def test_check_answers_with_every_check_and_no_pass_from_silence(watchword: Watchword) -> None:
    done = watchword("check", "--json")
    found = document(done)
    statuses = {row["id"]: row["status"] for row in found["checks"]}
    assert set(statuses) >= DEVICE_CHECKS
    # Wine shows no lock, no updates and no manager: whatever is said about them, it is not that all is well.
    assert "pass" not in statuses.values()
    assert statuses["screen_lock"] == "unknown"
    assert "crashed" not in {row["reason"] for row in found["checks"]}
    assert found["device"]["platform"] == "windows"
    assert done.returncode in (1, 3)


def test_status_repeats_the_last_document_byte_for_byte(watchword: Watchword, own_home: Path) -> None:
    watchword("check", "--json")
    kept = (own_home / "AppData" / "Local" / "Watchword" / "status.json").read_bytes()
    done = watchword("status", "--json")
    assert done.stdout == kept
    assert done.returncode in (1, 3)
    assert b"Screen lock" in watchword("status", "--plain").stdout


def test_check_for_people_is_utf8_and_has_no_traceback(watchword: Watchword) -> None:
    done = watchword("check", "screen_lock", "--plain")
    assert "Screen lock" in done.stdout.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("scheme", "older", "newer"),
    [("winget", "10.0", "10.0.1"), ("dpkg", "1.0~rc1", "1.0"), ("chromium", "128.0.6613.119", "128.0.6613.120")],
)
def test_compare_answers(watchword: Watchword, scheme: str, older: str, newer: str) -> None:
    assert watchword("compare", scheme, older, newer).stdout.strip() == b"-1"
    done = watchword("compare", scheme, input=f"{newer}\t{older}\r\n{older}\t{older}\r\n".encode())
    assert done.stdout.split() == [b"1", b"0"]


def test_config_is_shown_and_checked(watchword: Watchword, own_home: Path) -> None:
    shown = watchword("config", "show")
    assert shown.returncode == 0
    assert b"profile" in shown.stdout
    bad = own_home / "ma première config.toml"
    bad.write_text('profile = "unknown"\n', encoding="utf-8")
    done = watchword("config", "check", str(bad))
    assert done.returncode == 2
    assert str(bad) in done.stderr.decode()
    bad.write_bytes('\ufeffprofile = "toolkit"  # résumé\r\n'.encode())
    assert watchword("config", "check", str(bad)).returncode == 0


def test_the_persons_own_settings_are_found_below_local_app_data(watchword: Watchword, own_home: Path) -> None:
    folder = own_home / "AppData" / "Local" / "Watchword"
    folder.mkdir()
    (folder / "config.toml").write_bytes('\ufeffprofile = "heightened"\r\n'.encode())
    assert document(watchword("check", "screen_lock", "--json"))["policy"]["profile"] == "heightened"


def test_an_account_is_added_listed_and_attested(watchword: Watchword) -> None:
    added = watchword("accounts", "add", "google", "--label", "Zoë's Łódź office", "--no-address")
    assert added.returncode == 0, added.stderr
    (account,) = document(watchword("accounts", "list", "--json"))
    assert account["label"] == "Zoë's Łódź office"
    assert "Zoë's Łódź office" in watchword("accounts", "list").stdout.decode()
    assert watchword("attest", "Zoë's Łódź office", "--method", "passkey").returncode == 0
    rows = document(watchword("check", "two_step", "--json"))["checks"]
    assert [(row["instance"], row["status"], row["basis"]) for row in rows] == [(account["id"], "pass", "attested")]


def test_a_secret_goes_into_the_credential_vault_and_out_again(watchword: Watchword, clean_vault: None) -> None:
    done = watchword("secret", "set", secrets.HIBP_KEY, input=f"{KEY}\r\n".encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert secrets.get(secrets.HIBP_KEY) == KEY
    assert watchword("secret", "remove", secrets.HIBP_KEY).returncode == 0
    assert secrets.get(secrets.HIBP_KEY) is None


@pytest.mark.parametrize("piped", ["zoë@münchen.example\r\n".encode(), "\ufeffzoë@münchen.example\n".encode()])
def test_an_address_of_any_letters_is_kept_in_the_credential_vault(watchword: Watchword, piped: bytes) -> None:
    assert watchword("accounts", "add", "google", "--label", "Mail", input=piped).returncode == 0
    (account,) = document(watchword("accounts", "list", "--json"))
    try:
        kept = secrets.get(secrets.address_name(account["id"]))
        assert isinstance(kept, str)
        assert kept.startswith("zoë@")
    finally:
        assert watchword("accounts", "remove", account["id"], "--yes").returncode in (0, 2)
        secrets.remove(secrets.address_name(account["id"]))


@pytest.mark.parametrize("left_open", [True, False])
def test_a_pipe_that_brings_no_address_is_no_address(own_home: Path, left_open: bool) -> None:
    """Whoever started us may leave a pipe open and never write to it, and a person would wait for ever."""
    adding = [sys.executable, "-m", "agent", "accounts", "add", "google", "--label", "Mail"]
    child = subprocess.Popen(adding, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin is not None
    try:
        if not left_open:
            child.stdin.close()
        assert child.wait(60) == 0
        assert child.stdout is not None
        assert child.stdout.read().startswith(b"Added Mail")
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            assert stream is not None
            stream.close()


def test_a_line_that_comes_a_little_late_is_read(own_home: Path) -> None:
    asking = "import sys; from agent.cli.ask import one_line; print('asked', flush=True); "
    asking += "print(one_line('?', sys.stdin, sys.stderr))"
    child = subprocess.Popen([sys.executable, "-c", asking], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"asked"
    time.sleep(0.5)
    assert child.communicate(b" the answer \r\nmore\r\n", timeout=60)[0].strip() == b"the answer"


def test_a_value_of_any_letters_comes_back_from_the_credential_vault_as_it_was() -> None:
    name = secrets.address_name("test-any-letters")
    try:
        assert secrets.store(name, "žluťoučký 設定 🗝@пример.example") is None
        assert secrets.get(name) == "žluťoučký 設定 🗝@пример.example"
    finally:
        assert secrets.remove(name) is True
    assert secrets.get(name) is None


def test_the_vault_holds_what_is_ours_under_our_own_name_only(clean_vault: None) -> None:
    assert not isinstance(secrets.get(secrets.HIBP_KEY), Unreadable)
    with pytest.raises(ValueError, match="not the name"):
        secrets.get("Chrome Safe Storage")


@pytest.mark.parametrize("name", ["a recording.json", "enregistrement d'été Łódź.json"])
def test_a_recorded_computer_is_judged(watchword: Watchword, own_home: Path, name: str) -> None:
    path = own_home / name
    computer = {"format": "watchword.recording/1", "system": "linux", "env": {"XDG_CURRENT_DESKTOP": "GNOME"}}
    path.write_text(json.dumps(computer), encoding="utf-8")
    found = document(watchword("check", "screen_lock", "--json", "--replay", str(path)))
    assert found["device"]["platform"] == "linux"
    assert [row["status"] for row in found["checks"]] == ["unknown"]
    piped = document(watchword("check", "screen_lock", "--json", "--replay", "-", input=path.read_bytes()))
    assert [row["reason"] for row in piped["checks"]] == [row["reason"] for row in found["checks"]]


def test_a_path_that_is_not_there_is_one_clear_line(watchword: Watchword) -> None:
    done = watchword("check", "--replay", r"C:\nö such\file.json")
    assert done.returncode == 2
    assert r"C:\nö such\file.json" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_document_is_replaced_while_others_read_it(watchword: Watchword, own_home: Path) -> None:
    watchword("check", "screen_lock", "--json")
    path = own_home / "AppData" / "Local" / "Watchword" / "status.json"
    stop, seen = threading.Event(), []

    def read_on() -> None:
        while not stop.is_set():
            try:
                with path.open("rb") as file:
                    data = file.read()
                    time.sleep(0.05)
            except PermissionError:  # it is being put in place at this moment
                continue
            seen.append(json.loads(data)["schema"])
            time.sleep(0.03)

    readers = [threading.Thread(target=read_on) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        codes = [watchword("check", "screen_lock", "--json").returncode for _ in range(3)]
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert set(codes) <= {1, 3}
    assert set(seen) == {"watchword.status/1"}
    assert [each.name for each in path.parent.glob(".status-*")] == []


def test_start_from_a_directory_with_spaces_and_any_letters(own_home: Path) -> None:
    folder = own_home / "Mes documents été"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "agent", "--version"],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ},
    )
    assert done.returncode == 0
    assert done.stdout.startswith(b"watchword ")
