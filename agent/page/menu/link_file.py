"""Reading a shortcut's file as far as it takes to know one of ours: the texts in it. Windows itself writes it.

The format is published: [MS-SHLLINK], "Shell Link (.LNK) Binary File Format", version 8.0, sections 2.1 to 2.4.
"""

from __future__ import annotations

import struct
import uuid

__all__ = ["arguments"]

HEADER_BYTES = 0x4C
#: What every file begins with: the header's size and the class.
BEGINNING = struct.pack("<I", HEADER_BYTES) + uuid.UUID("00021401-0000-0000-c000-000000000046").bytes_le
HAS_TARGET, HAS_INFORMATION, IS_UNICODE = 0x1, 0x2, 0x80
#: The texts, in the order in which those that are there follow each other.
NAME, RELATIVE_PATH, WORKING_FOLDER, ARGUMENTS = 0x4, 0x8, 0x10, 0x20


def arguments(data: bytes) -> str | None:
    """What the shortcut's program is started with. ``None`` for nothing, and for what is no shortcut."""
    if len(data) < HEADER_BYTES or not data.startswith(BEGINNING):
        return None
    (flags,) = struct.unpack_from("<I", data, len(BEGINNING))
    try:
        at = _texts_begin(data, flags)
        for kind in (NAME, RELATIVE_PATH, WORKING_FOLDER, ARGUMENTS):
            if not flags & kind:
                continue
            (count,) = struct.unpack_from("<H", data, at)
            end = at + 2 + count * (2 if flags & IS_UNICODE else 1)
            if end > len(data):
                return None
            if kind == ARGUMENTS:
                text = data[at + 2 : end].decode("utf-16-le" if flags & IS_UNICODE else "ascii")
                return text.removesuffix("\0")  # by the format none ends with one; those that Wine makes do
            at = end
    except (struct.error, UnicodeDecodeError):
        return None
    return None


def _texts_begin(data: bytes, flags: int) -> int:
    """Behind the target's path as the shell has it, and behind what helps to find it on other drives."""
    at = HEADER_BYTES
    if flags & HAS_TARGET:
        at += 2 + struct.unpack_from("<H", data, at)[0]
    if flags & HAS_INFORMATION:  # its size counts itself
        at += struct.unpack_from("<I", data, at)[0]
    return at
