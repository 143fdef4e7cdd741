"""Alerts on macOS: by plyer where its part for macOS is installed, else by ``osascript``. Neither gives a receipt.

The script is fixed and takes the words as its arguments: nothing of them is ever part of a script.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from agent.alerts.records import Delivery
from agent.host import Completed, Host, Unreadable
from agent.host.live import LiveHost
from agent.notify import child

__all__ = ["available", "show"]

TIME_LIMIT_SECONDS = 10.0
OSASCRIPT = "/usr/bin/osascript"
SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)
#: `launchctl managername` of a session that has no screen.
NO_SCREEN = ("Background", "System")


def available(host: Host | None = None) -> Delivery:
    """Whether there is a session with a screen, and something to show an alert with."""
    host = host or LiveHost()
    how = "plyer" if _has_plyers_part() else "osascript"
    if how == "osascript" and host.which(OSASCRIPT) is None:
        return Delivery(shown=False, how=how, reason="no_tool")
    manager = host.run(["launchctl", "managername"], timeout=TIME_LIMIT_SECONDS)
    if isinstance(manager, Completed) and manager.stdout.strip() in NO_SCREEN:
        return Delivery(shown=False, how=how, reason="no_session")
    return Delivery(shown=None, how=how)


def show(
    title: str,
    body: str,
    host: Host | None = None,
    by_plyer: Callable[..., Delivery] = child.ask,
) -> Delivery:
    """Show it. There are no buttons: the words say where to go."""
    host = host or LiveHost()
    possible = available(host)
    if possible.shown is False:
        return possible
    if possible.how == "plyer":
        request = {"title": title, "body": body}
        delivery = by_plyer("agent.notify.plyer_child", request, TIME_LIMIT_SECONDS, how="plyer")
        if delivery.shown is not False or host.which(OSASCRIPT) is None:
            return delivery
    done = host.run(argv(title, body), timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return Delivery(shown=False, how="osascript", reason="no_answer" if done.reason == "timeout" else "no_tool")
    if done.exit != 0:
        return Delivery(shown=False, how="osascript", reason="refused")
    return Delivery(shown=None, how="osascript")


def argv(title: str, body: str) -> list[str]:
    """The command that shows these words. After ``--`` nothing is taken for an option."""
    lines = [part for line in SCRIPT for part in ("-e", line)]
    return [OSASCRIPT, *lines, "--", title, body]


def _has_plyers_part() -> bool:
    return find_spec("pyobjus") is not None
