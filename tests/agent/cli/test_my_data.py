"""Having all of one's data, and having none left: as commands, with a background agent and a real keyring."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from agent.cli.forget_everything import said
from agent.forgetting import Forgotten, SwitchedOff, SwitchOff, forget_everything
from agent.locking import FileLock, is_held
from agent.paths import Paths
from agent.stopping import stop
from tests.agent.cli.conftest import Watchword
from tests.agent.planted import MARK, everything

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="a home as on Linux")


def left(home: Path) -> list[Path]:
    """Every file that is there."""
    return sorted(path for path in home.rglob("*") if not path.is_dir())


def traces(home: Path, *marks: str) -> list[tuple[Path, str]]:
    """Where any of these stands in a file's name or content."""
    found = []
    for path in left(home):
        text = str(path).encode() + path.read_bytes()
        found += [(path, mark) for mark in marks if mark.encode() in text]
    return found


# Having it


def test_it_is_one_private_file_that_takes_no_others_place(watchword: Watchword, tmp_path: Path) -> None:
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    path = tmp_path / "mine.zip"
    done = watchword("export-my-data", str(path))
    assert (done.returncode, done.stdout) == (
        0,
        f"Written to {path}. The addresses of your accounts are not in it.\n",
    )
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = watchword("export-my-data", str(path))
    assert (again.returncode, again.stdout) == (2, "")
    assert "--force" in again.stderr
    assert path.read_bytes() == before
    assert watchword("export-my-data", "--force", str(path)).returncode == 0
    assert [each.name for each in tmp_path.iterdir()] == ["mine.zip"]
    with zipfile.ZipFile(path) as zipped:
        assert [row["label"] for row in json.loads(zipped.read("data.json"))["accounts"]] == ["Work"]


@linux_only
def test_a_link_in_its_place_is_not_followed(watchword: Watchword, tmp_path: Path) -> None:
    (tmp_path / "link.zip").symlink_to(tmp_path / "target")
    assert watchword("export-my-data", str(tmp_path / "link.zip")).returncode == 2
    assert not (tmp_path / "target").exists()


