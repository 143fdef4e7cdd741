"""Questions to a message bus, each with a time limit. They start nothing and change nothing."""

from __future__ import annotations

import threading

from agent.host import Unreadable

#: For connecting, greeting and the answer together; a working bus takes a few milliseconds.
TIME_LIMIT_SECONDS = 1.0
BUSES = {"system": "SYSTEM", "session": "SESSION"}


def name_owned(bus: str, name: str) -> bool | Unreadable:
    """Whether a program on the ``system`` or ``session`` bus goes by this name now (``NameHasOwner``)."""
    where = f"{name} on the {bus} bus"
    if bus not in BUSES:
        return Unreadable("unsupported", where)
    answers: list[bool | Unreadable] = []
    # jeepney waits without limit for the bus to return its greeting, so the waiting is done beside us.
    asking = threading.Thread(target=lambda: answers.append(_ask(BUSES[bus], name, where)), daemon=True)
    asking.start()
    asking.join(TIME_LIMIT_SECONDS)
    return answers[0] if answers else Unreadable("timeout", where)


def _ask(bus: str, name: str, where: str) -> bool | Unreadable:
    from jeepney import DBusErrorResponse, message_bus
    from jeepney.io.blocking import open_dbus_connection  # 20 ms that few rounds need

    try:
        with open_dbus_connection(bus=bus, auth_timeout=TIME_LIMIT_SECONDS) as connection:
            reply = connection.send_and_get_reply(message_bus.NameHasOwner(name), timeout=TIME_LIMIT_SECONDS)
    except TimeoutError:
        return Unreadable("timeout", where)
    except (OSError, KeyError, RuntimeError, ValueError, DBusErrorResponse):
        return Unreadable("failed", where)
    answer = reply.body[0] if reply.body else None
    return answer if isinstance(answer, bool) else Unreadable("malformed", where)
