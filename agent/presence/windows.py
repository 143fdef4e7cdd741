"""Windows: it tells itself whether this is a moment for notifications.

Its Do Not Disturb cannot be read (no stable key; ``SHQueryUserNotificationState`` does not say): Windows keeps what we
show in its own list then, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import Host, Unreadable
from agent.presence.moment import Busy, Moment, Sign, merge
from agent.presence.power import Power

__all__ = ["moment", "power"]

#: QUERY_USER_NOTIFICATION_STATE (shellapi.h): what each number above 0 means for us.
STATES: Mapping[int, Busy | None] = {
    1: "locked",  # QUNS_NOT_PRESENT: a locked screen, a screen saver, another user's turn
    2: "full_screen",  # QUNS_BUSY
    3: "full_screen",  # QUNS_RUNNING_D3D_FULL_SCREEN
    4: "presenting",  # QUNS_PRESENTATION_MODE
    5: None,  # QUNS_ACCEPTS_NOTIFICATIONS
    6: None,  # QUNS_QUIET_TIME: only in a new user's first hour
    7: None,  # QUNS_APP: a Store app is in front, which on Windows 10 and 11 is nothing special
}


def moment(host: Host) -> Moment:
    """Whether Windows says that the person is away, presenting, or in a full-screen program."""
    locked = host.query("session_locked")
    signs: list[Sign] = [("locked", locked if isinstance(locked, bool | Unreadable) else Unreadable("malformed"))]
    state = host.query("notification_state")
    known = isinstance(state, int) and not isinstance(state, bool) and state in STATES
    said = STATES[state] if known else None
    trouble = None if known else Unreadable("unreadable", "notification state")
    kinds: tuple[Busy, ...] = ("locked", "presenting", "full_screen")
    signs.extend((kind, trouble or said == kind) for kind in kinds)
    signs.append(("do_not_disturb", Unreadable("unsupported", "Do Not Disturb")))
    return merge(signs)


def power(host: Host) -> Power:
    """What ``GetSystemPowerStatus`` says."""
    now = host.query("power_now")
    if not isinstance(now, Mapping):
        trouble = now if isinstance(now, Unreadable) else Unreadable("malformed", "power")
        return Power(trouble, trouble, trouble)
    has_battery = host.query("battery_present")
    plugged, percent, saver = now.get("plugged"), now.get("percent"), now.get("saver")
    unread = Unreadable("empty", "GetSystemPowerStatus")
    return Power(
        plugged=plugged if isinstance(plugged, bool) else unread,
        percent=None if has_battery is False else percent if _is_percent(percent) else unread,
        saver=saver if isinstance(saver, bool) else unread,
    )


def _is_percent(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100
