"""Addresses with a "+" part: "alex+shop@..." reaches the mailbox "alex@...", and breaches know it as another."""

from __future__ import annotations

__all__ = ["base_address"]

#: Mail providers whose "+" part can be made up at will by the mailbox's owner, by what their own help says, as we
#: remember it. If one were wrong, an address that is somebody else's would be looked up, so there are only the best
#: known, and no domain of an office: there "a+b" may be a name.
PLUS_DOMAINS = frozenset(
    {"gmail.com", "googlemail.com"}
    | {"outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk", "msn.com"}
    | {"icloud.com", "me.com", "mac.com"}
    | {"proton.me", "protonmail.com", "pm.me"}
    | {"fastmail.com"}
)


def base_address(address: str) -> str | None:
    """The mailbox behind a normalised address, where it is known to have another name than the address itself."""
    local, _, domain = address.rpartition("@")
    name, plus, _ = local.partition("+")
    return f"{name}@{domain}" if plus and name and domain in PLUS_DOMAINS else None
