"""The program that shows notifications on a Linux desktop (Desktop Notifications Specification 1.2), over D-Bus."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

from agent.notify.text import escaped
from agent.session_bus import address

__all__ = ["PRESSED", "STAYS", "Event", "NoServerError", "RefusedError", "Server", "ServerGoneError"]

NAME = "org.freedesktop.Notifications"
BUS = "org.freedesktop.DBus"
NOTIFICATIONS = DBusAddress("/org/freedesktop/Notifications", NAME, NAME)
APP_NAME = "Watchword"
#: The name of our .desktop file, by which desktops find our icon and what the person set for us.
DESKTOP_ENTRY = "watchword"
#: A server that the bus has to start first takes a moment; one that runs answers in a few milliseconds.
ANSWER_SECONDS = 5.0
URGENCY_LOW, URGENCY_NORMAL = 0, 1
EXPIRES_AS_USUAL, STAYS = -1, 0
#: The action that is the notification itself being pressed.
PRESSED = "default"
#: What goes wrong when the bus or the server ends, or talks nonsense.
TROUBLE = (OSError, ValueError, TypeError, KeyError, IndexError, RuntimeError)


class NoServerError(Exception):
    """There is nothing to show an alert with; the message is the reason's slug."""


class RefusedError(Exception):
    """The server would not show it."""


class ServerGoneError(Exception):
    """The server or the bus ended, or gives no sense any more."""


class Event(NamedTuple):
    """A notification was closed (``action`` is empty), or an action of it was chosen."""

    number: int
    action: str = ""


class Server:
    """A notification server that answered."""

    def __init__(self) -> None:
        """Find it. The bus starts it where it knows how to.

        Raises:
            NoServerError: ``no_session`` (no bus), ``no_server`` or ``no_answer``.
        """
        #: Lets the program that a pressed button starts come to the front (Wayland's xdg-activation).
        self.activation_token = ""
        self._signals: deque[Any] = deque(maxlen=100)
        try:
            self._connection = open_dbus_connection(bus=address("SESSION"), auth_timeout=ANSWER_SECONDS)
        except TROUBLE as error:
            raise NoServerError("no_session") from error
        try:
            name, _vendor, version, *_ = self._call("GetServerInformation")
            (capabilities,) = self._call("GetCapabilities")
            self.name, self.described = str(name).lower(), f"{name} {version}"
            self.capabilities = frozenset(map(str, capabilities))
            (self._owner,) = self._ask(message_bus.GetNameOwner(NAME))
            self._listen()
        except TimeoutError as error:
            raise NoServerError("no_answer") from error
        except (DBusErrorResponse, *TROUBLE) as error:
            raise NoServerError("no_server") from error

    def show(
        self,
        title: str,
        body: str,
        actions: Sequence[tuple[str, str]] = (),
        *,
        expires: int = EXPIRES_AS_USUAL,
        quiet: bool = False,
    ) -> int:
        """Show a notification; its number. Title and body are plain text, actions are (name, label).

        One that is ``quiet`` has low urgency, which GNOME lists and does not let pop up, and is not kept once it was
        shown.

        Raises:
            RefusedError: the server said no.
            TimeoutError: it took the message and said nothing.
            ServerGoneError: it ended.
        """
        words = escaped(body) if "body-markup" in self.capabilities else body
        pairs = [part for action in actions for part in action] if "actions" in self.capabilities else []
        hints: dict[str, tuple[str, Any]] = {
            "urgency": ("y", URGENCY_LOW if quiet else URGENCY_NORMAL),
            "category": ("s", "device"),
            "desktop-entry": ("s", DESKTOP_ENTRY),
        }
        if quiet:
            hints["transient"] = ("b", True)
        values = (APP_NAME, 0, "", title, words, pairs, hints, expires)
        try:
            (number,) = self._call("Notify", "susssasa{sv}i", values)
        except TimeoutError:
            raise
        except DBusErrorResponse as error:
            raise RefusedError from error
        except TROUBLE as error:
            raise ServerGoneError from error
        if not isinstance(number, int) or number <= 0:
            raise RefusedError
        return number

    def withdraw(self, number: int) -> None:
        """Take a notification away; one that is gone already is no trouble."""
        try:
            self._call("CloseNotification", "u", (number,))
        except (DBusErrorResponse, *TROUBLE):
            return

    def event(self, deadline: float) -> Event | None:
        """The next thing that happens to any notification before ``deadline`` (monotonic), or ``None``.

        Raises:
            ServerGoneError: the server or the bus ended.
        """
        try:
            while True:
                left = max(deadline - time.monotonic(), 0.0)
                found = self._understood(self._connection.recv_until_filtered(self._signals, timeout=left))
                if found is not None:
                    return found
        except TimeoutError:
            return None
        except TROUBLE as error:
            raise ServerGoneError from error

    def _understood(self, message: Any) -> Event | None:
        """What a signal means for us. Only the server's own are believed: anybody on the bus may send one."""
        fields = message.header.fields
        sender, member = fields.get(HeaderFields.sender), fields.get(HeaderFields.member)
        if sender == BUS and member == "NameOwnerChanged" and message.body[0] == NAME:
            raise ServerGoneError
        if sender != self._owner or fields.get(HeaderFields.interface) != NAME:
            return None
        if member == "NotificationClosed":
            return Event(message.body[0])
        if member == "ActionInvoked" and isinstance(message.body[1], str):
            return Event(message.body[0], message.body[1])
        if member == "ActivationToken" and isinstance(message.body[1], str):
            self.activation_token = message.body[1]
        return None

    def _listen(self) -> None:
        self._connection.filter(MatchRule(type="signal"), queue=self._signals)
        gone = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        gone.add_arg_condition(0, NAME)
        for rule in (MatchRule(type="signal", sender=NAME, interface=NAME), gone):
            self._ask(message_bus.AddMatch(rule))

    def _call(self, method: str, signature: str | None = None, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        return self._ask(new_method_call(NOTIFICATIONS, method, signature, values))

    def _ask(self, message: Any) -> tuple[Any, ...]:
        reply = self._connection.send_and_get_reply(message, timeout=ANSWER_SECONDS)
        return tuple(unwrap_msg(reply))
