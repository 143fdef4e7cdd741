"""The one-time code that somebody types to join their office: as the collector knows it, however it was typed. Pure."""

from __future__ import annotations

import re
import unicodedata

from agent.errors import RefusedError

__all__ = ["normalised"]

#: Written to set groups apart or slipped in by a mail program: spaces, dashes, characters without a width.
SEPARATORS = frozenset({"Zs", "Zl", "Zp", "Pd", "Cf"})
SEPARATING_SIGNS = "\t\r\n\u2212\u00b7_."
#: Crockford's base 32: these are read wrongly more often than rightly.
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
SHORTEST, LONGEST = 12, 64
CODE = re.compile(r"[0-9A-Za-z]*")


def normalised(typed: str) -> str:
    """The code in capitals, without separators, ``O`` as ``0``, ``I`` and ``L`` as ``1``.

    Raises:
        RefusedError: it cannot be a code. The sentence never repeats what was typed: it may be a good code but for one
            letter, or a password that was pasted by mistake.
    """
    bare = "".join(
        sign for sign in typed if sign not in SEPARATING_SIGNS and unicodedata.category(sign) not in SEPARATORS
    )
    if not bare:
        raise RefusedError("No code was given. It is the one that your IT team gave you.")
    # Before the capitals, because some letters of other alphabets have one in ours.
    if CODE.fullmatch(bare) is None:
        raise RefusedError("That is not a code: a code has only letters from A to Z and digits. Type it once more.")
    if len(bare) < SHORTEST:
        raise RefusedError(
            f"That code is too short: it has at least {SHORTEST} letters and digits. Is a part of it missing?"
        )
    if len(bare) > LONGEST:
        raise RefusedError(f"That code is too long: it has at most {LONGEST} letters and digits. Copy the code alone.")
    return bare.upper().translate(LOOKALIKES)
