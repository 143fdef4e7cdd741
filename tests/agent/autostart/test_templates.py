"""What is written is read back by the programs that will read it: systemd, GLib, desktop-file-validate."""

from __future__ import annotations

import ast
import ctypes
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.autostart import templates
from agent.autostart.sections import section
from agent.errors import RefusedError

ARGUMENTS = ("-P", "-m", "agent", "daemon")
GENERATOR = "/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator"
#: Folders that people have, and those that formats trip over.
FOLDERS = [
    "plain",
    "My Programs",
    "O'Brien",
    'the "new" one',
    "100%",
    "%h %u %%",
    "$HOME",
    "${HOME}$$",
    "back\\slash\\",
    "a=b",
    "Zoë Łuk 日本",
    "`id`; (x) & y | z #~*?<>",
    "@EXEC@",
    "tail ",
]

folder_names = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="/"), min_size=1, max_size=40
).filter(lambda name: name not in (".", ".."))


def needs(tool: str) -> str:
    found = tool if tool.startswith("/") and os.path.exists(tool) else shutil.which(tool)
    if found is None:
        pytest.skip(f"needs {tool}")
    return found


def unit(argv: Sequence[str]) -> str:
    return templates.fill(templates.template("linux", "watchword.service"), EXEC=templates.systemd_exec(argv))


def entry(argv: Sequence[str], *, with_unit: bool) -> str:
    text = templates.template("linux", "watchword.desktop")
    return templates.fill(text, EXEC=templates.desktop_exec(argv), UNIT="true" if with_unit else "false")


def program_in(folder: Path) -> str:
    """A stand-in for Python that writes down how it was called."""
    folder.mkdir(parents=True)
    program = folder / "python"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@" > "$SAID"\n')
    program.chmod(0o755)
    return str(program)


