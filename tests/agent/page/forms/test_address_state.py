"""What is said of an account's address: never that it is looked up when it is not."""

from __future__ import annotations

import pytest

from agent.contract import Account, Basis, Category, Status
from agent.page.forms.address_state import address_state
from agent.status import CheckRow, Text
from tests.agent.page.furnished import row

ACCOUNT = Account(id="i-1", service="google", label="Work email", has_address=True)


def breach(status: Status, reason: str, title: str = "", **facts: int) -> CheckRow:
    text = Text(title, "")
    return row("breach", status, basis=Basis.API, category=Category.ACCOUNT, reason=reason, facts=facts, text=text)


def test_without_an_address_there_is_nothing_to_look_up() -> None:
    bare = Account(id="i-1", service="google", label="Work email")
    assert address_state(bare, breach(Status.UNKNOWN, "no_address")).said == "No address is kept"


@pytest.mark.parametrize(
    ("found", "said", "path"),
    [
        (None, "Its address has not been looked up yet", "/breaches"),
        (
            breach(Status.UNKNOWN, "no_key", "Addresses cannot be looked up without a key"),
            "Its address was not looked up. Addresses cannot be looked up without a key.",
            "/item/breach/i-1",
        ),
        (
            breach(Status.UNKNOWN, "offline", "Breaches could not be looked up: no network"),
            "Its address was not looked up. Breaches could not be looked up: no network.",
            "/item/breach/i-1",
        ),
        (
            breach(Status.UNKNOWN, "stale", "Addresses were not looked up lately", checked_days=40),
            "Its address was looked up in known breaches 40 days ago. Addresses were not looked up lately.",
            "/item/breach/i-1",
        ),
        (
            breach(Status.PASS, "none_known", checked_days=0),
            "Its address was looked up in known breaches today",
            "/breaches",
        ),
        (
            breach(Status.FAIL, "password_exposed", checked_days=1),
            "Its address was looked up in known breaches yesterday",
            "/breaches",
        ),
        (
            breach(Status.WARN, "service_breached"),
            "Its address is not looked up, only breaches of the service itself are watched",
            "/breaches",
        ),
    ],
)
def test_the_state_is_that_of_the_last_look(found: CheckRow | None, said: str, path: str) -> None:
    state = address_state(ACCOUNT, found)
    assert (state.said, state.path) == (said, path)
    assert state.way
