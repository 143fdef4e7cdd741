r"""What is installed on Windows, from the registry, whose names are the same in every language.

Programs: the ``Uninstall`` keys of both views of the machine and of the person. Hidden are updates of something else
(``ParentKeyName``, ``ReleaseType``), what has no name, and parts of the system (``SystemComponent``), as Windows' own
list hides them; but that mark may be put on any app, so one whose releases we follow is no part of the system. An
entry of which every named file is gone is no app that anybody could bring up to date. Store apps: the full names of
packages are keys below ``AppModel\Repository\Packages``. Office: what Click-to-Run reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent.host import Host, RegistryValue, System, Unreadable
from agent.host.uninstall_entries import is_gone
from checks.app_updates.installed import Installed, KnownApp, known_apps

__all__ = ["parse_full_name", "read"]

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
#: Each place with what it is called.
PLACES = (
    ("HKLM64\\" + UNINSTALL, "for everybody"),
    ("HKLM32\\" + UNINSTALL, "for everybody, 32-bit"),
    ("HKCU\\" + UNINSTALL, "for this person"),
)
PACKAGES = (
    r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
)
STORE = "Microsoft Store"
CLICK_TO_RUN = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
OFFICE = "Microsoft 365"
UPDATES = frozenset({"update", "security update", "hotfix", "service pack", "update rollup"})
ESR = re.compile(r"\bESR\b")

#: ``Name_Version_Architecture_ResourceId_PublisherId``; the fourth is empty for most.
FULL_NAME = re.compile(r"([A-Za-z0-9.-]{1,64})_([0-9]+(?:\.[0-9]+){3})_[A-Za-z0-9]+_[^_\\]*_([a-z0-9]{13})")

Values = Mapping[str, RegistryValue]


def read(host: Host) -> list[Installed] | Unreadable:
    """Every program, the Store apps of the catalogue, and Office; ``Unreadable`` when a list could not be read.

    An entry that could not be read may be any app's.
    """
    found: list[Installed] = []
    lists = 0
    for key, place in PLACES:
        names = host.registry_subkeys(key)
        if isinstance(names, Unreadable):
            return names
        lists += names is not None
        found.extend(_programs(host, key, place, names or []))
    if not lists:
        # Windows always has these keys: without any of them this was no look at its registry.
        return Unreadable("empty", UNINSTALL)
    store = _store_apps(host)
    if isinstance(store, Unreadable):
        return store
    return [*found, *store, *_office(host)]


def parse_full_name(name: str) -> tuple[str, str] | None:
    """The family and the version in the full name of a package: ``Name_PublisherId``, ``1.2.3.4``."""
    parts = FULL_NAME.fullmatch(name)
    return (f"{parts[1]}_{parts[3]}", parts[2]) if parts else None


def _programs(host: Host, key: str, place: str, names: list[str]) -> Iterator[Installed]:
    for name in names:
        values = host.registry(f"{key}\\{name}")
        if isinstance(values, Unreadable):
            title = "an app whose entry could not be read"
            yield Installed(f"{name} ({place})", title, "", place, unread=values)
        elif values is not None and not _is_hidden(values) and not is_gone(host, values):
            app = _program(name, values, place)
            if not _is_component(values) or (app.known is not None and app.known.feed is not None):
                yield app


def _is_hidden(values: Values) -> bool:
    kind = _text(values, "releasetype").casefold()
    return not _text(values, "displayname") or bool(_text(values, "parentkeyname")) or kind in UPDATES


def _is_component(values: Values) -> bool:
    component = values.get("systemcomponent")
    return component is not None and component.type == "REG_DWORD" and component.value == 1


def _program(name: str, values: Values, place: str) -> Installed:
    title, version = _text(values, "displayname"), _text(values, "displayversion")
    publisher = _text(values, "publisher")
    known = next((app for app in known_apps(System.WINDOWS) if app.is_called(title, publisher)), None)
    return Installed(
        # Without an id of winget a name may stand for several apps ("Java"), each with its own entry there.
        package=(known and known.winget) or name,
        title=title[:80],
        version=version[:60],
        place=place,
        known=known,
        line=_line(known, title),
        product_code=name,
    )


def _line(known: KnownApp | None, title: str) -> str | None:
    """Firefox says in its name whether it is an extended support release; older Thunderbirds did not."""
    if known is None or known.feed not in ("firefox", "thunderbird"):
        return None
    if ESR.search(title):
        return "esr"
    return "release" if known.feed == "firefox" else None


def _store_apps(host: Host) -> list[Installed] | Unreadable:
    """The newest package of each Store app that the catalogue knows. The Store itself updates all the others."""
    names = host.registry_subkeys(PACKAGES)
    if isinstance(names, Unreadable):
        return names
    families = {app.family: app for app in known_apps(System.WINDOWS) if app.family}
    newest: dict[str, str] = {}
    for name in names or []:
        parts = parse_full_name(name)
        if parts is None or parts[0] not in families:
            continue
        family, version = parts
        if family not in newest or _numbers(version) > _numbers(newest[family]):
            newest[family] = version
    return [
        Installed(family, families[family].name, version, STORE, families[family], family=family, from_store=True)
        for family, version in sorted(newest.items())
    ]


def _numbers(version: str) -> list[tuple[int, str]]:
    return [(len(number.lstrip("0")), number.lstrip("0")) for number in version.split(".")]


def _office(host: Host) -> list[Installed]:
    values = host.registry(CLICK_TO_RUN)
    if values is None:
        return []
    known = next((app for app in known_apps(System.WINDOWS) if app.name == OFFICE), None)
    version = "" if isinstance(values, Unreadable) else _text(values, "versiontoreport")
    return [Installed(OFFICE, OFFICE, version[:60], "Click-to-Run", known)] if version else []


def _text(values: Values, name: str) -> str:
    """A text value without space around it; a value of another type is none."""
    value = values.get(name)
    if value is None or value.type not in ("REG_SZ", "REG_EXPAND_SZ") or not isinstance(value.value, str):
        return ""
    return value.value.strip()
