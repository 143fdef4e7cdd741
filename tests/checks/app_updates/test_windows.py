"""The verdict about apps on Windows, computer by computer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.contract import Finding, Status
from agent.host import Unreadable
from config.loader import default_settings
from tests.builders import NOW, DictMemory, computer
from tests.checks.app_updates.desktops import (
    BRAVE,
    CHROME,
    EDGE,
    EXTENDED,
    FIREFOX,
    LIFECYCLE,
    UNINSTALL,
    WINGET,
    Feeds,
    chrome,
    edge,
    firefox,
    judged,
    outcome,
    program,
    text,
    windows,
    winget_list,
)

DAY = timedelta(days=1)
CURRENT_CHROME = program("Google Chrome", "154.0.8037.58", "Google LLC")
OLD_CHROME = program("Google Chrome", "153.0.7900.10", "Google LLC")
ZOOM = program("Zoom Workplace (64-bit)", "6.5.7 (60598)", "Zoom Communications, Inc.")
ODD = program("Stage Lighting Control", "1.0", "Somebody")
ROLL_OUT = chrome(("155.0.8059.12", 0.005), ("154.0.8037.58", 1))
ZOOM_LISTED = ("Zoom.Zoom", "6.5.60598", "6.5.7 (60598)", ("ZoomUMX",), ())


def feeds(**changes: Any) -> Feeds:
    said = {
        CHROME: ROLL_OUT,
        EXTENDED: chrome(("152.0.7950.200", 1)),
        EDGE: edge("154.0.4258.62"),
        FIREFOX: firefox(),
        BRAVE: b"1.92.140\n",
        LIFECYCLE: {"result": {"releases": [{"name": "25.8", "isEol": False, "latest": {"name": "25.8.4"}}]}},
        WINGET: winget_list(
            ZOOM_LISTED,
            ("7zip.7zip", "25.01", None, ("7-Zip",), ()),
            ("Odd.App", "2.0", None, ("OddApp",), ()),
            ("Microsoft.VCRedist.2015+.x64", "14.44", None, ("{VC}",), ()),
            ("Microsoft.OneDrive", "25.1", None, ("OneDriveSetup.exe",), ()),
        ),
    }
    return Feeds(said | changes)


def item(finding: Finding, name: str) -> tuple[str, str | None, str | None]:
    found = next(item for item in finding.items if item.name == name)
    return found.status.value, found.installed, found.latest


def test_a_browser_as_new_as_everybody_is_offered_is_up_to_date() -> None:
    finding = judged(windows({"c": CURRENT_CHROME}), feeds())
    assert outcome(finding) == "pass up_to_date"
    assert (finding.facts["checked"], finding.facts["unchecked"]) == (1, 0)


def test_a_release_that_few_are_offered_makes_nobody_outdated() -> None:
    partial = chrome(("155.0.8059.12", 0.99), ("154.0.8037.58", 1))
    assert outcome(judged(windows({"c": CURRENT_CHROME}), feeds(**{CHROME: partial}))) == "pass up_to_date"


def test_an_old_browser_waits_from_when_the_agent_first_saw_its_update() -> None:
    memory = DictMemory()
    said: list[str] = []
    for days in (0, 3, 4, 14, 15):
        finding = judged(windows({"c": OLD_CHROME}, taken_at=NOW), feeds(), memory, now=NOW + days * DAY)
        said.append(outcome(finding))
    assert said == ["unknown age_unknown", "unknown age_unknown", "warn available", "warn available", "fail overdue"]
    assert finding.facts["apps"] == ["Google Chrome"]
    assert item(finding, "Google Chrome") == ("fail", "153.0.7900.10", "154.0.8037.58")


def test_a_browser_on_its_extended_line_is_up_to_date() -> None:
    on_extended = program("Google Chrome", "152.0.7950.200", "Google LLC")
    behind_it = program("Google Chrome", "152.0.7950.100", "Google LLC")
    assert outcome(judged(windows({"c": on_extended}), feeds())) == "pass up_to_date"
    assert outcome(judged(windows({"c": behind_it}), feeds())) == "unknown age_unknown"


def test_the_extended_line_is_asked_about_only_when_it_matters() -> None:
    network = feeds()
    judged(windows({"c": CURRENT_CHROME}), network)
    assert not any(EXTENDED in url for url in network.asked)


def test_an_update_that_was_installed_is_forgotten() -> None:
    memory = DictMemory()
    judged(windows({"c": OLD_CHROME}), feeds(), memory)
    judged(windows({"c": CURRENT_CHROME}), feeds(), memory, now=NOW + 20 * DAY)
    finding = judged(windows({"c": OLD_CHROME}), feeds(), memory, now=NOW + 21 * DAY)
    assert outcome(finding) == "pass available"


def test_an_app_that_was_removed_is_forgotten() -> None:
    memory = DictMemory()
    judged(windows({"c": OLD_CHROME, "e": program("Microsoft Edge", "154.0.4258.62")}), feeds(), memory)
    judged(windows({"e": program("Microsoft Edge", "154.0.4258.62")}), feeds(), memory)
    assert memory.values["seen"] == {}


def test_old_firefoxes_are_compared_with_their_own_line() -> None:
    esr = program("Mozilla Firefox ESR (x64 de)", "140.13.0", "Mozilla")
    release = program("Mozilla Firefox (x64 de)", "140.13.0", "Mozilla")
    assert outcome(judged(windows({"f": esr}), feeds())) == "pass up_to_date"
    assert outcome(judged(windows({"f": release}), feeds())) == "unknown age_unknown"


def test_a_firefox_from_when_its_name_held_its_version_is_compared_too() -> None:
    old = program("Mozilla Firefox 88.0.1 (x64 en-GB)", "88.0.1", "Mozilla")
    old_esr = program("Mozilla Firefox 78.15.0 ESR (x64 en-GB)", "78.15.0", "Mozilla")
    for left_behind in (old, old_esr):
        finding = judged(windows({"c": CURRENT_CHROME, "f": left_behind}), feeds())
        assert outcome(finding) == "unknown age_unknown"
        assert finding.facts["apps"] == ["Firefox"]


def test_two_copies_of_one_app_are_both_looked_at() -> None:
    host = windows({"c": CURRENT_CHROME, r"HKCU\c": OLD_CHROME})
    finding = judged(host, feeds())
    assert outcome(finding) == "unknown age_unknown"
    assert (finding.facts["pending"], finding.facts["checked"]) == (1, 2)


def test_one_copy_seen_in_two_views_is_one() -> None:
    assert judged(windows({"c": CURRENT_CHROME, r"HKLM32\c": CURRENT_CHROME}), feeds()).facts["checked"] == 1


def test_an_app_is_compared_with_wingets_list_in_the_form_that_windows_shows() -> None:
    older = program("Zoom Workplace (64-bit)", "6.4.0 (50000)", "Zoom Communications, Inc.")
    assert outcome(judged(windows({"ZoomUMX": ZOOM}), feeds())) == "pass up_to_date"
    finding = judged(windows({"ZoomUMX": older}), feeds())
    assert item(finding, "Zoom") == ("unknown", "6.4.0 (50000)", "6.5.7 (60598)")


def test_a_version_between_two_ways_of_showing_the_latest_one_may_be_an_old_one_and_is_not_checked() -> None:
    both = ("Zoom.Zoom", "6.5.60598", ("6.5.7 (60598)", "6.5.60598"), ("ZoomUMX",), ())
    listed = {WINGET: winget_list(both)}

    def with_zoom(version: str) -> Finding:
        zoom = program("Zoom Workplace (64-bit)", version, "Zoom Communications, Inc.")
        return judged(windows({"c": CURRENT_CHROME, "ZoomUMX": zoom}), feeds(**listed))

    for newest in ("6.5.7 (60598)", "6.5.60598", "6.6.61000"):
        assert outcome(with_zoom(newest)) == "pass up_to_date"
    older = with_zoom("6.5.50000")
    assert outcome(older) == "pass partly"
    assert item(older, "Zoom") == ("unknown", "6.5.50000", None)
    assert outcome(with_zoom("6.4.50000")) == "unknown age_unknown"


def test_an_app_outside_the_catalogue_is_compared_if_winget_knows_its_key() -> None:
    finding = judged(windows({"ZoomUMX": ZOOM, "OddApp": ODD}), feeds())
    assert item(finding, "Stage Lighting Control") == ("unknown", "1.0", "2.0")
    assert finding.facts["apps"] == []


def test_two_apps_that_the_catalogue_has_under_one_name_are_compared_each_with_its_own_entry() -> None:
    java = program("Java 8 Update 451 (64-bit)", "8.0.4510.10", "Oracle Corporation")
    old_jdk = program("Eclipse Temurin JDK with Hotspot 17.0.1 (x64)", "17.0.1.12", "Eclipse Adoptium")
    listed = winget_list(
        ZOOM_LISTED,
        ("Oracle.JavaRuntimeEnvironment", "8.0.4510.10", None, ("{26A2-JRE}",), ()),
        ("EclipseAdoptium.Temurin.17.JDK", "17.0.15.6", None, ("{8F31-JDK}",), ()),
    )
    finding = judged(windows({"ZoomUMX": ZOOM, "{26A2-JRE}": java, "{8F31-JDK}": old_jdk}), feeds(**{WINGET: listed}))
    assert outcome(finding) == "unknown age_unknown"
    assert item(finding, "Java") == ("unknown", "17.0.1.12", "17.0.15.6")


def test_parts_that_come_with_other_apps_bother_nobody() -> None:
    runtime = program("Microsoft Visual C++ 2015-2022 Redistributable (x64)", "14.30", "Microsoft Corporation")
    finding = judged(windows({"ZoomUMX": ZOOM, "{VC}": runtime}), feeds())
    assert outcome(finding) == "pass up_to_date"
    assert finding.facts["unchecked"] == 0


def test_an_app_of_the_catalogue_that_is_rolled_out_in_rings_is_not_checked() -> None:
    drive = program("Microsoft OneDrive", "24.1", "Microsoft Corporation")
    finding = judged(windows({"ZoomUMX": ZOOM, r"HKCU\OneDriveSetup.exe": drive}), feeds())
    assert outcome(finding) == "pass partly"
    assert item(finding, "OneDrive") == ("unknown", "24.1", None)


def test_another_edition_of_a_browser_is_counted_as_not_checked() -> None:
    beta = program("Google Chrome Beta", "100.0.1.1", "Google LLC")
    listed = winget_list(ZOOM_LISTED, ("Google.Chrome.Beta", "155.0.1.1", None, ("Google Chrome Beta",), ()))
    finding = judged(windows({"ZoomUMX": ZOOM, "Google Chrome Beta": beta}), feeds(**{WINGET: listed}))
    assert outcome(finding) == "pass partly"
    assert item(finding, "Google Chrome Beta") == ("unknown", "100.0.1.1", None)


def test_one_exotic_app_is_counted_and_does_not_stand_in_the_way() -> None:
    finding = judged(windows({"c": CURRENT_CHROME, "x": ODD}), feeds())
    assert outcome(finding) == "pass partly"
    assert (finding.facts["checked"], finding.facts["unchecked"]) == (1, 1)
    assert item(finding, "Stage Lighting Control") == ("unknown", "1.0", None)


def test_only_exotic_apps_are_not_a_pass() -> None:
    finding = judged(windows({"x": ODD}), feeds())
    assert outcome(finding) == "unknown nothing_compared"


def test_a_computer_without_any_app_is_not_a_pass() -> None:
    assert outcome(judged(windows(), feeds())) == "unknown nothing_compared"


def test_without_an_app_of_the_catalogue_nobody_is_asked() -> None:
    network = feeds()
    judged(windows({"x": ODD, "y": program("Other", "1")}), network)
    assert network.asked == []


def test_only_what_is_installed_is_asked_about() -> None:
    network = feeds()
    judged(windows({"c": CURRENT_CHROME}), network)
    assert [CHROME in url for url in network.asked] == [True]


@pytest.mark.parametrize("ignored", ["Zoom.Zoom", "Zoom", "Zoom Workplace (64-bit)"])
def test_an_app_is_passed_over_by_any_of_its_names(ignored: str) -> None:
    settings = default_settings().app_updates
    older = program("Zoom Workplace (64-bit)", "6.4.0 (50000)", "Zoom Communications, Inc.")
    passed_over = msgspec.structs.replace(settings, ignore=(ignored,))
    finding = judged(windows({"ZoomUMX": older}), feeds(), app_updates=passed_over)
    assert outcome(finding) == "pass up_to_date"
    assert finding.items[0].status is Status.NOT_APPLICABLE


# Trouble.


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [(Unreadable("offline", "h"), "unknown offline"), (Unreadable("timeout", "h"), "unknown no_answer")],
)
def test_a_browser_whose_maker_gives_no_answer_stands_in_the_way_of_a_pass(trouble: Unreadable, expected: str) -> None:
    assert outcome(judged(windows({"c": CURRENT_CHROME}), feeds(**{CHROME: trouble}))) == expected


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"", b'{"releases": []}', b"[" * 50_000])
def test_an_answer_that_says_nothing_is_no_pass(body: bytes) -> None:
    assert outcome(judged(windows({"c": CURRENT_CHROME}), feeds(**{CHROME: body}))) == "unknown no_answer"


def test_without_a_network_the_last_answer_counts_until_it_is_old() -> None:
    memory = DictMemory()
    host = windows({"c": CURRENT_CHROME})
    judged(host, feeds(), memory)
    assert outcome(judged(host, None, memory, now=NOW + 7 * DAY)) == "pass up_to_date"
    finding = judged(host, None, memory, now=NOW + 8 * DAY)
    assert outcome(finding) == "unknown stale"
    assert finding.facts["list_days"] == 8
    assert finding.facts["manager"] == "Chrome releases"
    assert any(evidence.value == "8.0 days" for evidence in finding.evidence)


def test_an_old_answer_is_stale_sooner_under_a_stricter_profile() -> None:
    memory = DictMemory()
    host = windows({"c": CURRENT_CHROME})
    judged(host, feeds(), memory)
    assert outcome(judged(host, None, memory, now=NOW + 4 * DAY, profile="heightened")) == "unknown stale"


def test_an_overdue_update_is_a_fail_whatever_else_could_not_be_asked() -> None:
    memory = DictMemory()
    host = windows({"c": OLD_CHROME, "e": program("Microsoft Edge", "154.0.4258.62")})
    judged(host, feeds(), memory)
    assert outcome(judged(host, None, memory, now=NOW + 30 * DAY)) == "fail overdue"


def test_wingets_list_offline_stands_in_the_way_only_of_apps_of_the_catalogue() -> None:
    gone = feeds(**{WINGET: Unreadable("timeout", "h")})
    assert outcome(judged(windows({"ZoomUMX": ZOOM}), gone)) == "unknown no_answer"
    telegram = program("Telegram Desktop", "5.0", "Telegram FZ-LLC")
    finding = judged(windows({"c": CURRENT_CHROME, "t": telegram}), gone)
    assert outcome(finding) == "pass partly"


def test_a_new_app_is_looked_up_without_waiting_for_the_next_time() -> None:
    memory = DictMemory()
    judged(windows({"ZoomUMX": ZOOM}), feeds(), memory)
    seven = program("7-Zip 24.08 (x64)", "24.08", "Igor Pavlov")
    finding = judged(windows({"ZoomUMX": ZOOM, "7-Zip": seven}), feeds(), memory, now=NOW + timedelta(hours=1))
    assert item(finding, "7-Zip") == ("unknown", "24.08", "25.01")


def test_a_new_app_of_the_catalogue_that_could_not_be_looked_up_is_no_pass() -> None:
    memory = DictMemory()
    judged(windows({"ZoomUMX": ZOOM}), feeds(), memory)
    seven = program("7-Zip 24.08 (x64)", "24.08", "Igor Pavlov")
    finding = judged(windows({"ZoomUMX": ZOOM, "7-Zip": seven}), None, memory, now=NOW + timedelta(hours=1))
    assert finding.status is Status.UNKNOWN


@pytest.mark.parametrize("version", ["Unknown", "v6", "", "60000.1", "six"])
def test_a_version_that_cannot_stand_beside_the_listed_one_is_not_checked(version: str) -> None:
    odd = program("Zoom Workplace (64-bit)", version, "Zoom Communications, Inc.")
    finding = judged(windows({"ZoomUMX": odd, "c": CURRENT_CHROME}), feeds())
    assert outcome(finding) == "pass partly"
    assert item(finding, "Zoom")[0] == "unknown"


@pytest.mark.parametrize("version", [None, ""])
def test_a_browser_without_a_version_stands_in_the_way_of_a_pass(version: str | None) -> None:
    blank = program("Google Chrome", version, "Google LLC")
    assert outcome(judged(windows({"c": blank}), feeds())) == "unknown unreadable"


def test_a_list_of_programs_that_may_not_be_read_is_no_pass() -> None:
    host = windows({"c": CURRENT_CHROME}, unreadable={f"HKCU\\{UNINSTALL}": "denied"})
    assert outcome(judged(host, feeds())) == "unknown no_permission"
    assert outcome(judged(computer("windows"), feeds())) == "unknown unreadable"


def test_an_entry_that_may_not_be_read_may_be_an_old_browser_and_is_no_pass() -> None:
    host = windows({"c": CURRENT_CHROME}, unreadable={f"HKLM64\\{UNINSTALL}\\Mozilla Firefox": "denied"})
    assert outcome(judged(host, feeds())) == "unknown no_permission"
    host = windows({"c": CURRENT_CHROME}, unreadable={f"HKLM64\\{UNINSTALL}\\Mozilla Firefox": "failed"})
    assert outcome(judged(host, feeds())) == "unknown unreadable"


def test_a_browser_that_the_office_hides_from_the_list_is_compared_all_the_same() -> None:
    hidden = OLD_CHROME | {"SystemComponent": {"type": "REG_DWORD", "value": 1}}
    edge_beside = program("Microsoft Edge", "154.0.4258.62", "Microsoft Corporation")
    assert outcome(judged(windows({"e": edge_beside, "c": hidden}), feeds())) == "unknown age_unknown"


def test_switched_off_nobody_is_asked_and_nothing_is_compared() -> None:
    off = msgspec.structs.replace(default_settings().app_updates, feeds=False)
    network = feeds()
    finding = judged(windows({"c": CURRENT_CHROME, "ZoomUMX": ZOOM}), network, app_updates=off)
    assert outcome(finding) == "unknown nothing_compared"
    assert network.asked == []


def test_no_program_is_ever_started() -> None:
    host = windows({"c": CURRENT_CHROME, "ZoomUMX": ZOOM})
    judged(host, feeds())
    host.run = lambda *_, **__: pytest.fail("started a program")  # type: ignore[method-assign]  # watching it
    judged(host, feeds())


def test_a_german_windows_is_judged_the_same() -> None:
    host = windows(
        {
            "c": CURRENT_CHROME,
            "f": program("Mozilla Firefox (x64 de)", "154.0", "Mozilla"),
            "b": program("Brave", "154.1.92.140", "Die Brave-Autoren"),
        },
        registry={r"HKCU\Control Panel\International": {"LocaleName": text("de-DE")}},
    )
    finding = judged(host, feeds())
    assert finding.status is Status.PASS
    assert finding.facts["checked"] == 2
