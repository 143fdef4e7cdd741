"""Reading settings: defaults, profile, the person's file and choices, and the machine policy, merged and checked.

Strongest first: locked values of the machine policy, the person's choices, the policy's other values, the person's
``config.toml``, the profile, the defaults. Accounts are the exception: those of every source are looked after, so
that an office's list never hides a person's own accounts nor the other way round (unless ``accounts`` is locked).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from config.errors import SettingsError
from config.files import parse, read_table
from config.keys import KEYS, THRESHOLDS
from config.schema import Profile, Settings
from config.trust import ADMINISTRATORS, distrust
from config.validate import checked_values

__all__ = [
    "Loaded",
    "SettingsError",
    "check_file",
    "choice_problems",
    "default_settings",
    "from_values",
    "keepable",
    "load",
    "profile",
    "shareable",
]

POLICY = "machine policy"
LOCKED = "machine policy (locked)"
CHOICES = "your choice"


@dataclass(frozen=True)
class Loaded:
    """Settings, and for each key (dotted) its value and where that came from.

    ``digest`` names the effective policy in reports: two computers with the same limits and checks show the same
    one. It covers nothing personal. ``overruled`` lists what the person set that the machine policy does not allow,
    ``held`` every key that it locks. ``ignored`` are choices that are no longer possible, a line each. ``problems``
    say why last good settings are in force in the place of a file; without any, the files are as they should be.
    """

    settings: Settings
    values: Mapping[str, Any]
    origins: Mapping[str, str]
    digest: str
    overruled: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    #: What each file set, by dotted key: of use to :func:`keepable` only.
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Layer:
    """One source of settings: how it is called, and its values by dotted key."""

    name: str
    values: Mapping[str, Any]


def load(
    user_file: str | os.PathLike[str] | None = None,
    policy_file: str | os.PathLike[str] | None = None,
    choices: Mapping[str, Any] | None = None,
    *,
    must_exist: bool = False,
    administrators: frozenset[int | str] = ADMINISTRATORS,
    last_good: Mapping[str, Any] | None = None,
) -> Loaded:
    """The settings that hold, from the person's file, the machine policy and the person's ``choices``.

    A file that does not exist sets nothing, unless it is the person's and ``must_exist``. ``choices`` may be nested or
    have dotted keys; one that is no longer possible stops nothing, for it was possible when it was made.
    ``administrators`` are the user ids (on Windows SIDs) that may own a policy. ``last_good`` is what
    :func:`keepable` gave for settings that were good (or nothing at all, for the defaults): it takes the place of a
    file that cannot be used, and :attr:`Loaded.problems` says so.

    Raises:
        SettingsError: everything that is wrong with the files, one line each, when there is no ``last_good``.
    """
    wrong_user: list[str] = []
    wrong_policy: list[str] = []
    ignored: list[str] = []
    user = _user_layer(user_file, wrong_user, must_exist=must_exist)
    policy = _policy_layer(policy_file, wrong_policy, administrators)
    chosen = _Layer(CHOICES, checked_values(choices or {}, CHOICES, ignored, dotted=True))
    problems = (*wrong_user, *wrong_policy)
    if problems and last_good is None:
        raise SettingsError(problems)
    if wrong_user:
        user = _last_good_user(last_good or {}, user)
    if wrong_policy:
        policy = _last_good_policy(last_good or {})
    return replace(_merged(policy, chosen, user), ignored=tuple(ignored), problems=problems)


def keepable(loaded: Loaded) -> dict[str, Any]:
    """What to keep of good settings for when a file can no longer be used: plain JSON, without any address.

    ``user`` and ``policy`` are what the files set, ``digest`` names all that was in force.
    """
    return {"digest": loaded.digest} | {name: _without_addresses(values) for name, values in loaded.sources.items()}


def choice_problems(choices: Mapping[str, Any]) -> list[str]:
    """What is wrong with the person's choices (by dotted key), a line each."""
    problems: list[str] = []
    checked_values(choices, CHOICES, problems, dotted=True)
    return problems


def check_file(path: str, *, policy: bool = False) -> None:
    """Check one settings file by itself; a ``policy`` wherever it lies and whoever owns it.

    Raises:
        SettingsError: everything that is wrong with it, one line each.
    """
    problems: list[str] = []
    table = read_table(path)
    if table is None:
        raise SettingsError([f"{path}: there is no such file"])
    checked_values(table, path, problems, policy=policy)
    if problems:
        raise SettingsError(problems)


def from_values(values: Mapping[str, Any], name: str) -> Loaded:
    """The settings that a recording carries, over the defaults. ``name`` stands for it in errors and origins.

    Raises:
        SettingsError: everything that is wrong with them, one line each.
    """
    problems: list[str] = []
    layer = _Layer(os.path.basename(name), checked_values(values, name, problems))
    if problems:
        raise SettingsError(problems)
    return _merged(_Layer(POLICY, {}), _Layer(CHOICES, {}), layer)


def shareable(loaded: Loaded) -> dict[str, Any]:
    """The settings that decide verdicts and are not a default, nested as in a file: what :func:`from_values` takes."""
    tree: dict[str, Any] = {"profile": loaded.values["profile"]}
    for key, value in loaded.values.items():
        if loaded.origins[key] == "default" or loaded.origins[key].startswith("profile ") or KEYS[key].policy_only:
            continue
        *tables, last = key.split(".")
        place = tree
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
    return tree


