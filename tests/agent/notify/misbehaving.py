"""A notification server that does not do what it should. Its argument says what: see the tests."""

from __future__ import annotations

import sys
from typing import Any

from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

CAPABILITIES = ["actions", "body"]


def main(how: str) -> None:
    with open_dbus_connection() as connection:
        connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))
        while True:
            message = connection.receive()
            if message.header.message_type is MessageType.method_call:
                reply = answer(how, message)
                if reply is not None:
                    connection.send(reply)


def answer(how: str, message: Any) -> Any:
    member = message.header.fields[HeaderFields.member]
    replies = {
        "GetServerInformation": new_method_return(message, "ssss", ("Odd", "nobody", "1", "1.2")),
        "GetCapabilities": new_method_return(message, "as", (CAPABILITIES,)),
        "Notify": new_method_return(message, "u", (0 if how == "zero" else 1,)),
    }
    always = {
        "hangs": None,
        "nonsense": new_method_return(message, "u", (7,)),
        "throws": new_error(message, "org.example.Error.No"),
    }
    if how == "dies" and member == "Notify":
        sys.exit(1)
    if how == "hangs_then":
        replies["Notify"] = None
    if how == "refuses":
        replies["Notify"] = new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "s", ("no",))
    return always[how] if how in always else replies.get(member)


if __name__ == "__main__":
    main(sys.argv[1])
