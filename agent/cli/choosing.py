"""What ``watchword config set`` and ``unset`` do: keep the person's choice in the store, if it may be chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent.daemon.doorbell import ring
from agent.errors import RefusedError
from agent.paths import Paths
from agent.store import Store
from config.keys import KEYS, Key, names_below, suggestion
from config.loader import Loaded, SettingsError, choice_problems, load
from config.text import as_found, quoted
from config.typed import typed_value

__all__ = ["choose", "take_back"]


def choose(name: str, text: str, notes: list[str]) -> list[str]:
    """Keep a choice; returns what to say. ``notes`` are added to.

    Raises:
        RefusedError: it cannot be chosen; one line for each reason.
        SettingsError: the value is not allowed, or the machine policy cannot be read.
        agent.store.StoreError: it could not be kept.
    """
    paths = Paths.here()
    key = _choosable(name)
    value = typed_value(key, text)
    policy = load(policy_file=paths.policy)
    if name in policy.held:
        raise RefusedError(
            f"{name}: the machine policy holds this at {_shown(policy.values[name])}; "
            "only an administrator can change it"
        )
    with Store.open(paths) as store:
        before = store.choices()
        known = choice_problems(before)
        new = [problem for problem in choice_problems({**before, name: value}) if problem not in known]
        if new:
            raise RefusedError("\n".join(new))
        store.choose(name, value, datetime.now(UTC))
        ring(paths.doorbell)
        notes.extend(store.notes)
        return [_now(name, paths, store)]


def take_back(name: str, notes: list[str]) -> list[str]:
    """Take a choice back; returns what to say. ``notes`` are added to.

    Raises:
        RefusedError: there is no such setting.
        agent.store.StoreError: it could not be taken back.
    """
    paths = Paths.here()
    with Store.open(paths) as store:
        notes.extend(store.notes)
        if name not in store.choices():
            _choosable(name)
            return [f"You have made no choice for {name}. {_now(name, paths, store)}"]
        store.choose(name, None, datetime.now(UTC))
        ring(paths.doorbell)
        return [_now(name, paths, store) if name in KEYS else f"{quoted(name)} is forgotten."]


def _choosable(name: str) -> Key:
    """The setting of that name.

    Raises:
        RefusedError: there is none, or it is not for the person to choose.
    """
    if name == "accounts" or name.startswith("accounts."):
        raise RefusedError("accounts are not chosen here: `watchword accounts` lists, adds and changes them")
    key = KEYS.get(name)
    if key is None:
        below = names_below(name)
        raise RefusedError(
            f"{name} is a table of settings; choose one of {', '.join(below)}"
            if below
            else f"there is no setting {quoted(name)}{suggestion(name)}"
        )
    if key.policy_only:
        raise RefusedError(f"{name}: only the machine policy, which an administrator installs, may set this")
    return key


def _now(name: str, paths: Paths, store: Store) -> str:
    """What holds for a setting now, and where that comes from."""
    loaded = _in_force(paths, store)
    if loaded is None:
        return f"{name}: that is kept, but your settings cannot be used yet: `watchword config check` says why."
    return f"{name} is now {_shown(loaded.values[name])} ({loaded.origins[name]})."


def _shown(value: Any) -> str:
    return "not set" if value is None else as_found(value).rsplit(" (", 1)[0]


def _in_force(paths: Paths, store: Store) -> Loaded | None:
    try:
        return load(paths.config, paths.policy, store.choices())
    except SettingsError:
        return None
