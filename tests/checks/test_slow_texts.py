"""No text takes long to read: a pattern that tries everything twice would hold up every other check with it.

Python's own patterns cannot be interrupted by the runner's time limit, so none may need more than a moment for a line
of 300 KB of whatever it finds hardest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest

from agent.autostart import task
from agent.host import Unreadable
from agent.host.uninstall_entries import COMMAND, ICON, MAX_TEXT
from checks.app_updates import app_store, compare, homebrew, versions, windows_apps
from checks.app_updates.feeds import chromium as chrome_feed
from checks.app_updates.feeds import mozilla, plain, sparkle
from checks.app_updates.linux_managers import apt, apt_lists, apt_published, apt_sources, dnf, flatpak, pacman, zypper
from checks.breach.breach import plain as plain_words
from checks.password_manager import chromium, desktop, firefox, macos, packages
from checks.screen_lock.macos import parse_idle_time
from checks.screen_lock.settings import (
    commands,
    gsettings,
    hyprlang,
    kconfig,
    pmset,
    powercfg,
    swayconfig,
    sysadminctl,
    xfconf,
    xscreensaver,
    xset,
)
from config.text import one_line, printable
from tests.builders import NOW, computer

LENGTH = 300_000
SECONDS = 2.0
#: What a line is filled with, over and over.
FILLINGS = (
    " ",
    "\t",
    "a",
    "0",
    "-",
    ".",
    "_",
    "/",
    '"',
    "'",
    "\\",
    "(",
    "[",
    "%",
    "$a",
    "a ",
    ". ",
    ' "',
    "a-",
    "a_",
    "\n",
    "\n ",
)
GUID = "3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e"


def uninstall_entry(text: str) -> object:
    return ICON.fullmatch(text[:MAX_TEXT]), COMMAND.fullmatch(text[:MAX_TEXT])


def both_ways(compared: Callable[[str, str], object]) -> Callable[[str], object]:
    return lambda text: (compared(text, "1.0"), compared(text, text + "1"))


#: What reads a text, and how its lines begin where it looks closely.
READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {
    "powercfg": (lambda text: powercfg.indexes(text, GUID), ("0x", f"GUID: {GUID} ", "    Index: 0x0000000a")),
    "powercfg hides": (lambda text: powercfg.hides(text, GUID), ("3c0bc021-c8a8-",)),
    "powercfg /a": (powercfg.offers_modern_standby, ("  S0",)),
    "xscreensaver": (xscreensaver.parse, ("a:", "lock: a", "*a")),
    "hyprlang": (lambda text: hyprlang.parse(text, lambda _: None), ("a = ", "general {\n a = b", "$a = b\nb = ")),
    "sway": (lambda text: swayconfig.started(text, "swayidle"), ("set $a ", "set $a b\nexec swayidle ", "exec ")),
    "swaylock": (
        lambda text: swayconfig.swaylock_grace(computer(files={"/etc/swaylock/config": text})),
        ("grace", "grace=", "grace=a"),
    ),
    "gsettings": (gsettings.parse, ("'", '"', "uint32 ", "'\\")),
    "gsettings stderr": (
        lambda text: [each.search(text) for each in gsettings.NOT_WHAT_IS_STORED],
        ("unable to open named profile ", "unable to open file "),
    ),
    "kconfig": (kconfig.parse, ("[a]\na=", "[a][", "a[$")),
    "pmset": (pmset.parse, ("Battery Power:\n displaysleep ", " ")),
    "sysadminctl": (sysadminctl.parse, ("screenLock is ", "2026-11-22 10:00:00.1")),
    "xset": (xset.parse, ("  timeout: ", "DPMS is ", "Standby: 1 ")),
    "xfconf": (xfconf.NOT_SET.search, ("Property ", "Property does not exist")),
    "commands": (commands.effect, ("sh -c ", "a=b ", "sleep 1; ")),
    "idle time": (lambda text: parse_idle_time("", text, 1), ("does not exist", "a")),
    "apt": (apt.parse_simulation, ("Inst a ", "Inst a [1] (2 ", "Inst a (2 b [amd64]) ", "Conf ")),
    "apt list": (apt.LISTED.fullmatch, ("a/b 1 ", "a/", "a/b 1 c [upgradable from: ")),
    "apt release": (lambda text: apt_lists.published(text, NOW), ("Date: a", "Date:", "Date: Sat, ")),
    "apt release names": (apt_published.archive_name, ("Label: ", "Label: a\nSuite: ", "Suite:")),
    "apt list names": (apt_lists.SUITE.fullmatch, ("a_dists_", "_")),
    "apt sources": (lambda text: list(apt_sources.suites_in(text, deb822=False)), ("deb ", "deb [a] b c ")),
    "apt deb822": (lambda text: list(apt_sources.suites_in(text, deb822=True)), ("Suites:", "Types: deb\n", "#")),
    "dnf": (dnf.parse_check_update, ("a.b ", "a.b -", "a.b 1-2 ")),
    "dnf advisories": (dnf.parse_advisories, ("a b/Sec. ", "a ", "a b/Sec. c-")),
    "pacman": (pacman.parse_updates, ("a 1 -> ", "a ")),
    "zypper": (zypper.parse_updates, ("<", "<a ", "<!--")),
    "flatpak": (lambda text: flatpak.parse_updates(text, ()), ("a\t", "")),
    "mas": (app_store.parse_apps, ("[", '{"a": ')),
    "homebrew outdated": (homebrew.parse_outdated, ("[", '{"a": ')),
    "package names": (windows_apps.parse_full_name, ("a_1.0.0.0_", "a_1.0.0.0_x64_")),
    "versions dpkg": (both_ways(versions.dpkg), ("1:", "1-")),
    "versions rpm": (both_ways(versions.rpm), ("1:", "1-")),
    "versions pacman": (both_ways(versions.pacman), ("1:", "1")),
    "versions homebrew": (both_ways(versions.homebrew), ("1_", "1")),
    "versions winget": (both_ways(versions.winget), ("1.", "< ")),
    "build": (compare.BUILD_IN_BRACKETS.fullmatch, ("1 (",)),
    "edge": (lambda text: chrome_feed.parse_chrome(text.encode()), ("[", "{")),
    "firefox": (lambda text: mozilla.parse_firefox(text.encode()), ('{"LATEST_FIREFOX_VERSION": "1',)),
    "brave": (lambda text: plain.parse_brave(text.encode()), ("1.",)),
    "sparkle": (lambda text: sparkle.parse_items(text.encode()), ("<rss>", "<rss a='")),
    "pluginkit": (lambda text: macos.parse_extensions(text, ()), ("+ ", " + a(", "+a")),
    "desktop": (desktop.parse_program, ("[Desktop Entry]\nExec=", '[Desktop Entry]\nExec="')),
    "dpkg status": (lambda text: packages.parse_dpkg_status(text.encode(), ("a",)), ("\nPackage: ", "Package: a\n")),
    "rpm query": (lambda text: packages.parse_rpm_query(text, ("a",)), ("a",)),
    "pacman desc": (packages.parse_pacman_desc, ("%NAME%\n",)),
    "profiles.ini": (lambda text: firefox.parse_profiles(text.encode()), ("[Profile0]\nPath=", "[")),
    "manifest": (lambda text: chromium.parse_manifest(text.encode()), ('{"version": "1.',)),
    "uninstall entry": (uninstall_entry, ('"', "C:/a.exe", 'C:/a.exe" ,')),
    "task": (task.parse, ("<?xml ", "<Task>")),
    "breach description": (lambda text: plain_words(text, 300), ("<", "&")),
    "a line": (lambda text: (one_line(text), printable(text)), ("\x1b",)),
}


@pytest.mark.parametrize("name", READERS)
def test_no_line_takes_long(name: str) -> None:
    reader, beginnings = READERS[name]
    for beginning in ("", *beginnings):
        texts = [(beginning + filling * LENGTH)[:LENGTH] for filling in FILLINGS]
        texts.append(beginning * (LENGTH // max(len(beginning), 1)))
        for text in texts:
            began = time.process_time()
            with suppress(ValueError, msgspec.MsgspecError):
                reader(text + "\x01")  # nothing that any of them looks for, so that all of it was in vain
            assert time.process_time() - began < SECONDS, text[:60]


def test_variables_that_hold_each_other_twice_over_do_not_fill_the_memory() -> None:
    doubled = "".join(f"$v{n + 1} = $v{n}$v{n}\n" for n in range(60))
    assert hyprlang.parse(f"$v0 = aaaaaaaa\n{doubled}a = $v60\n", lambda _: None) == Unreadable(
        "too_large", "variables that hold each other"
    )
    doubled = "".join(f"set $v{n + 1} $v{n}$v{n}\n" for n in range(60))
    assert swayconfig.started(f"set $v0 aaaaaaaa\n{doubled}exec swayidle $v60\n", "swayidle") == [("swayidle",)]


def test_the_power_settings_are_found_beside_a_line_that_is_too_long_to_be_one() -> None:
    numbers = "    Index: 0x0000012c\n    Index: 0x000000b4\n"
    assert powercfg.indexes(f"GUID: {GUID}\n" + '"' * LENGTH + f"\n{numbers}", GUID) == powercfg.Indexes(300, 180)
