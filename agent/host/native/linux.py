"""Native calls on Linux."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.host.native import dbus, files, snapd

QUERIES: Mapping[str, Callable[..., Any]] = {
    "dbus_name_owned": dbus.name_owned,
    "mtime": files.mtime,
    "snapd_get": snapd.snapd_get,
}
