"""The moment on recorded computers of each kind of system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import presence
from agent.host import Unreadable
from agent.host.replay import ReplayHost
from agent.presence.moment import merge
from agent.presence.power import Power
from tests.builders import NOW, command, computer

NO = Unreadable("failed")


def query(name: str, *args: str, value: Any = None, failure: str | None = None) -> dict[str, Any]:
    return {"name": name, "args": list(args), "value": value, **({"failure": failure} if failure else {})}


def linux(*commands: dict[str, Any], server: tuple[str, str] | None = None, **facts: Any) -> ReplayHost:
    said = {"name": server[0], "vendor": server[1], "version": "1"} if server else None
    queries = [query("notification_server", value=said)] if said else []
    return computer("linux", commands=list(commands), queries=[*queries, *facts.pop("queries", [])], **facts)


def mac(console: str = "", assertions: str = "", batt: str = "", general: str = "") -> ReplayHost:
    plist = f'<?xml version="1.0"?><plist version="1.0"><dict>{console}</dict></plist>' if console else ""
    return computer(
        "macos",
        commands=[
            command("ioreg -n Root -d1 -a", plist),
            command("pmset -g assertions", assertions),
            command("pmset -g batt", batt),
            command("pmset -g", general),
        ],
    )


def windows(**answers: Any) -> ReplayHost:
    return computer("windows", queries=[query(name, value=value) for name, value in answers.items()])


def busy(host: ReplayHost) -> str | None:
    return presence.read(host, present_since=None).busy


def unknown(host: ReplayHost) -> tuple[str, ...]:
    return presence.read(host, present_since=None).unknown


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_a_computer_that_says_nothing_holds_nothing_back(system: str) -> None:
    found = presence.read(computer(system), present_since=NOW)
    assert found.busy is None or (system, found.busy) == ("linux", "no_session")
    assert found.present_since == NOW
    assert {"do_not_disturb", "full_screen", "presenting"} <= set(found.unknown)
    assert presence.saving_power(computer(system)) is not True


@pytest.mark.parametrize(
    ("server", "argv", "quiet"),
    [
        (("gnome-shell", "GNOME"), "gsettings get org.gnome.desktop.notifications show-banners", "false"),
        (("Xfce Notify Daemon", "Xfce"), "xfconf-query -c xfce4-notifyd -p /do-not-disturb", "true"),
        (("cinnamon", "GNOME"), "gsettings get org.cinnamon.desktop.notifications display-notifications", "false"),
        (("Notification Daemon", "MATE"), "gsettings get org.mate.NotificationDaemon do-not-disturb", "true"),
    ],
)
def test_each_server_has_its_own_switch(server: tuple[str, str], argv: str, quiet: str) -> None:
    loud = {"false": "true", "true": "false"}[quiet]
    env = {"DISPLAY": ":0"}
    assert busy(linux(command(argv, f"{quiet}\n"), server=server, env=env)) == "do_not_disturb"
    open_ = linux(command(argv, f"{loud}\n"), server=server, env=env)
    assert (busy(open_), "do_not_disturb" in unknown(open_)) == (None, False)
    for answer in ("", "maybe", "'true'"):
        assert "do_not_disturb" in unknown(linux(command(argv, answer), server=server, env=env))
    assert "do_not_disturb" in unknown(linux(command(argv, f"{quiet}\n", exit=1), server=server, env=env))


def test_a_setting_of_a_desktop_that_does_not_run_says_nothing() -> None:
    gnome = command("gsettings get org.gnome.desktop.notifications show-banners", "false\n")
    host = linux(gnome, server=("dunst", "knopwob"), env={"XDG_CURRENT_DESKTOP": "GNOME", "DISPLAY": ":0"})
    assert busy(host) is None
    assert busy(linux(gnome, env={"XDG_CURRENT_DESKTOP": "ubuntu:GNOME", "DISPLAY": ":0"})) == "do_not_disturb"


def test_plasma_says_by_a_property_whether_it_is_quiet() -> None:
    name, path = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
    quiet = query("dbus_property", "session", name, path, name, "Inhibited", value=True)
    assert busy(linux(server=("Plasma", "KDE"), queries=[quiet], env={"DISPLAY": ":0"})) == "do_not_disturb"


def test_without_a_desktop_there_is_nobody_to_tell() -> None:
    nobody = query("dbus_name_owned", "session", "org.freedesktop.Notifications", value=False)
    assert busy(linux(queries=[nobody])) == "no_session"
    assert busy(linux(queries=[nobody], env={"WAYLAND_DISPLAY": "wayland-0"})) is None
    assert busy(linux(server=("gnome-shell", "GNOME"))) is None


def batteries(**supplies: dict[str, str]) -> dict[str, str]:
    return {
        f"/sys/class/power_supply/{name}/{key}": f"{value}\n"
        for name, values in supplies.items()
        for key, value in values.items()
    }


BATTERY = {"type": "Battery", "scope": "System", "status": "Discharging", "capacity": "19"}


@pytest.mark.parametrize(
    ("supplies", "low"),
    [
        ({}, False),
        ({"BAT0": BATTERY}, True),
        ({"BAT0": {**BATTERY, "capacity": "20"}}, False),
        ({"BAT0": BATTERY, "BAT1": {**BATTERY, "capacity": "90"}}, False),
        ({"BAT0": BATTERY, "AC": {"type": "Mains", "online": "1"}}, False),
        ({"BAT0": BATTERY, "AC": {"type": "Mains", "online": "0"}}, True),
        ({"BAT0": {**BATTERY, "status": "Charging"}}, False),
        ({"mouse": {**BATTERY, "scope": "Device", "capacity": "3"}}, False),
        ({"BAT0": {**BATTERY, "capacity": "lots"}}, None),
        ({"BAT0": {**BATTERY, "status": "Unknown"}}, None),
    ],
)
def test_a_battery_is_low_below_a_fifth_and_not_on_mains(supplies: dict[str, dict[str, str]], low: bool | None) -> None:
    host = linux(files=batteries(**supplies))
    found = presence.read(host, present_since=None)
    assert (found.battery_low, "battery" in found.unknown) == (low is True, low is None)


@pytest.mark.parametrize(
    ("state", "kind"),
    [(1, "locked"), (2, "full_screen"), (3, "full_screen"), (4, "presenting"), (5, None), (6, None), (7, None)],
)
def test_windows_says_by_a_number_whether_it_is_a_good_moment(state: int, kind: str | None) -> None:
    host = windows(notification_state=state, session_locked=False)
    assert (busy(host), unknown(host)) == (kind, ("battery", "do_not_disturb"))


@pytest.mark.parametrize("state", [0, 8, True, "5", None])
def test_a_number_that_windows_does_not_have_is_unknown(state: object) -> None:
    assert "presenting" in unknown(windows(notification_state=state, session_locked=False))
    assert busy(windows(notification_state=state, session_locked=True)) == "locked"


@pytest.mark.parametrize(
    ("now", "battery", "low", "saving"),
    [
        ({"plugged": False, "percent": 10, "saver": False}, True, True, True),
        ({"plugged": True, "percent": 10, "saver": False}, True, False, False),
        ({"plugged": False, "percent": 90, "saver": True}, True, False, True),
        ({"plugged": False, "percent": 90, "saver": False}, True, False, False),
        ({"plugged": None, "percent": None, "saver": False}, False, False, False),
        ({"plugged": None, "percent": None, "saver": False}, True, False, None),
    ],
)
def test_windows_power(now: dict[str, Any], battery: bool, low: bool, saving: bool | None) -> None:
    host = windows(power_now=now, battery_present=battery)
    assert presence.read(host, present_since=None).battery_low is low
    found = presence.saving_power(host)
    assert found is saving if saving is not None else isinstance(found, Unreadable)


USER = (
    "<key>IOConsoleUsers</key><array><dict><key>kCGSSessionUserNameKey</key><string>person</string>"
    "<key>kCGSSessionOnConsoleKey</key><{}/></dict></array><key>IOConsoleLocked</key><{}/>"
)
ASSERTIONS = """2026-11-22 10:00:00 +0000
Assertion status system-wide:
   PreventUserIdleDisplaySleep    1
