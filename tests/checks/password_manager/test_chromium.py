"""Extensions in Chromium-family profiles."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.password_manager import CHECK, catalogue
from checks.password_manager.chromium import (
    Extension,
    Root,
    State,
    merged,
    parse_manifest,
    parse_state,
    read_root,
    switched_off,
)
from checks.password_manager.facts import Standing
from checks.password_manager.remembered import Files, MalformedError
from tests.builders import NOW, DictMemory, computer, context
from tests.checks.password_manager.computers import (
    BITWARDEN,
    CHROME,
    HOME,
    KEEPASSXC,
    extension,
    manifest,
    said,
    used,
    verdict,
)

KNOWN = (BITWARDEN, KEEPASSXC)
FOUND = ("pass", "found")
NOT_ENABLED = ("warn", "not_enabled")
NOT_FOUND = ("warn", "not_found")
UNREADABLE = ("unknown", "unreadable")


def test_an_extension_that_is_on_is_found_with_its_version() -> None:
    finding = verdict(extension())
    assert said(finding) == FOUND
    assert [(item.name, item.source, item.installed) for item in finding.items] == [
        ("Bitwarden", "Chrome extension", "2026.1.0")
    ]


@pytest.mark.parametrize(
    "entry", [{"disable_reasons": []}, {"disable_reasons": 0}, {"state": 1}, {"blacklist_state": 0}]
)
def test_empty_reasons_and_state_1_are_on(entry: dict[str, Any]) -> None:
    assert said(verdict(extension(**entry))) == FOUND


@pytest.mark.parametrize(
    "entry",
    [
        {"disable_reasons": [1]},
        {"disable_reasons": 1},
        {"disable_reasons": [0x800000]},
        {"disable_reasons": True},
        {"disable_reasons": "1"},
        {"disable_reasons": {}},
        {"state": 0},
        {"state": 2},
        {"state": True},
        {"state": None},
        {"state": "1"},
        {"blacklist": True},
        {"blacklist_state": 1},
        {"omaha_blocklist_state": 2},
        {"extension_telemetry_service_blocklist_state": 1},
    ],
)
def test_any_reason_state_or_block_switches_it_off(entry: dict[str, Any]) -> None:
    finding = verdict(extension(**entry))
    assert said(finding) == NOT_ENABLED
    assert finding.facts == {"manager": "Bitwarden"}


@pytest.mark.parametrize("location", [0, 5, 10, 11, -1, None, "1", True, 1.0, [1]])
def test_a_part_of_the_browser_or_no_place_at_all_is_no_installed_extension(location: Any) -> None:
    assert said(verdict(extension(location=location))) == NOT_FOUND


@pytest.mark.parametrize("location", [1, 2, 3, 4, 6, 7, 9])
def test_every_way_of_installing_counts(location: int) -> None:
    assert said(verdict(extension(location=location))) == FOUND


def test_an_entry_whose_files_are_gone_is_a_leftover() -> None:
    files = extension()
    del files[f"{CHROME}/Default/Extensions/{BITWARDEN}/2026.1.0_0/manifest.json"]
    assert said(verdict(files)) == NOT_FOUND


def test_files_without_an_entry_are_a_leftover() -> None:
    files = extension()
    files[f"{CHROME}/Default/Preferences"] = "{}"
    assert said(verdict(files)) == NOT_FOUND


@pytest.mark.parametrize(
    "path", ["", "x/1", f"{BITWARDEN}", f"{BITWARDEN}/..", f"{BITWARDEN}/../{BITWARDEN}", None, 3, "\0/1"]
)
def test_a_path_outside_the_extensions_own_folder_is_a_leftover(path: Any) -> None:
    assert said(verdict(extension(path=path))) == NOT_FOUND


@pytest.mark.parametrize("key", [BITWARDEN[:31], BITWARDEN + "b", BITWARDEN.upper(), "a" * 32])
def test_only_the_exact_id_counts(key: str) -> None:
    assert said(verdict(extension(key=key))) == NOT_FOUND


def test_a_manifest_that_a_browser_would_refuse_is_a_leftover() -> None:
    files = extension()
    files[f"{CHROME}/Default/Extensions/{BITWARDEN}/2026.1.0_0/manifest.json"] = "{"
    assert said(verdict(files)) == NOT_FOUND


def test_a_manifest_that_may_not_be_read_is_unknown() -> None:
    files = extension()
    files[f"{CHROME}/Default/Extensions/{BITWARDEN}/2026.1.0_0/manifest.json"] = {"denied": True}
    assert said(verdict(files)) == UNREADABLE


def test_an_unpacked_extension_counts_where_it_is() -> None:
    files = extension(location=4, path="/opt/bitwarden") | manifest("/opt/bitwarden")
    assert said(verdict(files)) == FOUND


def test_an_unpacked_extension_of_manifest_version_2_is_refused_by_the_browser() -> None:
    files = extension(location=4, path="/opt/bitwarden") | manifest("/opt/bitwarden", 2)
    assert said(verdict(files)) == NOT_FOUND


def test_what_came_by_the_command_line_is_gone_at_the_next_start() -> None:
    files = extension(location=8, path="/opt/bitwarden") | manifest("/opt/bitwarden")
    assert said(verdict(files)) == NOT_FOUND


SYSTEM_WIDE = "/usr/share/webext/keepassxc-browser"


def from_debian(root: str, manifest_version: int = 3) -> dict[str, Any]:
    return {
        **extension(f"{root}/Default", KEEPASSXC, location=8, path=SYSTEM_WIDE),
        **manifest(SYSTEM_WIDE, manifest_version),
        **manifest("/usr/share/chromium/extensions/keepassxc-browser", manifest_version),
    }


def test_debians_launcher_loads_its_packages_each_time() -> None:
    assert said(verdict(from_debian(f"{HOME}/.config/chromium"))) == FOUND


def test_debians_launcher_starts_no_other_browser() -> None:
    assert said(verdict(from_debian(CHROME))) == NOT_FOUND


def test_debians_packages_of_manifest_version_2_are_refused_by_the_browser() -> None:
    assert said(verdict(from_debian(f"{HOME}/.config/chromium", 2))) == NOT_FOUND


def test_a_removed_debian_package_leaves_an_entry_that_counts_for_nothing() -> None:
    files = from_debian(f"{HOME}/.config/chromium")
    del files["/usr/share/chromium/extensions/keepassxc-browser/manifest.json"]
    assert said(verdict(files)) == NOT_FOUND


@pytest.mark.parametrize(
    "root",
    [
        ".config/google-chrome-beta",
        ".config/chromium",
        ".config/microsoft-edge",
        ".config/BraveSoftware/Brave-Browser",
        ".config/vivaldi",
        ".config/opera",
        ".config/yandex-browser-beta",
        "snap/chromium/common/chromium",
        "snap/brave/current/.config/BraveSoftware/Brave-Browser",
        ".var/app/com.google.Chrome/config/google-chrome",
        ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
        ".var/app/org.chromium.Chromium/config/chromium",
        ".var/app/com.microsoft.Edge/config/microsoft-edge",
        ".var/app/com.vivaldi.Vivaldi/config/vivaldi",
    ],
)
def test_every_browser_of_the_family_is_looked_at(root: str) -> None:
    assert said(verdict(extension(f"{HOME}/{root}/Default"))) == FOUND


@pytest.mark.parametrize("profile", ["Default", "Profile 1", "Profile 27"])
def test_every_profile_is_looked_at(profile: str) -> None:
    files = extension(f"{CHROME}/Default", disable_reasons=[1]) | extension(f"{CHROME}/{profile}")
    assert said(verdict(files)) == FOUND


@pytest.mark.parametrize(
    "profile", ["Work", "Default.old", "Default - Copy", "Backup Default", "Profile 1 (2)", "default"]
)
def test_a_folder_that_no_browser_names_so_may_be_a_copy_put_aside(profile: str) -> None:
    assert said(verdict(extension(f"{CHROME}/{profile}"))) == ("unknown", "unconfirmed")
    assert said(verdict(extension(f"{CHROME}/{profile}") | extension(f"{CHROME}/Default"))) == FOUND


@pytest.mark.parametrize("profile", ["System Profile", "Guest Profile"])
def test_profiles_of_the_browser_itself_serve_nobody(profile: str) -> None:
    assert said(verdict(extension(f"{CHROME}/{profile}"))) == NOT_FOUND


def test_a_profile_in_the_root_itself_is_found() -> None:
    assert said(verdict(extension(f"{HOME}/.config/opera"))) == FOUND


def test_operas_own_name_for_the_settings_is_read() -> None:
    files = extension(f"{HOME}/.config/opera")
    path = f"{HOME}/.config/opera/Preferences"
    files[path] = files[path].replace('"settings"', '"opsettings"')
    assert said(verdict(files)) == FOUND


def test_a_home_whose_name_is_a_pattern_is_read_as_it_is() -> None:
    files = extension("/home/a[b]*/.config/google-chrome/Default")
    host = computer(files=files, user={"name": "person", "home": "/home/a[b]*", "uid": 1}, queries=used(files))
    assert said(CHECK.run(context(host))[0]) == FOUND


def test_the_entry_may_be_in_secure_preferences_alone() -> None:
    files = extension()
    files[f"{CHROME}/Default/Secure Preferences"] = files.pop(f"{CHROME}/Default/Preferences")
    assert said(verdict(files)) == FOUND


@pytest.mark.parametrize("which", ["Preferences", "Secure Preferences"])
def test_either_file_can_switch_it_off(which: str) -> None:
    files = extension()
    on = files[f"{CHROME}/Default/Preferences"]
    files[f"{CHROME}/Default/Secure Preferences"] = on
    files[f"{CHROME}/Default/{which}"] = on.replace('"location": 1', '"location": 1, "disable_reasons": [1]')
    assert said(verdict(files)) == NOT_ENABLED


@pytest.mark.parametrize("which", ["Preferences", "Secure Preferences"])
@pytest.mark.parametrize("content", ["", "{", "null", "[]", '{"extensions": 3}', '{"extensions": {"settings": []}}'])
def test_a_state_file_that_cannot_be_read_is_unknown_even_beside_one_that_can(which: str, content: str) -> None:
    other = f"{CHROME}/Default/{'Secure ' if which == 'Preferences' else ''}Preferences"
    files = {**extension(), other: extension()[f"{CHROME}/Default/Preferences"], f"{CHROME}/Default/{which}": content}
    assert said(verdict(files)) == UNREADABLE


def test_a_denied_state_file_is_unknown() -> None:
    assert said(verdict({f"{CHROME}/Default/Preferences": {"denied": True}})) == UNREADABLE


def test_a_readable_profile_passes_beside_an_unreadable_one() -> None:
    files = extension() | {f"{CHROME}/Profile 1/Preferences": "{"}
    assert said(verdict(files)) == FOUND


def test_a_browser_that_has_run_but_shows_no_profile_is_unknown() -> None:
    assert said(verdict({f"{CHROME}/Local State": "{}"})) == UNREADABLE


def test_an_odd_entry_of_another_extension_hides_nothing() -> None:
    files = extension()
    path = f"{CHROME}/Default/Preferences"
    files[path] = files[path].replace('"settings": {', '"settings": {"' + "a" * 32 + '": 3, ')
    assert said(verdict(files)) == FOUND


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "location": st.sampled_from([1, 4, 5, 8]) | JSON,
        "state": st.sampled_from([0, 1]) | JSON,
        "disable_reasons": st.sampled_from([[], 0, 1, [1]]) | JSON,
        "blacklist_state": JSON,
        "path": st.sampled_from([f"{BITWARDEN}/2026.1.0_0", "/x"]) | JSON,
    },
)
PREFERENCES = JSON | st.fixed_dictionaries(
    {"extensions": JSON | st.fixed_dictionaries({"settings": st.dictionaries(st.sampled_from(KNOWN), ENTRY | JSON)})}
)


@given(st.binary(max_size=200) | PREFERENCES.map(lambda value: json.dumps(value).encode()))
def test_a_state_file_of_any_shape_is_parsed_or_refused(data: bytes) -> None:
    try:
        state = parse_state(data, KNOWN)
    except MalformedError:
        return
    assert msgspec.convert(msgspec.to_builtins(state), State) == state
    assert {extension.id for extension in state.extensions} <= set(KNOWN)


@given(ENTRY)
def test_only_an_entry_with_nothing_against_it_passes(entry: dict[str, Any]) -> None:
    files = extension()
    files[f"{CHROME}/Default/Preferences"] = json.dumps({"extensions": {"settings": {BITWARDEN: entry}}})
    passes = verdict(files).status == "pass"
    clean = (
        type(entry.get("location")) is int
        and entry["location"] in (1, 4)
        and entry.get("path") == f"{BITWARDEN}/2026.1.0_0"
        and json.dumps(entry.get("disable_reasons")) in ("null", "[]", "0")
        and json.dumps(entry.get("state", 1)) == "1"
        and json.dumps(entry.get("blacklist_state")) in ("null", "0", "false", "0.0", "-0.0")
    )
    assert passes is clean


def test_a_deeply_nested_state_file_is_refused_not_fatal() -> None:
    nested = b'{"extensions":{"settings":{"' + BITWARDEN.encode() + b'":' + b"[" * 100_000 + b"]" * 100_000 + b"}}}"
    with suppress(MalformedError):
        assert all(extension.off for extension in parse_state(nested, KNOWN).extensions)


@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_a_manifest_of_any_shape_is_parsed_or_refused(data: bytes) -> None:
    with suppress(MalformedError):
        assert isinstance(parse_manifest(data).manifest_version, int)


def test_a_stub_without_a_place_takes_it_from_the_other_file() -> None:
    full, stub = Extension("a", False, 1, "a/1"), Extension("a", False)
    assert merged([State((stub,)), State((full,))]) == merged([State((full,)), State((stub,))]) == [full]


def test_nothing_in_an_entry_is_on() -> None:
    assert switched_off({}) is False


def test_profiles_on_windows_are_read_by_the_same_code() -> None:
    root = "C:/Users/alex/AppData/Local/Google/Chrome/User Data"
    files = {path.replace("/", "\\"): text for path, text in extension(f"{root}/Profile 1").items()}
    host = computer("windows", files=files)
    known = catalogue.load("windows").ids("chromium")
    reader = Files(host, DictMemory(), NOW, 1)
    sightings, unreadable, profiles = read_root(reader, Root("Chrome", root), known)
    assert [(seen.manager, seen.standing) for seen in sightings] == [("Bitwarden", Standing.ENABLED)]
    assert (unreadable, profiles) == ([], 1)