def verify(path: Path, runtime: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [needs("systemd-analyze"), "verify", "--user", str(path)],
        env={"XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", FOLDERS)
def test_systemd_has_nothing_to_say_about_the_unit(name: str, tmp_path: Path) -> None:
    path = tmp_path / "watchword.service"
    path.write_text(unit([program_in(tmp_path / name), *ARGUMENTS]))
    done = verify(path, tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


@pytest.mark.parametrize("name", [name for name in FOLDERS if not set(name) & set("\"'\\%")])
def test_systemd_looks_for_the_program_where_it_is(name: str, tmp_path: Path) -> None:
    program = str(tmp_path / name / "python")
    path = tmp_path / "watchword.service"
    path.write_text(unit([program, *ARGUMENTS]))
    done = verify(path, tmp_path)
    assert done.returncode == 1
    assert f"Command {program} is not executable" in done.stderr


def test_a_misspelt_setting_would_be_noticed(tmp_path: Path) -> None:
    path = tmp_path / "watchword.service"
    path.write_text(unit(["/usr/bin/env", *ARGUMENTS]).replace("Nice=", "Nicee="))
    assert "Nicee" in verify(path, tmp_path).stderr


def test_one_that_was_killed_is_started_again_however_often() -> None:
    """``on-failure`` includes an end by SIGKILL (systemd.service(5))."""
    data = unit(["/usr/bin/env", *ARGUMENTS]).encode()
    service = section(data, "Service")
    assert (service["Restart"], service["RestartSec"]) == ("on-failure", "5min")
    assert section(data, "Unit")["StartLimitIntervalSec"] == "0"  # no limit


def words_of_unit(text: str) -> list[str]:
    """ExecStart read as systemd.service(5) says: C-style quoted words, ``%%``, and a colon that stands before all."""
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    rest, words = line.removeprefix("ExecStart="), []
    while rest:
        end = next(at for at in range(1, len(rest)) if rest[at] == '"' and not _escaped(rest, at))
        word = ast.literal_eval(rest[: end + 1].replace("\t", "\\t"))
        assert "%" not in word.replace("%%", "")
        words.append(word.replace("%%", "%"))
        rest = rest[end + 1 :].lstrip(" ")
    assert words[0].startswith(":")
    return [words[0][1:], *words[1:]]


def _escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def started(words: list[str]) -> list[str]:
    """What is run in the end: ``env`` starts its arguments."""
    if words[0] != "/usr/bin/env":
        return words
    assert "=" not in words[1]
    return words[1:]


@given(folder_names)
@example("a\\")
@example("@EXEC@ @UNIT@")
def test_whatever_the_folder_is_called_the_unit_starts_this_program(name: str) -> None:
    argv = [f"/home/zoe/{name}/python", *ARGUMENTS]
    try:
        text = unit(argv)
    except RefusedError:
        assert "=" in name
        return
    words = words_of_unit(text)
    assert started(words) == argv
    assert not set(words[0]) & set("\"'\\")  # systemd refuses those in the program's own path


class GLib:
    """GLib itself, which reads desktop entries for GNOME, Xfce, MATE, Cinnamon and others."""

    def __init__(self) -> None:
        try:
            self.library = ctypes.CDLL("libglib-2.0.so.0")
        except OSError:
            pytest.skip("needs libglib-2.0.so.0")
        self.library.g_key_file_new.restype = ctypes.c_void_p
        self.library.g_key_file_get_string.restype = ctypes.c_void_p

    def exec_words(self, text: str) -> list[str]:
        key_file = ctypes.c_void_p(self.library.g_key_file_new())
        data = text.encode()
        assert self.library.g_key_file_load_from_data(key_file, data, ctypes.c_size_t(len(data)), 0, None)
        found = ctypes.c_void_p(self.library.g_key_file_get_string(key_file, b"Desktop Entry", b"Exec", None))
        count, words = ctypes.c_int(), ctypes.POINTER(ctypes.c_char_p)()
        assert found.value
        assert self.library.g_shell_parse_argv(found, ctypes.byref(count), ctypes.byref(words), None)
        result = [(words[at] or b"").decode() for at in range(count.value)]
        self.library.g_strfreev(words)
        self.library.g_free(found)
        self.library.g_key_file_free(key_file)
        return result


@settings(max_examples=300)
@given(folder_names)
@example("a\\")
@example('$x`y`"\\')
def test_whatever_the_folder_is_called_glib_reads_this_program_from_the_entry(name: str) -> None:
    argv = [f"/home/zoe/{name}/python", *ARGUMENTS]
    try:
        text = entry(argv, with_unit=True)
    except RefusedError:
        assert "=" in name
        return
    words = GLib().exec_words(text)
    assert "%" not in words[0]  # GLib looks for the program before it makes one of two
    assert all("%" not in word.replace("%%", "") for word in words)
    assert started([word.replace("%%", "%") for word in words]) == argv


@pytest.mark.parametrize("name", FOLDERS)
def test_a_desktop_starts_exactly_this_program(name: str, tmp_path: Path) -> None:
    program = program_in(tmp_path / name)
    path, said = tmp_path / "watchword.desktop", tmp_path / "said"
    path.write_text(entry([program, *ARGUMENTS], with_unit=False))
    environment = {"SAID": str(said), "PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    subprocess.run([needs("gio"), "launch", str(path)], env=environment, check=True, timeout=30, capture_output=True)
    for _ in range(200):
        if said.exists() and said.read_text().endswith("daemon\n"):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert said.read_text().splitlines() == [program, *ARGUMENTS]


@pytest.mark.parametrize("with_unit", [True, False])
@pytest.mark.parametrize("name", FOLDERS)
def test_the_entry_is_valid(name: str, with_unit: bool, tmp_path: Path) -> None:
    path = tmp_path / "watchword.desktop"
    path.write_text(entry([f"/opt/{name}/python", *ARGUMENTS], with_unit=with_unit))
    done = subprocess.run([needs("desktop-file-validate"), str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("with_unit", "generated"), [(True, []), (False, ["app-watchword@autostart.service"])])
def test_systemd_makes_no_second_unit_of_the_entry_where_there_is_one(
    with_unit: bool, generated: list[str], tmp_path: Path
) -> None:
    (tmp_path / "autostart").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    program = program_in(tmp_path / "My Programs")
    (tmp_path / "autostart" / "watchword.desktop").write_text(entry([program, *ARGUMENTS], with_unit=with_unit))
    subprocess.run(
        [needs(GENERATOR), str(out), str(out), str(out)],
        env={"XDG_CONFIG_HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none"), "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    assert sorted(path.name for path in out.glob("*.service")) == generated


def test_a_path_that_no_format_takes_is_refused_in_a_sentence() -> None:
    for write in (templates.systemd_exec, templates.desktop_exec):
        with pytest.raises(RefusedError, match="equals sign"):
            write(["/home/zoe/50%=half/python"])
