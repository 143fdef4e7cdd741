"""Linux: what logind, the desktop and its notification server say about this moment, and the batteries.

A part that does not run answers ``unsupported`` and says nothing either way. A bus that once did not answer in time
is not asked again.
"""

from __future__ import annotations

from typing import Any

from agent.host import Host, Unreadable
from agent.presence.full_screen import full_screen
from agent.presence.moment import Moment, Sign, merge
from agent.presence.power import Power
from agent.presence.quiet import do_not_disturb

__all__ = ["moment", "power"]

#: The screen savers that are lock screens; only one of them runs.
SCREEN_SAVERS = (
    "freedesktop_screensaver",
    "gnome_screensaver",
    "cinnamon_screensaver",
    "mate_screensaver",
    "xfce_screensaver",
)
NOTIFICATIONS = "org.freedesktop.Notifications"
GRAPHICAL = ("x11", "wayland", "mir")
POWER_SUPPLIES = "/sys/class/power_supply"
#: Who knows the power profile; the newer name since UPower took the daemon over.
POWER_PROFILES = (
    ("org.freedesktop.UPower.PowerProfiles", "/org/freedesktop/UPower/PowerProfiles"),
    ("net.hadess.PowerProfiles", "/net/hadess/PowerProfiles"),
)


class _Asker:
    """Asks a host's native calls, and no more of them about a bus that did not answer in time."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._hung: dict[str, Unreadable] = {}

    def __call__(self, bus: str, name: str, *args: str) -> Any:
        if bus in self._hung:
            return self._hung[bus]
        answer = self._host.query(name, *args)
        if isinstance(answer, Unreadable) and answer.reason == "timeout":
            self._hung[bus] = answer
        return answer


def moment(host: Host) -> Moment:
    """Whether the session is in front and open, and the person wants to be left alone."""
    ask = _Asker(host)
    session = ask("system", "login_session")
    server = ask("session", "notification_server")
    signs: list[Sign] = [
        ("no_session", _no_session(host, session, server, ask)),
        ("locked", _boolean(session, "locked")),
        *(("locked", _yes(ask("session", "desktop_says", name))) for name in SCREEN_SAVERS),
        ("presenting", _yes(ask("session", "desktop_says", "gnome_idle_inhibited"))),
        ("presenting", _yes(ask("system", "idle_inhibited"))),
        ("full_screen", full_screen(host)),
        ("do_not_disturb", do_not_disturb(host, server, lambda *args: ask("session", "dbus_property", *args))),
    ]
    return merge(signs)


def power(host: Host) -> Power:
    """What the kernel says about batteries and mains, and the power profile in use."""
    batteries = [folder for folder in _supplies(host, "Battery") if _text(host, f"{folder}/scope") != "Device"]
    levels = [_percent(host, folder) for folder in batteries]
    known = [level for level in levels if isinstance(level, int)]
    unread = next((level for level in levels if isinstance(level, Unreadable)), None)
    # The fullest counts: a second battery that is empty is nothing unusual.
    percent = max(known) if known else unread
    states = [_text(host, f"{folder}/status") for folder in batteries]
    mains = [_text(host, f"{folder}/online") == "1" for folder in _supplies(host, "Mains")]
    plugged: bool | Unreadable = any(mains) or (bool(states) and all(each in ("Charging", "Full") for each in states))
    if not plugged and not mains and not any(state == "Discharging" for state in states):
        plugged = not batteries or Unreadable("empty", POWER_SUPPLIES)
    return Power(plugged, percent, _power_saver(host))


def _no_session(host: Host, session: Any, server: Any, ask: _Asker) -> bool | Unreadable:
    """Whether there is no desktop to show anything on, or another person's is in front.

    What shows notifications is proof enough of a desktop: an agent that was started before it lacks the variables.
    """
    active = _boolean(session, "active")
    graphical = isinstance(session, dict) and session.get("type") in GRAPHICAL
    if graphical and isinstance(active, bool):
        return not active
    if host.env.get("DISPLAY") or host.env.get("WAYLAND_DISPLAY") or not isinstance(server, Unreadable):
        return False
    owned = ask("session", "dbus_name_owned", "session", NOTIFICATIONS)
    return not owned if isinstance(owned, bool) else Unreadable("unreadable", "session")


def _power_saver(host: Host) -> bool | Unreadable:
    answer: Any = Unreadable("unsupported", "power profile")
    for name, path in POWER_PROFILES:
        answer = host.query("dbus_property", "system", name, path, name, "ActiveProfile")
        if isinstance(answer, str):
            return answer == "power-saver"
        if isinstance(answer, Unreadable) and answer.reason == "timeout":
            break
    # Without the service there is no such thing as a power profile to be on.
    gone = isinstance(answer, Unreadable) and answer.reason == "unsupported"
    return False if gone else Unreadable("unreadable", "power profile")


def _supplies(host: Host, kind: str) -> list[str]:
    """The folders of the power supplies of one type (kernel: Documentation/ABI/testing/sysfs-class-power)."""
    return [path.removesuffix("/type") for path in host.glob(f"{POWER_SUPPLIES}/*/type") if _text(host, path) == kind]


def _percent(host: Host, folder: str) -> int | Unreadable:
    text = _text(host, f"{folder}/capacity")
    if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100:
        return int(text)
    return Unreadable("malformed", f"{folder}/capacity")


def _text(host: Host, path: str) -> str:
    found = host.read(path)
    return found.strip() if isinstance(found, str) else ""


def _yes(answer: Any) -> bool | Unreadable:
    return answer if isinstance(answer, bool | Unreadable) else Unreadable("malformed")


def _boolean(answers: Any, key: str) -> bool | Unreadable:
    if isinstance(answers, Unreadable):
        return answers
    return _yes(answers.get(key) if isinstance(answers, dict) else None)
