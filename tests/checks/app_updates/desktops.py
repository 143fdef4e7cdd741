"""Windows and macOS computers from a few facts, and what the feeds say, for the tests of the update check."""

from __future__ import annotations

import base64
import io
import json
import plistlib
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.contract import Finding, Response
from agent.host import Unreadable
from agent.host.replay import ReplayHost
from checks.app_updates import CHECK
from tests.builders import NOW, DictMemory, command, computer, context

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
PACKAGES = (
    r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
)
SOFTWARE_UPDATE = "/Library/Preferences/com.apple.SoftwareUpdate.plist"

CHROME, EXTENDED = "channels/stable/", "channels/extended/"
EDGE, FIREFOX, THUNDERBIRD = "edgeupdates.microsoft.com", "firefox_versions.json", "thunderbird_versions.json"
BRAVE, LIFECYCLE, CASK, WINGET = "versions.brave.com", "endoflife.date", "formulae.brew.sh", "source2.msix"


class Feeds:
    """A network on which addresses with these parts answer so; nothing else is there."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = dict(answers or {})
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        self.asked.append(url)
        self.headers.append(dict(headers or {}))
        found = next((answer for part, answer in self.answers.items() if part in url), None)
        if found is None:
            return Response(404, {"content-type": "text/html"}, b"<!DOCTYPE html>not here")
        if isinstance(found, Response | Unreadable):
            return found
        return Response(200, {}, found if isinstance(found, bytes) else json.dumps(found).encode())


def chrome(*releases: tuple[str, float]) -> dict[str, Any]:
    """What VersionHistory says: versions with the part of the computers that are offered each."""
    return {
        "releases": [
            {"name": f"chrome/{version}", "serving": {"startTime": "2026-09-23T18:50:42Z"}, "fraction": fraction}
            | {"version": version, "fractionGroup": "152", "pinnable": False, "rolloutData": []}
            for version, fraction in releases
        ],
        "nextPageToken": "",
    }


def edge(version: str, platform: str = "Windows", *, artifacts: int = 1) -> list[dict[str, Any]]:
    """What Edge's list says."""
    release = {"ReleaseId": 1, "Platform": platform, "Architecture": "x64", "CVEs": [], "ProductVersion": version}
    release |= {"Artifacts": [{"ArtifactName": "msi"}] * artifacts, "PublishedTime": "2026-10-05T18:00:00"}
    return [{"Product": "Stable", "Releases": [release]}, {"Product": "Beta", "Releases": []}]


def firefox(release: str = "154.0", esr: str = "140.13.0esr", following: str = "153.1.0esr") -> dict[str, str]:
    """What product details say of Firefox."""
    return {
        "FIREFOX_AURORA": "",
        "FIREFOX_ESR": esr,
        "FIREFOX_ESR_NEXT": following,
        "FIREFOX_NIGHTLY": "156.0a1",
        "LAST_RELEASE_DATE": "2026-08-18",
        "LATEST_FIREFOX_VERSION": release,
    }


def cask(token: str, version: str) -> dict[str, Any]:
    """What Homebrew's list says of one cask."""
    return {"token": token, "version": version, "auto_updates": True, "artifacts": [{"app": ["X.app"]}]}


