"""Apps that a Linux package manager installed: dpkg, rpm, pacman, flatpak and snap. No root, and nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

import msgspec

from agent.host import Unreadable
from checks.password_manager.remembered import Files, MalformedError

DPKG_STATUS = "/var/lib/dpkg/status"
RPM_DATABASES = ("/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages")
PACMAN_DATABASE = "/var/lib/pacman/local"
SNAPS = ("/snap", "/var/lib/snapd/snap")

#: A version short enough to show, of the characters that dpkg, rpm, pacman and snap allow.
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+:~^_-]{0,63}")
FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*)")
RPM_TIMEOUT_SECONDS = 10.0


class Installed(msgspec.Struct, frozen=True):
    """Installed packages of the catalogue by name, each with its version if that could be read."""

    versions: dict[str, str | None] = {}


def dpkg(files: Files, names: Collection[str]) -> Installed | Unreadable:
    """What ``/var/lib/dpkg/status`` says is installed."""
    return files.parsed(DPKG_STATUS, lambda data: parse_dpkg_status(data, names), Installed) or Installed()


def parse_dpkg_status(data: bytes, names: Collection[str]) -> Installed:
    """The installed ones of ``names``.

    Only a status of three words whose last is ``installed`` counts: a package that was removed and left its settings
    is ``config-files``. Stanzas are found by their ``Package`` line, since the file can be 5 MB and few matter.

    Raises:
        MalformedError: it has no stanza of a package; dpkg's own file always has.
    """
    data = b"\n" + data  # so that every line begins with one: this pattern is ten times as fast as one with ^
    if b"\nPackage:" not in data:
        raise MalformedError("no package")
    if not names:
        return Installed()
    wanted = b"|".join(re.escape(name.encode()) for name in sorted(names))
    found: dict[str, str | None] = {}
    past = 0
    for match in re.finditer(rb"\nPackage:[ \t]*(?:" + wanted + rb")[ \t]*(?=\n)", data):
        if match.start() < past:  # a second one in a stanza says nothing more
            continue
        start = data.rfind(b"\n\n", 0, match.start() + 1) + 1
        end = data.find(b"\n\n", match.end())
        past = end if end >= 0 else len(data)
        fields = stanza(data[start:past].decode("utf-8", errors="replace"))
        status = fields.get("status", "").split()
        name = fields.get("package", "")
        if name in names and len(status) == 3 and status[2] == "installed":
            found[name] = shown_version(fields.get("version"))
    return Installed(found)


def stanza(text: str) -> dict[str, str]:
    """The fields of one stanza by name in lower case; lines that go on from the one before are left out."""
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        match = FIELD.fullmatch(line)
        if match:
            fields.setdefault(match[1].lower(), match[2].strip())
    return fields


def rpm(files: Files, names: Collection[str]) -> Installed | Unreadable:
    """What the rpm database says is installed. Nothing is asked on a computer without such a database."""
    there = [files.exists(path) for path in RPM_DATABASES]
    if True not in there:
        return next((answer for answer in there if isinstance(answer, Unreadable)), Installed())
    asked = sorted(names)
    answer = files.host.run(
        ["rpm", "-q", "--qf", r"%{NAME}\t%{VERSION}-%{RELEASE}\n", "--", *asked], RPM_TIMEOUT_SECONDS
    )
    if isinstance(answer, Unreadable):
        return answer
    try:
        return parse_rpm_query(answer.stdout, asked)
    except MalformedError:
        return Unreadable("malformed", "rpm -q")


def parse_rpm_query(text: str, asked: Iterable[str]) -> Installed:
    """The installed ones of ``asked``.

    Raises:
        MalformedError: some name got no answer of its own, neither a version nor "package NAME is not installed".
    """
    missing = {f"package {name} is not installed": name for name in asked}
    open_names = set(missing.values())
    found: dict[str, str | None] = {}
    for line in text.split("\n"):
        name, tab, version = line.partition("\t")
        if tab and name in missing.values():
            found[name] = shown_version(version)
            open_names.discard(name)
        elif line in missing:
            open_names.discard(missing[line])
    if open_names:
        raise MalformedError(f"no answer for {len(open_names)} packages")
    return Installed(found)


def pacman(files: Files, names: Collection[str]) -> Installed | Unreadable:
    """What pacman's local database says is installed: a directory NAME-VERSION-RELEASE with a file ``desc``."""
    there = files.exists(PACMAN_DATABASE)
    if isinstance(there, Unreadable):
        return there
    found: dict[str, str | None] = {}
    for path in files.host.glob(f"{PACMAN_DATABASE}/*") if there else []:
        parts = path.rpartition("/")[2].rsplit("-", 2)
        if len(parts) == 3 and parts[0] in names:
            description = files.host.read(f"{path}/desc")
            if isinstance(description, Unreadable):
                return description
            fields = parse_pacman_desc(description or "")
            if fields.get("NAME") == parts[0]:
                found[parts[0]] = shown_version(fields.get("VERSION"))
    return Installed(found)


def parse_pacman_desc(text: str) -> Mapping[str, str]:
    """The first line of each ``%FIELD%``."""
    lines = text.split("\n")
    return {
        line[1:-1]: value
        for line, value in pairwise(lines)
        if len(line) > 2 and line.startswith("%") and line.endswith("%")
    }


def flatpak(files: Files, ids: Iterable[str]) -> Installed | Unreadable:
    """The flatpaks with an active deployment, for the system or for the person."""
    data = files.host.env.get("XDG_DATA_HOME", "")
    places = {"/var/lib/flatpak", f"{files.host.home}/.local/share/flatpak"}
    if data.startswith("/"):
        places.add(f"{data}/flatpak")
    return _present(
        files, {app: [f"{place}/app/{app}/current/active/metadata" for place in sorted(places)] for app in ids}
    )


def snap(files: Files, names: Iterable[str]) -> Installed | Unreadable:
    """The snaps that are installed and not disabled: only those have a ``current`` revision."""
    found: dict[str, str | None] = {}
    for name in names:
        for place in SNAPS:
            text = files.host.read(f"{place}/{name}/current/meta/snap.yaml")
            if isinstance(text, Unreadable):
                return text
            fields = stanza(text or "")
            if fields.get("name") == name:
                found[name] = shown_version(fields.get("version", "").strip("'\""))
    return Installed(found)


def shown_version(text: str | None) -> str | None:
    """A version fit to be shown, or ``None``."""
    return text if text and VERSION.fullmatch(text) else None


def _present(files: Files, places: Mapping[str, list[str]]) -> Installed | Unreadable:
    found: dict[str, str | None] = {}
    for app, paths in places.items():
        for path in paths:
            there = files.exists(path)
            if isinstance(there, Unreadable):
                return there
            if there:
                found[app] = None
    return Installed(found)
