"""No file on another computer is looked at: neither host may connect to a server that a browser's profile names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.contract import Status
from agent.host import Host, System, Unreadable
from agent.host.live import LiveHost
from agent.host.windows_paths import leads_away
from checks.password_manager import CHECK
from tests.builders import computer, context
from tests.checks.password_manager.computers import add_on, used

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


PROFILES = rf"{HOME}\AppData\Roaming\Mozilla\Firefox\profiles.ini"


@pytest.mark.parametrize("root", ["//server/share", "D:/share"])
@pytest.mark.parametrize("place", ["profile", "program"])
def test_what_lies_on_a_server_is_no_password_manager(root: str, place: str) -> None:
    files: dict[str, Any] = {f"{root}/KeePassXC/KeePassXC.exe": {"present": True}}
    if place == "profile":
        files = add_on(root, "ff")
        del files[f"{root}/profiles.ini"]
        files[PROFILES] = f"[Profile0]\nPath={root}/ff\nIsRelative=0\n"
    env = {"PROGRAMFILES": root} if place == "program" else {}
    user = {"name": "alex", "home": HOME}
    (finding,) = CHECK.run(context(computer("windows", user=user, env=env, files=files, queries=used(files))))
    assert (finding.status is Status.PASS) is root.startswith("D:")


def test_a_path_on_a_drive_is_read_as_ever(tmp_path: Path) -> None:
    live = LiveHost()
    live.system = System.WINDOWS
    (tmp_path / "x.txt").write_text("found")
    assert live.read(str(tmp_path / "x.txt")) == "found"
