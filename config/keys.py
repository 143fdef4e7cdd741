"""The table of settings: every key, what it means and what it may hold.

Validation, ``watchword config show`` and the manual all read this table. A key is written with dots
(``breach.base_url``); ``thresholds.*`` are the limits of the profile, which may be overridden one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from config.text import as_found, nearest, one_line

__all__ = ["KEYS", "LEVELS", "LOOPBACK", "PROFILES", "THRESHOLDS", "Key", "names_below", "suggestion"]

PROFILES = ("toolkit", "standard", "heightened")
#: How much a report shares, from least to most (docs/report.md).
LEVELS = ("summary", "standard", "detailed")
THRESHOLDS = "thresholds."
MAX_TEXT = 200
TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
MAX_LIST = 500
#: The names of this computer, to which nothing has to be encrypted. The network client asks these and no others.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

#: A rule returns what is wrong with a value, or ``None`` when it is allowed.
Rule = Callable[[Any], str | None]


@dataclass(frozen=True)
class Key:
    """One setting. ``allowed`` says in words what ``rule`` accepts.

    ``policy_only`` keys are refused outside the machine policy. ``personal`` ones are left out of the digest that is
    reported to the office: they may hold an address or a name, are nobody else's business, or decide no verdict.
    """

    name: str
    meaning: str
    allowed: str
    accepts: Callable[[Any], bool]
    policy_only: bool = False
    personal: bool = False

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value for this key, in words, or ``None``."""
        return None if self.accepts(value) else f"found {as_found(value)}; allowed: {self.allowed}"


def _is_whole(value: Any) -> bool:
    # In Python a bool is an int; "true" minutes is a mistake all the same.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_line(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and one_line(value)


def _flag(name: str, meaning: str, *, personal: bool = False) -> Key:
    return Key(name, meaning, "true or false", lambda value: isinstance(value, bool), personal=personal)


def _whole(name: str, low: int, high: int, meaning: str) -> Key:
    return Key(
        name,
        meaning,
        f"a whole number from {low} to {high}",
        lambda value: _is_whole(value) and low <= value <= high,
    )


def _choice(
    name: str, choices: tuple[str, ...], meaning: str, *, policy_only: bool = False, personal: bool = False
) -> Key:
    allowed = ", ".join(choices[:-1]) + " or " + choices[-1]
    accepts = lambda value: isinstance(value, str) and value in choices  # noqa: E731
    return Key(name, meaning, allowed, accepts, policy_only=policy_only, personal=personal)


def _names(name: str, meaning: str, what: str, *, policy_only: bool = False) -> Key:
    def accepts(value: Any) -> bool:
        return (
            isinstance(value, list)
            and len(value) <= MAX_LIST
            and all(_is_line(item, MAX_TEXT) and item == item.strip() != "" for item in value)
        )

    return Key(name, meaning, f"a list of {what}", accepts, policy_only=policy_only)


def _address(name: str, meaning: str) -> Key:
    return Key(name, meaning, "an https:// address, or http:// on this computer itself", _is_safe_url)


def _time_of_day(name: str, meaning: str) -> Key:
    return Key(
        name,
        meaning,
        'a time of day such as "18:00"',
        lambda value: isinstance(value, str) and TIME_OF_DAY.fullmatch(value) is not None,
        personal=True,
    )


def _is_safe_url(value: Any) -> bool:
    """Whether it is https anywhere or http on loopback, without a user name, query or fragment."""
    if not _is_line(value, MAX_TEXT) or " " in value or not value.isascii() or "\\" in value:
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(isinstance(item, dict) for item in value)


def _is_full_path(value: Any) -> bool:
    if not _is_line(value, 4096):
        return False
    return value == "" or value.startswith("/") or (value[1:3] in (":\\", ":/") and value[0].isalpha())


def _limits(name: str, low: int, high: int, what: str) -> tuple[Key, Key]:
    return (
        _whole(f"{THRESHOLDS}{name}.warn", low, high, f"{what}: above this, look at it soon"),
        _whole(f"{THRESHOLDS}{name}.fail", low, high, f"{what}: above this, action is needed"),
    )


