"""Which system this is, in words that fit a report: "Debian 12", "macOS 26.1", "Windows 11 24H2"."""

from __future__ import annotations

import shlex

from agent.host import Completed, Host, System

__all__ = ["os_version"]

WINDOWS_VERSION_KEY = r"HKLM64\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
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
    build = read.get("currentbuild", "")
    name = "Windows"
    if build.isdecimal():
        name = "Windows 11" if int(build) >= FIRST_WINDOWS_11_BUILD else "Windows 10"
    return _plain(f"{name} {read.get('displayversion', '')}")


def _plain(text: str) -> str:
    """Only what a report may hold: 48 letters, digits and ``._()+-`` (facts: status.schema, os_version)."""
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in " ._()+-")).strip()[:48]
