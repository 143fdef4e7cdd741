"""Plain text that reads well aloud."""

from __future__ import annotations

import re

import pytest

from agent.report.exporters import text
from tests.agent.report.exporters.entries import LATER, UNKNOWN, current, well


def test_it_says_what_a_person_would() -> None:
    assert text.render([current()], LATER).decode() == (
        "Laptop 1, Windows 11 24H2.\n"
        "Checked on 22 November 2026 at 10:30 UTC, 2 hours ago.\n"
        "Something needs action.\n"
        "1 good, 1 to look at, 2 to act on, 1 not checked.\n"
        "Action needed: screen lock, too long.\n"
        "Action needed: two step, Work social 1, none.\n"
        "Look at soon: app updates, waiting.\n"
        "Not checked: breach, offline.\n"
    )


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_is_not_known_is_said_and_nothing_good(state: str) -> None:
    said = text.render([UNKNOWN[state]], LATER).decode()
    assert "It is not known whether all is well." in said
    assert "Nothing needs doing" not in said


def test_several_are_numbered() -> None:
    said = text.render([current(well()), UNKNOWN["missing"]], LATER).decode()
    assert said.startswith("Computer 1 of 2.\nLaptop 1")
    assert said.endswith("\n\nComputer 2 of 2.\nThere is no report. It is not known whether all is well.\n")


def test_there_is_nothing_in_it_that_does_not_read_aloud() -> None:
    assert not re.search(r"[_|*#<>\[\]{}]", text.render([current(), *UNKNOWN.values()], LATER).decode())
