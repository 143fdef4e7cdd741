"""A notification server that notes every alert in a file and closes it at once, as if its time were over."""

from __future__ import annotations

import json
import sys

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"
PLACE = DBusAddress("/org/freedesktop/Notifications", interface=NAME)


def main(path: str) -> None:
    number = 0
    with open_dbus_connection() as connection, open(path, "a", encoding="utf-8") as notes:
        connection.send_and_get_reply(message_bus.RequestName(NAME))
        print("ready", flush=True)
        while True:
            message = connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields[HeaderFields.member]
            if member == "GetServerInformation":
                connection.send(new_method_return(message, "ssss", ("Noting", "tests", "1", "1.2")))
            elif member == "GetCapabilities":
                connection.send(new_method_return(message, "as", (["body", "actions"],)))
            elif member == "Notify":
                number += 1
                notes.write(json.dumps({"title": message.body[3], "body": message.body[4]}) + "\n")
                notes.flush()
                connection.send(new_method_return(message, "u", (number,)))
                connection.send(new_signal(PLACE, "NotificationClosed", "uu", (number, 1)))


if __name__ == "__main__":
    main(sys.argv[1])
