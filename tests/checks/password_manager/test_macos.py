"""Password managers on macOS."""

from __future__ import annotations

import plistlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Finding
from agent.host import Completed, Unreadable
from agent.host.replay import ReplayHost
from checks.password_manager import CHECK
from checks.password_manager.facts import Standing
from checks.password_manager.macos import (
    Bundle,
    chromium_roots,
    firefox_roots,
    parse_bundle,
    parse_extensions,
)
from checks.password_manager.remembered import MalformedError
from tests.builders import DictMemory, command, computer, context
from tests.checks.password_manager.computers import add_on, extension, said, used

HOME = "/Users/alex"
SUPPORT = f"{HOME}/Library/Application Support"
USER = {"name": "alex", "home": HOME, "uid": 501}
FOUND, NOT_FOUND, NOT_ENABLED = ("pass", "found"), ("warn", "not_found"), ("warn", "not_enabled")
UNCONFIRMED, UNREADABLE = ("unknown", "unconfirmed"), ("unknown", "unreadable")
SAFARI = "pluginkit -mAvv -p com.apple.Safari.web-extension"
IN_SAFARI = "com.bitwarden.desktop.safari"
LISTED = f"""     {IN_SAFARI}(2026.5.0)
\t            Path = /Applications/Bitwarden.app/Contents/PlugIns/safari.appex
\t            UUID = 0D5B1D10-0000-4000-8000-000000000000
\t             SDK = com.apple.Safari.web-extension
\t   Parent Bundle = /Applications/Bitwarden.app
\t    Display Name = Bitwarden

 (1 plug-in)
"""


def mac(**facts: Any) -> ReplayHost:
    return computer("macos", **{"user": USER, "queries": used(facts.get("files", {})), **facts})


def finding(**facts: Any) -> Finding:
    (found,) = CHECK.run(context(mac(**facts)))
    return found


def bundle(
    path: str = "/Applications/Bitwarden.app/Contents/Info.plist",
    key: str = "com.bitwarden.desktop",
    version: Any = "2026.1.0",
    binary: bool = False,
) -> dict[str, Any]:
    values = {"CFBundleIdentifier": key, "CFBundleShortVersionString": version}
    data = plistlib.dumps(values, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)
    return {path: {"base64": b64encode(data).decode()}}


def test_a_mac_without_one_has_none() -> None:
    assert said(finding(files=bundle(key="org.mozilla.firefox"))) == NOT_FOUND


@pytest.mark.parametrize("binary", [True, False])
def test_an_app_is_found_by_the_id_in_its_bundle(binary: bool) -> None:
    found = finding(files=bundle(binary=binary))
    assert said(found) == FOUND
    assert [(item.name, item.source, item.installed) for item in found.items] == [
        ("Bitwarden", "installed app", "2026.1.0")
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/Applications/Renamed.app/Contents/Info.plist",
        "/Applications/Utilities/Bitwarden.app/Contents/Info.plist",
        "/Applications/Setapp/Bitwarden.app/Contents/Info.plist",
        "/Applications/Nix Apps/Bitwarden.app/Contents/Info.plist",
        "/Applications/Bitwarden.app/Wrapper/Bitwarden.app/Info.plist",
        f"{HOME}/Applications/Bitwarden.app/Contents/Info.plist",
    ],
)
def test_an_app_is_found_in_every_usual_place(path: str) -> None:
    assert said(finding(files=bundle(path))) == FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/Applications/Bitwarden.app/Contents/Frameworks/Helper.app/Contents/Info.plist",
        f"{HOME}/Downloads/Bitwarden.app/Contents/Info.plist",
        f"{HOME}/.Trash/Bitwarden.app/Contents/Info.plist",
        "/Volumes/Bitwarden/Bitwarden.app/Contents/Info.plist",
    ],
)
def test_an_app_elsewhere_is_not_looked_for(path: str) -> None:
    assert said(finding(files=bundle(path))) == NOT_FOUND


