"""Alerts on a Linux desktop: by D-Bus, or by plyer where only other programs can reach the session's bus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.alerts.records import Delivery
from agent.host import Completed, Host, Unreadable
from agent.host.live import LiveHost
from agent.host.native import dbus, desktop
from agent.notify import child
from agent.notify.text import escaped, guarded

__all__ = ["available", "show"]

#: Longer than the child's own limits, which let it say what went wrong.
SHOW_SECONDS = 25.0
#: How long an alert may wait for a button.
WAIT_SECONDS = 3600.0
PLYER_SECONDS = 10.0
NAME = "org.freedesktop.Notifications"
#: An answer of `gdbus call`: GetServerInformation's four strings, GetCapabilities' list of them.
STRING = r"(?:'[^'\\]*'|\"[^\"\\]*\")"
INFORMATION = re.compile(rf"\({STRING}(?:, {STRING}){{2,3}}\)")
CAPABILITIES = re.compile(rf"\((?:@as )?\[(?:{STRING}(?:, {STRING})*)?\],\)")


def available() -> Delivery:
    """Whether a server runs, or the bus knows which one to start."""
    server = desktop.notification_server()
    if not isinstance(server, Unreadable):
        return Delivery(shown=True, how=f"{server['name']} {server['version']}")
    if server.reason == "timeout":
        return Delivery(shown=False, how="D-Bus", reason="no_answer")
    if server.reason == "unsupported":
        known = dbus.ask("session", dbus.BUS, dbus.BUS_PATH, f"{dbus.BUS}.ListActivatableNames")
        if isinstance(known, tuple) and known and isinstance(known[0], list) and NAME in known[0]:
            return Delivery(shown=None, how="a server that the session starts when it is needed")
        return Delivery(shown=False, how="D-Bus", reason="no_server")
    if _other_way(LiveHost()) is not None:
        return Delivery(shown=True, how="notify-send")
    return Delivery(shown=False, how="D-Bus", reason="no_session")


def show(title: str, body: str, keys: Sequence[str], *, opens: bool = False, quiet: bool = False) -> Delivery:
    """Show it, with buttons where the server has them."""
    request = {
        "title": title,
        "body": body,
        "keys": list(keys),
        "opens": opens,
        "quiet": quiet,
        "seconds": WAIT_SECONDS,
    }
    delivery = child.ask("agent.notify.listen", request, SHOW_SECONDS, how="D-Bus")
    if delivery.shown is False and delivery.reason == "no_session":
        markup = _other_way(LiveHost())
        if markup is not None:
            return _by_plyer(title, escaped(body) if markup else body)
    return delivery


def _by_plyer(title: str, body: str) -> Delivery:
    """Through plyer, which does not say what becomes of it; so neither do we."""
    request = {"title": guarded(title), "body": guarded(body)}
    return child.ask("agent.notify.plyer_child", request, PLYER_SECONDS, how="notify-send")


def _other_way(host: Host) -> bool | None:
    """Whether the server reads markup; ``None`` when plyer's way would reach none, however quietly.

    jeepney knows buses behind a local socket. libdbus and GLib know others too: where a program that uses them gets a
    server's answer, plyer's `notify-send` will reach it as well.
    """
    if not host.env.get("DBUS_SESSION_BUS_ADDRESS") or host.which("notify-send") is None:
        return None
    if _gdbus(host, "GetServerInformation", INFORMATION) is None:
        return None
    capabilities = _gdbus(host, "GetCapabilities", CAPABILITIES)
    return capabilities is None or "'body-markup'" in re.findall(STRING, capabilities)


def _gdbus(host: Host, method: str, form: re.Pattern[str]) -> str | None:
    path = "/" + NAME.replace(".", "/")
    argv = ["gdbus", "call", "--session", "--timeout=5", "--dest", NAME, "--object-path", path]
    done: Any = host.run([*argv, "--method", f"{NAME}.{method}"], timeout=PLYER_SECONDS)
    said = done.stdout.strip() if isinstance(done, Completed) and done.exit == 0 else ""
    return said if form.fullmatch(said) else None
