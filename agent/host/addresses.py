"""Telling network addresses from what only looks like them: versions, times, names in code."""

from __future__ import annotations

import ipaddress
import re

__all__ = ["IPV4", "IPV6", "MAC", "is_own_mac", "is_personal_ipv4", "is_personal_ipv6"]

IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)", re.ASCII)
IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:.])", re.IGNORECASE | re.ASCII)
MAC = re.compile(
    r"(?<![\w:.-])[0-9a-f]{2}(?P<separator>[:-])(?:[0-9a-f]{2}(?P=separator)){4}[0-9a-f]{2}(?![\w:-])",
    re.IGNORECASE | re.ASCII,
)

#: Ranges that no version number begins like: private and link-local ones, and those of documentation.
NEVER_VERSIONS = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "192.168.0.0/16",
        "172.16.0.0/12",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
    )
)
#: Loopback, wildcards, multicast, masks, and the range that stand-ins come from (RFC 2544).
NOBODYS = tuple(
    ipaddress.IPv4Network(network) for network in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "198.18.0.0/15")
)
PERSONAL_IPV6 = tuple(ipaddress.IPv6Network(network) for network in ("2000::/3", "fc00::/7", "fe80::/10"))

BEFORE_ADDRESS = re.compile(
    r"(?:://|@|\b(?:inet|addr(?:ess)?|host|nameserver|server|gateway|via|src|dst|peer|dns|ip|proxy|from|listen|bind)"
    r"[\"']?\s{0,3}[:=]?\s{0,3}[\"']?)$",
    re.IGNORECASE,
)
BEFORE_VERSION = re.compile(
    r"(?:version|release|build|revision|installed|candidate|latest|upgrade|\bver|\bv|\bupdate)[^\w\n]{0,6}$"
    r"|(?<![\w.:])\d{1,2}:$",  # an epoch (deb-version(7))
    re.IGNORECASE,
)
AFTER_ADDRESS = re.compile(r":\d{1,5}\b|/\d{1,2}\b")
#: What joins an upstream version to a name or a packager's revision.
REVISION = re.compile(r"[-+~_]\w")


def is_personal_ipv4(match: re.Match[str], *, own: bool, versions: bool) -> bool:
    """Whether four numbers with dots are an address that says something about a computer or its network.

    ``own``: it is one of this computer's. ``versions``: the text is of the kind that holds versions.
    """
    try:
        address = ipaddress.IPv4Address(match.group())
    except ValueError:
        return False
    if any(address in network for network in NOBODYS):
        return False
    if own or any(address in network for network in NEVER_VERSIONS):
        return True
    before, after = (
        match.string[max(0, match.start() - 40) : match.start()],
        match.string[match.end() : match.end() + 8],
    )
    if BEFORE_VERSION.search(before) or before[-1:] in ("-", "_", "+", "~") or REVISION.match(after):
        return False
    return not versions or bool(BEFORE_ADDRESS.search(before) or AFTER_ADDRESS.match(after))


def is_personal_ipv6(text: str) -> bool:
    """Whether it is a global, private or link-local address, and not a name in code such as ``std::``."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return any(address in network for network in PERSONAL_IPV6)


def is_own_mac(text: str) -> bool:
    """Whether it is a device's address: not nobody's, everybody's, or a stand-in."""
    plain = text.lower().replace("-", ":")
    if plain in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff") or plain.startswith("02:00:00:00:"):
        return False
    # Six pairs of digits with dashes are more often a date and time.
    return ":" in text or any(character in "abcdef" for character in plain)
