"""What is installed on Windows, from the registry."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from agent.host.replay import ReplayHost
from checks.app_updates.installed import Installed
from checks.app_updates.windows_apps import parse_full_name, read
from tests.builders import computer
from tests.checks.app_updates.desktops import PACKAGES, UNINSTALL, program, text, windows

DWORD = "REG_DWORD"


def apps(host: ReplayHost) -> list[Installed]:
    found = read(host)
    assert isinstance(found, list)
    return found


def named(host: ReplayHost) -> list[tuple[str, str, str]]:
    return [(app.name, app.version, app.place) for app in apps(host)]


def test_programs_of_both_views_and_of_the_person_are_found() -> None:
    host = windows(
        {
            "A": program("App A", "1.0"),
            r"HKLM32\B": program("App B", "2.0"),
            r"HKCU\C": program("App C", "3.0"),
        }
    )
    assert named(host) == [
        ("App A", "1.0", "for everybody"),
        ("App B", "2.0", "for everybody, 32-bit"),
        ("App C", "3.0", "for this person"),
    ]


ZOOM = r"C:\Users\alex\AppData\Roaming\Zoom\bin\Zoom.exe"


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ({}, True),
        ({"UninstallString": text("MsiExec.exe /X{0F}"), "InstallLocation": text("")}, True),
        ({"DisplayIcon": text(ZOOM)}, True),
        ({"DisplayIcon": text(r"C:\gone.exe"), "InstallLocation": text(r"C:\Users\alex\AppData\Roaming\Zoom")}, True),
        ({"DisplayIcon": text(r"C:\gone.exe"), "UninstallString": text(r"C:\Windows\x.exe")}, False),
        ({"DisplayIcon": text(r"C:\gone.exe,0"), "UninstallString": text('"C:\\gone\\x.exe" /S')}, False),
        ({"DisplayIcon": text(r"\\server\gone.exe")}, True),
        ({"DisplayIcon": {"type": DWORD, "value": 5}}, True),
    ],
)
def test_a_program_whose_files_are_all_gone_is_not_there(values: dict[str, Any], listed: bool) -> None:
    host = windows({"Zoom": program("Zoom Workplace", "5.1", **values)}, files={ZOOM: {"present": True}})
    assert bool(named(host)) is listed


def test_a_program_whose_files_may_not_be_asked_about_is_there() -> None:
    asked = [{"name": "mtime", "args": [ZOOM.replace("\\", "/")], "failure": "denied"}]
    host = windows({"Zoom": program("Zoom Workplace", "5.1", DisplayIcon=text(ZOOM))}, queries=asked)
    assert len(named(host)) == 1


@pytest.mark.parametrize(
    "values",
    [
        program("Part of Windows", "1", SystemComponent={"type": DWORD, "value": 1}),
        program("Update", "1", ParentKeyName=text("Office")),
        program("KB5001", "1", ReleaseType=text("Security Update")),
        program("KB5002", "1", ReleaseType=text("hotfix")),
        program("", "1"),
        program("   ", "1"),
        {"DisplayVersion": text("1")},
        {"DisplayName": {"type": DWORD, "value": 5}, "DisplayVersion": text("1")},
        {},
    ],
)
def test_what_windows_own_list_hides_is_hidden(values: dict[str, Any]) -> None:
    assert named(windows({"X": values})) == []


@pytest.mark.parametrize(
    "more",
    [
        {"SystemComponent": {"type": DWORD, "value": 0}},
        {"SystemComponent": text("1")},
        {"ReleaseType": text("Product")},
        {"ParentKeyName": text("")},
    ],
)
def test_what_windows_own_list_shows_is_shown(more: dict[str, Any]) -> None:
    assert named(windows({"X": program("App", "1", **more)})) == [("App", "1", "for everybody")]


@pytest.mark.parametrize(
    ("display_name", "publisher", "name", "line"),
    [
        ("Google Chrome", "Google LLC", "Google Chrome", None),
        ("Google Chrome", "Google, Inc.", "Google Chrome", None),
        ("Mozilla Firefox (x64 de)", "Mozilla", "Firefox", "release"),
        ("Mozilla Firefox (x64 en-GB)", "Mozilla Corporation", "Firefox", "release"),
        ("Mozilla Firefox ESR (x64 de)", "Mozilla", "Firefox", "esr"),
        ("Mozilla Thunderbird (x64 de)", "Mozilla", "Thunderbird", None),
        ("Mozilla Thunderbird ESR (x64 de)", "Mozilla", "Thunderbird", "esr"),
        ("Mozilla Firefox 88.0.1 (x64 en-GB)", "Mozilla", "Firefox", "release"),
        ("Mozilla Firefox 78.15.0 ESR (x86 en-US)", "Mozilla", "Firefox", "esr"),
        ("Mozilla Thunderbird 78.13.0 (x64 de)", "Mozilla", "Thunderbird", None),
        ("Microsoft Edge", "Microsoft Corporation", "Microsoft Edge", None),
        ("Brave", "Brave Software Inc", "Brave", None),
        ("7-Zip 24.08 (x64)", "Igor Pavlov", "7-Zip", None),
        ("Zoom Workplace (64-bit)", "Zoom Communications, Inc.", "Zoom", None),
        ("Zoom", "Zoom Video Communications, Inc.", "Zoom", None),
        ("Notepad++ (64-bit x64)", "Notepad++ Team", "Notepad++", None),
        ("Adobe Acrobat (64-bit)", "Adobe", "Adobe Acrobat Reader", None),
        ("Adobe Acrobat Reader DC - Deutsch", "Adobe Systems Incorporated", "Adobe Acrobat Reader", None),
        ("Adobe Acrobat Reader DC - Chinese Simplified", "Adobe Systems Incorporated", "Adobe Acrobat Reader", None),
        ("LibreOffice 25.8.3.2", "The Document Foundation", "LibreOffice", None),
        ("Microsoft 365 - de-de", "Microsoft Corporation", "Microsoft 365", None),
    ],
)
def test_an_app_of_the_catalogue_is_known_by_its_name(
    display_name: str, publisher: str, name: str, line: str | None
) -> None:
    (app,) = apps(windows({"key": program(display_name, "1.0", publisher)}))
    assert app.known is not None
    assert (app.name, app.line) == (name, line)


@pytest.mark.parametrize(
    ("display_name", "publisher"),
    [
        ("Google Chrome Beta", "Google LLC"),
        ("Google Chrome", "Somebody Else"),
        ("Mozilla Firefox Developer Edition (x64 de)", "Mozilla"),
        ("Mozilla Firefox 3D Viewer (x64 de)", "Mozilla"),
        ("Microsoft Edge Update", "Microsoft Corporation"),
        ("Microsoft Edge WebView2 Runtime", "Microsoft Corporation"),
        ("My Brave", "Brave Software Inc"),
        ("Adobe Acrobat Reader 2020 MUI", "Adobe Systems Incorporated"),
        ("Adobe Acrobat Reader 2017 - Deutsch", "Adobe Systems Incorporated"),
    ],
)
def test_a_name_that_only_looks_like_it_is_another_app(display_name: str, publisher: str) -> None:
    (app,) = apps(windows({"key": program(display_name, "1.0", publisher)}))
    assert app.known is None


def test_an_entry_that_may_not_be_read_is_an_app_without_a_version() -> None:
    host = windows({"A": program("App", "1")}, unreadable={f"HKLM64\\{UNINSTALL}\\Secret": "denied"})
    assert ("an app whose entry could not be read", "", "for everybody") in named(host)


@pytest.mark.parametrize("key", [f"HKLM64\\{UNINSTALL}", f"HKLM32\\{UNINSTALL}", f"HKCU\\{UNINSTALL}", PACKAGES])
def test_a_list_that_may_not_be_read_is_said_so(key: str) -> None:
    host = windows({"A": program("App", "1")}, unreadable={key: "denied"})
    assert read(host) == Unreadable("denied", key)


def test_a_windows_without_any_list_was_not_looked_at() -> None:
    assert read(computer("windows")) == Unreadable("empty", UNINSTALL)


def test_the_newest_package_of_a_store_app_counts_by_number() -> None:
    host = windows(
        store=[
            "MSTeams_25060.205.3499.6849_x64__8wekyb3d8bbwe",
            "MSTeams_9999.999.9999.9999_x64__8wekyb3d8bbwe",
            "Microsoft.WindowsCalculator_11.2502.2.0_x64__8wekyb3d8bbwe",
            "MSTeams_99999.1.1.1_x64__aaaaaaaaaaaaa",
        ]
    )
    assert named(host) == [("Microsoft Teams", "25060.205.3499.6849", "Microsoft Store")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "MSTeams_25060.205.3499.6849_arm64__8wekyb3d8bbwe",
            ("MSTeams_8wekyb3d8bbwe", "25060.205.3499.6849"),
        ),
        (
            "Windows.PrintDialog_6.2.3.0_neutral_neutral_cw5n1h2txyewy",
            ("Windows.PrintDialog_cw5n1h2txyewy", "6.2.3.0"),
        ),
        (
            "Microsoft.WindowsStore_22502.1401.4.0_neutral_split.scale-100_8wekyb3d8bbwe",
            ("Microsoft.WindowsStore_8wekyb3d8bbwe", "22502.1401.4.0"),
        ),
        ("MSTeams", None),
        ("MSTeams_25060_x64__8wekyb3d8bbwe", None),
        ("MSTeams_1.2.3.4_x64__short", None),
        ("MSTeams_1.2.3.4_x64__8wekyb3d8bbwe_more", None),
        ("", None),
    ],
)
def test_the_full_name_of_a_package_holds_its_family_and_version(name: str, expected: tuple[str, str] | None) -> None:
    assert parse_full_name(name) == expected


def test_office_is_what_click_to_run_reports_and_the_list_of_programs_too() -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
    host = windows(registry={key: {"VersionToReport": text("16.0.19328.20158")}})
    assert named(host) == [("Microsoft 365", "16.0.19328.20158", "Click-to-Run")]


@pytest.mark.parametrize("value", [{"type": DWORD, "value": 16}, {"type": "REG_SZ", "value": 16}, text("")])
def test_an_office_that_reports_nonsense_is_not_there(value: dict[str, Any]) -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
    assert named(windows(registry={key: {"VersionToReport": value}})) == []


ANY_VALUE = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["REG_SZ", "REG_DWORD", "REG_BINARY", "REG_MULTI_SZ", "REG_77"]),
        "value": st.none() | st.text(max_size=8) | st.integers() | st.lists(st.text(max_size=3), max_size=2),
    }
)


@given(
    names=st.lists(st.text(st.characters(exclude_characters="\\", exclude_categories=["Cs"]), min_size=1, max_size=8)),
    values=st.dictionaries(
        st.sampled_from(
            ["DisplayName", "DisplayVersion", "Publisher", "SystemComponent", "ParentKeyName", "ReleaseType"]
        ),
        ANY_VALUE,
    ),
)
def test_any_registry_is_read_without_trouble(names: list[str], values: dict[str, Any]) -> None:
    host = windows(dict.fromkeys(names, values), store=names)
    assert all(isinstance(app.version, str) and app.title for app in apps(host))


@given(st.text())
def test_any_name_of_a_package_is_read_without_trouble(name: str) -> None:
    parts = parse_full_name(name)
    assert parts is None or "_" in parts[0]
