"""Native calls on Windows. Each asks the system itself, so no answer depends on the language it is shown in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.host.native import files, winfiles, winpower, winsession

QUERIES: Mapping[str, Callable[..., Any]] = {
    "battery_present": winpower.battery_present,
    "file_version": winfiles.file_version,
    "known_folder": winfiles.known_folder,
    "distrust": files.distrust,
    "mtime": files.mtime,
    "notification_state": winsession.notification_state,
    "power_capabilities": winpower.power_capabilities,
    "power_now": winpower.power_now,
    "power_setting": winpower.power_setting,
    "screensaver": winsession.screensaver,
    "session_locked": winsession.session_locked,
}