def test_it_may_go_to_a_pipe(own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "export-my-data", "-"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    with zipfile.ZipFile(io.BytesIO(done.stdout)) as zipped:
        assert "summary.txt" in zipped.namelist()


def test_a_folder_that_is_not_there_is_one_clear_line(watchword: Watchword) -> None:
    done = watchword("export-my-data", "/nowhere/at/all.zip")
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("watchword: '/nowhere/at/all.zip' could not be written: No such file")
    assert "name a file in a folder of yours" in done.stderr


@linux_only
@pytest.mark.parametrize(("folder", "home"), [("/proc", True), (".", False)])
def test_without_a_name_it_goes_here_or_home_where_nothing_can_be_written(
    own_home: Path, tmp_path: Path, folder: str, home: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "export-my-data"],
        cwd=tmp_path / folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    (written,) = (own_home if home else tmp_path).glob("watchword-my-data-*.zip")
    assert f"Written to {written}." in done.stdout


# Having none left


def test_nobody_said_yes_so_nothing_is_removed(watchword: Watchword, own_home: Path) -> None:
    written = everything(own_home)
    for answer in ("", "y\n", "no\n"):
        done = watchword("forget-everything", input=answer)
        assert (done.returncode, done.stdout) == (2, "")
        assert "nothing was removed" in done.stderr
    assert left(own_home) == sorted(written)


@linux_only
def test_it_says_what_it_will_remove_and_then_no_trace_is_left(watchword: Watchword, own_home: Path) -> None:
    everything(own_home)
    done = watchword("forget-everything", input="yes\n")
    assert done.returncode == 0, done.stderr
    assert "your settings file: 1 file in" in done.stderr
    assert "3 files in" in done.stderr
    assert left(own_home) == []
    assert not [path for path in own_home.rglob("watchword") if "snap" not in str(path)]
    assert watchword("forget-everything", "--yes").returncode == 0


def test_what_a_person_did_leaves_no_trace(watchword: Watchword, own_home: Path) -> None:
    watchword("accounts", "add", "google", "--label", MARK, "--no-address")
    watchword("attest", MARK, "two_step.method=app")
    watchword("config", "set", "profile", "heightened")
    watchword("check", "two_step")
    assert traces(own_home, MARK)
    assert watchword("forget-everything", "--yes").returncode == 0
    assert traces(own_home, MARK) == []
    assert json.loads(watchword("accounts", "list", "--json").stdout) == []


def test_what_is_not_ours_stays_and_is_named(watchword: Watchword, own_home: Path) -> None:
    stranger = Path(Paths.here().data) / "photo.jpg"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("")
    done = watchword("forget-everything", "--yes")
    assert done.returncode == 4
    assert f"{stranger} is not Watchword's" in done.stderr
    assert stranger.exists()


@pytest.mark.parametrize("missing", ["store", "journal", "status"])
def test_missing_and_damaged_parts_do_not_stop_it(watchword: Watchword, own_home: Path, missing: str) -> None:
    watchword("accounts", "add", "google", "--label", MARK, "--no-address")
    watchword("check", "two_step")
    paths = Paths.here()
    for name in ("store", "journal", "status"):
        path = Path(getattr(paths, name))
        path.unlink() if name == missing else path.write_bytes(b"\x00damaged" * 50)
    assert watchword("forget-everything", "--yes").returncode == 0
    assert not [path for path in left(own_home) if "atchword" in str(path)]


@linux_only
def test_the_background_agent_is_stopped_first(watchword: Watchword, own_home: Path) -> None:
    paths = Paths.here()
    daemon = subprocess.Popen([sys.executable, "-m", "agent", "daemon"])
    try:
        deadline = time.monotonic() + 20
        while not (is_held(paths.daemon_lock) and os.path.exists(paths.health)) and time.monotonic() < deadline:
            time.sleep(0.05)
        done = watchword("forget-everything", "--yes")
        assert done.returncode == 0, done.stderr
        assert "the background agent: it is stopped" in done.stderr
        assert daemon.wait(timeout=5) == 0
        assert left(own_home) == []
    finally:
        daemon.kill()
        daemon.wait()


@linux_only
def test_an_open_page_is_stopped_too(watchword: Watchword, own_home: Path) -> None:
    paths = Paths.here()
    assert watchword("open", "--no-browser").returncode == 0
    assert is_held(paths.page_lock)
    done = watchword("forget-everything", "--yes")
    assert done.returncode == 0, done.stderr
    assert "the open page: it is stopped" in done.stderr
    assert left(own_home) == []


@linux_only
def test_where_it_cannot_be_stopped_nothing_is_removed(
    watchword: Watchword, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.errors import WatchwordError
    from agent.forgetting import forget_everything

    written = everything(own_home)
    paths = Paths.here()
    lock = FileLock(paths.daemon_lock)
    assert lock.take()
    Path(paths.health).write_text('{"pid": 1}')  # never ours, so never sent a signal
    with pytest.raises(WatchwordError, match="the background agent could not be stopped, so nothing was removed"):
        forget_everything(paths, str(own_home), switch_off={}, may_prompt=False, seconds=0.2)
    lock.release()
    assert left(own_home) == sorted(written)


@linux_only
def test_the_menu_and_the_start_at_sign_in_go_too(watchword: Watchword, own_home: Path) -> None:
    watchword("autostart", "on", "--no-start")
    watchword("open", "--menu", "on")
    assert [path for path in left(own_home) if path.suffix == ".desktop"]
    assert watchword("forget-everything", "--yes").returncode == 0
    assert left(own_home) == []


KEYRING_SESSION = """
set -e
printf 'test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
W="$1 -m agent"
echo alex@example.org | $W accounts add google --label Work
echo sam@example.org | $W accounts add x --label Other
echo 0123456789abcdef0123456789abcdef | $W secret set hibp_api_key
$W export-my-data "$2/with.zip" --with-addresses
$W export-my-data "$2/without.zip"
rm -r "$HOME/.local/share/watchword"
$W forget-everything --yes
$1 -c "
from agent import secrets
print('LEFT', secrets.kept_names(), secrets.get('hibp_api_key'))"
"""


@linux_only
def test_with_a_real_keyring_its_entries_go_even_if_nobody_knows_of_them_any_more(
    own_home: Path, tmp_path: Path
) -> None:
    for tool in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    runtime = own_home / "run"
    runtime.mkdir(mode=0o700)
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", KEYRING_SESSION, "bash", sys.executable, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
    )
    assert done.returncode == 0, done.stderr
    assert "from the keyring: 2 addresses and the key for Have I Been Pwned" in done.stderr
    assert "3 entries of the keyring" in done.stdout
    assert "LEFT [] None" in done.stdout
    content = {}
    for name in ("with", "without"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip") as zipped:
            content[name] = b"".join(map(zipped.read, zipped.namelist()))
    assert b"alex@example.org" in content["with"]
    assert b"@example.org" not in content["without"]
    assert b"0123456789abcdef0123456789abcdef" not in content["with"] + content["without"]


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        (Forgotten(5, 0, ()), "Removed 5 files."),
        (Forgotten(1, 1, ()), "Removed 1 file and 1 entry of the keyring."),
        (
            Forgotten(5, 2, (), ("The start at sign-in", "The entry in the menu")),
            "Removed 5 files, 2 entries of the keyring, the start at sign-in and the entry in the menu.",
        ),
        (Forgotten(5, 0, (), ("Sharing with your office",)), "Removed 5 files. Sharing with your office has ended."),
    ],
)
def test_only_what_there_was_is_said_to_be_removed(done: Forgotten, sentence: str) -> None:
    assert said(done) == sentence


def test_what_was_not_on_is_not_said_to_have_been_switched_off(own_home: Path) -> None:
    switches: dict[str, SwitchOff] = {
        "The start at sign-in": lambda: SwitchedOff(was_on=False),
        "The entry in the menu": lambda: SwitchedOff(was_on=True, rest="A part of it is left."),
    }
    done = forget_everything(Paths.here(), str(own_home), switch_off=switches, may_prompt=False)
    assert (done.ended, done.left) == (("The entry in the menu",), ("A part of it is left.",))


@linux_only
def test_no_page_is_opened_while_everything_is_being_forgotten(own_home: Path) -> None:
    from agent.forgetting import forget_everything
    from agent.page.address import answers, noted

    everything(own_home)
    paths = Paths.here()
    Path(paths.page).unlink(missing_ok=True)
    round_of_checks = FileLock(paths.rounds_lock)
    assert round_of_checks.take(shared=True)  # it is waited for
    forgetting = threading.Thread(
        target=forget_everything, args=(paths, str(own_home)), kwargs={"switch_off": {}, "may_prompt": False}
    )
    forgetting.start()
    deadline = time.monotonic() + 10
    while not is_held(paths.page_lock) and time.monotonic() < deadline:
        time.sleep(0.01)
    opening = subprocess.Popen([sys.executable, "-m", "agent", "open", "--no-browser"], stdout=subprocess.PIPE)
    time.sleep(1.5)
    assert noted(paths.page) is None
    round_of_checks.release()
    forgetting.join()
    opening.communicate(timeout=60)
    assert opening.returncode == 0
    address = noted(paths.page)
    assert address is not None
    assert answers(address)
    assert stop(paths) == []
    assert left(own_home) == [Path(paths.page_lock)]
