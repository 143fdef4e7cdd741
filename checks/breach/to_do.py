"""What to do about a breach, with the name of the service that lost the data: for the person's eyes alone.

Somebody who reads "change that password" beside their mailbox changes the wrong one.
"""

from __future__ import annotations

from checks.breach.breach import Breach
from checks.breach.severity import Weight, weight
from config.platforms import find

__all__ = ["to_do"]

#: By how much it matters. ``{service}`` is who lost the data.
AT_A_SERVICE = {
    Weight.PASSWORD: "Change your {service} password, and any other with the same one",
    Weight.GRAVE: "Be wary of messages that use these details, and change your security questions at {service}",
    Weight.DETAILS: "If you still use {service}, change its password; be wary of messages about it",
    Weight.DOUBTFUL: "Nothing is certain; if you still use {service}, change its password",
}
#: The same for a list of data that is from many places, or from nobody knows where.
FROM_ANYWHERE = {
    Weight.PASSWORD: "Change every password that you use in more than one place",
    Weight.GRAVE: "Be wary of messages that use these details, and change your security questions",
    Weight.DETAILS: "Be wary of messages that use these details",
    Weight.DOUBTFUL: "Nothing is certain; be wary of messages that use these details",
}
#: A stealer log comes first: it means an infected computer.
CLEAN_COMPUTER_FIRST = "Have the computer looked at first, then change your passwords from a clean one"


def to_do(breach: Breach) -> str:
    """What to do, without a full stop; nothing when there is nothing, or when it may not be said.

    The words for a kind of leak would tell more of a sensitive breach than its name, which is not said.
    """
    if breach.sensitive or weight(breach) is Weight.IGNORED:
        return ""
    if breach.stealer_log or breach.malware:
        return CLEAN_COMPUTER_FIRST
    if not breach.domain:
        return FROM_ANYWHERE[weight(breach)]
    known = find(breach.domain)
    return AT_A_SERVICE[weight(breach)].format(service=known.name if known else breach.title or breach.name)
