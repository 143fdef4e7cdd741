"""The whole probe on computers that answer nonsense: it never raises, and nonsense is never a pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Finding, Status
from checks.screen_lock import CHECK
from tests.builders import command, computer, context

SAID = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
KEYS = {
    "GNOME": {
        "org.gnome.desktop.session idle-delay": "uint32 300",
        "org.gnome.desktop.screensaver lock-enabled": "true",
        "org.gnome.desktop.screensaver lock-delay": "uint32 0",
    },
    "X-Cinnamon": {
        "org.cinnamon.desktop.session idle-delay": "uint32 300",
        "org.cinnamon.desktop.screensaver lock-enabled": "true",
        "org.cinnamon.desktop.screensaver lock-delay": "uint32 0",
    },
    "MATE": {
        "org.mate.session idle-delay": "5",
        "org.mate.screensaver idle-activation-enabled": "true",
        "org.mate.screensaver lock-enabled": "true",
        "org.mate.screensaver lock-delay": "0",
    },
}
MEANT = re.compile(r"\s*(?:true|false|(?:(?:byte|u?int(?:16|32|64)|handle) )?-?\d+)\s*")


def judged(**facts: Any) -> Finding:
    (finding,) = CHECK.run(context(computer(**facts)))
    assert finding.reason in CHECK.reasons
    return finding


def gsettings(desktop: str, answers: Mapping[str, str | dict[str, Any]]) -> Finding:
    commands = [
        {"argv": ["gsettings", "get", *key.split()], **answer}
        if isinstance(answer, dict)
        else command(f"gsettings get {key}", answer)
        for key, answer in answers.items()
    ]
    return judged(env={"XDG_CURRENT_DESKTOP": desktop}, commands=commands)


CASES = [(desktop, key) for desktop, keys in KEYS.items() for key in keys]


@pytest.mark.parametrize("desktop", KEYS)
def test_three_or_four_keys_are_enough_for_a_pass(desktop: str) -> None:
    assert gsettings(desktop, KEYS[desktop]).status is Status.PASS


@pytest.mark.parametrize(("desktop", "key"), CASES)
@pytest.mark.parametrize(
    "trouble",
    [
        {"exit": 1, "stderr": "No such key"},
        {"exit": 127},
        {"exit": 0},
        {"failure": "timeout"},
        {"failure": "failed"},
        {"exit": -11, "stdout": "true"},
    ],
    ids=str,
)
def test_trouble_with_any_of_them_is_unknown(desktop: str, key: str, trouble: dict[str, Any]) -> None:
    assert gsettings(desktop, {**KEYS[desktop], key: trouble}).status is Status.UNKNOWN


@given(st.sampled_from(CASES), SAID.filter(lambda text: not MEANT.fullmatch(text)))
def test_nonsense_from_any_of_them_is_unknown(case: tuple[str, str], text: str) -> None:
    desktop, key = case
    assert gsettings(desktop, {**KEYS[desktop], key: text}).status is Status.UNKNOWN


WORDS = [
    "timeout",
    "300",
    "swaylock",
    "before-sleep",
    "-w",
    "-C",
    "lock",
    "resume",
    "loginctl lock-session",
    "--",
    "-time",
]
ARGV = st.lists(st.one_of(st.sampled_from(WORDS), SAID), max_size=6)
PROGRAMS = ["swayidle", "hypridle", "xautolock", "xss-lock", "light-locker", "xscreensaver", "xidlehook", "systemd"]
DESKTOPS = ["GNOME", "KDE", "XFCE", "MATE", "LXQt", "sway", "Hyprland", "i3", "Budgie", "COSMIC", ""]
HOME = "/home/person"
FILES = {
    f"{HOME}/.config/kscreenlockerrc": ["[Daemon]", "Timeout=5", "Autolock=false", "[$i]"],
    f"{HOME}/.config/swayidle/config": ["timeout 300 'swaylock'", "before-sleep swaylock", "lock '"],
    f"{HOME}/.config/hypr/hypridle.conf": ["general {", "}", "listener {", "timeout = 5", "on-timeout = hyprlock"],
    f"{HOME}/.xscreensaver": ["timeout: 0:05:00", "lock: True", "mode: off"],
    f"{HOME}/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml": ["<channel>", "</channel>", "<property"],
    f"{HOME}/.config/sway/config": ["exec swayidle", "set $a b"],
}


@st.composite
def computers(draw: st.DrawFn) -> dict[str, Any]:
    files = {
        path: "\n".join(draw(st.lists(st.one_of(st.sampled_from(lines), SAID), max_size=5)))
        for path, lines in FILES.items()
        if draw(st.booleans())
    }
    processes = [
        {"pid": number, "name": name, "argv": [name, *draw(ARGV)] if draw(st.booleans()) else []}
        for number, name in enumerate(draw(st.lists(st.sampled_from(PROGRAMS), max_size=3)), 1)
    ]
    said = [command("xset q", draw(SAID)), command("xfconf-query -c xfce4-screensaver -l -v", draw(SAID))]
    env = {
        "XDG_CURRENT_DESKTOP": draw(st.sampled_from(DESKTOPS)),
        "XDG_SESSION_TYPE": draw(st.sampled_from(["x11", ""])),
    }
    return {"files": files, "processes": processes, "commands": said, "env": env}


@given(computers())
def test_no_computer_makes_the_check_raise_and_a_pass_has_a_time(facts: dict[str, Any]) -> None:
    finding = judged(**facts)
    if finding.status is Status.PASS:
        assert isinstance(finding.facts["idle_minutes"], int)


@pytest.mark.parametrize("desktop", ["XFCE", "MATE"])
def test_a_screen_saver_for_x11_is_no_lock_on_wayland(desktop: str) -> None:
    commands = [command(f"gsettings get {key}", answer) for key, answer in KEYS["MATE"].items()]
    env = {"XDG_CURRENT_DESKTOP": desktop, "XDG_SESSION_TYPE": "wayland"}
    saver = {"pid": 1, "name": f"{'xfce4' if desktop == 'XFCE' else 'mate'}-screensaver"}
    assert judged(env=env, commands=commands, processes=[saver]).status is Status.UNKNOWN
    swayidle = {
        "pid": 2,
        "name": "swayidle",
        "argv": ["swayidle", "timeout", "300", "swaylock", "before-sleep", "swaylock"],
    }
    assert judged(env=env, commands=commands, processes=[saver, swayidle]).status is Status.PASS


def test_cinnamon_on_wayland_is_not_confirmed_to_lock() -> None:
    commands = [command(f"gsettings get {key}", answer) for key, answer in KEYS["X-Cinnamon"].items()]
    env = {"XDG_CURRENT_DESKTOP": "X-Cinnamon", "XDG_SESSION_TYPE": "wayland"}
    assert judged(env=env, commands=commands).status is Status.UNKNOWN


def test_a_locker_under_a_log_in_of_someone_else_does_not_lock_this_session() -> None:
    xautolock = {"pid": 1, "name": "xautolock", "argv": ["xautolock", "-time", "5"]}
    env = {"XDG_CURRENT_DESKTOP": "i3", "XDG_SESSION_TYPE": "x11"}
    assert judged(env=env, processes=[{**xautolock, "user": "person"}]).status is Status.PASS
    assert judged(env=env, processes=[{**xautolock, "user": "alice"}]).reason == "off"


DISPLAY_MANAGER = {"name": "dbus_name_owned", "args": ["system", "org.gnome.DisplayManager"]}
SHELL = {"pid": 10, "name": "gnome-shell"}


@pytest.mark.parametrize(
    ("answer", "processes", "expected"),
    [
        ({"value": True}, [], "pass within_limit"),
        ({"value": False}, [SHELL], "fail cannot_lock"),
        ({"value": False}, [], "unknown unsupported"),
        ({"value": "yes"}, [], "unknown unreadable"),
        ({"failure": "timeout"}, [], "unknown timeout"),
        ({"failure": "timeout"}, [SHELL, {"pid": 11, "name": "gdm3", "user": "root"}], "pass within_limit"),
        ({"failure": "timeout"}, [SHELL, {"pid": 11, "name": "sddm", "user": "root"}], "fail cannot_lock"),
        ({"failure": "not_recorded"}, [SHELL, {"pid": 11, "name": "lightdm", "user": "root"}], "fail cannot_lock"),
        ({"failure": "not_recorded"}, [SHELL], "pass within_limit"),
    ],
)
def test_gnome_locks_only_under_its_own_display_manager(
    answer: dict[str, Any], processes: list[dict[str, Any]], expected: str
) -> None:
    commands = [command(f"gsettings get {key}", value) for key, value in KEYS["GNOME"].items()]
    queries = [{**DISPLAY_MANAGER, **answer}]
    env = {"XDG_CURRENT_DESKTOP": "GNOME"}
    finding = judged(env=env, commands=commands, processes=processes, queries=queries)
    assert f"{finding.status} {finding.reason}" == expected


def kreadconfig(program: str, key: str, default: str, answer: str, **more: Any) -> dict[str, Any]:
    words = f"{program} --file kscreenlockerrc --group Daemon --key {key}{default and ' --default '}{default}"
    return {**command(words, answer), **more}


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([kreadconfig("kreadconfig6", "Timeout", "5", "60\n")], "fail too_long"),
        ([kreadconfig("kreadconfig5", "Autolock", "true", "false\n")], "fail off"),
        ([kreadconfig("kreadconfig5", "Timeout", "", "60\n")], "fail too_long"),
        ([kreadconfig("kreadconfig5", "Timeout", "5", "5\n")], "pass within_limit"),
        ([kreadconfig("kreadconfig5", "Timeout", "", "\n")], "pass within_limit"),
        ([kreadconfig("kreadconfig6", "LockGrace", "5", "", exit=1)], "unknown unreadable"),
        ([kreadconfig("kreadconfig6", "LockGrace", "5", "", failure="timeout")], "unknown timeout"),
    ],
)
def test_where_no_file_of_plasma_is_seen_its_own_reader_is_believed(
    commands: list[dict[str, Any]], expected: str
) -> None:
    finding = judged(env={"XDG_CURRENT_DESKTOP": "KDE"}, commands=commands)
    assert f"{finding.status} {finding.reason}" == expected


def test_a_file_of_plasma_that_is_no_text_is_unknown() -> None:
    files = {f"{HOME}/.config/kscreenlockerrc": "\0[\0D\0a\0e\0m\0o\0n\0]\0"}
    assert judged(env={"XDG_CURRENT_DESKTOP": "KDE"}, files=files).status is Status.UNKNOWN


def swayidle(*arguments: str, **facts: Any) -> str:
    idler = {"pid": 1, "name": "swayidle", "argv": ["swayidle", *arguments, "before-sleep", "swaylock"]}
    finding = judged(env={"XDG_CURRENT_DESKTOP": "sway"}, processes=[idler], **facts)
    return f"{finding.status} {finding.reason}"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("color=000000\n", "pass within_limit"),
        ("# grace=600\n", "pass within_limit"),
        ("grace=600\n", "fail password_delay"),
        ("grace=soon\n", "unknown unreadable"),
        ({"denied": True}, "unknown no_permission"),
    ],
)
def test_the_grace_time_in_swaylocks_own_file_counts(config: Any, expected: str) -> None:
    assert swayidle("timeout", "300", "swaylock", files={f"{HOME}/.config/swaylock/config": config}) == expected


def test_a_lock_that_is_undone_when_the_person_is_back_is_none_we_are_sure_of() -> None:
    lock = ("timeout", "300", "swaylock -f", "resume")
    assert swayidle(*lock, "pkill -USR1 swaylock") == "unknown unsupported"
    assert swayidle(*lock, "swaymsg 'output * power on'") == "pass within_limit"
    listener = "listener {{\n timeout = 300\n on-timeout = hyprlock\n on-resume = {}\n}}\n"
    for resume, status in (("loginctl unlock-session", Status.UNKNOWN), ("brightnessctl -r", Status.PASS)):
        general = "general {\n before_sleep_cmd = hyprlock\n}\n"
        files = {f"{HOME}/.config/hypr/hypridle.conf": general + listener.format(resume)}
        processes = [{"pid": 1, "name": "hypridle"}]
        env = {"XDG_CURRENT_DESKTOP": "Hyprland"}
        assert judged(env=env, files=files, processes=processes).status is status


def test_hyprlock_that_is_told_to_lock_at_once_has_no_grace_time() -> None:
    grace = {f"{HOME}/.config/hypr/hyprlock.conf": "general {\n grace = 60\n}\n"}
    assert swayidle("timeout", "300", "hyprlock", files=grace) == "warn password_delay"
    assert swayidle("timeout", "300", "hyprlock --immediate", files=grace) == "pass within_limit"


def test_a_locker_for_x11_does_not_lock_wayland_and_the_other_way_round() -> None:
    assert swayidle("timeout", "300", "i3lock -n") == "unknown unsupported"
    assert xautolock("swaylock") == "unknown unsupported"
    assert xautolock("i3lock") == "pass within_limit"


def xautolock(locker: str, *beside: str) -> str:
    argv = ["xautolock", "-time", "5", "-locker", locker]
    processes = [{"pid": 1, "name": "xautolock", "argv": argv}, *({"pid": 2, "name": name} for name in beside)]
    finding = judged(env={"XDG_CURRENT_DESKTOP": "i3", "XDG_SESSION_TYPE": "x11"}, processes=processes)
    return f"{finding.status} {finding.reason}"


def test_a_command_to_a_screen_saver_that_does_not_run_is_no_lock() -> None:
    assert xautolock("mate-screensaver-command -l") == "unknown unsupported"
    assert xautolock("mate-screensaver-command -l", "mate-screensaver") == "pass within_limit"


def test_xscreensaver_that_was_told_otherwise_when_it_was_started_is_unknown() -> None:
    files = {f"{HOME}/.xscreensaver": "timeout: 0:05:00\nlock: True\n"}
    env = {"XDG_CURRENT_DESKTOP": "i3", "XDG_SESSION_TYPE": "x11"}
    for argv, status in ((["xscreensaver", "-no-lock"], Status.UNKNOWN), (["xscreensaver", "-no-splash"], Status.PASS)):
        processes = [{"pid": 1, "name": "xscreensaver", "argv": argv}]
        assert judged(env=env, files=files, processes=processes).status is status
