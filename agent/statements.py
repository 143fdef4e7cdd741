"""What a person can be asked to state: the question, the answers, and for how long an answer is good."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec

from config.platforms import methods
from config.schema import Profile

__all__ = ["LAPTOP", "Statement", "about", "statements"]

#: The subject of statements about this computer, where others name an account.
LAPTOP = "laptop"


class Statement(msgspec.Struct, frozen=True):
    """A question. ``answers`` are in the order they are offered; ``kind`` is a field of ``attestation_days``."""

    id: str
    version: int
    subject: Literal["account", "laptop"]
    question: str
    answers: Mapping[str, str]
    kind: Literal["quick", "account", "habit", "setup"]

    def good_for_days(self, profile: Profile) -> int:
        """For how many days an answer is good."""
        days: int = getattr(profile.attestation_days, self.kind)
        return days


@cache
def statements() -> Mapping[str, Statement]:
    """Every statement by id. The ids and answers are those that the checks of the same name read."""
    every = (
        Statement(
            id="two_step.method",
            version=1,
            subject="account",
            question="Which second step is on? Look at the account's security settings.",
            answers={
                **{method.id: method.meaning for method in methods().values()},
                "none": "none: the password alone signs you in",
                "not_sure": "not sure",
            },
            kind="account",
        ),
        Statement(
            id="password_manager.kind",
            version=1,
            subject="laptop",
            question="Where do you keep your passwords?",
            answers={
                "app": "in a password manager",
                "browser": "in the browser or the system, which remembers them",
                "phone": "in a password manager on your phone only",
                "paper": "on paper, somewhere safe",
                "none": "none of these",
            },
            kind="habit",
        ),
    )
    return MappingProxyType({statement.id: statement for statement in every})


def about(subject: str) -> list[Statement]:
    """The statements that can be made about ``laptop``, or else about an account."""
    wanted = "laptop" if subject == LAPTOP else "account"
    return [statement for statement in statements().values() if statement.subject == wanted]
