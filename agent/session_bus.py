"""Where a message bus is to be found. It imports nothing, so that small processes can use it."""

import os

__all__ = ["address"]


def address(bus: str) -> str:
    """The address of the ``SESSION`` or ``SYSTEM`` bus, as jeepney takes it.

    A service started before the desktop may not have the variable that names the session's bus. sd-bus and libdbus
    then look for the socket of the person's own bus; jeepney does not, so we do.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if bus != "SESSION" or os.environ.get("DBUS_SESSION_BUS_ADDRESS") or not runtime.startswith("/"):
        return bus
    return f"unix:path={runtime}/bus"
