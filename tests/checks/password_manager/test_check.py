"""The whole check: what counts together, what is read, and what is remembered."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.contract import Attestation, Status
from agent.host import Unreadable
from checks.password_manager import CHECK
from config.loader import default_settings
from tests.builders import NOW, DictMemory
from tests.checks.password_manager.computers import (
    BITWARDEN,
    CHROME,
    FIREFOX,
    HOME,
    Watched,
    add_on,
    extension,
    look,
    manifest,
    said,
    verdict,
    write,
)

FOUND = ("pass", "found")
NOT_FOUND = ("warn", "not_found")
UNREADABLE = ("unknown", "unreadable")

#: Every file that may be opened, and no other.
MAY_BE_READ = re.compile(
    r"/var/lib/dpkg/status"
    r"|/var/lib/pacman/local/[^/]+/desc"
    r"|(/snap|/var/lib/snapd/snap)/[^/]+/current/meta/snap\.yaml"
    r"|.*/applications/[^/]+\.desktop"
    r"|.*/(Secure )?Preferences"
    r"|.*/manifest\.json"
    r"|.*/profiles\.ini"
    r"|.*/extensions\.json"
)


def test_a_computer_with_nothing_on_it_is_warned() -> None:
    assert said(verdict()) == NOT_FOUND


def test_the_persons_running_manager_passes() -> None:
    process = {"pid": 7, "name": "keepassxc", "user": "person"}
    assert said(verdict(processes=[process])) == FOUND
    assert said(verdict(processes=[{**process, "user": "someone"}])) == NOT_FOUND
    assert said(verdict(processes=[{**process, "name": "keepassxc-proxy"}])) == NOT_FOUND


@pytest.mark.parametrize("name", ["gnome-keyring-d", "gnome-keyring-daemon", "kwalletd5", "kwalletd6", "seahorse"])
def test_trap_7_a_running_keyring_is_no_manager(name: str) -> None:
    assert said(verdict(processes=[{"pid": 7, "name": name, "user": "person"}])) == NOT_FOUND


PASS = "Package: pass\nStatus: install ok installed\nVersion: 1.7.4-6\n\n"


def test_a_command_counts_once_it_has_a_store() -> None:
    assert said(verdict({"/var/lib/dpkg/status": PASS})) == ("warn", "not_enabled")
    store = {f"{HOME}/.password-store/.gpg-id": "ABCD"}
    assert said(verdict({"/var/lib/dpkg/status": PASS, **store})) == FOUND
    assert said(verdict(store)) == NOT_FOUND


def test_a_store_that_the_session_names_counts() -> None:
    files = {"/var/lib/dpkg/status": PASS, "/data/store/.gpg-id": "ABCD"}
    assert said(verdict(files, env={"PASSWORD_STORE_DIR": "/data/store"})) == FOUND


def test_an_unconfirmed_id_needs_a_second_source() -> None:
    flatpak = {"/var/lib/flatpak/app/pw.buttercup.Desktop/current/active/metadata": ""}
    assert said(verdict(flatpak)) == ("warn", "retired")
    robo = add_on(key="rf-firefox@siber.com")
    assert said(verdict(robo)) == ("unknown", "unconfirmed")
    in_chrome = extension(key="pnlccmojcmeohlpggmfnbbiapkmbliob")
    assert said(verdict(robo | in_chrome)) == FOUND


def test_an_attestation_counts_for_the_days_of_the_profile() -> None:
    days = default_settings().profile.attestation_days.habit
    for age, expected in ((days - 1, ("pass", "attested")), (days + 1, ("unknown", "expired"))):
        statement = Attestation(
            subject="laptop", statement="password_manager.kind", answer="phone", at=NOW - timedelta(days=age)
        )
        assert said(verdict(attestations=(statement,))) == expected


def test_findings_carry_catalogue_names_and_no_other_extensions() -> None:
    files = extension() | add_on()
    path = f"{CHROME}/Default/Preferences"
    files[path] = files[path].replace(
        '"settings": {', '"settings": {"' + "a" * 32 + '": {"manifest": {"name": "Secret"}}, '
    )
    finding = verdict(files)
    shown = str(finding.facts) + str(finding.items)
    assert "Secret" not in shown
    assert HOME not in shown
    assert "a" * 32 not in shown


def a_home(home: Path) -> None:
    write(home, extension(disable_reasons=[1]) | extension(f"{CHROME}/Profile 1") | add_on())
    secrets = [
        f"{CHROME}/Default/Login Data",
        f"{CHROME}/Default/Web Data",
        f"{CHROME}/Default/Cookies",
        f"{CHROME}/Local State",
        f"{FIREFOX}/abc.default/logins.json",
        f"{FIREFOX}/abc.default/key4.db",
        f"{FIREFOX}/abc.default/prefs.js",
        f"{HOME}/Passwords.kdbx",
        f"{HOME}/.password-store/.gpg-id",
        f"{HOME}/.password-store/bank.gpg",
        f"{HOME}/.local/share/keyrings/login.keyring",
        f"{HOME}/.config/Bitwarden/data.json",
    ]
    write(home, dict.fromkeys(secrets, "secret"))


def test_no_vault_and_no_login_database_is_ever_opened(own_home: Path) -> None:
    a_home(own_home)
    host = Watched()
    assert said(look(host)) == FOUND
    assert [path for path in host.opened if not MAY_BE_READ.fullmatch(path)] == []
    assert len([path for path in host.opened if path.startswith(str(own_home))]) >= 6


def browser_files(host: Watched) -> list[str]:
    return [path for path in host.opened if path.endswith(("Preferences", "extensions.json", "profiles.ini"))]


def test_a_round_in_which_nothing_changed_reads_no_browser_file(own_home: Path) -> None:
    a_home(own_home)
    memory = DictMemory()
    first = look(Watched(), memory)
    host = Watched()
    assert look(host, memory).items == first.items
    assert browser_files(host) == []


def test_a_changed_file_is_read_again(own_home: Path) -> None:
    write(own_home, extension())
    memory = DictMemory()
    assert said(look(Watched(), memory)) == FOUND
    write(own_home, extension(disable_reasons=[1]), age=timedelta(minutes=1))
    assert said(look(Watched(), memory)) == ("warn", "not_enabled")


def test_files_that_vanish_beside_an_unchanged_entry_are_noticed(own_home: Path) -> None:
    write(own_home, extension())
    memory = DictMemory()
    assert said(look(Watched(), memory)) == FOUND
    (own_home / f".config/google-chrome/Default/Extensions/{BITWARDEN}/2026.1.0_0/manifest.json").unlink()
    assert said(look(Watched(), memory)) == NOT_FOUND


def test_a_file_that_changed_this_second_is_not_remembered(own_home: Path) -> None:
    write(own_home, extension(), age=timedelta())
    memory = DictMemory()
    assert said(look(Watched(), memory)) == FOUND
    write(own_home, extension(disable_reasons=[1]), age=timedelta())
    assert said(look(Watched(), memory)) == ("warn", "not_enabled")


def test_asking_by_name_reads_everything_anew(own_home: Path) -> None:
    a_home(own_home)
    memory = DictMemory()
    look(Watched(), memory)
    host = Watched()
    look(host, memory, fresh=True)
    assert len(browser_files(host)) == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: "nonsense",
        lambda stored: {**stored, "edition": [0, 0]},
        lambda stored: {**stored, "files": []},
        lambda stored: {
            **stored,
            "files": {path: [known[0], {"extensions": 3}] for path, known in stored["files"].items()},
        },
    ],
)
def test_a_memory_that_makes_no_sense_is_no_memory(own_home: Path, spoil: Any) -> None:
    write(own_home, extension())
    memory = DictMemory()
    look(Watched(), memory)
    (key,) = memory.values
    memory.values[key] = spoil(memory.values[key])
    host = Watched()
    assert said(look(host, memory)) == FOUND
    assert browser_files(host) != []


def test_what_is_gone_is_forgotten(own_home: Path) -> None:
    a_home(own_home)
    memory = DictMemory()
    look(Watched(), memory)
    (own_home / ".config/google-chrome/Profile 1/Preferences").unlink()
    look(Watched(), memory)
    assert "Profile 1/Preferences" not in json.dumps(memory.values)


class ForAnother(Watched):
    """A home that the agent may not enter, whoever runs the tests: root could read it all the same."""

    def __init__(self, forbidden: str) -> None:
        super().__init__()
        self.forbidden = f"{self.home}/{forbidden}"

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        return Unreadable("denied", path) if path.startswith(self.forbidden + "/") else super().read_bytes(path)

    def glob(self, pattern: str) -> list[str]:
        return [path for path in super().glob(pattern) if not path.startswith(self.forbidden + "/")]

    def query(self, name: str, *args: str) -> Any:
        return Unreadable("denied", name) if args[0].startswith(self.forbidden + "/") else super().query(name, *args)


@pytest.mark.parametrize(
    "forbidden",
    [".config", ".config/google-chrome", ".config/google-chrome/Profile 1", ".mozilla", ".mozilla/firefox/abc.default"],
)
def test_a_directory_that_may_not_be_entered_is_unknown(own_home: Path, forbidden: str) -> None:
    write(own_home, extension(disable_reasons=[1]) | extension(f"{CHROME}/Profile 1", disable_reasons=[1]))
    write(own_home, add_on(active=False))
    assert said(look(Watched())) == ("warn", "not_enabled")
    assert said(look(ForAnother(forbidden))) == UNREADABLE


class Torn(Watched):
    """A computer on which the first reading of a file catches it half written."""

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        data = super().read_bytes(path)
        return data[: len(data) // 2] if isinstance(data, bytes) and self.opened.count(path) == 1 else data


def test_a_file_caught_half_written_is_read_once_more(own_home: Path) -> None:
    write(own_home, extension())
    assert said(look(Torn())) == FOUND


def test_a_file_too_large_to_read_is_unknown(own_home: Path) -> None:
    write(own_home, {f"{CHROME}/Default/Preferences": " "})
    with (own_home / ".config/google-chrome/Default/Preferences").open("r+b") as file:
        file.truncate(33 * 1024 * 1024)
    assert said(look(Watched())) == UNREADABLE


def test_a_pipe_in_place_of_a_file_does_not_hang(own_home: Path) -> None:
    (own_home / ".config/google-chrome/Default").mkdir(parents=True)
    os.mkfifo(own_home / ".config/google-chrome/Default/Preferences")
    assert said(look(Watched())) == UNREADABLE


def test_a_profile_left_for_months_is_not_in_use(own_home: Path) -> None:
    write(own_home, extension(), age=timedelta(days=120))
    assert said(look(Watched())) == ("warn", "not_in_use")
    write(own_home, add_on(), age=timedelta(days=1))
    write(own_home, {f"{FIREFOX}/abc.default/prefs.js": ""}, age=timedelta(days=120))
    assert said(look(Watched())) == ("warn", "not_in_use")


def test_a_profile_written_in_the_future_was_used_nobody_knows_when(own_home: Path) -> None:
    write(own_home, extension(), age=timedelta(hours=-23))
    assert said(look(Watched())) == FOUND
    write(own_home, extension(), age=timedelta(days=-2))
    assert said(look(Watched())) == ("unknown", "unconfirmed")


def test_a_firefox_profile_without_settings_was_used_nobody_knows_when(own_home: Path) -> None:
    files = add_on()
    del files[f"{FIREFOX}/abc.default/prefs.js"]
    write(own_home, files)
    assert said(look(Watched())) == ("unknown", "unconfirmed")


PATHS = [
    "/var/lib/dpkg/status",
    f"{CHROME}/Default/Preferences",
    f"{CHROME}/Default/Secure Preferences",
    f"{CHROME}/Default/Extensions/{BITWARDEN}/2026.1.0_0/manifest.json",
    f"{FIREFOX}/profiles.ini",
    f"{FIREFOX}/abc.default/extensions.json",
    "/snap/bitwarden/current/meta/snap.yaml",
    "/usr/share/applications/bitwarden.desktop",
]


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(PATHS), st.text(max_size=40) | st.just({"denied": True})))
def test_nonsense_in_any_file_never_becomes_a_pass(files: dict[str, Any]) -> None:
    assert verdict(files).status in (Status.WARN, Status.UNKNOWN)


@settings(max_examples=60)
@given(st.sampled_from(sorted(extension() | add_on())), st.integers(0, 400), st.binary(max_size=3))
def test_a_spoilt_byte_anywhere_is_met_with_an_answer(path: str, position: int, change: bytes) -> None:
    files = extension() | add_on() | manifest(f"{HOME}/x")
    text = files.get(path, "").encode()
    files[path] = (text[:position] + change + text[position + len(change) :]).decode("utf-8", "replace")
    assert verdict(files).reason in CHECK.reasons
