"""Do not disturb on Linux desktops: each notification server has a switch of its own.

Which server runs decides which switch is read; a setting of a desktop that does not run says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.host import Host, Unreadable

__all__ = ["do_not_disturb"]

TIME_LIMIT_SECONDS = 2.0
NOTIFICATIONS = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications")

#: By the name that the server gives itself (``GetServerInformation``), and what it names the switch.
#: The command that reads a switch, and what it prints while no alerts are wanted.
GNOME = (("gsettings", "get", "org.gnome.desktop.notifications", "show-banners"), "false")
XFCE = (("xfconf-query", "-c", "xfce4-notifyd", "-p", "/do-not-disturb"), "true")
CINNAMON = (("gsettings", "get", "org.cinnamon.desktop.notifications", "display-notifications"), "false")
MATE = (("gsettings", "get", "org.mate.NotificationDaemon", "do-not-disturb"), "true")
Switch = tuple[tuple[str, ...], str]
#: (name, vendor) in lower case; the vendor where two servers share a name.
COMMANDS: Mapping[tuple[str, str], Switch] = {
    ("gnome-shell", "gnome"): GNOME,
    ("xfce notify daemon", "xfce"): XFCE,
    ("cinnamon", "gnome"): CINNAMON,
    ("notification daemon", "mate"): MATE,
    ("mate-notification-daemon", "mate"): MATE,
}
#: (name, vendor) -> the interface and the property that is true while no alerts are wanted.
PROPERTIES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("plasma", "kde"): ("org.freedesktop.Notifications", "Inhibited"),
    ("dunst", "knopwob"): ("org.dunstproject.cmd0", "paused"),
}
#: Servers that the bus only starts with the first notification: then the desktop tells which it will be.
BY_DESKTOP: Mapping[str, Switch] = {"gnome": GNOME, "xfce": XFCE, "x-cinnamon": CINNAMON, "mate": MATE}


def do_not_disturb(host: Host, server: Any, get_property: Callable[..., Any]) -> bool | Unreadable:
    """Whether the person switched alerts off for now.

    ``server`` is what the notification server says of itself; ``get_property`` reads one of its properties.
    """
    if isinstance(server, Mapping):
        who = (str(server.get("name", "")).lower(), str(server.get("vendor", "")).lower())
        if who in PROPERTIES:
            answer = get_property("session", *NOTIFICATIONS, *PROPERTIES[who])
            return answer if isinstance(answer, bool | Unreadable) else Unreadable("malformed", "do not disturb")
        return _printed(host, COMMANDS.get(who))
    tokens = host.env.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
    return _printed(host, next((BY_DESKTOP[token] for token in tokens if token in BY_DESKTOP), None))


def _printed(host: Host, switch: Switch | None) -> bool | Unreadable:
    if switch is None:
        return Unreadable("unsupported", "do not disturb")
    command, quiet = switch
    done = host.run(command, timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    said = done.stdout.strip()
    if done.exit != 0 or said not in ("true", "false"):
        return Unreadable("unreadable", " ".join(command))
    return said == quiet
