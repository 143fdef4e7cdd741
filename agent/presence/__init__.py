"""Is this a moment to speak? What the system tells about the person, read through a :class:`agent.host.Host`.

Whatever cannot be told is named in ``unknown`` and holds nothing back. Facts that were never confirmed on a real
computer may hold an alert back, but nothing here ever causes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from agent.alerts.records import Presence
from agent.host import Host, System, Unreadable
from agent.presence import linux, macos, windows
from agent.presence.moment import Moment
from agent.presence.power import Power

__all__ = ["read", "saving_power"]

MOMENTS: Mapping[System, Callable[[Host], Moment]] = {
    System.LINUX: linux.moment,
    System.MACOS: macos.moment,
    System.WINDOWS: windows.moment,
}
POWERS: Mapping[System, Callable[[Host], Power]] = {
    System.LINUX: linux.power,
    System.MACOS: macos.power,
    System.WINDOWS: windows.power,
}


def read(host: Host, *, present_since: datetime | None) -> Presence:
    """What the system tells about the person's moment.

    ``present_since`` is the later of sign-in and the last wake, as the caller knows it.
    """
    moment = MOMENTS[host.system](host)
    low = POWERS[host.system](host).low
    unknown = [*moment.unknown, *(["battery"] if isinstance(low, Unreadable) else [])]
    return Presence(
        busy=moment.busy, present_since=present_since, battery_low=low is True, unknown=tuple(sorted(set(unknown)))
    )


def saving_power(host: Host) -> bool | Unreadable:
    """Whether work that can wait should: the battery is low and not being charged, or a power saver is on."""
    return POWERS[host.system](host).saving
