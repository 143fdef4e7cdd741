"""Against the real settings stores: dconf, xfconf and KDE's files, set by their own tools and set back."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.checks.screen_lock.real_session import RealSession, needs


def session(home: Path, desktop: str, **env: str) -> RealSession:
    return RealSession(home, {"XDG_CURRENT_DESKTOP": desktop, **env})


def test_gnome_follows_dconf_there_and_back(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings", "dconf")
    said = session(tmp_path, "ubuntu:GNOME").said(
        """
        watchword
        gsettings set org.gnome.desktop.session idle-delay 0; watchword
        gsettings set org.gnome.desktop.session idle-delay 900; watchword
        gsettings set org.gnome.desktop.session idle-delay 901; watchword
        gsettings reset org.gnome.desktop.session idle-delay
        gsettings set org.gnome.desktop.screensaver lock-enabled false; watchword
        gsettings reset org.gnome.desktop.screensaver lock-enabled
        gsettings set org.gnome.desktop.screensaver lock-delay 61; watchword
        gsettings reset org.gnome.desktop.screensaver lock-delay
        gsettings set org.gnome.desktop.lockdown disable-lock-screen true; watchword
        gsettings reset org.gnome.desktop.lockdown disable-lock-screen; watchword
        """
    )
    assert said == [
        "pass within_limit",
        "fail off",
        "warn too_long",
        "fail too_long",
        "fail no_password",
        "fail password_delay",
        "fail no_password",
        "pass within_limit",
    ]


def test_gnomes_settings_are_read_without_a_session_bus(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings", "dconf")
    said = session(tmp_path, "GNOME").said(
        """
        gsettings set org.gnome.desktop.session idle-delay 0
        sleep 0.2
        unset DBUS_SESSION_BUS_ADDRESS
        watchword
        """
    )
    assert said == ["fail off"]


def test_a_dconf_profile_that_cannot_be_opened_is_no_answer(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings", "dconf")
    assert session(tmp_path, "GNOME", DCONF_PROFILE="/nowhere/office").said("watchword") == ["unknown unreadable"]


def test_a_settings_backend_that_holds_nothing_is_no_answer(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings")
    assert session(tmp_path, "GNOME", GSETTINGS_BACKEND="memory").said("watchword") == ["unknown unsupported"]


def test_a_dconf_lock_by_the_office_is_policy_and_cannot_be_changed(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings", "dconf")
    database = tmp_path / "office.d"
    (database / "locks").mkdir(parents=True)
    (database / "00-lock").write_text("[org/gnome/desktop/session]\nidle-delay=uint32 480\n")
    (database / "locks" / "lock").write_text("/org/gnome/desktop/session/idle-delay\n")
    subprocess.run(["dconf", "compile", str(tmp_path / "office"), str(database)], check=True)
    profile = tmp_path / "profile"
    profile.write_text(f"user-db:user\nfile-db:{tmp_path / 'office'}\n")
    (verdict,) = session(tmp_path, "GNOME", DCONF_PROFILE=str(profile)).verdicts(
        "gsettings set org.gnome.desktop.session idle-delay 9999 || true; watchword"
    )
    assert (verdict.said, verdict.facts["idle_minutes"]) == ("pass within_limit", 8)
    assert verdict.facts["managed"] is True
    assert "idle delay: 480 seconds [org.gnome.desktop.session idle-delay (policy)]" in verdict.evidence


def test_cinnamon_follows_its_own_keys_and_not_gnomes(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings", "dconf")
    said = session(tmp_path, "X-Cinnamon").said(
        """
        gsettings set org.gnome.desktop.session idle-delay 0
        watchword
        gsettings set org.cinnamon.desktop.session idle-delay 300; watchword
        gsettings set org.cinnamon.desktop.screensaver lock-delay 600; watchword
        gsettings reset org.cinnamon.desktop.screensaver lock-delay
        gsettings set org.cinnamon.desktop.screensaver lock-enabled false; watchword
        gsettings reset org.cinnamon.desktop.screensaver lock-enabled; watchword
        """
    )
    assert said == [
        "warn too_long",
        "pass within_limit",
        "fail password_delay",
        "fail no_password",
        "pass within_limit",
    ]


def test_mate_counts_in_minutes(tmp_path: Path) -> None:
    needs("dbus-run-session", "gsettings", "dconf")
    said = session(tmp_path, "MATE").said(
        """
        watchword
        gsettings set org.mate.session idle-delay 20; watchword
        gsettings set org.mate.session idle-delay 5
        gsettings set org.mate.screensaver lock-delay 2; watchword
        gsettings reset org.mate.screensaver lock-delay
        gsettings set org.mate.screensaver idle-activation-enabled false; watchword
        gsettings reset org.mate.screensaver idle-activation-enabled
        gsettings set org.mate.screensaver lock-enabled false; watchword
        gsettings reset org.mate.screensaver lock-enabled; watchword
        """
    )
    assert said == [
        "pass within_limit",
        "fail too_long",
        "fail password_delay",
        "fail off",
        "fail no_password",
        "pass within_limit",
    ]


def test_xfce_follows_xfconf_there_and_back(tmp_path: Path) -> None:
    needs("dbus-run-session", "xfconf-query")
    said = session(tmp_path, "XFCE").said(
        """
        watchword
        set_() { xfconf-query -c xfce4-screensaver -p "$1" -n -t "$2" -s "$3"; }
        set_ /saver/enabled bool true; watchword
        set_ /lock/enabled bool false; watchword
        set_ /lock/enabled bool true
        set_ /lock/saver-activation/enabled bool false; watchword
        set_ /lock/saver-activation/enabled bool true
        set_ /saver/idle-activation/delay int 16; watchword
        set_ /saver/idle-activation/delay int 5
        set_ /saver/idle-activation/enabled bool false; watchword
        set_ /saver/idle-activation/enabled bool true
        xfconf-query -c xfce4-power-manager -p /xfce4-power-manager/presentation-mode -n -t bool -s true; watchword
        xfconf-query -c xfce4-power-manager -p /xfce4-power-manager/presentation-mode -s false; watchword
        """
    )
    assert said == [
        "unknown no_tool",  # nothing set and nothing running: a default that says nothing
        "pass within_limit",
        "fail no_password",
        "fail no_password",
        "fail too_long",
        "fail off",
        "fail presentation_mode",
        "pass within_limit",
    ]


def test_xfces_files_answer_when_there_is_no_bus(tmp_path: Path) -> None:
    needs("dbus-run-session", "xfconf-query")
    said = session(tmp_path, "XFCE").said(
        """
        xfconf-query -c xfce4-screensaver -p /lock/enabled -n -t bool -s false
        file="$HOME/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml"
        for attempt in $(seq 100); do grep -qs 'name="lock"' "$file" && break; sleep 0.1; done
        export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere
        watchword
        """
    )
    assert said == ["fail no_password"]


def test_plasma_follows_its_file_there_and_back(tmp_path: Path) -> None:
    needs("dbus-run-session", "kwriteconfig5")
    said = session(tmp_path, "KDE").said(
        """
        watchword
        set_() { kwriteconfig5 --file kscreenlockerrc --group Daemon --key "$@"; }
        set_ Autolock --type bool false; watchword
        set_ Autolock --delete; set_ Timeout 11; watchword
        set_ Timeout 10; watchword
        set_ LockGrace 0; watchword
        set_ LockGrace 61; watchword
        set_ LockGrace --delete; set_ Timeout 0; watchword
        set_ Timeout 0.5; set_ LockOnResume --type bool false; watchword
        set_ LockOnResume --delete; set_ RequirePassword --type bool false; watchword
        set_ RequirePassword --delete; watchword
        """
    )
    assert said == [
        "pass within_limit",
        "fail off",
        "warn too_long",
        "pass within_limit",
        "pass within_limit",
        "fail password_delay",
        "fail off",
        "warn not_on_suspend",
        "fail no_password",
        "pass within_limit",
    ]


def test_no_desktop_at_all_has_no_screen_to_lock(tmp_path: Path) -> None:
    needs("dbus-run-session")
    assert RealSession(tmp_path, {}).said("watchword") == ["not_applicable no_session"]
