"""A program on a bus that answers as its second argument says: {"Member" or "Member Property": [signature, body]}."""

from __future__ import annotations

import json
import sys
from typing import Any

from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection


def main(bus: str, names: str, replies: dict[str, Any]) -> None:
    with open_dbus_connection(bus) as connection:
        for name in names.split(","):
            connection.send_and_get_reply(message_bus.RequestName(name))
        while True:
            message = connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields[HeaderFields.member]
            key = f"{member} {message.body[1]}" if member == "Get" else member
            if key not in replies:
                connection.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
            elif replies[key] is not None:
                signature, body = replies[key]
                value = (tuple(body),) if signature == "v" else tuple(map(_tuples, body))
                connection.send(new_method_return(message, str(signature), value))


def _tuples(value: object) -> object:
    return [tuple(each) if isinstance(each, list) else each for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
