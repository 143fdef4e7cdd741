"""The icons: what their containers say of each picture is what the picture is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib.resources import files as resources

PNG = b"\x89PNG\r\n\x1a\n"
#: Kinds of PNG in Apple's container by their width. There is no published format; these are iconutil's.
WIDTHS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def icon(*name: str) -> bytes:
    return resources("installers").joinpath(*name).read_bytes()


def png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(PNG)
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def pictures(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Of a Windows icon: each picture's width by its directory, and the picture."""
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind) == (0, 1)
    for at in range(6, 6 + 16 * count, 16):
        width, height, colours, _, planes, bits, size, offset = struct.unpack_from("<BBBBHHII", data, at)
        assert (width, colours, planes, bits) == (height, 0, 1, 32)
        assert offset + size <= len(data)
        yield width or 256, data[offset : offset + size]


def test_windows_icon_has_each_size_that_menus_use() -> None:
    found = dict(pictures(icon("windows", "watchword.ico")))
    assert sorted(found) == [16, 24, 32, 48, 256]
    assert png_size(found.pop(256)) == (256, 256)
    for width, picture in found.items():  # as a bitmap with its mask below it, which is why it says twice the height
        header, across, down, _, bits = struct.unpack_from("<IiiHH", picture)
        assert (header, across, down, bits) == (40, width, 2 * width, 32)
        assert len(picture) == 40 + width * width * 4 + (width + 31) // 32 * 4 * width


def test_macos_icon_has_each_size_and_nothing_behind_it() -> None:
    data = icon("macos", "watchword.icns")
    assert data[:8] == b"icns" + struct.pack(">I", len(data))
    at, found = 8, {}
    while at < len(data):
        kind, size = data[at : at + 4], struct.unpack_from(">I", data, at + 4)[0]
        found[kind] = png_size(data[at + 8 : at + size])
        at += size
    assert found == {kind: (width, width) for kind, width in WIDTHS.items()}