def test_an_app_that_its_maker_may_have_ended_is_not_certain() -> None:
    assert said(finding(files=bundle(key="com.dashlane.Dashlane"))) == UNCONFIRMED


@pytest.mark.parametrize("key", ["com.apple.Passwords", "com.apple.keychainaccess"])
def test_trap_7_what_comes_with_the_system_is_no_evidence(key: str) -> None:
    assert said(finding(files=bundle("/Applications/Passwords.app/Contents/Info.plist", key))) == NOT_FOUND


@pytest.mark.parametrize("key", ["com.bitwarden.desktop2", "com.bitwarden", "xcom.bitwarden.desktop", ""])
def test_only_the_whole_id_counts(key: str) -> None:
    assert said(finding(files=bundle(key=key))) == NOT_FOUND


def test_a_broken_bundle_is_no_app_and_a_locked_one_is_not_known() -> None:
    path = "/Applications/Bitwarden.app/Contents/Info.plist"
    assert said(finding(files={path: "nonsense"})) == NOT_FOUND
    assert said(finding(files={path: {"denied": True}})) == UNREADABLE


def test_the_names_of_other_apps_are_not_remembered() -> None:
    memory = DictMemory()
    path = "/Applications/Dating.app/Contents/Info.plist"
    host = mac(files=bundle(path, "org.example.dating"), queries=[{"name": "mtime", "args": [path], "value": 1}])
    CHECK.run(context(host, memory=memory))
    assert "org.example.dating" not in str(memory.values)


# Safari.


def test_an_extension_in_safari_may_be_off_and_decides_nothing() -> None:
    found = finding(commands=[command(SAFARI, LISTED)])
    assert said(found) == UNCONFIRMED
    assert found.facts == {"manager": "Bitwarden"}


def test_an_extension_in_safari_beside_its_app_is_found_by_the_app() -> None:
    assert said(finding(commands=[command(SAFARI, LISTED)], files=bundle())) == FOUND


def test_an_extension_that_the_person_switched_off_is_off() -> None:
    off = LISTED.replace(f"     {IN_SAFARI}", f"-    {IN_SAFARI}")
    assert said(finding(commands=[command(SAFARI, off)])) == NOT_ENABLED


@pytest.mark.parametrize("sign", ["+", "!", "=", "?", " "])
def test_any_other_sign_leaves_it_open(sign: str) -> None:
    listed = LISTED.replace(f"     {IN_SAFARI}", f"{sign}    {IN_SAFARI}")
    assert parse_extensions(listed, {IN_SAFARI}) == {IN_SAFARI: (Standing.ENABLED, "2026.5.0")}


@pytest.mark.parametrize(
    "line",
    [f"{IN_SAFARI}2(1.0)", f"x{IN_SAFARI}(1.0)", f"{IN_SAFARI}", f"Path = {IN_SAFARI}(1.0)", f"{IN_SAFARI}(1.0) x"],
)
def test_only_the_whole_id_of_an_extension_counts(line: str) -> None:
    assert parse_extensions(line, {IN_SAFARI}) == {}


def test_an_extension_that_is_off_in_one_of_two_places_is_off() -> None:
    for lines in (("-", "+"), ("+", "-")):
        text = "\n".join(f"{sign}    {IN_SAFARI}(1.0)" for sign in lines)
        assert parse_extensions(text, {IN_SAFARI})[IN_SAFARI][0] is Standing.DISABLED


@pytest.mark.parametrize("answer", [{"exit": 1}, {"failure": "timeout"}])
def test_a_list_that_could_not_be_had_is_not_known(answer: dict[str, Any]) -> None:
    assert said(finding(commands=[{"argv": SAFARI.split(), **answer}])) == UNREADABLE


def test_an_empty_list_names_none() -> None:
    assert said(finding(commands=[command(SAFARI)])) == NOT_FOUND


# Running, and browsers.


@pytest.mark.parametrize(("user", "expected"), [("alex", FOUND), ("sam", NOT_FOUND), ("", UNCONFIRMED)])
def test_a_running_manager_counts_if_it_is_the_persons_own(user: str, expected: tuple[str, str]) -> None:
    assert said(finding(processes=[{"pid": 7, "name": "1Password", "user": user}])) == expected


