"""Whole Linux desktops, recorded: each gives the verdict it must give."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.contract import Finding
from agent.host.recording import load
from agent.host.replay import ReplayHost
from checks.screen_lock import CHECK
from tests.builders import context

FOLDER = Path(__file__).parents[2] / "recordings" / "linux"

#: Under the standard profile: status and reason. What each computer is stands in its own ``comment``.
EXPECTED = {
    "budgie_10_10": "pass within_limit",
    "budgie_10_10_without_swayidle": "fail off",
    "budgie_10_8": "pass within_limit",
    "budgie_10_8_without_its_screensaver": "unknown no_tool",
    "cinnamon_5_minutes": "pass within_limit",
    "cinnamon_defaults": "warn too_long",
    "cinnamon_lock_off": "fail no_password",
    "cinnamon_never": "fail off",
    "cinnamon_unlocked_after_sleep": "warn not_on_suspend",
    "cinnamon_without_settings_daemon": "pass within_limit",
    "container_as_root": "not_applicable no_session",
    "cosmic": "unknown unsupported",
    "display_without_a_desktop": "unknown unsupported",
    "gnome_15_minutes": "warn too_long",
    "gnome_20_minutes": "fail too_long",
    "gnome_defaults": "pass within_limit",
    "gnome_from_a_service": "pass within_limit",
    "gnome_hung": "unknown timeout",
    "gnome_idle_unreadable": "unknown unreadable",
    "gnome_key_missing": "unknown unreadable",
    "gnome_lock_delay_30_minutes": "fail password_delay",
    "gnome_lock_delay_30_seconds": "warn password_delay",
    "gnome_lock_off": "fail no_password",
    "gnome_locking_forbidden": "fail no_password",
    "gnome_managed": "pass within_limit",
    "gnome_named_but_not_running": "unknown unreadable",
    "gnome_never": "fail off",
    "gnome_no_gsettings": "unknown no_tool",
    "gnome_nonsense": "unknown unreadable",
    "gnome_null_configuration": "unknown unreadable",
    "gnome_system_bus_silent": "unknown timeout",
    "gnome_under_lightdm": "fail cannot_lock",
    "gnome_with_kde_file": "fail off",
    "hyprland_commented_out": "fail off",
    "hyprland_hypridle": "pass within_limit",
    "hyprland_hyprlock_grace": "fail password_delay",
    "hyprland_no_lock_command": "fail no_password",
    "hyprland_not_on_sleep": "warn not_on_suspend",
    "hyprland_not_running": "fail off",
    "hyprland_other_file": "pass within_limit",
    "hyprland_screen_off_only": "fail off",
    "hyprland_source": "fail too_long",
    "hyprland_source_missing": "unknown unsupported",
    "hyprland_variable": "pass within_limit",
    "i3_nothing": "fail off",
    "i3_two_lockers": "pass within_limit",
    "i3_xautolock": "pass within_limit",
    "i3_xautolock_30": "fail too_long",
    "i3_xautolock_defaults": "pass within_limit",
    "i3_xautolock_suspends": "unknown unsupported",
    "i3_xidlehook": "unknown unsupported",
    "i3_xscreensaver": "pass within_limit",
    "i3_xset_missing": "unknown no_tool",
    "i3_xss_lock": "pass within_limit",
    "i3_xss_lock_not_on_sleep": "warn not_on_suspend",
    "i3_xss_lock_notifier": "warn too_long",
    "i3_xss_lock_power_saving": "unknown unsupported",
    "i3_xss_lock_x_saver_off": "fail off",
    "kde_30_minutes": "fail too_long",
    "kde_autolock_off": "fail off",
    "kde_defaults": "pass within_limit",
    "kde_file_denied": "unknown no_permission",
    "kde_grace_5_minutes": "fail password_delay",
    "kde_half_a_minute": "pass within_limit",
    "kde_keys_in_another_group": "pass within_limit",
    "kde_kubuntu_directories": "fail too_long",
    "kde_lock_false": "fail no_password",
    "kde_named_gnome_by_an_old_environment": "fail off",
    "kde_no_password": "fail no_password",
    "kde_nonsense": "unknown unreadable",
    "kde_office_default": "fail off",
    "kde_office_final": "pass within_limit",
    "kde_office_final_off": "fail off",
    "kde_timeout_0": "fail off",
    "kde_unlocked_after_sleep": "warn not_on_suspend",
    "kde_with_gnome_schemas_installed": "fail off",
    "lxqt_wayland": "pass within_limit",
    "lxqt_wayland_no_idle": "fail off",
    "lxqt_x11_defaults": "fail no_password",
    "lxqt_x11_idleness_watcher": "unknown unsupported",
    "lxqt_x11_nothing_runs": "fail off",
    "lxqt_x11_xscreensaver": "pass within_limit",
    "lxqt_x11_xscreensaver_late": "fail password_delay",
    "lxqt_x11_xscreensaver_off": "fail off",
    "mate_300_minutes": "fail too_long",
    "mate_defaults": "pass within_limit",
    "mate_lock_delay_10_minutes": "fail password_delay",
    "mate_lock_off": "fail no_password",
    "mate_no_activation": "fail off",
    "mate_unlocked_after_sleep": "warn not_on_suspend",
    "mate_without_its_screensaver": "unknown no_tool",
    "niri_swayidle": "pass within_limit",
    "pantheon": "unknown unsupported",
    "pop_gnome": "pass within_limit",
    "server_over_ssh": "not_applicable no_session",
    "server_with_forwarded_display": "not_applicable no_session",
    "ssh_to_own_desktop": "pass within_limit",
    "sway_25_minutes": "fail too_long",
    "sway_arguments_hidden": "pass within_limit",
    "sway_arguments_unknown": "unknown no_permission",
    "sway_bad_config": "unknown unreadable",
    "sway_grace_20_seconds": "warn password_delay",
    "sway_kills_the_locker": "fail off",
    "sway_loginctl": "pass within_limit",
    "sway_loginctl_nobody_listens": "fail no_password",
    "sway_no_swayidle": "fail off",
    "sway_not_on_sleep": "warn not_on_suspend",
    "sway_own_script": "unknown unsupported",
    "sway_screen_off_only": "fail off",
    "sway_sleep_only": "fail off",
    "sway_swayidle_arguments": "pass within_limit",
    "sway_swayidle_both": "pass within_limit",
    "sway_swayidle_config": "pass within_limit",
    "text_console_beside_a_greeter": "not_applicable no_session",
    "ubuntu_defaults": "pass within_limit",
    "ubuntu_unlocked_after_sleep": "warn not_on_suspend",
    "unity": "pass within_limit",
    "unknown_desktop_pretending_to_be_gnome": "unknown unsupported",
    "xfce_20_minutes": "fail too_long",
    "xfce_defaults": "pass within_limit",
    "xfce_file_entity_bomb": "unknown unreadable",
    "xfce_file_lock_off": "fail no_password",
    "xfce_file_office_final": "pass within_limit",
    "xfce_file_only": "pass within_limit",
    "xfce_light_locker": "pass within_limit",
    "xfce_light_locker_flag": "fail password_delay",
    "xfce_light_locker_not_on_sleep": "warn not_on_suspend",
    "xfce_light_locker_off": "fail no_password",
    "xfce_light_locker_x_saver_off": "fail off",
    "xfce_lock_delay_2_minutes": "fail password_delay",
    "xfce_lock_off": "fail no_password",
    "xfce_lock_with_saver_off": "fail no_password",
    "xfce_no_activation": "fail off",
    "xfce_presentation_mode": "fail presentation_mode",
    "xfce_saver_off": "fail off",
    "xfce_unlocked_after_sleep": "warn not_on_suspend",
    "xfce_without_a_screensaver": "fail off",
    "xfce_xscreensaver": "pass within_limit",
}


def judged(name: str) -> Finding:
    host = ReplayHost(load((FOLDER / f"{name}.json").read_bytes(), name))
    (finding,) = CHECK.run(context(host))
    return finding


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_recorded_desktop_gives_its_verdict(name: str) -> None:
    finding = judged(name)
    evidence = "\n".join(f"{line.what}: {line.value}  [{line.source}]" for line in finding.evidence)
    assert f"{finding.status} {finding.reason}" == EXPECTED[name], f"{finding.error}\n{evidence}"
    assert finding.reason in CHECK.reasons


@pytest.mark.parametrize(
    ("name", "desktop"), [("gnome_with_kde_file", "GNOME"), ("kde_with_gnome_schemas_installed", "KDE")]
)
def test_trap_6_the_desktop_that_runs_is_judged_whatever_else_is_set_up(name: str, desktop: str) -> None:
    finding = judged(name)
    assert (finding.facts["desktop"], finding.reason) == (desktop, "off")


@pytest.mark.parametrize(
    ("name", "reason", "fact", "value"),
    [
        ("mate_300_minutes", "too_long", "idle_minutes", 300),  # idle-delay 300
        ("mate_lock_delay_10_minutes", "password_delay", "grace_seconds", 600),  # lock-delay 10
        ("xfce_20_minutes", "too_long", "idle_minutes", 20),  # delay 20
        ("xfce_lock_delay_2_minutes", "password_delay", "grace_seconds", 120),  # delay 2
        ("gnome_20_minutes", "too_long", "idle_minutes", 20),  # uint32 1200
        ("gnome_lock_delay_30_seconds", "password_delay", "grace_seconds", 30),  # uint32 30
        ("cinnamon_5_minutes", "within_limit", "idle_minutes", 5),  # uint32 300
        ("kde_half_a_minute", "within_limit", "idle_minutes", 1),  # Timeout=0.5, and 5 seconds of grace
        ("kde_grace_5_minutes", "password_delay", "grace_seconds", 300),  # LockGrace=300
    ],
)
def test_trap_16_each_desktop_counts_in_its_own_unit(name: str, reason: str, fact: str, value: int) -> None:
    finding = judged(name)
    assert (finding.reason, finding.facts[fact]) == (reason, value)
