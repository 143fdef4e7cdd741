"""Password managers on Windows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Finding
from agent.host import Unreadable
from agent.host.replay import ReplayHost
from checks.password_manager import CHECK, catalogue
from checks.password_manager.windows import chromium_roots, firefox_roots
from checks.password_manager.windows_apps import PACKAGES, UNINSTALL, family_of, matches
from tests.builders import computer, context
from tests.checks.password_manager.computers import BITWARDEN, add_on, extension, said, used

HOME = r"C:\Users\alex"
LOCAL = rf"{HOME}\AppData\Local"
ROAMING = rf"{HOME}\AppData\Roaming"
CHROME = f"{HOME}/AppData/Local/Google/Chrome/User Data"
USER = {"name": "alex", "home": HOME, "uid": -1}
FOUND, NOT_FOUND, NOT_ENABLED = ("pass", "found"), ("warn", "not_found"), ("warn", "not_enabled")
UNCONFIRMED, UNREADABLE = ("unknown", "unconfirmed"), ("unknown", "unreadable")
NAMES = catalogue.load("windows").ids("windows_name")


def windows(**facts: Any) -> ReplayHost:
    return computer("windows", **{"user": USER, "queries": used(facts.get("files", {})), **facts})


def finding(**facts: Any) -> Finding:
    (found,) = CHECK.run(context(windows(**facts)))
    return found


def sources(found: Finding) -> list[tuple[str, str | None, str | None]]:
    return [(item.name, item.source, item.installed) for item in found.items]


def app(name: str, version: str = "2.7.9", hive: str = "HKLM64", **more: Any) -> dict[str, Any]:
    values = {"DisplayName": name, "DisplayVersion": version, **more}
    return {rf"{hive}\{UNINSTALL}\{name}": {key: {"type": "REG_SZ", "value": value} for key, value in values.items()}}


PROGRAM = r"C:\Program Files\KeePassXC\KeePassXC.exe"
ELSEWHERE = r"D:\Apps\KeePassXC\KeePassXC.exe"
UNINSTALLER = r"D:\Apps\KeePassXC\unins000.exe"


def there(*paths: str) -> dict[str, Any]:
    return {path: {"present": True} for path in paths}


def backslashes(files: dict[str, Any]) -> dict[str, Any]:
    return {path.replace("/", "\\"): text for path, text in files.items()}


def test_a_computer_without_one_has_none() -> None:
    assert said(finding(registry=app("7-Zip"))) == NOT_FOUND


@pytest.mark.parametrize("hive", ["HKLM64", "HKLM32", "HKLM", "HKCU"])
def test_an_app_is_found_in_every_part_of_the_list(hive: str) -> None:
    found = finding(registry=app("KeePassXC", hive=hive, DisplayIcon=ELSEWHERE), files=there(ELSEWHERE))
    assert said(found) == FOUND
    assert sources(found) == [("KeePassXC", "installed app", "2.7.9")]


def test_the_32_bit_part_goes_by_another_name_too() -> None:
    key = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\KeePassPasswordSafe2_is1"
    name = {"type": "REG_SZ", "value": "KeePass Password Safe 2.57.1"}
    values = {"DisplayName": name, "DisplayIcon": {"type": "REG_SZ", "value": ELSEWHERE}}
    assert said(finding(registry={key: values}, files=there(ELSEWHERE))) == FOUND


# An entry outlives the files of its app.


@pytest.mark.parametrize(
    "named",
    [
        {"DisplayIcon": ELSEWHERE},
        {"DisplayIcon": f"{ELSEWHERE},0"},
        {"DisplayIcon": f'"{ELSEWHERE}",-101'},
        {"DisplayIcon": ELSEWHERE.replace("\\", "/")},
        {"DisplayIcon": r"%APPS%\KeePassXC\KeePassXC.exe"},
        {"DisplayIcon": ELSEWHERE, "InstallLocation": r"D:\Old", "UninstallString": r"D:\Old\unins000.exe"},
        {"InstallLocation": "D:\\Apps\\KeePassXC\\"},
        {"InstallLocation": '"D:\\Apps\\KeePassXC"', "UninstallString": r"MsiExec.exe /X{0F}"},
        {"UninstallString": f'"{UNINSTALLER}" /S'},
        {"UninstallString": f"{UNINSTALLER} /SILENT", "DisplayIcon": r"D:\Apps\KeePassXC\app.ico"},
        {"DisplayIcon": r"C:\Windows\Installer\{0F}\icon.exe", "InstallLocation": r"D:\Apps\KeePassXC"},
        {"DisplayIcon": UNINSTALLER, "UninstallString": UNINSTALLER},
    ],
)
def test_an_app_whose_program_is_there_is_found(named: dict[str, str]) -> None:
    files = there(ELSEWHERE, UNINSTALLER)
    assert said(finding(registry=app("KeePassXC", **named), files=files, env={"APPS": r"D:\Apps"})) == FOUND


@pytest.mark.parametrize(
    "named",
    [
        {"DisplayIcon": ELSEWHERE},
        {"InstallLocation": r"D:\Apps\KeePassXC"},
        {"UninstallString": f'"{UNINSTALLER}" /S'},
        {
            "UninstallString": f"{UNINSTALLER} /S",
            "DisplayIcon": f"{ELSEWHERE},0",
            "InstallLocation": r"D:\Apps\KeePassXC",
        },
        {"UninstallString": r"MsiExec.exe /X{0F}", "InstallLocation": r"D:\Apps\KeePassXC"},
    ],
)
def test_an_app_whose_files_are_all_gone_is_not_there(named: dict[str, str]) -> None:
    found = finding(registry=app("KeePassXC", **named))
    assert said(found) == NOT_FOUND
    assert found.items == ()


@pytest.mark.parametrize(
    ("named", "files"),
    [
        ({}, ()),
        ({"UninstallString": r"MsiExec.exe /X{0F}", "InstallLocation": ""}, ()),
        ({"DisplayIcon": r"C:\Windows\Installer\{0F}\icon.exe"}, (r"C:\Windows\Installer\{0F}\icon.exe",)),
        ({"DisplayIcon": ELSEWHERE, "UninstallString": UNINSTALLER}, (UNINSTALLER,)),
        ({"InstallLocation": r"D:\Apps\KeePassXC"}, (r"D:\Apps\KeePassXC\log.txt",)),
        ({"InstallLocation": r"D:\Apps\KeePassXC", "UninstallString": UNINSTALLER}, (UNINSTALLER,)),
        ({"InstallLocation": r"D:\Apps"}, (r"D:\Apps\other.exe",)),
        ({"InstallLocation": "D:\\"}, (r"D:\setup.exe",)),
        ({"DisplayIcon": r"\\server\share\KeePassXC.exe"}, ()),
        ({"DisplayIcon": r"%NOBODY%\KeePassXC.exe"}, ()),
        ({"DisplayIcon": r"D:\Apps\..\KeePassXC.exe"}, (r"D:\KeePassXC.exe",)),
        ({"DisplayIcon": "D:\\Apps\\Kee\0Pass.exe"}, ()),
        ({"DisplayIcon": r"D:\Apps\*.exe"}, (ELSEWHERE,)),
        ({"DisplayIcon": "D:\\" + " " * 500_000 + "x", "UninstallString": "D:\\" + ".exe" * 200_000}, ()),
    ],
)
def test_an_entry_that_does_not_show_where_its_program_is_decides_nothing(
    named: dict[str, str], files: tuple[str, ...]
) -> None:
    assert said(finding(registry=app("KeePassXC", **named), files=there(*files))) == UNCONFIRMED


def test_an_entry_without_a_place_is_confirmed_by_the_program_in_its_usual_place() -> None:
    entry = app("KeePassXC", UninstallString=r"MsiExec.exe /X{0F}")
    assert said(finding(registry=entry, files=there(PROGRAM))) == FOUND


def test_a_file_that_may_not_be_asked_about_leaves_the_app_open() -> None:
    asked = [{"name": "mtime", "args": [ELSEWHERE.replace("\\", "/")], "failure": "denied"}]
    assert said(finding(registry=app("KeePassXC", DisplayIcon=ELSEWHERE), queries=asked)) == UNCONFIRMED


def test_of_two_entries_of_one_app_the_one_with_its_files_counts() -> None:
    old = app("KeePassXC", "2.6.0", hive="HKCU", DisplayIcon=r"D:\Old\KeePassXC\KeePassXC.exe")
    new = app("KeePassXC", "2.7.9", hive="HKLM64", DisplayIcon=ELSEWHERE)
    found = finding(registry=old | new, files=there(ELSEWHERE))
    assert sources(found) == [("KeePassXC", "installed app", "2.7.9")]


@pytest.mark.parametrize("old", [True, False])
def test_a_package_from_the_store_whose_folder_is_gone_is_not_there(old: bool) -> None:
    name = "8bitSolutionsLLC.bitwardendesktop_2026.1.0.0_x64__h4e712dmw3xyy"
    folder = rf"C:\Program Files\WindowsApps\{name}"
    registry = {rf"{PACKAGES}\{name}": {"PackageRootFolder": {"type": "REG_SZ", "value": folder}}}
    files = {} if old else there(rf"{folder}\AppxManifest.xml")
    assert said(finding(registry=registry, files=files)) == (NOT_FOUND if old else FOUND)


def test_a_package_from_the_store_in_a_folder_that_may_not_be_entered_is_there() -> None:
    name = "8bitSolutionsLLC.bitwardendesktop_2026.1.0.0_x64__h4e712dmw3xyy"
    folder = rf"C:\Program Files\WindowsApps\{name}"
    registry = {rf"{PACKAGES}\{name}": {"PackageRootFolder": {"type": "REG_SZ", "value": folder}}}
    asked = [{"name": "mtime", "args": [folder.replace("\\", "/")], "failure": "denied"}]
    assert said(finding(registry=registry, queries=asked)) == FOUND


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Bitwarden", "Bitwarden"),
        ("Bitwarden 2024.6.0", "Bitwarden"),
        ("Bitwarden 2024.6.0 (only current user)", "Bitwarden"),
        ("KeePass Password Safe 2.57.1", "KeePass Password Safe"),
        ("KeePassXC (64-bit)", "KeePassXC"),
        ("Keeper", None),
        ("Keeper of the Grove", None),
        ("Keeper Password Manager Importer", None),
        ("Bitwarden Directory Connector", None),
        ("Bitwarden Directory Connector 2024.6.0", None),
        ("My Bitwarden", None),
        ("bitwarden", None),
        ("Bitwarden 2024.6.0 beta", None),
        ("Bitwarden2024", None),
        ("", None),
    ],
)
def test_a_name_counts_whole_or_with_its_version_behind_it(shown: str, name: str | None) -> None:
    assert matches(shown, NAMES) == name


@pytest.mark.parametrize("hidden", [{"SystemComponent": 1}, {"ParentKeyName": "OperatingSystem"}])
def test_entries_that_windows_does_not_show_do_not_count(hidden: dict[str, Any]) -> None:
    assert said(finding(registry=app("KeePassXC", **hidden))) == NOT_FOUND


def test_a_list_that_may_not_be_read_is_not_known() -> None:
    found = finding(unreadable={rf"HKLM64\{UNINSTALL}": "denied"})
    assert said(found) == UNREADABLE


def test_an_id_that_is_only_remembered_decides_nothing() -> None:
    assert said(finding(registry=app("RoboForm"))) == UNCONFIRMED


def test_a_package_from_the_store_is_found_by_its_family() -> None:
    name = "8bitSolutionsLLC.bitwardendesktop_2026.1.0.0_x64__h4e712dmw3xyy"
    found = finding(registry={rf"{PACKAGES}\{name}": {}})
    assert said(found) == FOUND
    assert sources(found) == [("Bitwarden", "Microsoft Store app", "2026.1.0.0")]


@pytest.mark.parametrize(
    ("full_name", "family"),
    [
        ("MSTeams_25060.205.3499.6849_arm64__8wekyb3d8bbwe", "MSTeams_8wekyb3d8bbwe"),
        ("Windows.PrintDialog_6.2.3.0_neutral_neutral_cw5n1h2txyewy", "Windows.PrintDialog_cw5n1h2txyewy"),
        ("8bitSolutionsLLC.bitwardendesktop_1.0.0.0_neutral_split.language-de_h4e712dmw3xyy", ""),
        ("8bitSolutionsLLC.bitwardendesktop_h4e712dmw3xyy", ""),
        ("8bitSolutionsLLC.bitwardendesktop_1.0_x64__h4e712dmw3xyy", ""),
        ("", ""),
    ],
)
def test_the_family_of_a_package(full_name: str, family: str) -> None:
    assert family_of(full_name)[0] == family


def test_a_program_in_its_usual_place_is_found() -> None:
    files = {rf"{LOCAL}\1Password\app\8\1Password.exe": {"present": True}}
    assert said(finding(files=files)) == FOUND
    assert said(finding(files=files, env={"LOCALAPPDATA": r"D:\Local"})) == NOT_FOUND


@pytest.mark.parametrize(
    ("user", "expected"), [("alex", FOUND), (r"LAPTOP\Alex", FOUND), (r"LAPTOP\sam", NOT_FOUND), ("", UNCONFIRMED)]
)
def test_a_running_manager_counts_if_it_is_the_persons_own(user: str, expected: tuple[str, str]) -> None:
    process = {"pid": 7, "name": "KeePassXC.exe", "user": user}
    assert said(finding(processes=[process])) == expected


@pytest.mark.parametrize("name", ["KeePassXC.exe", "keepassxc.exe", "KEEPASSXC.EXE"])
def test_a_running_manager_is_known_in_any_case_of_its_name(name: str) -> None:
    assert said(finding(processes=[{"pid": 7, "name": name, "user": "alex"}])) == FOUND


def test_where_neither_the_owner_nor_the_person_has_a_name_nothing_is_certain() -> None:
    process = {"pid": 7, "name": "KeePassXC.exe", "user": ""}
    nobody = {"name": "", "home": r"C:\Users\alex", "uid": 1001}
    assert said(finding(processes=[process], user=nobody)) == UNCONFIRMED


def test_processes_that_cannot_be_listed_are_not_known() -> None:
    assert said(finding(unreadable={"processes": "failed"})) == UNREADABLE


# Browsers. Every root is tried by a profile of its own in it.


@pytest.mark.parametrize("root", chromium_roots(windows()), ids=lambda root: root.path.rpartition("AppData/")[2])
@pytest.mark.parametrize("profile", ["Default", "Profile 7", ""])
def test_trap_5_an_extension_is_found_in_any_profile_of_any_browser(root: Any, profile: str) -> None:
    directory = f"{root.path}/{profile}".rstrip("/")
    found = finding(files=backslashes(extension(directory)))
    assert said(found) == FOUND
    assert found.items[0].source == f"{root.browser} extension"


def test_trap_5_the_folder_of_an_extension_alone_proves_nothing() -> None:
    files = extension(f"{CHROME}/Default")
    del files[f"{CHROME}/Default/Preferences"]
    files[f"{CHROME}/Default/Preferences"] = "{}"
    assert said(finding(files=backslashes(files))) == NOT_FOUND


def test_trap_1_an_id_of_31_letters_is_no_id() -> None:
    assert said(finding(files=backslashes(extension(f"{CHROME}/Default", BITWARDEN[:31])))) == NOT_FOUND


def test_trap_11_an_extension_without_the_old_state_is_off_by_its_reasons() -> None:
    files = extension(f"{CHROME}/Default", disable_reasons=[1])
    assert said(finding(files=backslashes(files))) == NOT_ENABLED
    files = extension(f"{CHROME}/Default", disable_reasons=[])
    assert said(finding(files=backslashes(files))) == FOUND


def test_the_file_that_windows_protects_counts_as_well() -> None:
    files = backslashes(extension(f"{CHROME}/Default"))
    path = (f"{CHROME}/Default/Preferences").replace("/", "\\")
    files[path.replace("Preferences", "Secure Preferences")] = files[path]
    files[path] = '{"profile": {}}'
    assert said(finding(files=files)) == FOUND


def test_a_state_file_that_may_not_be_read_is_not_known() -> None:
    files = backslashes(extension(f"{CHROME}/Default"))
    files[(f"{CHROME}/Default/Secure Preferences").replace("/", "\\")] = {"denied": True}
    assert said(finding(files=files)) == UNREADABLE


def test_the_folders_are_where_the_session_says() -> None:
    files = backslashes(extension("D:/Roam/Opera Software/Opera Stable"))
    assert said(finding(files=files, env={"APPDATA": r"D:\Roam"})) == FOUND
    assert said(finding(files=files)) == NOT_FOUND
    assert said(finding(files=files, env={"APPDATA": "nonsense"})) == NOT_FOUND


@pytest.mark.parametrize("root", firefox_roots(windows()), ids=lambda root: root.path.rpartition("AppData/")[2])
def test_an_add_on_is_found_in_firefox_and_its_build_from_the_store(root: Any) -> None:
    assert said(finding(files=backslashes(add_on(root.path, "Profiles/abc.default-release")))) == FOUND


@pytest.mark.parametrize(
    "wrong",
    ["@lastpass-password-manager", "@proton-pass", "nordpass@nordpass.com", "extension@dashlane.com"],
)
def test_trap_2_what_others_take_for_add_on_ids_is_none(wrong: str) -> None:
    root = f"{HOME}/AppData/Roaming/Mozilla/Firefox"
    assert said(finding(files=backslashes(add_on(root, key=wrong)))) == NOT_FOUND


@pytest.mark.parametrize(
    "right",
    [
        "support@lastpass.com",
        "78272b6fa58f4a1abaac99321d503a20@proton.me",
        "nordpassStandalone@nordsecurity.com",
        "jetpack-extension@dashlane.com",
    ],
)
def test_trap_2_the_real_add_on_ids_are_known(right: str) -> None:
    root = f"{HOME}/AppData/Roaming/Mozilla/Firefox"
    assert said(finding(files=backslashes(add_on(root, key=right)))) == FOUND


@pytest.mark.parametrize("key", ["softDisabled", "userDisabled", "appDisabled", "embedderDisabled"])
def test_trap_10_an_add_on_is_off_by_the_names_that_firefox_writes(key: str) -> None:
    root = f"{HOME}/AppData/Roaming/Mozilla/Firefox"
    assert said(finding(files=backslashes(add_on(root, **dict[str, Any]({key: True}))))) == NOT_ENABLED


@pytest.mark.parametrize("name", ["Schlüssel", "a[b]c", "Zoë Q. O'Neill", "名前"])
def test_a_name_of_any_letters_is_a_folder_like_others(name: str) -> None:
    home = rf"C:\Users\{name}"
    files = backslashes(extension(f"{home}/AppData/Local/Google/Chrome/User Data/Profile 1"))
    assert said(finding(user={"name": name, "home": home}, files=files)) == FOUND


class Noted(ReplayHost):
    """A replay that keeps note of the files that were opened."""

    def __init__(self, host: ReplayHost) -> None:
        super().__init__(host.recording)
        self.opened: list[str] = []

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        self.opened.append(path.replace("\\", "/").rpartition("/")[2])
        return super().read_bytes(path)


def test_no_vault_and_no_login_database_is_opened() -> None:
    files = extension(f"{CHROME}/Default") | add_on(f"{HOME}/AppData/Roaming/Mozilla/Firefox", "Profiles/x")
    for name in ("Login Data", "Web Data", "Cookies", "History"):
        files[f"{CHROME}/Default/{name}"] = "secret"
    for name in ("logins.json", "key4.db"):
        files[f"{HOME}/AppData/Roaming/Mozilla/Firefox/Profiles/x/{name}"] = "secret"
    host = Noted(windows(files=backslashes(files)))
    CHECK.run(context(host))
    allowed = {"Preferences", "Secure Preferences", "manifest.json", "profiles.ini", "extensions.json"}
    assert set(host.opened) <= allowed
    assert {"Preferences", "extensions.json"} <= set(host.opened)


VALUE = st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text()))


PLACES = st.sampled_from(["DisplayIcon", "InstallLocation", "UninstallString"])


@given(
    st.dictionaries(PLACES, st.text() | st.from_regex(r"\"?[C-Z]:\\\\[a-z.\\\\%*, \"]{0,30}", fullmatch=True) | VALUE)
)
def test_no_place_makes_an_app_of_an_entry_without_files(named: dict[str, Any]) -> None:
    found = finding(registry=app("KeePassXC", **named))
    assert said(found) in (NOT_FOUND, UNCONFIRMED)


@given(st.dictionaries(st.sampled_from(["DisplayName", "DisplayVersion", "SystemComponent", "ParentKeyName"]), VALUE))
def test_no_entry_breaks_the_probe(values: dict[str, Any]) -> None:
    registry = {rf"HKCU\{UNINSTALL}\x": {key: {"type": "REG_SZ", "value": value} for key, value in values.items()}}
    known = isinstance(values.get("DisplayName"), str) and matches(values["DisplayName"].strip(), NAMES)
    assert known or said(finding(registry=registry)) == NOT_FOUND


@given(st.text())
def test_no_name_breaks_the_parsers(text: str) -> None:
    assert matches(text, NAMES) is None or text in NAMES or text.startswith(tuple(f"{name} " for name in NAMES))
    family, version = family_of(text)
    assert (family == "") == (version is None)
