"""What the profiles of all browsers of one computer show; which browsers those are, each system's probe says."""

from __future__ import annotations

from collections.abc import Iterable

from agent.host import Unreadable
from checks.password_manager import chromium, firefox
from checks.password_manager.catalogue import Catalogue
from checks.password_manager.facts import Facts, Sighting
from checks.password_manager.remembered import Files

__all__ = ["read"]


def read(
    files: Files, known: Catalogue, of_chromium: Iterable[chromium.Root], of_firefox: Iterable[firefox.Root]
) -> Facts:
    """Every extension of the catalogue in every profile."""
    sightings: list[Sighting] = []
    unreadable: list[Unreadable] = []
    profiles = 0
    add_ons = firefox.Known(known.ids("firefox"), known.ids("firefox_slug"))
    found = [chromium.read_root(files, root, known.ids("chromium")) for root in of_chromium]
    found += [firefox.read_root(files, root, add_ons) for root in of_firefox]
    for seen, unread, count in found:
        sightings += seen
        unreadable += unread
        profiles += count
    return Facts(tuple(sightings), tuple(unreadable), profiles)
