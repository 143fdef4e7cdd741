from __future__ import annotations

from importlib.resources import files

import pytest

from agent.contract import Finding, Status
from agent.host import System
from agent.words import PLACEHOLDER, load, text_for
from checks.screen_lock import CHECK

WORDS = load(files("config"), "en").entries
#: Facts that every finding with these reasons carries.
ALWAYS = {"app", "desktop", "limit_minutes", "limit_seconds"}
CARRIED = {
    "too_long": ALWAYS | {"idle_minutes"},
    "within_limit": ALWAYS | {"idle_minutes", "grace_seconds"},
    "password_delay": ALWAYS | {"grace_seconds"},
    "not_on_suspend": ALWAYS | {"idle_minutes"},
    "off": ALWAYS,
    "no_password": ALWAYS,
    "cannot_lock": ALWAYS,
    "presentation_mode": ALWAYS,
}


@pytest.mark.parametrize("reason", sorted(CHECK.reasons))
def test_every_reason_has_words_that_its_facts_fill(reason: str) -> None:
    entry = WORDS[f"screen_lock.{reason}"]
    texts = [entry.title, entry.body, entry.more, *(step for steps in entry.steps.values() for step in steps)]
    used = {found[1] for text in texts for found in PLACEHOLDER.finditer(text)}
    assert used <= CARRIED.get(reason, {"app"})


@pytest.mark.parametrize("reason", ["off", "too_long", "no_password", "password_delay"])
@pytest.mark.parametrize("desktop", ["kde", "xfce", "cinnamon", "mate", "budgie", "lxqt", "sway", "hyprland", "i3"])
def test_a_fault_tells_people_what_to_do_on_their_own_desktop(reason: str, desktop: str) -> None:
    assert 3 <= len(WORDS[f"screen_lock.{reason}"].steps[f"linux_{desktop}"]) <= 5


FAULTS = ("off", "too_long", "no_password", "password_delay", "not_on_suspend")


def told(reason: str, system: System, os_version: str = "", **facts: bool | int | str) -> str:
    """The steps for a fault, as one text."""
    every = {"limit_minutes": 10, "limit_seconds": 5, "idle_minutes": 30, "grace_seconds": 300} | facts
    finding = Finding(status=Status.FAIL, reason=reason, facts=dict(every))
    return "\n".join(text_for(CHECK, finding, system, os_version).steps)


@pytest.mark.parametrize("reason", ["off", "too_long"])
def test_a_windows_computer_without_modern_standby_is_told_of_its_screen_saver(reason: str) -> None:
    steps = told(reason, System.WINDOWS, standby="s3")
    assert "Personalisation, then Lock screen, then Screen saver" in steps
    assert "'On resume, display logon screen'" in steps
    assert "'When PC wakes up from sleep'" in steps


@pytest.mark.parametrize("reason", ["off", "too_long"])
def test_a_windows_computer_with_modern_standby_is_told_of_its_screen(reason: str) -> None:
    steps = told(reason, System.WINDOWS, standby="modern")
    assert "Power & battery" in steps
    assert "'Every time'" in steps


@pytest.mark.parametrize("reason", ["off", "too_long", "no_password", "not_on_suspend"])
def test_no_windows_computer_is_told_of_an_option_that_it_does_not_have(reason: str) -> None:
    assert "'Every time'" not in told(reason, System.WINDOWS, standby="s3")
    assert "'When PC wakes up" not in told(reason, System.WINDOWS, standby="modern")


@pytest.mark.parametrize("reason", ["off", "too_long", "no_password", "password_delay"])
def test_a_mac_is_told_the_names_of_its_own_version(reason: str) -> None:
    old, new = told(reason, System.MACOS, "macOS 12.7.6"), told(reason, System.MACOS, "macOS 26.1")
    assert old.startswith("Open System Preferences, then Security & Privacy, then General")
    assert new.startswith("Open System Settings, then Lock Screen\n")
    unknown = told(reason, System.MACOS)
    assert "System Preferences" in unknown
    assert "System Settings" in unknown


@pytest.mark.parametrize("reason", FAULTS)
@pytest.mark.parametrize("system", System)
def test_people_are_not_told_to_change_what_their_office_set(reason: str, system: System) -> None:
    steps = told(reason, system, "macOS 12.7", managed=True, standby="s3", desktop="KDE")
    assert steps.startswith("Show this result to office IT")
