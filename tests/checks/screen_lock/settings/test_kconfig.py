from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.screen_lock.facts import Source
from checks.screen_lock.settings.kconfig import cascade, parse
from tests.builders import computer

OWN = "/home/person/.config/kscreenlockerrc"
SYSTEM = "/etc/xdg/kscreenlockerrc"


def value(files: dict[str, object], key: str = "Timeout", **env: str) -> str | Unreadable | None:
    found = cascade(computer(files=files, env=env), "kscreenlockerrc").text("Daemon", key)
    return None if found is None else found.value


def test_a_key_counts_in_its_own_group_only() -> None:
    assert value({OWN: "Timeout=1\n[Greeter]\nTimeout=2\n[Daemon][Sub]\nTimeout=3\n"}) is None


def test_keys_and_groups_are_case_sensitive() -> None:
    assert value({OWN: "[daemon]\nTimeout=1\n[Daemon]\ntimeout=2\n"}) is None


def test_white_space_around_key_and_value_does_not_count() -> None:
    assert value({OWN: "  [Daemon]  \n  Timeout  =  11  \n"}) == "11"


def test_comments_and_translations_are_passed_over() -> None:
    assert value({OWN: "[Daemon]\n#Timeout=4\nTimeout[de]=5\n"}) is None


def test_the_last_of_two_values_counts() -> None:
    assert value({OWN: "[Daemon]\nTimeout=11\n[Other]\n[Daemon]\nTimeout=12\n"}) == "12"


def test_the_persons_own_file_beats_the_systems() -> None:
    assert value({SYSTEM: "[Daemon]\nTimeout=1\n", OWN: "[Daemon]\nTimeout=2\n"}) == "2"


def test_the_first_system_directory_beats_the_others() -> None:
    files = {"/a/kscreenlockerrc": "[Daemon]\nTimeout=1\n", "/b/kscreenlockerrc": "[Daemon]\nTimeout=2\n"}
    assert value(dict(files), XDG_CONFIG_DIRS="/a:/b") == "1"


def test_the_own_directory_can_be_moved() -> None:
    assert value({"/c/kscreenlockerrc": "[Daemon]\nTimeout=3\n"}, XDG_CONFIG_HOME="/c") == "3"


@pytest.mark.parametrize(
    "final", ["[Daemon]\nTimeout[$i]=7\n", "[Daemon][$i]\nTimeout=7\n", "[$i]\n[Daemon]\nTimeout=7\n"]
)
def test_a_final_value_beats_the_persons_own_and_is_policy(final: str) -> None:
    files = {SYSTEM: final, OWN: "[Daemon]\nTimeout=99\n"}
    found = cascade(computer(files=files), "kscreenlockerrc").text("Daemon", "Timeout")
    assert found is not None
    assert (found.value, found.source) == ("7", Source.POLICY)


def test_a_final_group_without_the_key_keeps_the_default() -> None:
    assert value({SYSTEM: "[Daemon][$i]\nTimeout=7\n", OWN: "[Daemon]\nLockGrace=99\n"}, "LockGrace") is None


def test_a_deleted_key_falls_back_to_the_default() -> None:
    assert value({SYSTEM: "[Daemon]\nTimeout=7\n", OWN: "[Daemon]\nTimeout[$d]\n"}) in (None, "7")
    assert value({SYSTEM: "[Daemon]\nTimeout=7\n", OWN: "[Daemon]\nTimeout[$d]=\n"}) is None


def test_a_value_that_only_a_shell_could_tell_is_unreadable() -> None:
    assert isinstance(value({OWN: "[Daemon]\nTimeout[$e]=$MINUTES\n"}), Unreadable)


def test_a_denied_file_makes_the_value_unreadable() -> None:
    assert isinstance(value({SYSTEM: "[Daemon]\nTimeout=7\n", OWN: {"denied": True}}), Unreadable)


def test_a_byte_order_mark_hides_the_first_line_from_kde() -> None:
    assert isinstance(value({OWN: "\ufeff[Daemon]\nTimeout=15\n"}), Unreadable)


@given(st.text())
def test_no_text_makes_the_parser_raise(text: str) -> None:
    parse(text)


LINES = """
[Daemon]
[Daemon][$i]
[$i]
[Other]
[Daemon][Sub]
[Daemon]x
[Daemon
Timeout=1
Timeout=2
Timeout[$i]=3
  Timeout = 5
# Timeout=6
Timeout
Timeout[de]=7
Timeout[$d]
Timeout[$d]=8
LockGrace=4
=
"""
lines = st.sampled_from(LINES.strip().splitlines())
files = st.lists(lines, max_size=6).map("\n".join)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=files, first=files, second=files)
def test_the_cascade_says_what_kdes_own_reader_says(tmp_path: Path, own: str, first: str, second: str) -> None:
    reader = shutil.which("kreadconfig5")
    if reader is None:
        pytest.skip("kreadconfig5 is not installed")
    texts = {"own": own, "first": first, "second": second}
    for name, text in texts.items():
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "kscreenlockerrc").write_text(text + "\n")
    env = {"XDG_CONFIG_HOME": f"{tmp_path}/own", "XDG_CONFIG_DIRS": f"{tmp_path}/first:{tmp_path}/second"}
    argv = [reader, "--file", "kscreenlockerrc", "--group", "Daemon", "--key", "Timeout", "--default", "absent"]
    theirs = subprocess.run(
        argv, env={**env, "HOME": str(tmp_path), "LC_ALL": "C"}, capture_output=True, text=True, check=True
    )
    ours = value({f"{tmp_path}/{name}/kscreenlockerrc": text + "\n" for name, text in texts.items()}, **env)
    if not isinstance(ours, Unreadable):
        assert ("absent" if ours is None else ours) == theirs.stdout.strip()