Listed by owning process:
   pid 411({}): [0x0000123400018a5f] 00:10:01 {} named: "in a call"
"""


@pytest.mark.parametrize(
    ("console", "kind"),
    [
        (USER.format("true", "false"), None),
        (USER.format("true", "true"), "locked"),
        (USER.format("false", "false"), "no_session"),
    ],
)
def test_macos_knows_who_is_at_the_screen(console: str, kind: str | None) -> None:
    assert busy(mac(console)) == kind


@pytest.mark.parametrize(
    ("app", "assertion", "kind"),
    [
        ("zoom.us", "PreventUserIdleDisplaySleep", "presenting"),
        ("Keynote", "NoDisplaySleepAssertion", "presenting"),
        ("zoom.us", "PreventUserIdleSystemSleep", None),
        ("coreaudiod", "PreventUserIdleDisplaySleep", None),
    ],
)
def test_a_meeting_that_keeps_the_display_on_is_not_interrupted(app: str, assertion: str, kind: str | None) -> None:
    assert busy(mac(assertions=ASSERTIONS.format(app, assertion))) == kind


def drawing(source: str, percent: int | None = None) -> str:
    """What ``pmset -g batt`` prints."""
    battery = f" -InternalBattery-0 (id=1)\t{percent}%; discharging; 1:00 remaining present: true\n"
    return f"Now drawing from '{source} Power'\n" + (battery if percent is not None else "")


@pytest.mark.parametrize(
    ("batt", "general", "low", "saving"),
    [
        (drawing("Battery", 15), " lowpowermode         0\n", True, True),
        (drawing("AC", 15), " lowpowermode         0\n", False, False),
        (drawing("Battery", 80), " lowpowermode         1\n", False, True),
        (drawing("AC"), " powermode            2\n", False, False),
    ],
)
def test_macos_power(batt: str, general: str, low: bool, saving: bool) -> None:
    host = mac(batt=batt, general=general)
    assert presence.read(host, present_since=None).battery_low is low
    assert presence.saving_power(host) is saving


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_a_mac_prints_is_no_more_than_unknown(console: str, assertions: str, batt: str, general: str) -> None:
    host = mac(console, assertions, batt, general)
    assert busy(host) is None
    assert presence.saving_power(host) is not True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON, JSON)
def test_whatever_a_native_call_answers_nothing_is_raised(first: object, second: object, third: object) -> None:
    answers = dict(zip(("notification_state", "session_locked", "power_now"), (first, second, third), strict=True))
    presence.read(windows(**answers), present_since=None)
    presence.saving_power(windows(**answers))
    queries = [
        query(name, value=value)
        for name, value in zip(("login_session", "idle_inhibited"), (first, second), strict=True)
    ]
    queries += [query("notification_server", value=third)]
    presence.read(linux(queries=queries), present_since=None)


def test_a_yes_beats_what_cannot_be_told_beside_it() -> None:
    assert merge([("locked", NO), ("presenting", True)]).busy == "presenting"
    assert merge([("locked", NO), ("locked", False)]).unknown == ()
    assert merge([("locked", NO)]).unknown == ("locked",)
    assert Power(plugged=NO, percent=5, saver=True).saving is True
    assert Power(plugged=NO, percent=5, saver=False).saving == NO
    assert Power(plugged=NO, percent=50, saver=False).saving is False


def test_reading_is_quick_when_nothing_answers() -> None:
    import time

    before = time.perf_counter()
    presence.read(computer("linux"), present_since=NOW - timedelta(minutes=5))
    assert time.perf_counter() - before < 0.5
