"""Reading a report strictly: whatever the published schema refuses is refused, with the place where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import msgspec

from agent.errors import WatchwordError
from agent.report.model import Report, is_plain

__all__ = ["MAX_BYTES", "ReportError", "encode", "read"]

#: A report of a computer with 2,000 accounts is half of this.
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8


class ReportError(WatchwordError):
    """Bytes that are no report; the message says where and why."""


def encode(report: Report) -> bytes:
    """The exact bytes of a report: one line, members in the order of the model."""
    return msgspec.json.encode(report)


def read(data: bytes) -> Report:
    """The report that these bytes are.

    Raises:
        ReportError: they are none: too long, not JSON, a member twice, ``NaN``, too deep, or not as the schema says.
    """
    if len(data) > MAX_BYTES:
        raise ReportError(f"longer than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
        tree = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise ReportError(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise ReportError("nested too deeply") from error
    except ValueError as error:
        raise ReportError(str(error)) from error
    if any(depth > MAX_DEPTH for depth in _depths(tree)):
        raise ReportError("nested too deeply")
    if not is_plain(tree):
        raise ReportError("control characters in a text - somewhere below `$`")
    try:
        return msgspec.json.decode(data, type=Report)
    except msgspec.MsgspecError as error:
        said = str(error)
        raise ReportError(said if "$" in said else f"{said} - at `$`") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"the member {name[:64]!r} is there twice")
        members[name] = value
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _depths(tree: Any, depth: int = 1) -> Iterator[int]:
    yield depth
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for child in children:
        if depth <= MAX_DEPTH:
            yield from _depths(child, depth + 1)
