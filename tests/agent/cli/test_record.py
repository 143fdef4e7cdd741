"""`watchword record` on this very computer."""

import argparse
import getpass
import io
import json
import os
import stat
from pathlib import Path

import pytest

from agent.cli import record
from agent.host.recording import load
from agent.recorder import Difference, Taken
from tests.agent.cli.conftest import Watchword


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person with an empty settings folder and nothing remembered; the folder for recordings."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    return tmp_path


def ask(*arguments: str) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    record.add_parser(parser.add_subparsers())
    args = parser.parse_args(["record", *arguments])
    out, err = io.StringIO(), io.StringIO()
    return args.handler(args, io.StringIO(), out, err), out.getvalue(), err.getvalue()


def test_this_computer_is_recorded_and_judged_the_same(tmp_path: Path) -> None:
    path = tmp_path / "laptop.json"
    code, out, err = ask(str(path))
    assert (code, out) == (0, ""), err
    assert "every check says the same" in err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    recording = load(path.read_bytes(), "laptop.json")
    assert recording.taken_at is not None
    assert recording.config == {"profile": "standard"}
    assert os.listdir(tmp_path).count("laptop.json") == 1
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".watchword")]
    if getpass.getuser() != "root":
        assert recording.user is not None
        assert recording.user.name == "person"


def test_without_a_file_it_goes_to_standard_output_and_words_do_not(person: Path) -> None:
    (person / "XDG_CONFIG_HOME" / "watchword").mkdir()
    (person / "XDG_CONFIG_HOME" / "watchword" / "config.toml").write_text(
        '[[accounts]]\nservice = "google"\nlabel = "Secret Santa"\naddress = "jo.bloggs@office.example"\n'
    )
    code, out, err = ask()
    assert code == 0, err
    assert json.loads(out)["config"]["accounts"] == [
        {"service": "google", "label": "Account 1", "address": "account1@example.invalid"}
    ]
    assert "Santa" not in out
    assert "bloggs" not in out
    assert "1 address of an account, 1 name of an account" in err


def test_a_file_that_is_there_is_not_replaced_without_force(tmp_path: Path) -> None:
    path = tmp_path / "laptop.json"
    path.write_text("mine")
    code, _, err = ask(str(path))
    assert code == 2
    assert "is there already" in err
    assert path.read_text() == "mine"


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "laptop.json"
    path.symlink_to(tmp_path / "elsewhere")
    assert ask(str(path))[0] == 2
    assert not (tmp_path / "elsewhere").exists()


def test_with_force_a_file_is_replaced_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "laptop.json"
    path.write_text("mine")
    path.chmod(0o644)
    assert ask("--force", str(path))[0] == 0
    assert load(path.read_bytes()).format == "watchword.recording/1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("name", "said"), [("none/x.json", "there is no such directory"), (".", "is a directory")])
def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path, name: str, said: str) -> None:
    code, out, err = ask(str(tmp_path / name))
    assert (code, out) == (2, "")
    assert said in err


def test_wrong_settings_are_wrong_usage(tmp_path: Path, watchword: Watchword) -> None:
    done = watchword("record", "--config", str(tmp_path / "none.toml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no such file" in done.stderr


def test_a_file_that_appears_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "laptop.json"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        record._write(str(path), b"ours", force=False)
    assert path.read_text() == "mine"
    assert os.listdir(tmp_path).count("laptop.json") == 1


def test_checks_that_come_out_differently_are_named() -> None:
    empty = load(b'{"format": "watchword.recording/1", "system": "linux", "redacted": {"mail_address": 1}}')
    said = list(record._summary(Taken(empty, (Difference("screen_lock", ("pass (ok)",), ("unknown (x)",)),)), "a"))
    assert "  screen_lock: here pass (ok); from the recording unknown (x)" in said
    assert "Replaced by stand-ins: 1 email address." in said
