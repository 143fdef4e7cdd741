"""What became of an account's address: whether it was looked up in known breaches, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass

from agent.contract import Account, Status
from agent.page.wording import sentences
from agent.status import CheckRow

__all__ = ["AddressState", "address_state"]

BREACHES = "/breaches"


@dataclass(frozen=True)
class AddressState:
    """``said`` is how it stands; ``path`` leads to what can be done or seen, under the words of ``way``."""

    said: str
    path: str = ""
    way: str = ""


def address_state(account: Account, row: CheckRow | None) -> AddressState:
    """From the last finding about the account's breaches, if there is one."""
    if not account.has_address:
        return AddressState("No address is kept")
    if row is None:
        return AddressState("Its address has not been looked up yet", BREACHES, "Data breaches")
    days = row.facts.get("checked_days")
    looked_up = f"Its address was looked up in known breaches {_ago(days)}" if isinstance(days, int) else ""
    if row.status is not Status.UNKNOWN:
        said = looked_up or "Its address is not looked up, only breaches of the service itself are watched"
        return AddressState(said, BREACHES, "What is known")
    why = row.text.title if row.text is not None else ""
    said = sentences([looked_up or "Its address was not looked up", why])
    return AddressState(said, f"/item/{row.id}/{account.id}", "Why, and what to do")


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
