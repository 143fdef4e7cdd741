"""The verdict about apps on macOS, computer by computer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.contract import Finding, Status
from agent.host import Unreadable
from config.loader import default_settings
from tests.builders import NOW, DictMemory, command, computer
from tests.checks.app_updates.desktops import (
    BRAVE,
    CASK,
    CHROME,
    EXTENDED,
    FIREFOX,
    Feeds,
    cask,
    chrome,
    firefox,
    info,
    judged,
    mac,
    outcome,
    plist,
    software_update,
)
from tests.checks.app_updates.feeds.test_sparkle import feed
from tests.checks.app_updates.feeds.test_sparkle import item as update

DAY = timedelta(days=1)
CURRENT_CHROME = info("com.google.Chrome", "154.0.8037.58", "8037.58")
OLD_CHROME = info("com.google.Chrome", "153.0.7900.10", "7900.10")
APPCAST = "https://updates.example.com/appcast.xml"
ODD = info("com.example.lights", "1.0", "100")
WITH_FEED = info("com.example.lights", "1.0", "100", SUFeedURL=APPCAST)
MACOS_UPDATE = {
    "Display Name": "macOS Tahoe 26.6.3",
    "Display Version": "26.6.3",
    "Identifier": "MSU_UPDATE_25G90_patch_26.6.3_minor",
    "Product Key": "MSU_UPDATE_25G90_patch_26.6.3_minor",
}


def feeds(**changes: Any) -> Feeds:
    said = {
        CHROME: chrome(("155.0.8059.12", 0.005), ("154.0.8037.58", 1)),
        EXTENDED: chrome(("152.0.7950.200", 1)),
        FIREFOX: firefox(),
        BRAVE: b"1.92.140\n",
        f"{CASK}/api/cask/zoom.json": cask("zoom", "7.1.5.84650"),
        f"{CASK}/api/cask/slack.json": cask("slack", "4.48.95"),
        "appcast.xml": feed(update("100"), update("90")),
    }
    return Feeds(said | changes)


def item(finding: Finding, name: str) -> tuple[str, str | None, str | None]:
    found = next(item for item in finding.items if item.name == name)
    return found.status.value, found.installed, found.latest


def off() -> Any:
    return msgspec.structs.replace(default_settings().app_updates, feeds=False)


def test_a_mac_with_nothing_but_apples_apps_is_judged_by_what_macos_says() -> None:
    apps = {"Safari": info("com.apple.Safari", "26.6"), "Xcode": info("com.apple.dt.Xcode", "26.5")}
    network = feeds()
    assert outcome(judged(mac(apps), network)) == "pass up_to_date"
    assert network.asked == []


def test_a_browser_as_new_as_everybody_is_offered_is_up_to_date() -> None:
    assert outcome(judged(mac({"Google Chrome": CURRENT_CHROME}), feeds())) == "pass up_to_date"


def test_an_old_browser_becomes_overdue() -> None:
    memory = DictMemory()
    judged(mac({"Google Chrome": OLD_CHROME}), feeds(), memory)
    later = NOW + 15 * DAY
    host = mac({"Google Chrome": OLD_CHROME}, update=software_update(looked_at=later))
    finding = judged(host, feeds(), memory, now=later)
    assert outcome(finding) == "fail overdue"
    assert item(finding, "Google Chrome") == ("fail", "153.0.7900.10", "154.0.8037.58")


@pytest.mark.parametrize(("machine", "platform"), [("arm64", "mac_arm64"), ("x86_64", "mac"), ("", "mac")])
def test_chrome_is_asked_about_for_this_kind_of_mac(machine: str, platform: str) -> None:
    network = feeds()
    judged(mac({"Google Chrome": CURRENT_CHROME}, machine=machine), network)
    assert f"/platforms/{platform}/" in network.asked[0]


def test_apps_in_every_usual_place_are_found() -> None:
    apps = {
        "/Applications/Google Chrome.app": CURRENT_CHROME,
        "/Applications/Utilities/Slack.app": info("com.tinyspeck.slackmacgap", "4.48.95"),
        "/Users/alex/Applications/Firefox.app": info("org.mozilla.firefox", "154.0"),
        "/Applications/Setapp/Odd.app": ODD,
        "/Applications/Nix Apps/Other.app": info("org.example.other", "1"),
        "/System/Applications/Mail.app": info("com.apple.mail", "16"),
    }
    finding = judged(mac(apps), feeds())
    assert (finding.facts["checked"], finding.facts["unchecked"]) == (3, 2)


def test_what_would_ask_the_person_for_a_permission_is_never_looked_at() -> None:
    host = mac({"Google Chrome": CURRENT_CHROME, "Odd": WITH_FEED})
    looked: list[str] = []

    def watched(look: Callable[[str], Any]) -> Callable[[str], Any]:
        def watch(path: str) -> Any:
            looked.append(path)
            return look(path)

        return watch

    for name in ("read", "read_bytes", "glob"):
        setattr(host, name, watched(getattr(host, name)))
    judged(host, feeds())
    assert looked
    private = ("/Users/alex/Library", "/Users/alex/Documents", "/Users/alex/Desktop", "/Users/alex/Downloads")
    assert [path for path in looked if path.startswith(private)] == []


def test_an_app_with_a_feed_of_its_own_is_compared_by_sparkles_rule() -> None:
    assert outcome(judged(mac({"Lights": WITH_FEED}), feeds())) == "pass up_to_date"
    finding = judged(mac({"Lights": WITH_FEED}), feeds(**{"appcast.xml": feed(update("101"))}))
    assert outcome(finding) == "unknown age_unknown"
    assert item(finding, "Lights") == ("unknown", "100", "101")
    assert finding.facts["apps"] == []


def test_an_app_is_not_current_where_a_newer_version_may_be_for_this_mac() -> None:
    bound = update("101", "<sparkle:minimumSystemVersion>13.0</sparkle:minimumSystemVersion>")
    apps = {"Lights": WITH_FEED, "Google Chrome": CURRENT_CHROME}
    answers = feeds(**{"appcast.xml": feed(bound, update("100"))})
    assert outcome(judged(mac(apps), answers)) == "unknown age_unknown"
    silent = judged(mac(apps, version=""), answers)
    assert (outcome(silent), silent.facts["unchecked"]) == ("pass partly", 1)
    # One that even the older version is missing from is behind, whatever the newer one needs.
    older = apps | {"Lights": info("com.example.lights", "0.9", "90", SUFeedURL=APPCAST)}
    assert outcome(judged(mac(older, version=""), answers)) == "unknown age_unknown"


def test_a_phased_update_is_waited_for() -> None:
    phase = "<sparkle:phasedRolloutInterval>864000</sparkle:phasedRolloutInterval>"
    published = "<pubDate>Fri, 20 Nov 2026 10:00:00 +0000</pubDate>"
    finding = judged(mac({"Lights": WITH_FEED}), feeds(**{"appcast.xml": feed(update("101", phase + published))}))
    assert outcome(finding) == "pass up_to_date"
    assert finding.items[0].details == ("not offered to this computer yet",)


def test_a_phased_update_excuses_nobody_who_lacks_one_that_everybody_is_offered() -> None:
    phase = "<sparkle:phasedRolloutInterval>864000</sparkle:phasedRolloutInterval>"
    published = "<pubDate>Mon, 05 Oct 2026 19:20:11 +0000</pubDate>"
    network = feeds(**{"appcast.xml": feed(update("102", phase + published), update("101"), update("100"))})
    memory = DictMemory()
    assert outcome(judged(mac({"Lights": WITH_FEED}), network, memory)) == "unknown age_unknown"
    later = NOW + 15 * DAY
    host = mac({"Lights": WITH_FEED}, update=software_update(looked_at=later))
    assert outcome(judged(host, network, memory, now=later)) == "fail overdue"
    newer = mac({"Lights": info("com.example.lights", "1.1", "101", SUFeedURL=APPCAST)})
    assert outcome(judged(newer, network)) == "pass up_to_date"


def test_a_new_firefox_that_is_being_rolled_out_does_not_stop_the_clock_of_an_old_one() -> None:
    memory, old = DictMemory(), {"Firefox": info("org.mozilla.firefox", "153.0")}
    judged(mac(old), feeds(**{FIREFOX: firefox("153.0.2", following="")}), memory)
    later = NOW + 15 * DAY
    details = {**firefox("154.0", following=""), "LAST_RELEASE_DATE": (later - DAY).date().isoformat()}
    host = mac(old, update=software_update(looked_at=later))
    assert outcome(judged(host, feeds(**{FIREFOX: details}), memory, now=later)) == "fail overdue"
    assert outcome(judged(host, feeds(**{FIREFOX: details}), DictMemory(), now=later)) == "pass up_to_date"


@pytest.mark.parametrize("address", ["http://updates.example.com/appcast.xml", "https://192.168.0.1/appcast.xml", "x"])
def test_a_feed_at_an_unsafe_address_is_not_asked(address: str) -> None:
    network = feeds()
    finding = judged(mac({"Lights": info("com.example.lights", "1", "100", SUFeedURL=address)}), network)
    assert network.asked == []
    assert finding.facts["unchecked"] == 1


@pytest.mark.parametrize("answer", [Unreadable("timeout", "h"), b"<html>", b"", b"<rss" + b" " * 2_000_000])
def test_a_strangers_feed_that_says_nothing_stands_in_nobodys_way(answer: Any) -> None:
    finding = judged(mac({"Lights": WITH_FEED, "Google Chrome": CURRENT_CHROME}), feeds(**{"appcast.xml": answer}))
    assert outcome(finding) == "pass partly"


def test_a_strangers_feed_that_is_silent_for_a_while_does_not_start_the_clock_again() -> None:
    memory = DictMemory()
    behind = feeds(**{"appcast.xml": feed(update("101"))})
    apps = {"Lights": WITH_FEED}
    judged(mac(apps), behind, memory)
    silent = feeds(**{"appcast.xml": Unreadable("timeout", "h")})
    later = NOW + 10 * DAY
    judged(mac(apps, update=software_update(looked_at=later)), silent, memory, now=later)
    last = NOW + 20 * DAY
    assert (
        outcome(judged(mac(apps, update=software_update(looked_at=last)), behind, memory, now=last)) == "fail overdue"
    )


def test_an_app_of_the_catalogue_is_compared_with_homebrews_public_list() -> None:
    new, old = info("us.zoom.xos", "7.1.5 (84650)"), info("us.zoom.xos", "7.1.0 (80000)")
    assert outcome(judged(mac({"zoom.us": new}), feeds())) == "pass up_to_date"
    assert item(judged(mac({"zoom.us": old}), feeds()), "Zoom") == ("unknown", "7.1.0 (80000)", "7.1.5.84650")


def test_an_app_whose_version_counts_otherwise_is_not_checked() -> None:
    finding = judged(mac({"zoom.us": info("us.zoom.xos", "7.1.5"), "Google Chrome": CURRENT_CHROME}), feeds())
    assert outcome(finding) == "pass partly"


def test_firefox_may_be_an_extended_support_release() -> None:
    assert outcome(judged(mac({"Firefox": info("org.mozilla.firefox", "140.13.0")}), feeds())) == "pass up_to_date"
    assert outcome(judged(mac({"Firefox": info("org.mozilla.firefox", "140.0.4")}), feeds())) == "unknown age_unknown"


def test_an_iphone_app_in_its_wrapper_is_found() -> None:
    wrapped = {"/Applications/Bank.app/Wrapper/Bank iOS.app/Info.plist": plist(info("com.example.bank", "5.1"))}
    assert item(judged(mac(files=wrapped), feeds()), "Bank") == ("unknown", "5.1", None)


def test_web_sites_that_a_browser_made_into_apps_are_the_browsers_business() -> None:
    shim = info("com.google.Chrome.app.abc", "154.0", CrAppModeShortcutID="abc")
    host = mac({"/Users/alex/Applications/Chrome Apps.localized/Mail.app": shim, "Google Chrome": CURRENT_CHROME})
    assert judged(host, feeds()).facts["unchecked"] == 0


# Trouble.


@pytest.mark.parametrize("broken", ["", "no property list", {"base64": "YnBsaXN0MDD/"}, {"denied": True}])
def test_a_browser_that_cannot_be_read_stands_in_the_way_of_a_pass(broken: Any) -> None:
    host = mac({"Google Chrome": broken, "Firefox": info("org.mozilla.firefox", "154.0")})
    assert outcome(judged(host, feeds())) == "unknown unreadable"


def test_another_bundle_that_cannot_be_read_is_not_checked() -> None:
    finding = judged(mac({"Lights": "no property list", "Google Chrome": CURRENT_CHROME}), feeds())
    assert outcome(finding) == "pass partly"
    assert item(finding, "Lights") == ("unknown", None, None)


def test_a_browser_without_a_version_stands_in_the_way_of_a_pass() -> None:
    blank = {"CFBundleIdentifier": "com.google.Chrome", "CFBundleShortVersionString": 154}
    assert outcome(judged(mac({"Google Chrome": blank}), feeds())) == "unknown unreadable"


def test_only_apps_that_nobody_publishes_anything_about_are_not_a_pass() -> None:
    assert outcome(judged(mac({"Odd": ODD}), feeds())) == "unknown nothing_compared"


def test_switched_off_nobody_is_asked_and_nothing_is_compared() -> None:
    network = feeds()
    finding = judged(mac({"Google Chrome": CURRENT_CHROME, "Lights": WITH_FEED}), network, app_updates=off())
    assert outcome(finding) == "unknown nothing_compared"
    assert network.asked == []


def test_offline_a_browser_nobody_was_ever_asked_about_is_unknown() -> None:
    assert outcome(judged(mac({"Google Chrome": CURRENT_CHROME}), None)) == "unknown offline"


# What macOS itself recommends.


def test_an_update_of_macos_is_waited_for_like_any_other() -> None:
    memory = DictMemory()
    finding = judged(mac(update=software_update(MACOS_UPDATE)), feeds(), memory)
    assert outcome(finding) == "unknown age_unknown"
    assert finding.items[0].name == "macOS Tahoe 26.6.3"
    later = NOW + 15 * DAY
    host = mac(update=software_update(MACOS_UPDATE, looked_at=later))
    assert outcome(judged(host, feeds(), memory, now=later)) == "fail overdue"


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({"Identifier": "MSU_UPDATE_26A1_full_27.0_major", "Display Version": "27.0"}, "26.6.2"),
        ({"Product Key": "MSU_UPDATE_26A1_full_27.0_major"}, "26.6.2"),
        ({"Identifier": "x", "Display Version": "27.0"}, "26.6.2"),
        ({}, "26.6.3"),
        ({}, "26.7"),
    ],
)
def test_the_next_macos_and_what_is_installed_already_are_no_updates(change: dict[str, str], version: str) -> None:
    host = mac(update=software_update(MACOS_UPDATE | change), version=version)
    assert outcome(judged(host, feeds())) == "pass up_to_date"


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("macOS Background Security Improvement (a)", "26.6.2"),
        ("macOS Background Security Improvement (a)", "26.6.2 (a)"),
        ("macOS Tahoe 26.6.2 Supplemental Update", "26.6.2"),
    ],
)
def test_a_fix_on_top_of_this_version_waits_though_it_has_the_same_number(title: str, version: str) -> None:
    waiting = MACOS_UPDATE | {"Display Name": title, "Display Version": version}
    assert outcome(judged(mac(update=software_update(waiting)), feeds())) == "unknown age_unknown"


def test_without_knowing_the_version_every_recommended_update_counts() -> None:
    assert outcome(judged(mac(update=software_update(MACOS_UPDATE), version="Tahoe"), feeds())) == "unknown age_unknown"


@pytest.mark.parametrize(
    ("update_state", "expected"),
    [
        (software_update(looked_at=None), "unknown no_lists"),
        (software_update(looked_at=NOW - 8 * DAY), "unknown stale"),
        (software_update(looked_at=NOW + 2 * DAY), "unknown unreadable"),
        (software_update() | {"LastRecommendedUpdatesAvailable": 1}, "unknown unreadable"),
        (software_update() | {"LastRecommendedUpdatesAvailable": "one"}, "unknown unreadable"),
        (software_update() | {"LastRecommendedUpdatesAvailable": 0}, "pass up_to_date"),
        (software_update(MACOS_UPDATE) | {"LastRecommendedUpdatesAvailable": 1}, "unknown age_unknown"),
        (software_update() | {"LastUpdatesAvailable": 3}, "unknown unreadable"),
        (software_update() | {"LastUpdatesAvailable": 1, "LastRecommendedUpdatesAvailable": 0}, "pass up_to_date"),
        ({"LastFullSuccessfulDate": NOW.replace(tzinfo=None)}, "unknown unreadable"),
        ({"LastFullSuccessfulDate": NOW.replace(tzinfo=None), "LastUpdatesAvailable": 2}, "unknown unreadable"),
        ({"LastFullSuccessfulDate": NOW.replace(tzinfo=None), "LastUpdatesAvailable": 0}, "pass up_to_date"),
        (software_update(MACOS_UPDATE | {"Display Version": ""}), "unknown age_unknown"),
        (software_update(MACOS_UPDATE | {"Display Version": " "}), "unknown age_unknown"),
        (software_update(MACOS_UPDATE | {"Display Version": "26.6.2 (a)"}), "unknown age_unknown"),
        (software_update(MACOS_UPDATE | {"Display Version": "27.0"}), "pass up_to_date"),
        (software_update(MACOS_UPDATE | {"Display Version": "27 beta"}), "pass up_to_date"),
        ({"LastFullSuccessfulDate": "today"}, "unknown unreadable"),
        ({"LastFullSuccessfulDate": NOW.replace(tzinfo=None), "RecommendedUpdates": "none"}, "unknown unreadable"),
        ({"LastFullSuccessfulDate": NOW.replace(tzinfo=None), "RecommendedUpdates": ["x"]}, "unknown unreadable"),
        ({"LastFullSuccessfulDate": NOW.replace(tzinfo=None), "RecommendedUpdates": [{}]}, "unknown unreadable"),
        (
            {"LastFullSuccessfulDate": NOW.replace(tzinfo=None), "RecommendedUpdates": [{"Display Name": 5}]},
            "unknown unreadable",
        ),
        ({}, "unknown no_lists"),
    ],
)
def test_what_macos_did_not_look_for_or_say_clearly_is_no_pass(update_state: Any, expected: str) -> None:
    assert outcome(judged(mac({"Google Chrome": CURRENT_CHROME}, update=update_state), feeds())) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("26.6.2", "pass up_to_date"),
        ("14.8.1", "pass up_to_date"),  # whether it is still supported nobody has said
        ("13.7.8", "unknown out_of_support"),
        ("12.7.6", "unknown out_of_support"),
        ("10.15.7", "unknown out_of_support"),
    ],
)
def test_that_nothing_waits_for_a_macos_that_gets_no_more_updates_is_no_pass(version: str, expected: str) -> None:
    finding = judged(mac({"Google Chrome": CURRENT_CHROME}, version=version), feeds())
    assert outcome(finding) == expected


def test_what_is_overdue_on_a_macos_that_gets_no_more_updates_is_still_a_fail() -> None:
    memory, later = DictMemory(), NOW + 15 * DAY
    for now in (NOW, later):
        host = mac({"Google Chrome": OLD_CHROME}, version="12.7.6", update=software_update(looked_at=now))
        finding = judged(host, feeds(), memory, now=now)
    assert outcome(finding) == "fail overdue"


def test_a_mac_that_keeps_no_record_of_updates_is_no_pass() -> None:
    assert outcome(judged(computer("macos"), feeds())) == "unknown unreadable"


@pytest.mark.parametrize("broken", ["", "text", {"denied": True}, {"base64": "YnBsaXN0MDD/"}])
def test_a_record_of_updates_that_cannot_be_read_is_no_pass(broken: Any) -> None:
    host = mac(files={"/Library/Preferences/com.apple.SoftwareUpdate.plist": broken})
    assert judged(host, feeds()).status is Status.UNKNOWN


# The App Store.

BOUGHT = {"/Applications/Notes Plus.app/Contents/_MASReceipt/receipt": {"present": True}}
NOTES = {"Notes Plus": info("com.example.notes", "2.0")}
LISTED = '{"adamID":1,"name":"Notes Plus","version":"2.0"}\n'
OUTDATED = '{"adamID":1,"bundleID":"com.example.notes","name":"Notes Plus","newVersion":"2.1","version":"2.0"}\n'


def mas(listed: str, outdated: str, **more: Any) -> list[dict[str, Any]]:
    return [command("mas list --json", listed), command("mas outdated --json", outdated, **more)]


def test_an_app_from_the_store_is_not_compared_with_its_makers_feed() -> None:
    bought = {"/Applications/Slack.app/Contents/_MASReceipt/receipt": {"present": True}}
    network = feeds()
    finding = judged(mac({"Slack": info("com.tinyspeck.slackmacgap", "4.0.0")}, files=bought), network)
    assert network.asked == []
    assert outcome(finding) == "unknown nothing_compared"


def test_without_mas_apps_from_the_store_are_not_checked() -> None:
    finding = judged(mac(NOTES | {"Google Chrome": CURRENT_CHROME}, files=BOUGHT), feeds())
    assert outcome(finding) == "pass partly"
    assert item(finding, "Notes Plus") == ("unknown", "2.0", None)


def test_mas_says_what_the_store_has() -> None:
    finding = judged(mac(NOTES, files=BOUGHT, commands=mas(LISTED, OUTDATED)), feeds())
    assert outcome(finding) == "unknown age_unknown"
    assert item(finding, "Notes Plus") == ("unknown", "2.0", "2.1")
    assert outcome(judged(mac(NOTES, files=BOUGHT, commands=mas(LISTED, "")), feeds())) == "pass up_to_date"
    by_id = '{"adamID":1,"bundleID":"com.example.notes","name":"Notizen Plus","version":"2.0"}\n'
    assert outcome(judged(mac(NOTES, files=BOUGHT, commands=mas(by_id, "")), feeds())) == "pass up_to_date"


@pytest.mark.parametrize(
    "commands",
    [
        mas("", ""),
        mas('{"adamID":2,"bundleID":"com.apple.iWork.Pages","name":"Pages","version":"15.0"}', ""),
        mas('{"adamID":2,"bundleID":["com.example.notes"],"name":["Notes Plus"],"version":"2.0"}', ""),
        mas(LISTED, "", exit=1),
        mas(LISTED, "497799835 Xcode (15.4 -> 16.0)\n"),
        mas("Error: unknown option --json", ""),
        mas(LISTED, '{"adamID":"1","name":"Notes Plus","newVersion":"2.1","version":"2.0"}'),
        mas(LISTED, '{"adamID":1,"name":"Notes Plus","version":"2.0"}'),
        mas(LISTED, "[1]"),
        [command("mas list --json", LISTED)],
    ],
    ids=[
        "spotlight off",
        "only another app",
        "no names",
        "exit",
        "old text",
        "old list",
        "text id",
        "no version",
        "list",
        "silent",
    ],
)
def test_what_mas_does_not_say_clearly_is_not_checked(commands: list[dict[str, Any]]) -> None:
    finding = judged(mac(NOTES | {"Google Chrome": CURRENT_CHROME}, files=BOUGHT, commands=commands), feeds())
    assert outcome(finding) == "pass partly"


def test_mas_is_asked_once_a_day_and_not_offline() -> None:
    memory = DictMemory()
    judged(mac(NOTES, files=BOUGHT, commands=mas(LISTED, OUTDATED)), feeds(), memory)
    silent = mac(NOTES, files=BOUGHT, commands=mas(LISTED, ""))
    assert outcome(judged(silent, feeds(), memory, now=NOW + timedelta(hours=19))) == "unknown age_unknown"
    assert outcome(judged(silent, feeds(), memory, now=NOW + timedelta(hours=21))) == "pass up_to_date"
    finding = judged(mac(NOTES, files=BOUGHT, commands=mas(LISTED, "")), feeds(), app_updates=off())
    assert finding.status is Status.UNKNOWN


# Homebrew.

BREW = "/opt/homebrew/bin/brew"
CELLAR = "/opt/homebrew/Cellar"
LIST = "/Users/alex/Library/Caches/Homebrew/api/internal/packages.arm64_tahoe.jws.json"
ENV = ["env", "HOMEBREW_NO_AUTO_UPDATE=1", "HOMEBREW_NO_ANALYTICS=1", "HOMEBREW_NO_ENV_HINTS=1", BREW, "outdated"]


def entry(name: str, installed: str, latest: str, *, pinned: bool = False) -> dict[str, Any]:
    return {"name": name, "installed_versions": [installed], "current_version": latest, "pinned": pinned}


def outdated(formulae: Any = (), casks: Any = ()) -> str:
    return msgspec.json.encode({"formulae": formulae, "casks": casks}).decode()


def homebrew(
    plain: str = outdated(),
    greedy: str | None = None,
    *,
    owner: Any = 501,
    lists_at: Any = NOW,
    code: int = 0,
    apps: dict[str, Any] | None = None,
    **more: Any,
) -> Any:
    queries = [{"name": "owner", "args": [CELLAR], "value": owner}]
    queries.append({"name": "mtime", "args": [LIST], "value": int(lists_at.timestamp())} if lists_at else queries[0])
    commands = [
        command([*ENV, "--json=v2"], plain, code),
        command([*ENV, "--json=v2", "--greedy"], plain if greedy is None else greedy, code),
    ]
    programs = {"brew": BREW, "env": "/usr/bin/env", "sw_vers": "/usr/bin/sw_vers", "uname": "/usr/bin/uname"}
    files = {LIST: {"present": True}} if lists_at else {}
    return mac(apps, commands=commands, programs=programs, queries=queries, files=files, **more)


def test_homebrew_says_what_is_outdated() -> None:
    finding = judged(homebrew(outdated([entry("node", "20.11.0", "21.6.2")], [entry("iterm2", "3.4", "3.5")])), feeds())
    assert outcome(finding) == "unknown age_unknown"
    assert item(finding, "node") == ("unknown", "20.11.0", "21.6.2")
    assert finding.facts["pending"] == 2
    assert outcome(judged(homebrew(), feeds())) == "pass up_to_date"


def test_a_pinned_formula_is_held_back() -> None:
    finding = judged(homebrew(outdated([entry("node", "20", "21", pinned=True)])), feeds())
    assert outcome(finding) == "pass up_to_date"
    assert finding.items[0].details == ("held back on this computer",)


def test_a_cask_that_updates_itself_is_looked_at_as_the_app_that_it_is() -> None:
    greedy = outdated([], [entry("zoom", "6.0", "7.1.5.84650"), entry("lights", "1", "2")])
    finding = judged(homebrew(greedy=greedy, apps={"zoom.us": info("us.zoom.xos", "7.1.5 (84650)")}), feeds())
    assert outcome(finding) == "pass partly"
    assert (finding.facts["pending"], finding.facts["checked"], finding.facts["unchecked"]) == (0, 1, 1)


def test_a_cask_of_an_app_that_was_looked_at_already_is_not_counted_twice() -> None:
    plain = outdated([], [entry("zoom", "7.1.0.80000", "7.1.5.84650")])
    finding = judged(homebrew(plain, apps={"zoom.us": info("us.zoom.xos", "7.1.0 (80000)")}), feeds())
    assert finding.facts["pending"] == 1


@pytest.mark.parametrize(
    ("cask", "app"),
    [("vivaldi", info("com.vivaldi.Vivaldi", "7.4")), ("zoom", info("us.zoom.xos", "2026.11.0.80000"))],
    ids=["no feed", "versions that cannot be compared"],
)
def test_homebrews_word_counts_for_an_app_that_could_not_be_compared(cask: str, app: dict[str, str]) -> None:
    apps = {"App": app, "Google Chrome": CURRENT_CHROME}
    finding = judged(homebrew(outdated([], [entry(cask, "1.0", "9.0")]), apps=apps), feeds())
    assert outcome(finding) == "unknown age_unknown"
    assert finding.facts["pending"] == 1


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (homebrew(owner=502), "unknown nothing_compared"),
        (homebrew(owner=None), "unknown unreadable"),
        (homebrew(owner=0, user={"name": "root", "home": "/var/root", "uid": 0}), "unknown nothing_compared"),
        (homebrew(lists_at=None), "unknown no_lists"),
        (homebrew(lists_at=NOW - 8 * DAY), "unknown stale"),
        (homebrew(lists_at=NOW + 8 * DAY), "unknown unreadable"),
        (homebrew(""), "unknown unreadable"),
        (homebrew("Error: something"), "unknown unreadable"),
        (homebrew('{"formulae":[]}'), "unknown unreadable"),
        (homebrew("[]"), "unknown unreadable"),
        (homebrew(outdated([{"name": "x"}])), "unknown unreadable"),
        (homebrew(outdated(), greedy=""), "unknown unreadable"),
        (homebrew(code=1), "unknown unreadable"),
    ],
    ids=[
        *("another's", "no cellar", "root", "no list", "old list", "future list"),
        *("silence", "words", "half", "list", "odd entry", "greedy silence", "exit"),
    ],
)
def test_a_homebrew_that_cannot_be_asked_is_no_pass(host: Any, expected: str) -> None:
    assert outcome(judged(host, feeds())) == expected


def test_homebrew_of_somebody_else_is_not_checked_and_stands_in_nobodys_way() -> None:
    finding = judged(homebrew(owner=502, apps={"Google Chrome": CURRENT_CHROME}), feeds())
    assert outcome(finding) == "pass partly"
    assert item(finding, "Homebrew")[0] == "unknown"


def test_beside_a_homebrew_left_over_from_an_older_mac_the_one_of_this_mac_is_asked() -> None:
    host = homebrew(outdated([entry("node", "20.11.0", "21.6.2")]), apps={"Google Chrome": CURRENT_CHROME})
    real = host.which
    left_over = "/usr/local/bin/brew"
    host.which = lambda name: left_over if name in ("brew", left_over) else real(name)
    finding = judged(host, feeds())
    assert item(finding, "node") == ("unknown", "20.11.0", "21.6.2")
    assert finding.facts["unchecked"] == 1


def test_homebrew_of_somebody_else_is_never_run() -> None:
    host = homebrew(owner=502)
    ran: list[Sequence[str]] = []
    real = host.run

    def watch(argv: Sequence[str], timeout: float = 10.0) -> Any:
        ran.append(argv)
        return real(argv, timeout)

    host.run = watch
    judged(host, feeds())
    assert ran
    assert [argv for argv in ran if BREW in argv] == []
