from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.conftest import Watchword


def listed(watchword: Watchword) -> list[dict[str, Any]]:
    done = watchword("accounts", "list", "--json")
    assert done.returncode == 0
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def kept_files(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_at_first_there_are_none_and_it_says_how_to_begin(watchword: Watchword) -> None:
    done = watchword("accounts", "list")
    assert done.returncode == 0
    assert "watchword accounts add google" in done.stdout
    assert listed(watchword) == []


def test_an_added_account_is_listed_without_an_answer_yet(watchword: Watchword) -> None:
    done = watchword("accounts", "add", "google", "--label", "Work email", "--no-address")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = listed(watchword)
    assert row["id"] in done.stdout
    assert (row["service"], row["name"], row["label"], row["address"]) == ("google", "Google", "Work email", False)
    assert (row["origin"], row["second_step"]["status"], row["second_step"]["reason"]) == (
        "person",
        "unknown",
        "no_answer",
    )
    assert "Work email" in watchword("accounts", "list").stdout


@pytest.mark.parametrize(("name", "service"), [("Instagram", "instagram"), ("gmail", "google"), ("twitter.com", "x")])
def test_a_service_may_be_given_by_name_and_lends_its_name_as_label(
    watchword: Watchword, name: str, service: str
) -> None:
    assert watchword("accounts", "add", name, "--no-address").returncode == 0
    (row,) = listed(watchword)
    assert (row["service"], row["label"]) == (service, row["name"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "gogle"], "did you mean google?"),
        (["add", "zzzz"], "known are google,"),
        (["add", "google", "--label", " "], "allowed: one line of 1 to 80 characters"),
        (["add", "google", "--label", "two\nlines"], "allowed: one line"),
        (["add", "google", "--label", "alex@example.org"], "an address is not a label"),
        (["edit", "work"], "no accounts are listed yet"),
        (["remove", "work"], "no accounts are listed yet"),
    ],
)
def test_a_wrong_word_is_one_clear_line(watchword: Watchword, arguments: list[str], message: str) -> None:
    done = watchword("accounts", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_same_account_is_not_added_twice(watchword: Watchword) -> None:
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    done = watchword("accounts", "add", "google", "--label", "work", "--no-address")
    assert done.returncode == 2
    assert "choose another label" in done.stderr
    assert len(listed(watchword)) == 1


def test_an_address_that_is_none_is_refused_and_not_repeated(watchword: Watchword) -> None:
    done = watchword("accounts", "add", "google", input="my-Secret-Passw0rd\n")
    assert done.returncode == 2
    assert "not an email address" in done.stderr
    assert "Passw0rd" not in done.stderr + done.stdout
    assert listed(watchword) == []


def test_without_a_keyring_the_account_works_and_the_address_is_kept_nowhere(
    watchword: Watchword, own_home: Path
) -> None:
    done = watchword("accounts", "add", "google", input="alex@example.org\n")
    assert done.returncode == 0
    assert "the address was not kept, because" in done.stderr
    assert [row["address"] for row in listed(watchword)] == [False]
    assert b"alex@example.org" not in kept_files(own_home)


def test_an_account_can_be_renamed_and_moved_to_another_service(watchword: Watchword) -> None:
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    (before,) = listed(watchword)
    done = watchword("accounts", "edit", "wor", "--label", "Office", "--service", "microsoft_work")
    assert done.returncode == 0
    (after,) = listed(watchword)
    assert (after["id"], after["label"], after["service"]) == (before["id"], "Office", "microsoft_work")


def test_what_is_known_of_the_accounts_is_up_to_date_as_soon_as_one_is_added_or_moved(watchword: Watchword) -> None:
    def second_steps() -> list[tuple[str | None, str]]:
        rows = json.loads(watchword("status", "--json").stdout)["checks"]
        return [(row["label"], row["reason"]) for row in rows if row["id"] == "two_step"]

    watchword("check", "two_step")
    assert second_steps() == [(None, "no_accounts")]
    watchword("accounts", "add", "x", "--label", "Campaign", "--no-address")
    assert second_steps() == [("Campaign", "no_answer")]
    watchword("attest", "Campaign", "--method", "security_key")
    assert second_steps() == [("Campaign", "strong")]
    done = watchword("accounts", "edit", "Campaign", "--service", "snapchat")
    assert "asked anew" in done.stderr
    assert second_steps() == [("Campaign", "no_answer")]


def test_an_edit_without_a_change_says_what_can_be_changed(watchword: Watchword) -> None:
    watchword("accounts", "add", "google", "--no-address")
    done = watchword("accounts", "edit", "google")
    assert done.returncode == 2
    assert "--label" in done.stderr


def test_a_removed_account_is_gone_and_its_name_is_free_again(watchword: Watchword) -> None:
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    assert "Removed Work" in watchword("accounts", "remove", "Work").stdout
    assert listed(watchword) == []
    assert watchword("accounts", "add", "google", "--label", "Work", "--no-address").returncode == 0


def test_a_name_that_means_two_accounts_asks_for_the_id(watchword: Watchword) -> None:
    for label in ("Work email", "Work phone"):
        watchword("accounts", "add", "google", "--label", label, "--no-address")
    done = watchword("accounts", "remove", "work")
    assert done.returncode == 2
    assert "can mean" in done.stderr
    assert len(listed(watchword)) == 2


def test_accounts_of_a_settings_file_are_listed_and_changed_only_there(watchword: Watchword, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[[accounts]]\nservice = "x"\nlabel = "Campaign"\naddress = "alex@example.org"\n')
    done = watchword("accounts", "list", "--json", "--config", str(file))
    (row,) = json.loads(done.stdout)
    assert (row["origin"], row["address"]) == ("settings", True)
    refused = watchword("accounts", "remove", "Campaign", "--config", str(file))
    assert refused.returncode == 2
    assert "settings file" in refused.stderr


def test_wrong_settings_are_told_and_nothing_is_changed(watchword: Watchword, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("profile = 3\n")
    done = watchword("accounts", "list", "--config", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "profile" in done.stderr


def test_where_nothing_can_be_kept_adding_is_refused_and_listing_works(
    watchword: Watchword, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(own_home / "file"))
    assert watchword("accounts", "list").returncode == 0
    done = watchword("accounts", "add", "google", "--no-address")
    assert (done.returncode, done.stdout) == (4, "")
    assert "could not be kept" in done.stderr


def test_a_pipe_that_never_brings_a_line_does_not_hang_it(own_home: Path) -> None:
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "agent", "accounts", "add", "google"],
            stdin=reading,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


KEYRING_SESSION = """
set -e
printf 'test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
W="$1 -m agent"
echo alex@example.org | $W accounts add google --label Work
$W accounts list --json
$1 -c "
from agent.accounts import known_accounts
from agent.cli.session import open_session
session = open_session()
known = known_accounts(session.loaded.settings, session.store)
print('ADDRESS', known.address(known.accounts[0]))"
echo sam@example.org | $W accounts edit Work --address
$W accounts edit Work --no-address
$W accounts list --json
"""


def test_with_a_real_keyring_the_address_is_kept_there_and_only_there(own_home: Path) -> None:
    for tool in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    runtime = own_home / "run"
    runtime.mkdir(mode=0o700)
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", KEYRING_SESSION, "bash", sys.executable],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
    )
    assert done.returncode == 0, done.stderr
    assert '"address": true' in done.stdout
    assert "ADDRESS alex@example.org" in done.stdout
    assert done.stdout.rstrip().endswith("]")
    assert '"address": false' in done.stdout.rpartition("Changed Work")[2]
    own = own_home / ".local" / "share" / "watchword"
    assert b"@example.org" not in kept_files(own)


@pytest.mark.parametrize("typed", [b"alex\xff@example.org\n", b"\xff\xfe\n", b"a" * 3_000_000])
def test_bytes_that_are_no_address_add_nothing(typed: bytes, watchword: Watchword) -> None:
    command = [sys.executable, "-m", "agent", "accounts", "add", "google"]
    done = subprocess.run(
        command, input=typed, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"watchword: that is not an email address; nothing was changed\n"
    assert json.loads(watchword("accounts", "list", "--json").stdout) == []


def write_list(folder: Path, text: str = "service,label,address\ngoogle,Work,alex@example.org\nx,Campaign,\n") -> str:
    path = folder / "accounts.csv"
    path.write_text(text)
    return str(path)


def test_a_list_is_imported_once_however_often(watchword: Watchword, tmp_path: Path, own_home: Path) -> None:
    done = watchword("accounts", "import", write_list(tmp_path))
    assert done.returncode == 0
    assert "Imported 2 accounts." in done.stdout
    assert "line 2: Work on Google, with an address" in done.stderr
    assert "1 of the addresses was not kept, because" in done.stderr
    assert sorted(row["label"] for row in listed(watchword)) == ["Campaign", "Work"]
    again = watchword("accounts", "import", write_list(tmp_path, "service,label\ngoogle,work\nx,Campaign\n"))
    assert (again.returncode, again.stdout) == (0, "There is nothing to import.\n")
    assert len(listed(watchword)) == 2
    assert b"alex@example.org" not in kept_files(own_home)


def test_one_bad_line_stops_all_unless_it_may_be_skipped(watchword: Watchword, tmp_path: Path) -> None:
    path = write_list(tmp_path, "service,label\ngoogle,Work\nnope nope,Bad\n")
    done = watchword("accounts", "import", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "line 3: there is no service 'nope nope'" in done.stderr
    assert listed(watchword) == []
    assert watchword("accounts", "import", "--skip-bad", path).returncode == 0
    assert [row["label"] for row in listed(watchword)] == ["Work"]


def test_a_dry_run_changes_nothing(watchword: Watchword, tmp_path: Path) -> None:
    done = watchword("accounts", "import", "--dry-run", write_list(tmp_path))
    assert (done.returncode, done.stdout) == (0, "Nothing was changed: 2 accounts.\n")
    assert listed(watchword) == []


def test_a_list_may_come_by_a_pipe(watchword: Watchword) -> None:
    done = watchword("accounts", "import", "-", input="label;service\nBüro;google\n")
    assert done.returncode == 0
    assert [row["label"] for row in listed(watchword)] == ["Büro"]


def test_a_list_that_is_not_there_is_one_clear_line(watchword: Watchword) -> None:
    done = watchword("accounts", "import", "/nowhere/list.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "watchword: '/nowhere/list.csv': cannot be read: No such file or directory\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("typed", "code", "count"), [("y\n", 0, 2), ("\n", 2, 0), ("n\n", 2, 0), ("\x04", 2, 0)])
def test_on_a_terminal_it_asks_before_it_imports(
    watchword: Watchword, tmp_path: Path, typed: str, code: int, count: int
) -> None:
    import pty

    reading, writing = pty.openpty()
    try:
        os.write(reading, typed.encode())
        path = write_list(tmp_path, "service,label\ngoogle,Work\nx,Campaign\n")
        done = subprocess.run(
            [sys.executable, "-m", "agent", "accounts", "import", path],
            stdin=writing,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert "Import 2 accounts? [y/N]" in done.stderr
    assert (done.returncode, len(listed(watchword))) == (code, count)
