"""Questions to a message bus, each with a time limit. They start nothing and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent.background import Background
from agent.host import Unreadable
from agent.session_bus import address

__all__ = ["ask", "get_property", "limited", "name_owned"]

#: For connecting, greeting and the answer together; a working bus takes a few milliseconds.
TIME_LIMIT_SECONDS = 1.0
#: The bus itself, as a program on it.
BUS, BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
BUSES = {"system": "SYSTEM", "session": "SESSION"}
#: The bus or the program says that what was asked for is not there (D-Bus specification, "Standard errors").
NOT_THERE = frozenset(
    f"org.freedesktop.DBus.Error.{name}"
    for name in (
        "NameHasNoOwner",
        "ServiceUnknown",
        "UnknownInterface",
        "UnknownMethod",
        "UnknownObject",
        "UnknownProperty",
    )
)


def name_owned(bus: str, name: str) -> bool | Unreadable:
    """Whether a program on the ``system`` or ``session`` bus goes by this name now (``NameHasOwner``)."""
    from jeepney import message_bus

    where = f"{name} on the {bus} bus"
    answer = limited(bus, where, lambda: message_bus.NameHasOwner(name))
    if isinstance(answer, Unreadable):
        return answer
    return answer[0] if answer and isinstance(answer[0], bool) else Unreadable("malformed", where)


def get_property(bus: str, name: str, path: str, interface: str, wanted: str) -> bool | int | float | str | Unreadable:
    """A property of a program that is running (``org.freedesktop.DBus.Properties.Get``); it is not started for this.

    ``unsupported`` when there is no such program or it has no such property.
    """
    where = f"{name} {wanted} on the {bus} bus"

    def question() -> Any:
        from jeepney import DBusAddress, Properties

        return Properties(DBusAddress(path, name, interface)).get(wanted)

    answer = limited(bus, where, question)
    if isinstance(answer, Unreadable):
        return answer
    try:
        ((_, value),) = answer
    except (TypeError, ValueError):
        return Unreadable("malformed", where)
    return value if isinstance(value, bool | int | float | str) else Unreadable("malformed", where)


def ask(bus: str, name: str, path: str, method: str, signature: str = "", *values: Any) -> Any:
    """What a program that is running answers to a call of ``interface.Method``: a tuple, or ``Unreadable``."""
    interface, _, member = method.rpartition(".")

    def question() -> Any:
        from jeepney import DBusAddress, new_method_call

        return new_method_call(DBusAddress(path, name, interface), member, signature or None, values)

    return limited(bus, f"{member} of {name} on the {bus} bus", question)


def limited(bus: str, where: str, question: Callable[[], Any]) -> Any:
    """The body of the reply to a message, or ``Unreadable`` when there is none in time."""
    if bus not in BUSES:
        return Unreadable("unsupported", where)
    answers: list[Any] = []
    # jeepney waits without limit for the bus to return its greeting, so the waiting is done beside us.
    asking = Background(lambda: answers.append(_reply(BUSES[bus], question, where)))
    asking.start()
    asking.wait(TIME_LIMIT_SECONDS)
    return answers[0] if answers else Unreadable("timeout", where)


def _reply(bus: str, question: Callable[[], Any], where: str) -> Any:
    from jeepney import DBusErrorResponse, MessageFlag
    from jeepney.io.blocking import open_dbus_connection  # 20 ms that few rounds need
    from jeepney.wrappers import unwrap_msg

    try:
        message = question()
        message.header.flags |= MessageFlag.no_auto_start
        with open_dbus_connection(bus=address(bus), auth_timeout=TIME_LIMIT_SECONDS) as connection:
            return unwrap_msg(connection.send_and_get_reply(message, timeout=TIME_LIMIT_SECONDS))
    except TimeoutError:
        return Unreadable("timeout", where)
    except DBusErrorResponse as error:
        return Unreadable("unsupported" if error.name in NOT_THERE else "failed", where)
    except (OSError, KeyError, RuntimeError, ValueError, TypeError):
        return Unreadable("failed", where)
