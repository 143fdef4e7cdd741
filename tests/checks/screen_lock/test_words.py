from __future__ import annotations

from importlib.resources import files
from string import Formatter
from typing import Any

import pytest
import toml

from checks.screen_lock import CHECK

WORDS: dict[str, dict[str, Any]] = {
    entry["id"]: entry
    for entry in toml.loads(files("config").joinpath("alerts.toml").read_text(encoding="utf-8"))["alert"]
}
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
    texts = [entry["title"], entry["body"], *(step for steps in entry.get("steps", {}).values() for step in steps)]
    used = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    assert used <= CARRIED.get(reason, {"app"})


@pytest.mark.parametrize("reason", ["off", "too_long", "no_password", "password_delay"])
@pytest.mark.parametrize("desktop", ["kde", "xfce", "cinnamon", "mate", "budgie", "lxqt", "sway", "hyprland", "i3"])
def test_a_fault_tells_people_what_to_do_on_their_own_desktop(reason: str, desktop: str) -> None:
    assert 3 <= len(WORDS[f"screen_lock.{reason}"]["steps"][f"linux_{desktop}"]) <= 5