def profile(name: str) -> Profile:
    """The thresholds of a built-in profile: ``toolkit``, ``standard`` or ``heightened``."""
    return msgspec.convert({"name": name, **_packaged("profiles.toml")[name]}, Profile)


def default_settings(profile_name: str = "standard") -> Settings:
    """The settings of a computer on which nobody has set anything."""
    return msgspec.convert({**_packaged("default.toml"), "profile": profile(profile_name)}, Settings)


def _user_layer(path: str | os.PathLike[str] | None, problems: list[str], *, must_exist: bool) -> _Layer:
    name = os.fspath(path or "config.toml")
    try:
        table = read_table(name) if path is not None else None
    except SettingsError as error:
        problems.extend(error.problems)
        table = {}
    if table is None and must_exist:
        problems.append(f"{name}: there is no such file")
    return _Layer(os.path.basename(name), checked_values(table or {}, name, problems))


def _policy_layer(
    path: str | os.PathLike[str] | None, problems: list[str], administrators: frozenset[int | str]
) -> _Layer:
    if path is None:
        return _Layer(POLICY, {})
    name = os.fspath(path)
    try:
        table = read_table(name, refuse=lambda descriptor: distrust(name, descriptor, administrators))
    except SettingsError as error:
        problems.extend(error.problems)
        return _Layer(POLICY, {})
    return _Layer(POLICY, checked_values(table or {}, name, problems, policy=True))


def _last_good_user(last_good: Mapping[str, Any], user: _Layer) -> _Layer:
    """What the person's file said when it was last good. Its accounts, with their addresses, if they are still good."""
    kept = checked_values(_table(last_good, "user"), user.name, [], dotted=True)
    return _Layer(user.name, kept | {key: value for key, value in user.values.items() if key == "accounts"})


def _last_good_policy(last_good: Mapping[str, Any]) -> _Layer:
    """What the policy said when it was last good, but neither code nor where reports go: the store is the person's.

    Only a file that an administrator owns may name ``plugins`` or anything of ``report``.
    """
    kept = checked_values(_table(last_good, "policy"), POLICY, [], policy=True, dotted=True)
    return _Layer(POLICY, {key: value for key, value in kept.items() if key.split(".")[0] not in ("plugins", "report")})


def _table(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, Mapping) else {}


def _without_addresses(values: Mapping[str, Any]) -> dict[str, Any]:
    accounts = [{**entry, "address": ""} for entry in values.get("accounts", ())]
    return {**values, **({"accounts": accounts} if accounts else {})}


def _merged(policy: _Layer, chosen: _Layer, user: _Layer) -> Loaded:
    held = _locked_keys(policy.values.get("locked", ()))
    locked = _Layer(LOCKED, {name: value for name, value in policy.values.items() if name in held})
    free = [_without(layer, held) for layer in (chosen, policy, user)]
    defaults = _Layer("default", _flat(_packaged("default.toml")))
    name = next(layer.values["profile"] for layer in (locked, *free, defaults) if "profile" in layer.values)
    limits = _flat({"thresholds": _packaged("profiles.toml")[name]})
    layers = (locked, *free, _Layer(f"profile {name}", limits), defaults)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key in KEYS:
        values[key], origins[key] = _strongest(key, layers, name)
    values["accounts"], origins["accounts"] = _accounts(layers)
    overruled = tuple(f"{key} ({layer.name})" for layer in (chosen, user) for key in layer.values if key in held)
    sources = {"user": user.values, "policy": policy.values}
    return Loaded(_settings(values), values, origins, _digest(values), overruled, held, sources=sources)


def _strongest(key: str, layers: Iterable[_Layer], profile_name: str) -> tuple[Any, str]:
    for layer in layers:
        if key in layer.values:
            return layer.values[key], layer.name
    if key.startswith(THRESHOLDS):
        return None, f"profile {profile_name}"
    return [], "default"


def _accounts(layers: Sequence[_Layer]) -> tuple[list[dict[str, str]], str]:
    """The accounts of every layer, each once, the office's first."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    sources = []
    for layer in sorted(layers, key=lambda layer: layer.name not in (LOCKED, POLICY)):
        if layer.values.get("accounts"):
            sources.append(layer.name)
        for entry in layer.values.get("accounts", ()):
            found.setdefault((entry["service"], entry["address"].lower() or entry["label"]), entry)
    return list(found.values()), ", ".join(sources) or "default"


def _locked_keys(names: Iterable[str]) -> frozenset[str]:
    """Every key that is held by ``locked``: the key itself or all of a table.

    Who locks the profile means its limits: with ``profile`` every limit is held as well.
    """
    wanted = set(names)
    if "profile" in wanted:
        wanted.add(THRESHOLDS.removesuffix("."))
    return frozenset(key for key in KEYS if any(key == name or key.startswith(f"{name}.") for name in wanted))


def _without(layer: _Layer, held: frozenset[str]) -> _Layer:
    return _Layer(layer.name, {key: value for key, value in layer.values.items() if key not in held})


def _settings(values: Mapping[str, Any]) -> Settings:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *tables, last = key.split(".")
        place = tree
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
    return msgspec.convert({**tree, "profile": {"name": tree["profile"], **tree.pop("thresholds")}}, Settings)


def _digest(values: Mapping[str, Any]) -> str:
    shared = {key: value for key, value in values.items() if not KEYS[key].personal}
    text = json.dumps(shared, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A packaged table as dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


@lru_cache
def _packaged(name: str) -> dict[str, Any]:
    return parse(files("config").joinpath(name).read_text(encoding="utf-8"), name)
