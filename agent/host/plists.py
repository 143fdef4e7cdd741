"""Apple's property lists, XML and binary, from data that anybody may have written."""

from __future__ import annotations

import plistlib
import struct
from typing import Any
from xml.parsers.expat import ExpatError

__all__ = ["BadPlistError", "parse"]

#: An app's own list has some ten KiB and some hundred values.
MAX_BYTES = 4 * 1024 * 1024
MAX_OBJECTS = 100_000
MAX_REFERENCES = 200_000
BINARY = b"bplist00"
TRAILER_BYTES = 32
#: Of a binary list's objects by the high half of their first byte: bytes for each of what they count. The other kinds
#: count nothing (Apple's CFBinaryPList.c).
UNIT_BYTES = {0x40: 1, 0x50: 1, 0x60: 2}
ARRAY, MAPPING, COUNTED = 0xA0, 0xD0, 0xF

#: What plistlib was seen to raise on data that is no property list, beside its own exception.
TROUBLE = (
    plistlib.InvalidFileException,
    ExpatError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


class BadPlistError(ValueError):
    """The data is no property list, or not one with named values at the top."""


def parse(data: bytes) -> dict[str, Any]:
    """The named values of a property list.

    Raises:
        BadPlistError: it is no property list, or holds something else at the top.
    """
    if len(data) > MAX_BYTES:
        raise BadPlistError("is larger than any")
    try:
        if data.startswith(BINARY):
            _refuse_bomb(data)
        values = plistlib.loads(data)
    except TROUBLE as error:
        raise BadPlistError(str(error)) from error
    if not isinstance(values, dict):
        raise BadPlistError("holds no named values")
    return {key: value for key, value in values.items() if isinstance(key, str)}


def _refuse_bomb(data: bytes) -> None:
    """Refuse a binary list whose objects lie over each other: read out, it could be a million times its size.

    In one that was written properly every byte belongs to one object, so all of them together fit into the file.

    Raises:
        BadPlistError: it is such a list, or far larger than any.
        LookupError, struct.error: it is no binary list at all.
    """
    offset_bytes, reference_bytes, count, _, table = struct.unpack(">6xBBQQQ", data[-TRAILER_BYTES:])
    if count > MAX_OBJECTS:
        raise BadPlistError("has more values than any")
    taken = references = 0
    for number in range(count):
        at = table + number * offset_bytes
        kind, things, start = _object(data, int.from_bytes(data[at : at + offset_bytes], "big"))
        if kind in (ARRAY, MAPPING):
            things *= 2 if kind == MAPPING else 1
            references += things
            taken += start + things * reference_bytes
        else:
            taken += start + things * UNIT_BYTES.get(kind, 1)
        if taken > len(data) or references > MAX_REFERENCES:
            raise BadPlistError("its values lie over each other, or are more than any")


def _object(data: bytes, offset: int) -> tuple[int, int, int]:
    """An object's kind, how many things it says that it counts, and the length of what says so."""
    kind, count = data[offset] & 0xF0, data[offset] & 0x0F
    if kind in (0x10, 0x20):
        return kind, 1 << count, 1
    if kind not in (*UNIT_BYTES, ARRAY, MAPPING):
        return kind, 0, 1
    if count != COUNTED:
        return kind, count, 1
    width = 1 << (data[offset + 1] & 0x3)
    return kind, int.from_bytes(data[offset + 2 : offset + 2 + width], "big"), 2 + width
