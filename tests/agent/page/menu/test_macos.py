"""The app in Applications on macOS: what is in it, what its script starts, and whose it is. Not tried on a Mac."""

from __future__ import annotations

import plistlib
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.autostart import NotOursError, Problem, Standing
from agent.errors import RefusedError
from agent.page.menu import macos

if sys.platform == "win32":
    pytest.skip("Windows has no such rights and no sh", allow_module_level=True)

ARGV = ("/Users/zoë/Watch word/python", "-P", "-m", "agent", "open")
FOLDERS = [
    "plain",
    "O'Brien & Zoë's Łuk 日本 🙂",
    '"; touch ran; "',
    "$(touch ran) `touch ran` $HOME ${x} !!",
    "back\\slash\\",
    "@EXEC@ 100% * ? [a] ~ #",
    "-n",
]


@pytest.fixture
def app(own_home: Path) -> Path:
    return own_home / "Applications/Watchword.app"


def files_in(app: Path) -> set[str]:
    return {str(path.relative_to(app)) for path in app.rglob("*") if not path.is_dir()}


def test_the_app_has_what_macos_asks_of_one(app: Path) -> None:
    assert macos.put(ARGV) is True
    description = plistlib.loads((app / "Contents/Info.plist").read_bytes())
    assert description == {
        "CFBundleIdentifier": "org.saferpolitics.watchword.open",
        "CFBundleName": "Watchword",
        "CFBundleDisplayName": "Watchword",
        "CFBundleExecutable": "watchword",
        "CFBundleIconFile": "watchword",
        "CFBundlePackageType": "APPL",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleShortVersionString": "1",
        "CFBundleVersion": "1",
        "LSUIElement": True,
        "LSArchitecturePriority": ["arm64", "x86_64"],
    }
    launcher = app / "Contents/MacOS" / description["CFBundleExecutable"]
    assert stat.S_IMODE(launcher.stat().st_mode) == 0o755
    assert (app / "Contents/Resources/watchword.icns").read_bytes().startswith(b"icns")
    assert len(files_in(app)) == 3
    assert macos.read(ARGV) == Standing("on")


@pytest.mark.parametrize("name", FOLDERS)
def test_its_script_starts_the_program_whatever_the_folder_is_called(name: str, app: Path, tmp_path: Path) -> None:
    program = tmp_path / name / "python"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n')
    program.chmod(0o755)
    argv = (str(program), *ARGV[1:])
    macos.put(argv)
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [str(app / "Contents/MacOS/watchword")], cwd=empty, env={}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == list(argv)
    assert list(empty.iterdir()) == []
    assert macos.read(argv) == Standing("on")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("name", FOLDERS)
