"""Where a document departs from its type: ``$.commands[3].argv: expected an array, found text``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

__all__ = ["place_of"]

KINDS = ((bool, "true or false"), (int, "a number"), (float, "a number"), (str, "text"), (list, "an array"))


def place_of(value: Any, kind: Any, place: str = "$") -> str | None:
    """The innermost place at which a JSON value does not fit a type, and why, in one line. ``None`` when it fits."""
    try:
        msgspec.convert(value, kind, str_keys=True)
    except (msgspec.ValidationError, RecursionError) as error:
        for child, child_kind, child_place in _children(value, kind, place):
            found = place_of(child, child_kind, child_place)
            if found is not None:
                return found
        return f"{place}: {_why(value, kind, str(error))}"
    return None


def _children(value: Any, kind: Any, place: str) -> Iterator[tuple[Any, Any, str]]:
    """What the value is made of, each with its type and place."""
    kind = _plain(kind)
    if isinstance(value, dict):
        struct = next((option for option in _options(kind) if isinstance(option, msgspec.StructMeta)), None)
        if struct is not None:
            hints = get_type_hints(struct, include_extras=True)
            yield from ((value[key], hints[key], f"{place}.{key}") for key in value if key in hints)
        elif get_origin(kind) is dict:
            yield from ((item, get_args(kind)[1], f"{place}[{_shown(key)}]") for key, item in value.items())
    elif isinstance(value, list) and get_origin(kind) in (list, tuple):
        yield from ((item, get_args(kind)[0], f"{place}[{number}]") for number, item in enumerate(value))


def _why(value: Any, kind: Any, error: str) -> str:
    """The reason in words: an unknown key with the nearest known one, else what msgspec says."""
    for struct in _options(_plain(kind)):
        if isinstance(value, dict) and isinstance(struct, msgspec.StructMeta):
            unknown = next((key for key in value if key not in struct.__struct_encode_fields__), None)
            if unknown is not None:
                near = difflib.get_close_matches(unknown[:100], struct.__struct_encode_fields__, n=1)
                return f"unknown key {_shown(unknown)}" + (f"; did you mean {_shown(near[0])}?" if near else "")
    text = error.partition(" - at `")[0].splitlines()[0]
    found = "" if "missing" in text or isinstance(value, dict) else f"; found {_found(value)}"
    return text[:1].lower() + text[1:] + found


def _found(value: Any) -> str:
    if value is None:
        return "null"
    name = next((name for kind, name in KINDS if isinstance(value, kind)), type(value).__name__)
    return f"{name} {_shown(value)}" if isinstance(value, str | int | float) else name


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _plain(kind: Any) -> Any:
    """A type without its annotations, and without the ``None`` of an optional one."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    options = [option for option in _options(kind) if option is not type(None)]
    return _plain(options[0]) if len(options) == 1 and options[0] is not kind else kind


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
