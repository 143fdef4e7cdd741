"""Password managers that run in this person's session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.host import Host, System, Unreadable
from checks.password_manager.catalogue import Catalogue, Entry
from checks.password_manager.facts import Facts, Place, Sighting, Standing

__all__ = ["read", "sighting"]


def read(host: Host, known: Catalogue, belongs: Callable[[str], bool]) -> Facts:
    """The person's own running managers, of the names that ``belongs`` to this system.

    Another person's process says nothing about them. One whose owner could not be told decides nothing alone. Windows
    ignores the case of names.
    """
    spelt = {
        name: entry for name, entry in known.ids("process").items() if belongs(name) and entry.manager.kind == "app"
    }
    listed = host.processes(*spelt)
    plain = str.casefold if host.system is System.WINDOWS else str
    entries = {plain(name): entry for name, entry in spelt.items()}
    if isinstance(listed, Unreadable):
        return Facts(unreadable=(listed,))
    sure: dict[str, bool] = {}
    for process in listed:
        own = bool(process.user) and _owner(process.user) == _owner(host.user.name)
        name = plain(process.name)
        if name in entries and (own or not process.user):
            sure[name] = sure.get(name, False) or own
    return Facts(
        tuple(
            replace(found, confirmed=found.confirmed and own)
            for name, own in sure.items()
            for found in [sighting(entries[name], Place.RUNNING, "running app", None)]
        )
    )


def sighting(entry: Entry, place: Place, source: str, version: str | None) -> Sighting:
    """An app of the catalogue that is there."""
    manager = entry.manager
    return Sighting(manager.name, place, source, Standing.ENABLED, version, entry.confirmed, manager.retired)


def _owner(user: str) -> str:
    r"""The person's name without the computer's or the domain's: ``LAPTOP\Alex``."""
    return user.rpartition("\\")[2].casefold()
