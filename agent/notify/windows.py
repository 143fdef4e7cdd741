"""Alerts on Windows: a balloon from the notification area by plyer, which Windows 10 and 11 show as a notification.

Windows drops it without a word where notifications are switched off, so that is looked up first. It gives no receipt.
"""

from __future__ import annotations

from agent.alerts.records import Delivery
from agent.host import RegistryValue, Unreadable
from agent.host.native import winregistry
from agent.notify import child

__all__ = ["available", "show"]

HOW = "Windows notification"
SHOW_SECONDS = 15.0
#: How long the balloon's process keeps it in the list of notifications.
STAY_SECONDS = 600.0

PUSH = r"Software\Microsoft\Windows\CurrentVersion\PushNotifications"
POLICY = r"Software\Policies\Microsoft\Windows\CurrentVersion\PushNotifications"
SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Notifications\Settings"
#: Where notifications are switched off: key, name of the value in lower case, the number that does it, by whom.
#: Policy: "Turn off toast notifications" (WPN.admx). The person: Settings, System, Notifications.
SWITCHED_OFF = (
    (rf"HKCU\{POLICY}", "notoastapplicationnotification", 1, "off_by_policy"),
    (rf"HKLM64\{POLICY}", "notoastapplicationnotification", 1, "off_by_policy"),
    (rf"HKCU\{PUSH}", "toastenabled", 0, "off_by_user"),
    (rf"HKCU\{SETTINGS}", "noc_global_setting_toasts_enabled", 0, "off_by_user"),
)


def available() -> Delivery:
    """Whether nothing speaks against it: notifications are not switched off."""
    for key, name, off, who in SWITCHED_OFF:
        values = winregistry.values(key)
        if values is None or isinstance(values, Unreadable):
            continue
        if values.get(name) == RegistryValue("REG_DWORD", off):
            return Delivery(shown=False, how=HOW, reason=who)
    return Delivery(shown=None, how=HOW)


def show(title: str, body: str) -> Delivery:
    """Show it. There are no buttons: the words say where to go."""
    possible = available()
    if possible.shown is False:
        return possible
    request = {"title": title, "body": body, "seconds": STAY_SECONDS}
    return child.ask("agent.notify.balloon", request, SHOW_SECONDS, how=HOW, stays=True)