_ALL = (
    _choice("profile", PROFILES, "how strict the limits are"),
    Key(
        "device.label",
        "what this computer is called in reports; never its host name",
        "a name of 1 to 40 characters without any of @ < > / \\ :",
        # The same rule as for what a report may hold: no address, path or link can be in it.
        lambda value: _is_line(value, 40) and value.strip() != "" and not set(value) & set("@<>/\\:"),
        personal=True,
    ),
    _names("checks.disabled", "checks that are switched off", "ids of checks"),
    _names("app_updates.ignore", "packages that the app update check passes over", "names of packages"),
    _flag("app_updates.feeds", "look up the latest versions of installed apps (Windows, macOS)"),
    Key(
        "app_updates.feeds_mirror",
        "an office's copy of what is looked up; the host of each feed is the first folder below it",
        "an https:// address, or http:// on this computer itself, or nothing",
        lambda value: value == "" or _is_safe_url(value),
    ),
    _address("breach.base_url", "where breaches are looked up"),
    _address("breach.passwords_url", "where known passwords are looked up"),
    Key(
        "breach.office_file",
        "answers about breaches that office IT puts on this computer (docs/office-breach-answers.md)",
        "the full path of a file, or nothing",
        _is_full_path,
        policy_only=True,
        personal=True,
    ),
    _flag("network.offline", "true: never use the network"),
    Key(
        "network.ca_file",
        "a file of extra certificate authorities, in PEM form",
        "the full path of a file, or nothing",
        _is_full_path,
        personal=True,
    ),
    _flag("alerts.enabled", "show alerts on this computer; false leaves them to status and the office"),
    _time_of_day("alerts.quiet_from", "from when in the day no alerts are shown"),
    _time_of_day("alerts.quiet_to", "until when in the day no alerts are shown"),
    _flag("alerts.quiet_weekends", "show no alerts on Saturday and Sunday", personal=True),
    _flag("alerts.all_clear", "say so, once a month at most, when nothing needs you", personal=True),
    # Where reports go is an administrator's to say, never a link's or the person's. None of it decides a verdict.
    Key(
        "report.url",
        "where reports are sent, if the person agrees (docs/report-protocol.md)",
        "an https:// address, or http:// on this computer itself, or nothing",
        lambda value: value == "" or _is_safe_url(value),
        policy_only=True,
        personal=True,
    ),
    Key(
        "report.drop",
        "a folder of this computer in which reports are put, if the person agrees",
        "the full path of a folder, or nothing",
        _is_full_path,
        policy_only=True,
        personal=True,
    ),
    _choice("report.level", LEVELS, "how much of a report the office asks for", policy_only=True, personal=True),
    Key(
        "report.every_hours",
        "hours between two reports",
        "a whole number from 1 to 168",
        lambda value: _is_whole(value) and 1 <= value <= 168,
        policy_only=True,
        personal=True,
    ),
    Key(
        "report.office",
        "who gets the reports, as the person is told",
        "a name of at most 60 characters without any of @ < > / \\ :",
        lambda value: _is_line(value, 60) and not set(value) & set("@<>/\\:"),
        policy_only=True,
        personal=True,
    ),
    Key(
        "accounts",
        "accounts to look after, each with a service, a label and an address",
        "[[accounts]] entries",
        _is_list_of_tables,
        personal=True,
    ),
    # Not in the digest: two computers with the same limits and checks judge alike, whenever their offices ask for it.
    Key(
        "deadlines",
        "by when the office asks for checks to be in order; changes no result",
        "[[deadlines]] entries, each with a check and a date to have it in order by",
        _is_list_of_tables,
        policy_only=True,
        personal=True,
    ),
    _names("plugins", "checks from elsewhere that may be loaded", "names of checks", policy_only=True),
    _names("locked", "settings that nobody may override", "names of settings", policy_only=True),
    *_limits("lock_minutes", 1, 240, "minutes until the screen is locked"),
    *_limits("lock_password_seconds", 0, 3600, "seconds from screen off to the password being needed"),
    *_limits("update_days", 0, 365, "days an update has waited"),
    *_limits("exploited_update_days", 0, 365, "days an update has waited that is known to be exploited"),
    _whole(f"{THRESHOLDS}package_list_days", 1, 90, "days after which package lists say nothing"),
    _whole(f"{THRESHOLDS}breach_recheck_days", 1, 365, "days between looking up breaches"),
    _choice(
        f"{THRESHOLDS}weak_second_step",
        ("pass", "warn", "strict"),
        "codes by text, call or email: fine, fine where nothing better exists, or not for email either",
    ),
    _whole(f"{THRESHOLDS}attestation_days.quick", 1, 730, "days a statement about recovery or forwarding is good"),
    _whole(f"{THRESHOLDS}attestation_days.account", 1, 730, "days a statement about an account is good"),
    _whole(f"{THRESHOLDS}attestation_days.habit", 1, 730, "days a statement about a habit or plan is good"),
    _whole(f"{THRESHOLDS}attestation_days.setup", 1, 730, "days a statement about a one-time setting is good"),
)

#: Every setting by its dotted name, in the order in which it is shown.
KEYS: Mapping[str, Key] = MappingProxyType({key.name: key for key in _ALL})


def names_below(prefix: str) -> list[str]:
    """The settings that are ``prefix`` itself or lie in the table of that name."""
    return [name for name in KEYS if name == prefix or name.startswith(f"{prefix}.")]


def suggestion(name: str) -> str:
    """``; did you mean ...?`` for the setting or table nearest to a name, or nothing."""
    tables = {".".join(known.split(".")[:depth]) for known in KEYS for depth in range(1, known.count(".") + 1)}
    # A key put into the wrong table (`base_url` at the top) is best recognised by its last part.
    by_last_part = {known.rsplit(".", 1)[-1]: known for known in reversed([*sorted(tables), *KEYS])}
    last = name.rsplit(".", 1)[-1]
    near = by_last_part.get(last) or nearest(name, [*KEYS, *tables]) or by_last_part.get(nearest(last, by_last_part))
    return f"; did you mean {near}?" if near else ""
