"""Reading pending updates on Linux: which package managers are this computer's, and what each says.

A tool being installed does not make it the system's: Debian has pacman and dnf as packages. os-release(5) says which
family the system is of, and that family's manager is asked; where the family is unknown, every manager that is there.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.facts import ManagerFacts
from checks.app_updates.linux_managers import apt, dnf, flatpak, pacman, rpm_ostree, snap, zypper

__all__ = ["read"]

OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
OSTREE_BOOTED = "/run/ostree-booted"

#: The system's own managers: the programs each needs, any of which will do, and the reader.
SYSTEM_MANAGERS: Mapping[str, tuple[tuple[str, ...], Callable[[Context], ManagerFacts]]] = {
    "apt": (("apt-get",), apt.read),
    "dnf": (("dnf5", "dnf"), dnf.read),
    "zypper": (("zypper",), zypper.read),
    "pacman": (("pacman",), pacman.read),
    "rpm-ostree": (("rpm-ostree",), rpm_ostree.read),
}
#: ID and ID_LIKE of os-release(5) by the manager of that family.
FAMILIES: Mapping[str, str] = {
    "debian": "apt",
    "ubuntu": "apt",
    "fedora": "dnf",
    "rhel": "dnf",
    "centos": "dnf",
    "suse": "zypper",
    "opensuse": "zypper",
    "sles": "zypper",
    "arch": "pacman",
}


def read(context: Context) -> tuple[ManagerFacts, ...]:
    """What every package manager of this computer says. Where the system has none that is known, that is said too."""
    host = context.host
    names = _managers(host)
    found = [SYSTEM_MANAGERS[name][1](context) for name in names]
    if not found:
        nothing = Unreadable("no_tool", "package manager")
        found.append(ManagerFacts("system", "dotted", nothing, None, "programs"))
    found.extend(flatpak.read(context))
    snaps = snap.read(context)
    return (*found, snaps) if snaps else tuple(found)


def _managers(host: Host) -> list[str]:
    present = [name for name, (programs, _) in SYSTEM_MANAGERS.items() if any(map(host.which, programs))]
    others = [name for name in present if name != "rpm-ostree"]
    if "rpm-ostree" in present:
        # An image-based system is updated by its image, whatever else can list packages there.
        if host.glob(OSTREE_BOOTED) or not others:
            return ["rpm-ostree"]
        present = others
    family = _family(host)
    return [family] if family in present else ([] if family else present)


def _family(host: Host) -> str | None:
    """The manager of the system's family, or ``None`` for a family that is not known here."""
    for path in OS_RELEASE:
        text = host.read(path)
        if isinstance(text, str):
            values = _os_release(text)
            ids = [values.get("ID", ""), *values.get("ID_LIKE", "").split()]
            return next((FAMILIES[name] for name in ids if name in FAMILIES), None)
    return None


def _os_release(text: str) -> dict[str, str]:
    """The variables of os-release(5), which is shell assignments without substitution."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or name.startswith("#"):
            continue
        try:
            values[name] = " ".join(shlex.split(value))
        except ValueError:
            continue
    return values
