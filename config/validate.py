"""Checking one source of settings against the table of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from config import deadlines
from config.keys import KEYS, THRESHOLDS, names_below, suggestion
from config.platforms import find, nearest_service
from config.text import as_found, nearest, one_line

__all__ = ["checked_values"]

ACCOUNT_FIELDS = ("service", "label", "address")


def checked_values(
    table: Mapping[str, Any], source: str, problems: list[str], *, policy: bool = False, dotted: bool = False
) -> dict[str, Any]:
    """The settings of one source by dotted key. What is wrong is left out and added to ``problems``, a line each.

    ``policy`` says that the source is the machine policy, which alone may set some of them. ``dotted``
    says that keys of the table may be dotted names themselves; in a file those are quoted keys, which mean nothing.
    """
    values: dict[str, Any] = {}
    plugins = table.get("plugins")
    for name, value in _leaves(table, dotted=dotted):
        found = list(_problems(name, value, policy=policy, plugins=plugins))
        problems.extend(f"{source}: {problem}" for problem in found)
        if not found:
            values[name] = TIDY.get(name, _as_it_is)(value)
    for names, problem in list(_contradictions(values)):
        problems.append(f"{source}: {problem}")
        values = {name: value for name, value in values.items() if name not in names}
    return values


def _leaves(table: Mapping[str, Any], prefix: str = "", *, dotted: bool) -> Iterator[tuple[str, Any]]:
    """Every setting as its dotted name and value; a table where none belongs comes as a whole."""
    for key, value in table.items():
        name = f"{prefix}{key}" if dotted or "." not in key else f'{prefix}"{key}"'
        if isinstance(value, Mapping) and name not in KEYS and names_below(name):
            yield from _leaves(value, f"{name}.", dotted=dotted)
        else:
            yield name, value


def _problems(name: str, value: Any, *, policy: bool, plugins: Any) -> Iterator[str]:
    key = KEYS.get(name)
    if key is None:
        yield _unknown(name, value)
        return
    if key.policy_only and not policy:
        yield f"{name}: only the machine policy, which an administrator installs, may set this"
        return
    problem = key.problem(value)
    if problem is not None:
        yield f"{name}: {problem}"
    elif name == "accounts":
        for number, entry in enumerate(value, 1):
            yield from (f"accounts, entry {number}: {problem}" for problem in _account_problems(entry))
    elif name == "deadlines":
        yield from deadlines.problems(value, plugins)
    elif name == "locked":
        yield from (f"locked: there is no setting {_printable(each)}{suggestion(each)}" for each in _not_keys(value))


def _unknown(name: str, value: Any) -> str:
    if names_below(name):
        return f"{_printable(name)}: found {as_found(value)}; allowed: a table of settings"
    return f"{_printable(name)}: unknown setting{suggestion(name)}"


def _contradictions(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong only when keys of one source are seen together: which of them to leave out, and the problem."""
    for name in values:
        if name.startswith(THRESHOLDS) and name.endswith(".warn"):
            limit = name.removesuffix(".warn")
            fail = values.get(f"{limit}.fail")
            if fail is not None and values[name] > fail:
                problem = f"{limit}: found warn {values[name]} above fail {fail}; allowed: warn up to fail"
                yield (name, f"{limit}.fail"), problem
    for locked in values.get("locked", ()):
        if locked != "locked" and not any(name in values for name in names_below(locked)):
            yield (), f"locked: {locked} is not set in this file, so there is nothing to hold it at"


def _not_keys(names: list[str]) -> list[str]:
    return [name for name in names if not names_below(name)]


def _account_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    for field, value in entry.items():
        if field not in ACCOUNT_FIELDS:
            near = nearest(field, ACCOUNT_FIELDS)
            yield f"{_printable(field)}: unknown setting" + (f"; did you mean {near}?" if near else "")
        elif not isinstance(value, str) or not one_line(value) or len(value) > 254:
            yield f"{field}: found {as_found(value)}; allowed: one line of text"
        elif field == "address" and value and not _is_address(value):
            yield f"address: found {as_found(value)}; allowed: an email address"
    service = entry.get("service", "")
    if isinstance(service, str) and not service.strip():
        yield "service: is missing; allowed: the service's id, for example google"
    elif isinstance(service, str) and find(service) is None and (near := nearest_service(service)):
        # A service that nobody has heard of is judged as "other"; one that is nearly right is a slip.
        yield f"service: found {as_found(service)}; allowed: a service's id, or other; did you mean {near}?"


def _is_address(text: str) -> bool:
    """Whether it has the shape of an email address; whether it exists only its owner knows."""
    name, at, domain = text.rpartition("@")
    return bool(at and name and domain) and "@" not in name and not any(character.isspace() for character in text)


def _accounts(entries: list[Mapping[str, str]]) -> list[dict[str, str]]:
    """Checked entries with every field; an account without a label is called by its service."""
    return [
        {
            "service": entry["service"].strip(),
            "label": entry.get("label", "").strip() or entry["service"].strip(),
            "address": entry.get("address", "").strip(),
        }
        for entry in entries
    ]


def _as_it_is(value: Any) -> Any:
    return value


#: Checked values that may be written in more ways than one, in the one way that is kept.
TIDY: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"accounts": _accounts, "deadlines": deadlines.kept})


def _printable(name: str) -> str:
    return name if one_line(name) and name.isascii() and len(name) <= 80 else as_found(name)