def test_shellcheck_has_nothing_to_say_about_the_script(name: str, tmp_path: Path) -> None:
    script = tmp_path / "watchword"
    script.write_bytes(macos.parts((f"/Users/zoe/{name}/python", *ARGV[1:]))[0].data)
    # SC2016: that what looks like a variable stays as it is, is what the quotes are for.
    done = subprocess.run(
        ["shellcheck", "--shell=sh", "--exclude=SC2016", str(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60))
def test_the_script_is_known_again_by_its_program(name: str) -> None:
    argv = (f"/{name}/python", *ARGV[1:])
    data = macos.parts(argv)[0].data
    assert macos._starts(data, argv)
    assert not macos._starts(data, ("/other/python", *ARGV[1:])) or name == "other"


def test_twice_changes_nothing_and_away_leaves_nothing(app: Path) -> None:
    assert (macos.put(ARGV), macos.put(ARGV)) == (True, False)
    assert (macos.take_away(), macos.take_away()) == (True, False)
    assert not app.exists()
    assert app.parent.is_dir()
    assert macos.read(ARGV) == Standing("off")


def test_a_moved_watchword_is_noticed_and_mended(app: Path) -> None:
    macos.put(ARGV)
    moved = ("/opt/watchword/python", *ARGV[1:])
    assert macos.read(moved) == Standing("on", problem=Problem.OTHER_PROGRAM)
    assert macos.put(moved) is True
    assert macos.read(moved) == Standing("on")
    assert macos.take_away() is True


@pytest.mark.parametrize("last", ["exec 'no end", "", "exec python"])
def test_a_script_that_somebody_has_been_at_is_another_program(last: str, app: Path) -> None:
    macos.put(ARGV)
    launcher = app / "Contents/MacOS/watchword"
    launcher.write_text("\n".join([*launcher.read_text().splitlines()[:-1], last, ""]))
    assert macos.read(ARGV) == Standing("on", problem=Problem.OTHER_PROGRAM)


@pytest.mark.parametrize(
    ("missing", "state"),
    [("Contents/Info.plist", "off"), ("Contents/MacOS/watchword", "off"), ("Contents/Resources/watchword.icns", "on")],
)
def test_one_that_was_never_finished_is_noticed_and_mended(missing: str, state: str, app: Path) -> None:
    macos.put(ARGV)
    (app / missing).unlink()
    standing = macos.read(ARGV)
    assert (standing.state, standing.problem) == (state, Problem.INCOMPLETE)
    assert macos.put(ARGV) is True
    assert macos.read(ARGV) == Standing("on")


def test_a_script_that_may_not_be_started_is_noticed_and_mended(app: Path) -> None:
    macos.put(ARGV)
    (app / "Contents/MacOS/watchword").chmod(0o644)
    assert macos.read(ARGV).problem is Problem.INCOMPLETE
    assert macos.put(ARGV) is True
    assert macos.read(ARGV) == Standing("on")


def _other_description(app: Path) -> None:
    (app / "Contents").mkdir(parents=True)
    (app / "Contents/Info.plist").write_bytes(plistlib.dumps({"CFBundleIdentifier": "org.example.watchword"}))


def _other_launcher(app: Path) -> None:
    (app / "Contents/MacOS").mkdir(parents=True)
    (app / "Contents/MacOS/watchword").write_text("#!/bin/sh\necho mine\n")


def _other_file(app: Path) -> None:
    app.mkdir(parents=True)
    (app / "notes").write_text("mine")


def _file(app: Path) -> None:
    app.parent.mkdir(parents=True)
    app.write_text("mine")


def _link(app: Path) -> None:
    app.parent.mkdir(parents=True)
    (app.parent / "elsewhere").mkdir()
    app.symlink_to(app.parent / "elsewhere")


def _linked_folder(app: Path) -> None:
    app.mkdir(parents=True)
    (app.parent / "elsewhere").mkdir()
    (app / "Contents").symlink_to(app.parent / "elsewhere")


def _linked_launcher(app: Path) -> None:
    macos.put(ARGV)
    launcher = app / "Contents/MacOS/watchword"
    launcher.rename(app.parent / "elsewhere")
    launcher.symlink_to(app.parent / "elsewhere")


@pytest.mark.parametrize(
    "make", [_other_description, _other_launcher, _other_file, _file, _link, _linked_folder, _linked_launcher]
)
def test_what_somebody_else_has_put_there_is_left_alone(make: Callable[[Path], None], app: Path) -> None:
    make(app)
    before = {path: path.lstat().st_mtime_ns for path in app.parent.rglob("*")}
    actions: tuple[Callable[[], object], ...] = (lambda: macos.put(ARGV), macos.take_away)
    for action in actions:
        with pytest.raises(NotOursError, match="was not written by Watchword"):
            action()
    assert {path: path.lstat().st_mtime_ns for path in app.parent.rglob("*")} == before
    standing = macos.read(ARGV)
    assert (standing.state, standing.problem) == ("unknown", Problem.NOT_OURS)
    assert standing.where.startswith(str(app))


def test_a_file_that_somebody_has_put_into_ours_stays_and_is_told(app: Path) -> None:
    macos.put(ARGV)
    (app / "Contents/.DS_Store").write_text("theirs")
    assert macos.read(ARGV) == Standing("on")
    with pytest.raises(RefusedError, match="has something in it that Watchword did not write"):
        macos.take_away()
    assert files_in(app) == {"Contents/.DS_Store"}


def test_empty_folders_that_were_left_are_no_hindrance(app: Path) -> None:
    (app / "Contents/MacOS").mkdir(parents=True)
    assert macos.read(ARGV) == Standing("off")
    assert macos.put(ARGV) is True


def test_where_applications_is_a_file_that_is_an_error_and_not_silence(app: Path) -> None:
    app.parent.write_text("mine")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        macos.put(ARGV)
    assert macos.read(ARGV) == Standing("off")


def test_a_folder_of_apps_that_others_may_change_is_not_written_to(app: Path) -> None:
    app.parent.mkdir()
    app.parent.chmod(0o777)
    with pytest.raises(RefusedError, match="everybody may change it"):
        macos.put(ARGV)
    assert not app.exists()
