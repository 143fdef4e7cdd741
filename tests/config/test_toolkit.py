"""Every piece of the toolkit's advice is measured, asked, shown as help or linked, and its place is named."""

from __future__ import annotations

import pytest

from agent.discovery import builtin_checks
from config.links import is_official
from config.practices import practices
from config.toolkit import Advice, advice

CHECKS = {check.id: check for check in builtin_checks()}
#: For somebody in distress: never a task (facts: guidance 1d).
HELP_ONLY = [f"S{number}" for number in range(35, 43)]

every = pytest.mark.parametrize("one", advice().values(), ids=list(advice()))


def test_all_52_are_there_in_their_order() -> None:
    assert list(advice()) == [f"S{number:02}" for number in range(1, 53)]


@every
def test_each_has_a_place_that_exists(one: Advice) -> None:
    assert one.checks or one.help
    assert [check for check in one.checks if check not in CHECKS] == []


@every
def test_links_are_official(one: Advice) -> None:
    assert [link for link in one.links if not is_official(link)] == []


@pytest.mark.parametrize("ref", HELP_ONLY)
def test_what_is_for_somebody_in_distress_is_help_and_nothing_else(ref: str) -> None:
    assert (advice()[ref].checks, advice()[ref].help) == ((), ("help",))


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_what_a_check_says_it_takes_up_names_it(check: object) -> None:
    refs = [ref.removeprefix("toolkit:") for ref in getattr(check, "refs", ()) if ref.startswith("toolkit:")]
    assert [ref for ref in refs if getattr(check, "id", "") not in advice()[ref].checks] == []


def test_what_is_beyond_the_toolkit_is_known_to_be() -> None:
    assert [practice.id for practice in practices().values() if not practice.refs] == [
        "linked_devices",
        "ncsc_services",
    ]
