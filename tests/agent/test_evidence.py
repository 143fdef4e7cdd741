"""Who finds what somebody else put into an account keeps what shows it, before it is gone (threat T29)."""

from __future__ import annotations

import pytest

from agent.words import catalogue

#: What was found, with the words of the step that takes it away.
FOUND = {"mail_forwarding.found": "remove it", "linked_devices.found": "log that device out"}
CALL = "Call office IT on a number you already have"


def place(steps: tuple[str, ...], words: str) -> int:
    """Which of the steps says so."""
    (found,) = [number for number, step in enumerate(steps) if words in step]
    return found


@pytest.mark.parametrize(("name", "removal"), FOUND.items())
def test_a_picture_is_taken_before_it_is_removed(name: str, removal: str) -> None:
    ways = catalogue()[name].steps
    assert ways
    for steps in ways.values():
        assert place(steps, "Take a screenshot") == 0 < place(steps, removal)


def test_before_a_rule_that_forwards_mail_is_removed_office_it_is_called() -> None:
    words = catalogue()["mail_forwarding.found"]
    assert "do not delete it yet" in words.body
    for steps in words.steps.values():
        assert place(steps, CALL) < place(steps, FOUND["mail_forwarding.found"])
