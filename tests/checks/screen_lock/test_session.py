from __future__ import annotations

from typing import Any

import pytest

from agent.host import Unreadable
from checks.screen_lock.catalogue import DESKTOPS
from checks.screen_lock.facts import NoSession
from checks.screen_lock.session import Display, Session, decide
from tests.builders import computer


def running(*names: str, user: str = "person") -> list[dict[str, Any]]:
    return [{"pid": 100 + number, "name": name, "user": user} for number, name in enumerate(names)]


def decided(*processes: dict[str, Any], **env: str) -> Session | NoSession | Unreadable:
    return decide(computer(env=env, processes=list(processes)))


def desktop(*processes: dict[str, Any], **env: str) -> str | None:
    session = decided(*processes, **env)
    return session.desktop.name if isinstance(session, Session) else None


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ("GNOME", "GNOME"),
        ("ubuntu:GNOME", "GNOME"),
        ("GNOME-Classic:GNOME", "GNOME"),
        ("pop:GNOME", "GNOME"),
        ("Budgie:GNOME", "Budgie"),
        ("Unity:Unity7:ubuntu", "Unity"),
        ("X-Cinnamon", "Cinnamon"),
        ("MATE", "MATE"),
        ("KDE", "KDE"),
        ("XFCE", "XFCE"),
        ("xubuntu:XFCE", "XFCE"),
        ("LXQt:labwc:wlroots", "LXQt"),
        ("sway", "sway"),
        ("sway:wlroots", "sway"),
        ("Hyprland", "Hyprland"),
        ("i3", "i3"),
        ("cage:wlroots", "cage"),
        ("Sparkle:GNOME", "Sparkle"),
        ("ubuntu", "ubuntu"),
    ],
)
def test_the_current_desktop_names_it(names: str, name: str) -> None:
    assert desktop(XDG_CURRENT_DESKTOP=names) == name


@pytest.mark.parametrize(
    ("session", "name"),
    [("plasma", "KDE"), ("/usr/share/xsessions/xfce", "XFCE"), ("ubuntu-xorg", "GNOME"), ("none+i3", "i3")],
)
def test_the_session_names_it_where_the_desktop_does_not(session: str, name: str) -> None:
    assert desktop(DESKTOP_SESSION=session) == name


def test_a_session_called_default_names_nothing() -> None:
    assert isinstance(decided(DESKTOP_SESSION="default"), NoSession)


@pytest.mark.parametrize("one", [one for one in DESKTOPS if one.processes], ids=lambda one: str(one.name))
def test_a_running_desktop_is_found_without_an_environment(one: Any) -> None:
    assert desktop(*running(one.processes[0])) == one.name


def test_a_full_desktop_is_found_before_the_compositor_it_uses() -> None:
    assert desktop(*running("labwc", "lxqt-session")) == "LXQt"


def test_names_that_the_kernel_cut_or_a_wrapper_changed_are_known() -> None:
    assert desktop(*running("cinnamon-sessio")) == "Cinnamon"
    assert desktop(*running(".gnome-shell-wr")) == "GNOME"


def test_what_runs_is_believed_over_what_is_named() -> None:
    assert desktop(*running("plasmashell"), XDG_CURRENT_DESKTOP="GNOME") == "KDE"
    assert desktop(*running("sway"), XDG_CURRENT_DESKTOP="GNOME") == "sway"


def test_a_window_manager_inside_the_named_desktop_does_not_replace_it() -> None:
    assert desktop(*running("i3", "xfce4-session"), XDG_CURRENT_DESKTOP="XFCE") == "XFCE"
    assert desktop(*running("openbox"), XDG_CURRENT_DESKTOP="LXQt") == "LXQt"


def test_a_window_manager_replaces_a_desktop_that_the_whole_list_lacks() -> None:
    assert desktop(*running("i3", "dbus-daemon"), XDG_CURRENT_DESKTOP="KDE") == "i3"


def test_a_desktop_that_is_named_but_does_not_run_is_unreadable() -> None:
    assert isinstance(decided(*running("systemd"), XDG_CURRENT_DESKTOP="GNOME"), Unreadable)


def test_somebody_elses_desktop_is_not_this_persons() -> None:
    assert isinstance(decided(*running("gnome-shell", user="gdm")), NoSession)


@pytest.mark.parametrize(
    ("env", "display"),
    [
        ({"XDG_SESSION_TYPE": "wayland"}, Display.WAYLAND),
        ({"XDG_SESSION_TYPE": "x11"}, Display.X11),
        ({"XDG_SESSION_TYPE": "tty", "DISPLAY": ":0"}, Display.X11),
        ({"WAYLAND_DISPLAY": "wayland-1", "DISPLAY": ":0"}, Display.WAYLAND),
        ({}, Display.UNSEEN),
    ],
)
def test_what_draws_the_session(env: dict[str, str], display: Display) -> None:
    session = decided(XDG_CURRENT_DESKTOP="XFCE", **env)
    assert isinstance(session, Session)
    assert session.display is display


def test_no_desktop_no_display_and_no_process_is_no_session() -> None:
    assert isinstance(decided(), NoSession)
    assert isinstance(decided(SSH_CONNECTION="a b c d", DISPLAY="localhost:10.0"), NoSession)


@pytest.mark.parametrize("env", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "x11"}])
def test_a_display_without_a_known_desktop_is_not_no_session(env: dict[str, str]) -> None:
    assert decided(**env) == Unreadable("unsupported", "a graphical session without a known desktop")


def test_an_x_server_may_be_this_persons_unless_they_came_by_ssh() -> None:
    server = running("Xorg", user="root")
    assert isinstance(decided(*server), Unreadable)
    assert isinstance(decided(*server, SSH_CONNECTION="a b c d"), NoSession)


def test_of_several_desktops_that_run_only_the_named_one_is_judged() -> None:
    both = running("gnome-shell", "plasmashell")
    assert decided(*both) == Unreadable("failed", "several desktops run")
    assert decided(*both, XDG_CURRENT_DESKTOP="XFCE") == Unreadable("failed", "several desktops run")
    assert desktop(*both, XDG_CURRENT_DESKTOP="GNOME") == "GNOME"
    assert desktop(*running("plasmashell", "i3")) == "KDE"


def test_a_session_named_after_wlroots_is_drawn_by_wayland() -> None:
    session = decided(*running("lxqt-session"), XDG_CURRENT_DESKTOP="LXQt:wlroots", DISPLAY=":0")
    assert isinstance(session, Session)
    assert session.display is Display.WAYLAND
