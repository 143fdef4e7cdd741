"""What the programs of a Linux desktop say about this moment: locked, asleep to alerts, kept awake for a film.

Each asks what runs and starts nothing. An answer that is not of its documented type is ``malformed``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from agent.host import Unreadable
from agent.host.native import dbus

__all__ = ["QUESTIONS", "idle_inhibited", "login_session", "notification_server", "yes_or_no"]


class Question(NamedTuple):
    """A method of a program on the session bus that takes these values and answers yes or no."""

    name: str
    path: str
    method: str
    signature: str = ""
    values: tuple[int, ...] = ()


#: The names by which :func:`yes_or_no` is asked.
QUESTIONS: Mapping[str, Question] = {
    # GNOME's session manager: is anything keeping the session from being idle? 8 is "inhibit the session being idle".
    "gnome_idle_inhibited": Question(
        "org.gnome.SessionManager",
        "/org/gnome/SessionManager",
        "org.gnome.SessionManager.IsInhibited",
        "u",
        (8,),
    ),
    # Is the screen saver, which on these desktops is the lock screen, on?
    "freedesktop_screensaver": Question(
        "org.freedesktop.ScreenSaver", "/ScreenSaver", "org.freedesktop.ScreenSaver.GetActive"
    ),
    "gnome_screensaver": Question("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.GetActive"),
    "cinnamon_screensaver": Question(
        "org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver", "org.cinnamon.ScreenSaver.GetActive"
    ),
    "mate_screensaver": Question("org.mate.ScreenSaver", "/org/mate/ScreenSaver", "org.mate.ScreenSaver.GetActive"),
    "xfce_screensaver": Question("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver", "org.xfce.ScreenSaver.GetActive"),
}

LOGIND = "org.freedesktop.login1"
#: logind's own name for the session of whoever asks, or else for the one this person has on a screen (systemd 243).
OWN_SESSION = "/org/freedesktop/login1/session/auto"
SESSION_INTERFACE = "org.freedesktop.login1.Session"
NOTIFICATIONS = "org.freedesktop.Notifications"
NOTIFICATIONS_PATH = "/org/freedesktop/Notifications"


def yes_or_no(name: str) -> bool | Unreadable:
    """The answer to one of :data:`QUESTIONS`. ``unsupported`` when the program does not run."""
    question = QUESTIONS.get(name)
    if question is None:
        return Unreadable("unsupported", name)
    answer = dbus.ask("session", question.name, question.path, question.method, question.signature, *question.values)
    if isinstance(answer, Unreadable):
        return answer
    value = answer[0] if isinstance(answer, tuple) and len(answer) == 1 else None
    return value if isinstance(value, bool) else Unreadable("malformed", name)


def login_session() -> dict[str, bool | str] | Unreadable:
    """This person's session as systemd-logind knows it: ``active`` (in front), ``locked``, ``type``, ``class``.

    Most desktops tell logind when they lock (``LockedHint``), some do not: ``False`` does not prove that it is open.
    """
    found: dict[str, bool | str] = {}
    for key, wanted, kind in (
        ("active", "Active", bool),
        ("locked", "LockedHint", bool),
        ("type", "Type", str),
        ("class", "Class", str),
    ):
        value = dbus.get_property("system", LOGIND, OWN_SESSION, SESSION_INTERFACE, wanted)
        if isinstance(value, Unreadable):
            return value
        if not isinstance(value, kind):
            return Unreadable("malformed", wanted)
        found[key] = value
    return found


def idle_inhibited() -> bool | Unreadable:
    """Whether a program of this person keeps the computer from counting as idle (logind's ``ListInhibitors``).

    Others' are not counted: the system itself holds some while it installs updates.
    """
    answer = dbus.ask("system", LOGIND, "/org/freedesktop/login1", "org.freedesktop.login1.Manager.ListInhibitors")
    if isinstance(answer, Unreadable):
        return answer
    try:
        (entries,) = answer
        return any(
            "idle" in what.split(":") and mode == "block" and uid == os.getuid()
            for what, _who, _why, mode, uid, _pid in entries
        )
    except (TypeError, ValueError, AttributeError):
        return Unreadable("malformed", "ListInhibitors")


def notification_server() -> dict[str, Any] | Unreadable:
    """The program that shows notifications, if it runs: ``name``, ``vendor``, ``version`` as it says itself."""
    answer = dbus.ask("session", NOTIFICATIONS, NOTIFICATIONS_PATH, f"{NOTIFICATIONS}.GetServerInformation")
    if isinstance(answer, Unreadable):
        return answer
    if not isinstance(answer, tuple) or len(answer) < 3 or not all(isinstance(value, str) for value in answer[:3]):
        return Unreadable("malformed", "GetServerInformation")
    return dict(zip(("name", "vendor", "version"), answer, strict=False))
