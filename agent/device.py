"""Which system this is, in words that fit a report: "Debian 12", "macOS 26.1", "Windows 11 24H2"."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from agent.host import Completed, Host, System

__all__ = ["os_version"]

WINDOWS_VERSION_KEY = r"HKLM64\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
#: The first and last build of Windows 10 and the first of Windows 11 (Microsoft: "Windows release information"). Those
#: between them were previews and servers.
WINDOWS_10_BUILDS = range(10240, 19045 + 1)
FIRST_WINDOWS_11_BUILD = 22000


def os_version(host: Host) -> str:
    """The system's name and version, or just its kind when they cannot be read."""
    if host.system is System.LINUX:
        return _linux(host)
    return _macos(host) if host.system is System.MACOS else _windows(host)


def _linux(host: Host) -> str:
    """From os-release(5): NAME and VERSION_ID."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        text = host.read(path)
        if isinstance(text, str):
            fields = dict(_assignments(text))
            name = fields.get("NAME", "Linux").removesuffix(" GNU/Linux")
            return _plain(f"{name} {fields.get('VERSION_ID', '')}")
    return "Linux"


def _assignments(text: str) -> list[tuple[str, str]]:
    pairs = []
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            try:
                pairs.append((name, "".join(shlex.split(value))))
            except ValueError:  # an unclosed quote: not a value anyone can rely on
                continue
    return pairs


def _macos(host: Host) -> str:
    answer = host.run(["sw_vers", "-productVersion"])
    version = answer.stdout.strip() if isinstance(answer, Completed) and answer.exit == 0 else ""
    return _plain(f"macOS {version}")


def _windows(host: Host) -> str:
    """ProductName still says "Windows 10" on Windows 11; the build number decides (facts: platform 2.7)."""
    values = host.registry(WINDOWS_VERSION_KEY)
    if not isinstance(values, dict):
        return "Windows"
    read = {name: str(value.value) for name, value in values.items()}
    return _plain(f"{_windows_name(read)} {read.get('displayversion', '')}")


def _windows_name(values: Mapping[str, str]) -> str:
    """The name people know where it is certain, else the build."""
    build = values.get("currentbuild", "")
    if not (build.isascii() and build.isdecimal() and len(build) <= 6):
        return "Windows"
    if values.get("installationtype", "Client").lower() == "client":
        if int(build) in WINDOWS_10_BUILDS:
            return "Windows 10"
        if int(build) >= FIRST_WINDOWS_11_BUILD:
            return "Windows 11"
    return f"Windows build {build}"


def _plain(text: str) -> str:
    """Only what a report may hold: 48 letters, digits and ``._()+-`` (facts: status.schema, os_version)."""
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in " ._()+-")).strip()[:48]
