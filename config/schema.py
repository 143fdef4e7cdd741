"""What can be set: the typed settings that checks and commands are given.

``config/default.toml`` holds the default of every setting, ``config/profiles.toml`` the thresholds of each profile;
:mod:`config.loader` merges them with the person's and the office's files.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

__all__ = [
    "AccountEntry",
    "AlertsSettings",
    "AppUpdatesSettings",
    "AttestationDays",
    "BreachSettings",
    "ChecksSettings",
    "Deadline",
    "DeviceSettings",
    "Limit",
    "NetworkSettings",
    "Profile",
    "ReportSettings",
    "Settings",
]


class Limit(msgspec.Struct, frozen=True):
    """Two inclusive limits: a value above ``warn`` warns, above ``fail`` fails. ``None`` sets no such limit."""

    warn: int | None = None
    fail: int | None = None


class AttestationDays(msgspec.Struct, frozen=True):
    """For how many days a statement is good, by what it is about (facts: guidance section 2d).

    ``quick`` is what an attacker changes quietly, ``account`` an account's settings, ``habit`` habits and plans,
    ``setup`` things set up once.
    """

    quick: int
    account: int
    habit: int
    setup: int


class Profile(msgspec.Struct, frozen=True):
    """A named set of thresholds: ``toolkit``, ``standard`` or ``heightened``."""

    name: str
    #: Minutes from the last key press to the password prompt, on the worst power source.
    lock_minutes: Limit
    #: Seconds between the screen going off and the password being needed.
    lock_password_seconds: Limit
    #: Days that an update has waited since it could first be seen.
    update_days: Limit
    #: The same for an update that closes a hole known to be exploited.
    exploited_update_days: Limit
    #: Package lists older than this many days say nothing about what is missing.
    package_list_days: int
    #: Days since the addresses were last checked for breaches.
    breach_recheck_days: int
    attestation_days: AttestationDays
    #: Text, call and email codes: ``pass``; ``warn`` where the platform offers better; ``strict`` also for email.
    weak_second_step: Literal["pass", "warn", "strict"]


class DeviceSettings(msgspec.Struct, frozen=True):
    """How this computer is called in the status document: a label the person or office chose, no host name."""

    label: str


class ChecksSettings(msgspec.Struct, frozen=True):
    """Which checks are switched off, by id."""

    disabled: tuple[str, ...]


class AppUpdatesSettings(msgspec.Struct, frozen=True):
    """Packages and apps that the app update check passes over, by name, and whether and where it looks up versions.

    ``feeds`` lets it ask the makers of installed apps for their latest versions. ``feeds_mirror``, if not empty, is
    the address of an office's copy: the host of each feed becomes the first folder below it.
    """

    ignore: tuple[str, ...]
    feeds: bool
    feeds_mirror: str


class BreachSettings(msgspec.Struct, frozen=True):
    """Where breach data comes from. Addresses must be https, or loopback for tests.

    ``office_file`` is the full path of the answers that office IT puts on this computer, or empty.
    """

    base_url: str
    passwords_url: str
    office_file: str = ""


class NetworkSettings(msgspec.Struct, frozen=True):
    """``offline`` keeps the agent off the network altogether; ``ca_file`` adds an office's certificate authority."""

    offline: bool
    ca_file: str


class AlertsSettings(msgspec.Struct, frozen=True):
    """Whether alerts are shown, and the hours without any, in local time as ``HH:MM``. Equal times: no quiet hours.

    ``all_clear``: whether it is said, once a month at most, that nothing needs the person.
    """

    enabled: bool
    quiet_from: str
    quiet_to: str
    quiet_weekends: bool
    all_clear: bool


class ReportSettings(msgspec.Struct, frozen=True):
    """What the office asks for; only the machine policy sets any of it. Nothing leaves before the person agrees.

    ``url`` is where reports are sent and ``drop`` a folder of this computer for them, each empty where there is none.
    ``level`` is how much is asked for, ``office`` who asks, in words for the person.
    """

    url: str
    drop: str
    level: Literal["summary", "standard", "detailed"]
    every_hours: int
    office: str


class AccountEntry(msgspec.Struct, frozen=True):
    """One ``[[accounts]]`` entry of a settings file. ``service`` is an id from ``config/platforms.toml``."""

    service: str
    label: str
    address: str = ""


class Deadline(msgspec.Struct, frozen=True):
    """One ``[[deadlines]]`` entry: the office asks for the check to be in order by the end of that day."""

    check: str
    by: date


class Settings(msgspec.Struct, frozen=True):
    """Every setting, merged and checked.

    ``deadlines``, ``plugins`` and ``locked`` can only come from the machine policy.
    """

    profile: Profile
    device: DeviceSettings
    checks: ChecksSettings
    app_updates: AppUpdatesSettings
    breach: BreachSettings
    network: NetworkSettings
    alerts: AlertsSettings
    report: ReportSettings
    accounts: tuple[AccountEntry, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    plugins: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
