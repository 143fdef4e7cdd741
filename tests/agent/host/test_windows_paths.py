"""No file on another computer is looked at: neither host may connect to a server that a browser's profile names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.contract import Status
from agent.host import Host, System, Unreadable
from agent.host.live import LiveHost
from agent.host.windows_paths import leads_away
from checks.password_manager import CHECK
from tests.builders import computer, context

HOME = r"C:\Users\alex"
SERVER = r"\\server\homes\alex"
AWAY = [
    r"\\evil.example\share\x",
    "//evil.example/share/x",
    r"\/evil.example/share",
    r"/\evil.example\share",
    r"\\evil.example@SSL@443\DavWWWRoot\x",
    r"\\.\pipe\x",
    r"\\?\UNC\evil.example\share",
    r"\\?\C:\x",
    r"\\.\PhysicalDrive0",
    r"\??\UNC\evil.example\share",
    r"\\?\pipe\x",
    "//*/share/*",
]


@pytest.mark.parametrize("path", AWAY)
@pytest.mark.parametrize("home", [HOME, SERVER, "", r"\\?\UNC\server\homes\alex", "\\\\"])
def test_servers_pipes_and_devices_are_away(path: str, home: str) -> None:
    assert leads_away(path, home)


@pytest.mark.parametrize("path", [HOME, r"c:\x", "C:/x//y", r"\x\y", r"x\\y", "", r"D:\\\\server\share", "*"])
def test_what_is_on_a_drive_is_not(path: str) -> None:
    assert not leads_away(path, HOME)
    assert not leads_away(path, SERVER)


@pytest.mark.parametrize(
    ("path", "away"),
    [
        (r"\\server\homes\alex", False),
        (r"\\SERVER\Homes\Alex\AppData\*", False),
        ("//server/homes/alex/AppData", False),
        (r"\\server\homes\alexander", True),
        (r"\\server\homes\alex\..\kim", True),
        (r"\\server2\homes\alex\x", True),
    ],
)
def test_a_home_on_a_server_may_be_read_and_nothing_beside_it(path: str, away: bool) -> None:
    assert leads_away(path, SERVER) is away


@pytest.fixture(params=["live", "replay"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Host:
    """A Windows host to which ``path`` would be readable if it were looked at."""
    if request.param == "replay":
        return computer(
            "windows",
            files={"//server/share/x.txt": "found"},
            queries=[{"name": "mtime", "args": ["//server/share/x.txt"], "value": 1}],
        )
    live = LiveHost()
    live.system = System.WINDOWS
    return live


def test_no_host_reads_lists_or_dates_such_a_path(host: Host, tmp_path: Path) -> None:
    path = "//server/share/x.txt"
    if isinstance(host, LiveHost):
        (tmp_path / "x.txt").write_text("found")
        path = f"/{tmp_path}/x.txt"
    assert host.read(path) == host.read_bytes(path) == Unreadable("unsupported", path)
    assert host.glob(f"{path[:-5]}*") == []
    assert host.query("mtime", path) == Unreadable("unsupported", "mtime")


def test_profiles_that_name_a_server_are_no_pass() -> None:
    local, roaming = rf"{HOME}\AppData\Local", rf"{HOME}\AppData\Roaming"
    chrome, firefox = rf"{local}\Google\Chrome\User Data", rf"{roaming}\Mozilla\Firefox"
    preferences = {"extensions": {"settings": {"nngceckbapebfimnlniiiahkandclblb": {"location": 4, "path": "//a/b/c"}}}}
    add_ons = {
        "addons": [{"id": "{446900e4-71c2-419f-a6a7-df9c091e268b}", "type": "extension", "active": True, "path": "?"}]
    }
    found = computer(
        "windows",
        user={"name": "alex", "home": HOME},
        env={"LOCALAPPDATA": local, "APPDATA": roaming, "PROGRAMFILES": r"\\server\share"},
        files={
            rf"{chrome}\Default\Preferences": json.dumps(preferences),
            "//a/b/c/manifest.json": json.dumps({"name": "Bitwarden", "version": "2025.1.0"}),
            rf"{firefox}\profiles.ini": "[Profile0]\nPath=\\\\server\\share\\ff\nIsRelative=0\n",
            r"\\server\share\ff\extensions.json": json.dumps(add_ons),
            r"\\server\share\KeePassXC\KeePassXC.exe": {"present": True},
        },
    )
    (finding,) = CHECK.run(context(found))
    assert finding.status is not Status.PASS
    assert not finding.items or all(item.status is not Status.PASS for item in finding.items)


def test_a_path_on_a_drive_is_read_as_ever(tmp_path: Path) -> None:
    live = LiveHost()
    live.system = System.WINDOWS
    (tmp_path / "x.txt").write_text("found")
    assert live.read(str(tmp_path / "x.txt")) == "found"
