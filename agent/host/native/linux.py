"""Native calls on Linux."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.host.native import dbus, desktop, files, snapd

QUERIES: Mapping[str, Callable[..., Any]] = {
    "dbus_name_owned": dbus.name_owned,
    "dbus_property": dbus.get_property,
    "desktop_says": desktop.yes_or_no,
    "idle_inhibited": desktop.idle_inhibited,
    "login_session": desktop.login_session,
    "distrust": files.distrust,
    "mtime": files.mtime,
    "notification_server": desktop.notification_server,
    "snapd_get": snapd.snapd_get,
}
