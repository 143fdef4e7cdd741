"""How much a breach matters: a table, and the rules around it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from checks.breach.breach import Breach

__all__ = ["Weight", "weight"]


class Weight(IntEnum):
    """What a breach means for the person, from nothing to a password in the open."""

    #: A list of addresses for spam, or a breach that was withdrawn: it changes no status.
    IGNORED = 0
    #: Nobody could confirm it, or it is made up.
    DOUBTFUL = 1
    #: The address and other details.
    DETAILS = 2
    #: Details that help someone to get in, or that hurt by themselves.
    GRAVE = 3
    #: A password that was used with this address.
    PASSWORD = 4


#: By data class, as https://haveibeenpwned.com/api/v3/dataclasses spells them (checked 2026-11-22). A class that is
#: not here weighs ``DETAILS``, so a misspelt one can only be too mild by a step, never hidden.
WEIGHT_OF_CLASS: Mapping[str, Weight] = {
    "passwords": Weight.PASSWORD,
    "auth tokens": Weight.GRAVE,
    "government issued ids": Weight.GRAVE,
    "historical passwords": Weight.GRAVE,
    "password hints": Weight.GRAVE,
    "physical addresses": Weight.GRAVE,
    "private messages": Weight.GRAVE,
    "security questions and answers": Weight.GRAVE,
}


def weight(breach: Breach) -> Weight:
    """How much this breach matters to someone whose address is in it."""
    if breach.spam_list or breach.retired:
        return Weight.IGNORED
    if breach.stealer_log and not breach.fabricated:
        # A stealer log was taken from an infected computer as its owner typed: the password is known, whatever
        # else is said about the collection.
        return Weight.PASSWORD
    if breach.fabricated or not breach.verified:
        return Weight.DOUBTFUL
    classes = (WEIGHT_OF_CLASS.get(each.lower(), Weight.DETAILS) for each in breach.data_classes)
    return max(Weight.GRAVE if breach.malware else Weight.DETAILS, *classes, Weight.DETAILS)
