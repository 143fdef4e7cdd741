"""Reading shortcuts: one that a shell link object made, others as the published format has them, and anything else."""

from __future__ import annotations

import struct
from importlib.resources import files as resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.page.menu.link_file import arguments

OURS = "-P -m agent open"
CLASS = bytes.fromhex("0114020000000000c000000000000046")
#: Made by the shell link object of Wine 8.0 for C:\Users\Zoë O'Brien-Łuk\py.exe.
MADE = resources("tests.agent.page.menu").joinpath("made_by_wine.lnk").read_bytes()

#: Flags by [MS-SHLLINK] 2.1.1, from the least significant bit.
FLAGS = ["target", "information", "name", "relative", "folder", "arguments", "icon", "unicode"]


def shortcut(*, wide: bool = True, beginning: bytes = struct.pack("<I", 0x4C) + CLASS, **parts: Any) -> bytes:
    """A shortcut's file of these parts."""
    flags = sum(1 << at for at, name in enumerate(FLAGS) if name in parts) | (0x80 if wide else 0)
    data = beginning + struct.pack("<I", flags)
    data += bytes(0x4C - len(data))
    if "target" in parts:
        data += struct.pack("<H", len(parts["target"])) + bytes(parts["target"])
    if "information" in parts:
        data += struct.pack("<I", len(parts["information"]) + 4) + bytes(parts["information"])
    for name in FLAGS[2:7]:
        if name in parts:
            text = str(parts[name])
            data += struct.pack("<H", len(text)) + text.encode("utf-16-le" if wide else "cp1252")
    return data + bytes(4)


def test_one_that_was_really_made_is_read() -> None:
    assert arguments(MADE) == OURS


def test_the_arguments_are_found_among_all_else() -> None:
    everything: dict[str, Any] = {
        "target": b"\x14\x00" + bytes(18) + b"\x00\x00",
        "information": bytes(24),
        "name": "Łuk's",
        "relative": "..\\py.exe",
        "folder": "C:\\Zoë",
        "icon": "C:\\x.ico",
    }
    assert arguments(shortcut(**everything, arguments=OURS)) == OURS
    for left_out in everything:
        rest = {name: part for name, part in everything.items() if name != left_out}
        assert arguments(shortcut(**rest, arguments=OURS)) == OURS
    assert arguments(shortcut(**everything)) is None


def test_one_in_an_old_code_page_is_read_too() -> None:
    assert arguments(shortcut(wide=False, name="Zoë", arguments=OURS)) == OURS
    assert arguments(shortcut(wide=False, arguments="Zoë")) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MADE[:0x4C],
        MADE[: MADE.index(OURS.encode("utf-16-le")) + 8],
        shortcut(beginning=struct.pack("<I", 0x4D) + CLASS, arguments=OURS),
        shortcut(beginning=struct.pack("<I", 0x4C) + bytes(16), arguments=OURS),
        OURS.encode("utf-16-le"),
    ],
    ids=["empty", "header", "cut", "size", "class", "text"],
)
def test_what_is_no_shortcut_has_none(data: bytes) -> None:
    assert arguments(data) is None


@given(st.binary(max_size=300).map(lambda tail: shortcut()[:20] + tail) | st.binary(max_size=50))
def test_no_content_makes_it_stumble_or_is_taken_for_ours(data: bytes) -> None:
    assert arguments(data) != OURS


@given(st.integers(0, len(MADE) - 1), st.integers(0, 255), st.integers(0, len(MADE)))
def test_a_damaged_one_does_not_make_it_stumble(at: int, value: int, end: int) -> None:
    data = bytearray(MADE)
    data[at] = value
    found = arguments(bytes(data[:end]))
    assert found is None or isinstance(found, str)
