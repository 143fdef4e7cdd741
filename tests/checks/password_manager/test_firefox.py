"""Add-ons in Firefox profiles."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.password_manager import catalogue
from checks.password_manager.firefox import Addons, Known, Listing, parse_addons, parse_profiles, store_slug
from checks.password_manager.remembered import MalformedError
from tests.checks.password_manager.computers import BITWARDEN_IN_FIREFOX, FIREFOX, HOME, add_on, said, verdict
from tests.checks.password_manager.test_chromium import JSON

LINUX = catalogue.load("linux")
KNOWN = Known(LINUX.ids("firefox"), LINUX.ids("firefox_slug"))
FOUND = ("pass", "found")
NOT_ENABLED = ("warn", "not_enabled")
NOT_FOUND = ("warn", "not_found")
UNREADABLE = ("unknown", "unreadable")


def test_an_active_add_on_is_found_with_its_version() -> None:
    finding = verdict(add_on())
    assert said(finding) == FOUND
    assert [(item.name, item.source, item.installed) for item in finding.items] == [
        ("Bitwarden", "Firefox extension", "2026.1.0")
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {"active": False},
        {"active": None},
        {"active": 1},
        {"active": "true"},
        {"userDisabled": True},
        {"appDisabled": True},
        {"softDisabled": True},
        {"embedderDisabled": True},
        {"pendingUninstall": True},
        {"hidden": True},
        {"visible": False},
        {"blocklistState": 2},
        {"userDisabled": "no"},
    ],
)
def test_anything_against_it_switches_it_off(entry: dict[str, Any]) -> None:
    assert said(verdict(add_on(**entry))) == NOT_ENABLED


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "theme"},
        {"type": None},
        {"location": "app-builtin"},
        {"location": "app-builtin-addons"},
        {"location": "app-system-defaults"},
        {"location": "app-system-addons"},
        {"location": "app-temporary"},
        {"location": None},
    ],
)
def test_the_browsers_own_and_temporary_ones_do_not_count(entry: dict[str, Any]) -> None:
    assert said(verdict(add_on(**entry))) == NOT_FOUND


@pytest.mark.parametrize("key", ["@lastpass-password-manager", BITWARDEN_IN_FIREFOX.upper(), "bitwarden"])
def test_only_the_exact_id_counts(key: str) -> None:
    assert said(verdict(add_on(key=key))) == NOT_FOUND


def test_an_entry_whose_file_is_gone_is_a_leftover() -> None:
    files = add_on()
    del files[f"{FIREFOX}/abc.default/extensions/{BITWARDEN_IN_FIREFOX}.xpi"]
    assert said(verdict(files)) == NOT_FOUND


def test_an_add_on_of_the_system_counts_where_its_package_put_it() -> None:
    entry = {"location": "app-system-share", "path": "/usr/share/webext/keepassxc-browser"}
    files = add_on(key="keepassxc-browser@keepassxc.org", **entry)
    assert said(verdict(files)) == NOT_FOUND
    assert said(verdict({**files, "/usr/share/webext/keepassxc-browser/manifest.json": "{}"})) == FOUND


@pytest.mark.parametrize(
    "root",
    [
        ".config/mozilla/firefox",
        ".mozilla/firefox",
        "snap/firefox/common/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/config/mozilla/firefox",
        ".librewolf",
    ],
)
def test_every_home_of_firefox_is_looked_at(root: str) -> None:
    assert said(verdict(add_on(f"{HOME}/{root}"))) == FOUND


def test_the_home_that_the_session_names_is_looked_at() -> None:
    assert said(verdict(add_on("/data/config/mozilla/firefox"), env={"XDG_CONFIG_HOME": "/data/config"})) == FOUND


def test_every_profile_is_looked_at_wherever_it_is() -> None:
    files = add_on(profile="first", active=False) | add_on(root="/data", profile="second")
    files[f"{FIREFOX}/profiles.ini"] = (
        "[Profile1]\nIsRelative=0\nPath=/data/second\n[Profile0]\nIsRelative=1\nPath=first\n[General]\nVersion=2\n"
    )
    del files["/data/profiles.ini"]
    assert said(verdict(files)) == FOUND


def test_a_folder_that_no_profile_names_is_no_profile() -> None:
    files = add_on()
    files[f"{FIREFOX}/profiles.ini"] = "[Profile0]\nIsRelative=1\nPath=other\n"
    assert said(verdict(files)) == NOT_FOUND


def test_a_profile_of_a_group_is_looked_at_but_may_have_been_removed() -> None:
    files = add_on()
    files[f"{FIREFOX}/profiles.ini"] = "[Profile0]\nIsRelative=1\nPath=other\nStoreID=a1b2\n"
    assert said(verdict(files)) == ("unknown", "unconfirmed")


def test_a_profile_that_was_never_used_is_nothing_to_read() -> None:
    assert said(verdict({f"{FIREFOX}/profiles.ini": "[Profile0]\nIsRelative=1\nPath=new\n"})) == NOT_FOUND


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"addons": {}}', "{}"])
def test_a_list_of_add_ons_that_cannot_be_read_is_unknown(content: str) -> None:
    assert said(verdict(add_on() | {f"{FIREFOX}/abc.default/extensions.json": content})) == UNREADABLE


@pytest.mark.parametrize("content", [{"denied": True}, "Path=abc.default\n", "[Profile0\nPath=x\n"])
def test_a_list_of_profiles_that_cannot_be_read_is_unknown(content: Any) -> None:
    assert said(verdict({f"{FIREFOX}/profiles.ini": content})) == UNREADABLE


STORE = "https://addons.mozilla.org/firefox/downloads/file/4000000/psono_pw_password_manager-1.2.xpi"


def test_an_unknown_id_from_the_store_is_recognised_but_decides_nothing() -> None:
    files = add_on(key="{00000000-0000-0000-0000-000000000000}", sourceURI=STORE, path=f"{HOME}/x.xpi")
    finding = verdict({**files, f"{HOME}/x.xpi": "PK"})
    assert said(finding) == ("unknown", "unconfirmed")
    assert finding.facts == {"manager": "Psono"}


@pytest.mark.parametrize(
    "source",
    [
        STORE.replace("addons.mozilla.org", "addons.mozilla.org.example"),
        STORE.replace("https", "http"),
        STORE.replace("psono", "my_psono"),
        STORE.removesuffix(".xpi"),
        "https://[",
        "",
        None,
        3,
    ],
)
def test_another_file_name_or_host_is_not_the_stores(source: Any) -> None:
    assert store_slug(STORE, KNOWN.by_slug) == "psono-pw-password-manager"
    assert store_slug(source, KNOWN.by_slug) == ""


ADDON = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just(BITWARDEN_IN_FIREFOX) | JSON,
        "type": st.just("extension") | JSON,
        "location": st.just("app-profile") | JSON,
        "active": st.booleans() | JSON,
        "userDisabled": st.booleans() | JSON,
        "version": st.just("1.0") | JSON,
        "path": st.text(max_size=8) | JSON,
        "sourceURI": st.just(STORE) | JSON,
    },
)


@given(st.binary(max_size=200) | JSON.map(json.dumps).map(str.encode) | st.lists(ADDON | JSON, max_size=4))
def test_a_list_of_add_ons_of_any_shape_is_parsed_or_refused(content: Any) -> None:
    data = content if isinstance(content, bytes) else json.dumps({"addons": content}).encode()
    try:
        addons = parse_addons(data, KNOWN)
    except MalformedError:
        return
    assert msgspec.convert(msgspec.to_builtins(addons), Addons) == addons


@given(ADDON)
def test_only_an_active_add_on_with_nothing_against_it_passes(entry: dict[str, Any]) -> None:
    files = add_on()
    files[f"{FIREFOX}/abc.default/extensions.json"] = json.dumps({"addons": [entry]})
    clean = {"id": BITWARDEN_IN_FIREFOX, "type": "extension", "location": "app-profile", "active": True}
    on = all(entry.get(key) == value and type(entry.get(key)) is type(value) for key, value in clean.items())
    assert (verdict(files).status == "pass") is (on and entry.get("userDisabled") in (None, False))


LINES = st.sampled_from(["[Profile0]", "[", "Path=a", "Path", "=", " x", "IsRelative=0", "[x]", "StoreID=1", "\t", ";"])
INI = st.lists(LINES | st.text(max_size=10)).map("\n".join)


@given(st.binary(max_size=100) | INI.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_a_list_of_profiles_of_any_shape_is_parsed_or_refused(data: bytes) -> None:
    try:
        listing = parse_profiles(data)
    except MalformedError:
        return
    assert msgspec.convert(msgspec.to_builtins(listing), Listing) == listing
    assert all(profile.path for profile in listing.profiles)
