"""Browser profiles in the recording format, from a few facts."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.contract import Finding
from agent.host import Process, Unreadable
from agent.host.live import LiveHost
from checks.password_manager import CHECK
from tests.builders import NOW, DictMemory, computer, context

HOME = "/home/person"
CHROME = f"{HOME}/.config/google-chrome"
FIREFOX = f"{HOME}/.mozilla/firefox"
BITWARDEN = "nngceckbapebfimnlniiiahkandclblb"
KEEPASSXC = "oboonakemofpalcgghocfoadofidjkkk"
BITWARDEN_IN_FIREFOX = "{446900e4-71c2-419f-a6a7-df9c091e268b}"

Files = dict[str, Any]

#: The files of a profile whose time says when it was last used.
OF_PROFILES = ("/Preferences", "/Secure Preferences", "/prefs.js")


def extension(
    profile: str = f"{CHROME}/Default", key: str = BITWARDEN, manifest_version: int = 3, **entry: Any
) -> Files:
    """A profile with one extension from the store, on unless ``entry`` says otherwise."""
    settings = {key: {"location": 1, "path": f"{key}/2026.1.0_0", **entry}}
    return {
        f"{profile}/Preferences": json.dumps({"extensions": {"settings": settings}}),
        **manifest(f"{profile}/Extensions/{key}/2026.1.0_0", manifest_version),
    }


def manifest(directory: str, manifest_version: int = 3) -> Files:
    """The files of an extension."""
    return {f"{directory}/manifest.json": json.dumps({"version": "2026.1.0", "manifest_version": manifest_version})}


def add_on(root: str = FIREFOX, profile: str = "abc.default", key: str = BITWARDEN_IN_FIREFOX, **entry: Any) -> Files:
    """A Firefox home with one profile and one add-on in it, on unless ``entry`` says otherwise."""
    addon = {"id": key, "type": "extension", "location": "app-profile", "active": True, "version": "2026.1.0", **entry}
    return {
        f"{root}/profiles.ini": f"[Profile0]\nName=default\nIsRelative=1\nPath={profile}\n",
        f"{root}/{profile}/extensions.json": json.dumps({"schemaVersion": 36, "addons": [addon]}),
        f"{root}/{profile}/extensions/{key}.xpi": "PK",
        f"{root}/{profile}/prefs.js": "",
    }


def used(files: Mapping[str, Any], ago: timedelta = timedelta(days=1)) -> list[dict[str, Any]]:
    """When the profiles among these files were last written, as a host answers."""
    at = int((NOW - ago).timestamp())
    paths = [path.replace("\\", "/") for path in files]
    return [{"name": "mtime", "args": [path], "value": at} for path in paths if path.endswith(OF_PROFILES)]


def verdict(files: Files | None = None, *, attestations: Any = (), **facts: Any) -> Finding:
    """The check's finding on a computer with these files."""
    queries = facts.pop("queries", None)
    asked = used(files or {}) if queries is None else queries
    host = computer(files=files or {}, user={"name": "person", "home": HOME, "uid": 1000}, queries=asked, **facts)
    (finding,) = CHECK.run(context(host, attestations=attestations))
    return finding


def said(finding: Finding) -> tuple[str, str]:
    """Status and reason."""
    return finding.status.value, finding.reason


#: Where Debian puts extensions for all its users; the rest of the computer's own apps is left out of sight.
OF_BROWSERS = ("/usr/share/chromium/", "/usr/share/webext/")


class Watched(LiveHost):
    """This computer, less the apps installed on it, keeping note of every file that is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        self.opened.append(path)
        return super().read_bytes(path) if path.startswith((self.home, *OF_BROWSERS)) else None

    def processes(self, *names: str) -> list[Process] | Unreadable:
        return []


def write(home: Path, files: Mapping[str, Any], *, age: timedelta = timedelta(minutes=5)) -> None:
    """The recorded files as real ones below a home directory, last changed a while ago."""
    for path, text in files.items():
        target = home / Path(path).relative_to(HOME)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        changed = (datetime.now(UTC) - age).timestamp()
        os.utime(target, (changed, changed))


def look(host: Any, memory: DictMemory | None = None, *, fresh: bool = False) -> Finding:
    (finding,) = CHECK.run(context(host, memory=memory, now=datetime.now(UTC), fresh=fresh))
    return finding
