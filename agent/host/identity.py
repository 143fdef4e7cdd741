"""What on a computer names its people or the computer itself, so that a recording can leave it out."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from agent.host import System
from agent.host.recording import Recording, default_user

__all__ = ["Identity", "Person", "of_recording", "of_this_computer"]

#: Accounts that every such system has: they name nobody.
SYSTEM_ACCOUNTS = frozenset({"root", "nobody", "daemon", "administrator", "system", "guest"})
#: Files whose whole content is a number of this one computer (systemd: machine-id(5); Linux: sysfs dmi).
SERIAL_FILES = (
    "/etc/machine-id",
    "/var/lib/dbus/machine-id",
    "/proc/sys/kernel/random/boot_id",
    "/sys/class/dmi/id/product_uuid",
    "/sys/class/dmi/id/product_serial",
    "/sys/class/dmi/id/board_serial",
    "/sys/class/dmi/id/chassis_serial",
)
HOST_FILES = ("/etc/hostname", "/proc/sys/kernel/hostname")
HOST_VARIABLES = ("HOSTNAME", "HOST", "COMPUTERNAME")
T = TypeVar("T")

FIRST_PERSON_UID = 1000
LAST_PERSON_UID = 60_000


@dataclass(frozen=True)
class Person:
    """Somebody with an account on the computer."""

    name: str
    home: str = ""
    full_name: str = ""


@dataclass(frozen=True)
class Identity:
    """Names to leave out. The first of ``people`` is the one whose session it is."""

    people: tuple[Person, ...] = ()
    hosts: tuple[str, ...] = ()
    #: IP and MAC addresses of this computer.
    addresses: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    #: Mail addresses and labels of accounts.
    mails: tuple[str, ...] = ()

    def __or__(self, other: Identity) -> Identity:
        """Both together; a person whom both know is one."""
        people = {person.name: person for person in self.people}
        for person in other.people:
            known = people.get(person.name, person)
            people[person.name] = Person(person.name, known.home or person.home, known.full_name or person.full_name)
        return Identity(
            people=tuple(people.values()),
            hosts=_once((*self.hosts, *other.hosts)),
            addresses=_once((*self.addresses, *other.addresses)),
            serials=_once((*self.serials, *other.serials)),
            mails=_once((*self.mails, *other.mails)),
        )


def of_recording(recording: Recording) -> Identity:
    """What a recording says about its own computer and people."""
    user = recording.user or default_user(recording.system)
    contents = {path: content.strip() for path, content in recording.files.items() if isinstance(content, str)}
    guids = [
        str(value.value)
        for values in recording.registry.values()
        for name, value in values.items()
        if name.lower() == "machineguid"
    ]
    hosts = [contents.get(path, "") for path in HOST_FILES] + [recording.env.get(name, "") for name in HOST_VARIABLES]
    return Identity(
        people=(Person(user.name, user.home),) if is_person(user.name) else (),
        hosts=_host_names(hosts),
        serials=_once([*(contents.get(path, "") for path in SERIAL_FILES), *guids]),
    )


def of_this_computer(system: System) -> Identity:
    """What this computer says about itself and its people. The network is not used."""
    addresses: list[str] = []
    with suppress(ImportError, OSError):
        import psutil  # only a recording needs it

        addresses = [address.address.partition("%")[0] for found in psutil.net_if_addrs().values() for address in found]
    return Identity(
        people=_people() if system is not System.WINDOWS else (),
        hosts=_host_names([socket.gethostname()]),
        addresses=_once(addresses),
        serials=_once(_first_line(path) for path in SERIAL_FILES),
    )


def is_person(name: str) -> bool:
    """Whether an account name may be somebody's, as opposed to one that every system has."""
    return bool(name) and name.lower() not in SYSTEM_ACCOUNTS


if sys.platform == "win32":

    def _people() -> tuple[Person, ...]:
        return ()

else:
    import pwd

    def _people() -> tuple[Person, ...]:
        """The people with accounts here, the present one first (passwd(5): the first comma field is the name)."""
        own = os.getuid()
        found = [
            entry
            for entry in pwd.getpwall()
            if is_person(entry.pw_name) and (entry.pw_uid == own or FIRST_PERSON_UID <= entry.pw_uid < LAST_PERSON_UID)
        ]
        found.sort(key=lambda entry: (entry.pw_uid != own, entry.pw_uid))
        return tuple(Person(entry.pw_name, entry.pw_dir, entry.pw_gecos.partition(",")[0].strip()) for entry in found)


def _host_names(names: Iterable[str]) -> tuple[str, ...]:
    """Each name and, of a name with a domain, its first part."""
    found = [name.strip().strip(".") for name in names]
    found = [name for name in found if name and not _is_address(name)]
    return _once(
        spelling for name in found for spelling in (name, name.partition(".")[0]) if spelling.lower() != "localhost"
    )


def _is_address(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.readline(200).strip()
    except OSError:
        return ""


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
