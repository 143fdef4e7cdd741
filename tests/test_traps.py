"""Mistakes that are easy to make, and the tests which show that they are not made here.

Each has been made in programs that people use: an id cut short, a unit mistaken, a value read under a name that nothing
writes. The tests have the number of the trap in their names, so that none is lost when they move.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCREEN_LOCK, PASSWORD_MANAGER = "tests/checks/screen_lock", "tests/checks/password_manager"

#: The trap's number with the tests for it.
TRAPS: dict[int, tuple[str, ...]] = {
    # An extension's id cut to 31 letters.
    1: (f"{PASSWORD_MANAGER}/test_windows.py::test_trap_1_an_id_of_31_letters_is_no_id",),
    # Names of add-ons taken for their ids.
    2: (
        f"{PASSWORD_MANAGER}/test_windows.py::test_trap_2_what_others_take_for_add_on_ids_is_none",
        f"{PASSWORD_MANAGER}/test_windows.py::test_trap_2_the_real_add_on_ids_are_known",
    ),
    # A screen saver that is switched on but has no program.
    4: (
        f"{SCREEN_LOCK}/test_windows.py::test_trap_4_a_screen_saver_without_a_program_does_not_lock",
        f"{SCREEN_LOCK}/test_windows.py::test_trap_4_a_screen_saver_whose_program_is_gone_does_not_lock",
    ),
    # Only the profile "Default", and a folder taken for an extension that is on.
    5: (
        f"{PASSWORD_MANAGER}/test_windows.py::test_trap_5_an_extension_is_found_in_any_profile_of_any_browser",
        f"{PASSWORD_MANAGER}/test_windows.py::test_trap_5_the_folder_of_an_extension_alone_proves_nothing",
        f"{PASSWORD_MANAGER}/test_macos.py::test_trap_5_an_extension_is_found_in_any_profile_of_any_browser",
    ),
    # Settings of a desktop that does not run.
    6: (f"{SCREEN_LOCK}/test_recordings.py::test_trap_6_the_desktop_that_runs_is_judged_whatever_else_is_set_up",),
    # The system's own secret store taken for a password manager.
    7: (
        f"{PASSWORD_MANAGER}/test_check.py::test_trap_7_a_running_keyring_is_no_manager",
        f"{PASSWORD_MANAGER}/test_macos.py::test_trap_7_what_comes_with_the_system_is_no_evidence",
    ),
    # A field of Firefox under a name that Firefox does not write.
    10: (f"{PASSWORD_MANAGER}/test_windows.py::test_trap_10_an_add_on_is_off_by_the_names_that_firefox_writes",),
    # The "state" of an extension, which Chromium has given up for a list of reasons.
    11: (f"{PASSWORD_MANAGER}/test_windows.py::test_trap_11_an_extension_without_the_old_state_is_off_by_its_reasons",),
    # Preferences for the password that macOS has not read since 10.13.
    13: (f"{SCREEN_LOCK}/test_macos.py::test_trap_13_the_old_preferences_for_the_password_are_not_read",),
    # An answer on stderr.
    14: (f"{SCREEN_LOCK}/test_macos.py::test_trap_14_the_answer_of_sysadminctl_is_on_stderr",),
    # Minutes for seconds and the other way round, on Windows.
    15: (
        f"{SCREEN_LOCK}/test_windows.py::test_trap_15_the_time_is_in_seconds",
        f"{SCREEN_LOCK}/test_windows.py::test_trap_15_the_limit_is_in_seconds_and_0_is_off",
        f"{SCREEN_LOCK}/test_windows.py::test_trap_15_the_device_management_limit_is_in_minutes",
    ),
    # The same on Linux, where each desktop counts in its own unit.
    16: (f"{SCREEN_LOCK}/test_recordings.py::test_trap_16_each_desktop_counts_in_its_own_unit",),
}

#: Traps of checks that do not exist yet, by the check that must meet them.
NOT_YET: dict[int, str] = {
    3: "os_updates",  # the end of a pause in updates is a date, not a number of seconds
    8: "disk_encryption",  # any encrypted device taken for the one that holds the system
    9: "auto_login",  # a setting looked for as text, without its section, spaces or comments
    12: "disk_encryption",  # a remembered protection status
}


def test_every_trap_is_met_or_waits_for_its_check() -> None:
    assert sorted(TRAPS.keys() | NOT_YET.keys()) == list(range(1, 17))
    assert TRAPS.keys().isdisjoint(NOT_YET)


@pytest.mark.parametrize(("trap", "node"), [(trap, node) for trap, nodes in TRAPS.items() for node in nodes])
def test_a_trap_has_its_test(trap: int, node: str) -> None:
    path, _, name = node.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    assert name.startswith(f"test_trap_{trap}_")


@pytest.mark.parametrize(("trap", "check"), NOT_YET.items())
def test_a_trap_waits_only_while_there_is_no_such_check(trap: int, check: str) -> None:
    there = [path for path in (ROOT / "checks" / check, ROOT / "checks" / f"{check}.py") if path.exists()]
    assert there == [], f"trap {trap} needs a test now"
