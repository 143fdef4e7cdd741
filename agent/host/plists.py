"""Apple's property lists, XML and binary, from data that anybody may have written."""

from __future__ import annotations

import plistlib
import struct
from typing import Any
from xml.parsers.expat import ExpatError

__all__ = ["BadPlistError", "parse"]

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
    try:
        values = plistlib.loads(data)
    except TROUBLE as error:
        raise BadPlistError(str(error)) from error
    if not isinstance(values, dict):
        raise BadPlistError("holds no named values")
    return {key: value for key, value in values.items() if isinstance(key, str)}