@pytest.mark.parametrize("root", chromium_roots(mac()), ids=lambda root: root.path.removeprefix(SUPPORT))
@pytest.mark.parametrize("profile", ["Default", "Profile 7"])
def test_trap_5_an_extension_is_found_in_any_profile_of_any_browser(root: Any, profile: str) -> None:
    found = finding(files=extension(f"{root.path}/{profile}"))
    assert said(found) == FOUND
    assert found.items[0].source == f"{root.browser} extension"


def test_apple_s_own_extension_is_somebodys_choice_and_counts() -> None:
    files = extension(f"{SUPPORT}/Google/Chrome/Default", "pejdijmoenmkgeppbflobdenhhabjlaj")
    assert said(finding(files=files)) == FOUND


def test_an_extension_that_is_off_does_not_count() -> None:
    assert said(finding(files=extension(f"{SUPPORT}/Google/Chrome/Default", disable_reasons=[1]))) == NOT_ENABLED


@pytest.mark.parametrize("root", firefox_roots(mac()), ids=lambda root: root.path.removeprefix(SUPPORT))
def test_an_add_on_is_found_in_firefox_and_its_kin(root: Any) -> None:
    assert said(finding(files=add_on(root.path, "Profiles/abc.default-release"))) == FOUND


class Noted(ReplayHost):
    """A replay that keeps note of what was asked of it."""

    def __init__(self, host: ReplayHost) -> None:
        super().__init__(host.recording)
        self.paths: list[str] = []
        self.commands: list[str] = []

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        self.paths.append(path)
        return super().read_bytes(path)

    def glob(self, pattern: str) -> list[str]:
        self.paths.append(pattern)
        return super().glob(pattern)

    def query(self, name: str, *args: str) -> Any:
        self.paths += args
        return super().query(name, *args)

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        self.commands.append(" ".join(argv))
        return super().run(argv, timeout)


#: Places whose reading makes macOS 12 to 26 ask the person, or needs Full Disk Access.
ASKED_FOR = (
    "/Desktop",
    "/Documents",
    "/Downloads",
    "/Library/Containers",
    "/Library/Group Containers",
    "/Library/Safari",
    "/Library/Mail",
    "/Library/Messages",
    "/Library/Keychains",
    "/Library/Mobile Documents",
    "/Pictures",
    "/Volumes",
)


def test_nothing_is_read_that_would_ask_the_person_for_a_permission() -> None:
    files = extension(f"{SUPPORT}/Google/Chrome/Default") | add_on(f"{SUPPORT}/Firefox", "Profiles/x") | bundle()
    host = Noted(mac(files=files, commands=[command(SAFARI, LISTED)]))
    CHECK.run(context(host))
    assert [path for path in host.paths if any(place in path for place in ASKED_FOR)] == []
    assert host.commands == [SAFARI]
    assert f"{SUPPORT}/Firefox/Profiles/x/extensions.json" in host.paths


PLISTS = st.dictionaries(
    st.sampled_from(["CFBundleIdentifier", "CFBundleShortVersionString", "x"]),
    st.one_of(st.integers(0, 9), st.booleans(), st.binary(), st.text("abc.1", max_size=9), st.lists(st.booleans())),
).map(plistlib.dumps)


@given(st.binary() | PLISTS | PLISTS.map(lambda data: data[:-9]))
def test_no_property_list_breaks_the_parser(data: bytes) -> None:
    try:
        found = parse_bundle(data, {"com.bitwarden.desktop"})
    except MalformedError:
        return
    assert found == Bundle() or found.id == "com.bitwarden.desktop"


@given(st.text() | st.lists(st.sampled_from([*LISTED.splitlines(), f"-{IN_SAFARI}(2)"])).map("\n".join))
def test_no_text_breaks_the_list_of_extensions(text: str) -> None:
    assert set(parse_extensions(text, {IN_SAFARI})) <= {IN_SAFARI}