def winget_list(*packages: tuple[str, str, str | tuple[str, str] | None, Sequence[str], Sequence[str]]) -> bytes:
    """winget's list: id, latest version, that version as Windows shows it, product codes, package families.

    Where its installers show it differently, that is the lowest and the highest of them.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        index = sqlite3.connect(path)
        index.executescript(
            "CREATE TABLE packages(rowid INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, moniker TEXT,"
            " latest_version TEXT NOT NULL, arp_min_version TEXT, arp_max_version TEXT, hash BLOB);"
            "CREATE TABLE productcodes2(productcode TEXT NOT NULL, package INT64 NOT NULL,"
            " PRIMARY KEY(productcode, package)) WITHOUT ROWID;"
            "CREATE TABLE pfns2(pfn TEXT NOT NULL, package INT64 NOT NULL, PRIMARY KEY(pfn, package)) WITHOUT ROWID;"
        )
        for row, (package, latest, shown, codes, families) in enumerate(packages, 1):
            low, high = shown if isinstance(shown, tuple) else (shown, shown)
            values = (row, package, package, latest, low, high)
            index.execute("INSERT INTO packages VALUES (?, ?, ?, NULL, ?, ?, ?, NULL)", values)
            index.executemany("INSERT INTO productcodes2 VALUES (?, ?)", [(code.lower(), row) for code in codes])
            index.executemany("INSERT INTO pfns2 VALUES (?, ?)", [(family.lower(), row) for family in families])
        index.commit()
        index.close()
        return zipped({"AppxManifest.xml": b"<Package/>", "Public/index.db": path.read_bytes()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return buffer.getvalue()


def text(value: str) -> dict[str, Any]:
    """A text value of the registry."""
    return {"type": "REG_SZ", "value": value}


def program(name: str, version: str | None, publisher: str = "", **more: Any) -> dict[str, Any]:
    """An entry of the list of programs."""
    values = {"DisplayName": text(name), "Publisher": text(publisher), **more}
    return values if version is None else values | {"DisplayVersion": text(version)}


CHROME_PROGRAM = ("Google Chrome", "154.0.8037.58", "Google LLC")


def windows(
    programs: Mapping[str, dict[str, Any]] | None = None,
    *,
    store: Sequence[str] = (),
    registry: Mapping[str, Any] | None = None,
    **more: Any,
) -> ReplayHost:
    r"""A Windows computer with these programs: by key, which may name a place first (``HKCU\Zoom``)."""
    keys: dict[str, Any] = {f"HKLM64\\{UNINSTALL}": {}}
    for name, values in (programs or {}).items():
        place, _, key = name.rpartition("\\")
        keys[f"{place or 'HKLM64'}\\{UNINSTALL}\\{key}"] = values
    keys |= {f"{PACKAGES}\\{name}": {} for name in store}
    return computer("windows", registry=keys | dict(registry or {}), **more)


def info(bundle: str, short: str, build: str = "", **more: Any) -> dict[str, Any]:
    """The Info.plist of an app."""
    return {
        "CFBundleIdentifier": bundle,
        "CFBundleShortVersionString": short,
        "CFBundleVersion": build or short,
        **more,
    }


def plist(values: Any, *, binary: bool = True) -> dict[str, str]:
    """A recorded property list."""
    data = plistlib.dumps(values, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)
    return {"base64": base64.b64encode(data).decode()}


def software_update(*updates: dict[str, Any], looked_at: datetime | None = NOW) -> dict[str, Any]:
    """What softwareupdated keeps."""
    values: dict[str, Any] = {"RecommendedUpdates": list(updates), "LastUpdatesAvailable": len(updates)}
    return values | ({} if looked_at is None else {"LastFullSuccessfulDate": looked_at.replace(tzinfo=None)})


def mac(
    apps: Mapping[str, Any] | None = None,
    *,
    update: Any = None,
    version: str = "26.6.2",
    machine: str = "arm64",
    commands: Sequence[dict[str, Any]] = (),
    files: Mapping[str, Any] | None = None,
    **more: Any,
) -> ReplayHost:
    """A Mac with these apps: the path of each bundle with its Info.plist; /Applications if only a name is given."""
    recorded: dict[str, Any] = {SOFTWARE_UPDATE: plist(software_update() if update is None else update)}
    for name, values in (apps or {}).items():
        path = name if name.startswith("/") else f"/Applications/{name}.app"
        entry = plist(values) if isinstance(values, dict) and "CFBundleIdentifier" in values else values
        recorded[f"{path}/Contents/Info.plist"] = entry
    system = [command("sw_vers -productVersion", f"{version}\n"), command("uname -m", f"{machine}\n")]
    user = {"name": "alex", "home": "/Users/alex", "uid": 501}
    return computer(
        "macos", files=recorded | dict(files or {}), commands=[*system, *commands], **({"user": user} | more)
    )


def judged(host: ReplayHost, feeds: Feeds | None = None, memory: DictMemory | None = None, **more: Any) -> Finding:
    """The check's one finding on this computer."""
    found = CHECK.run(context(host, http=feeds, memory=memory, **more))
    assert len(found) == 1
    assert found[0].reason in CHECK.reasons
    return found[0]


def outcome(finding: Finding) -> str:
    """Status and reason in one."""
    return f"{finding.status} {finding.reason}"
