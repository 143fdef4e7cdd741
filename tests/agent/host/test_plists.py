"""Property lists as Apple's tools write them are read; those that were made to hurt are refused in no time."""

from __future__ import annotations

import contextlib
import plistlib
import struct
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.plists import MAX_BYTES, MAX_OBJECTS, MAX_REFERENCES, BadPlistError, parse

LEAVES = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)
    | st.binary(max_size=300)
    | st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
)
KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=20) | st.dictionaries(KEYS, inner, max_size=20))


@given(st.dictionaries(KEYS, VALUES, max_size=20), st.sampled_from([plistlib.FMT_XML, plistlib.FMT_BINARY]))
def test_what_was_written_is_read(values: dict[str, Any], form: plistlib.PlistFormat) -> None:
    assert parse(plistlib.dumps(values, fmt=form)) == values


def test_a_long_list_of_many_equal_things_is_read() -> None:
    values = {"list": ["same"] * 50_000, "other": [number % 7 for number in range(50_000)]}
    assert parse(plistlib.dumps(values, fmt=plistlib.FMT_BINARY)) == values


def binary(objects: Sequence[bytes], offsets: Sequence[int] | None = None, reference_bytes: int = 4) -> bytes:
    """A binary list of these objects, wherever the table says that they are."""
    body = b"bplist00"
    places = []
    for each in objects:
        places.append(len(body))
        body += each
    places = list(places if offsets is None else offsets)
    table = b"".join(struct.pack(">I", place) for place in places)
    return body + table + struct.pack(">6xBBQQQ", 4, reference_bytes, len(places), 0, len(body))


def long_array(count: int, references: bytes) -> bytes:
    return b"\xaf\x12" + struct.pack(">I", count) + references


def one_array_a_thousand_times() -> bytes:
    array = long_array(50_000, struct.pack(">I", 1) * 50_000)
    top = b"\xd1" + struct.pack(">II", 2, 1)
    return binary([top, array, b"\x51a"], [8, *[8 + len(top)] * 20_000])


def one_text_a_thousand_times() -> bytes:
    text = b"\x5f\x12" + struct.pack(">I", 200_000) + b"a" * 200_000
    top = b"\xaf\x12" + struct.pack(">I", 20_000) + b"".join(struct.pack(">I", 1 + n) for n in range(20_000))
    return binary([top, text], [8, *[8 + len(top)] * 20_000])


def arrays_that_begin_in_each_other() -> bytes:
    return binary([b"\xaf\x11\xff\xff" * 30_000], [8 + 4 * number for number in range(30_000)])


def more_objects_than_any() -> bytes:
    return binary([b"\x09" * (MAX_OBJECTS + 1)], [8] * (MAX_OBJECTS + 1))


def more_references_than_any() -> bytes:
    count = MAX_REFERENCES + 1
    return binary([long_array(count, b"\x01" * count), b"\x09"], reference_bytes=1)


def a_number_of_a_million_digits() -> bytes:
    return b'<?xml version="1.0"?><plist><dict><key>a</key><integer>' + b"9" * 1_000_000 + b"</integer></dict></plist>"


def larger_than_any() -> bytes:
    return b"<plist><dict><key>a</key><string>" + b"a" * MAX_BYTES + b"</string></dict></plist>"


@pytest.mark.parametrize(
    "bomb",
    [
        one_array_a_thousand_times,
        one_text_a_thousand_times,
        arrays_that_begin_in_each_other,
        more_objects_than_any,
        more_references_than_any,
        a_number_of_a_million_digits,
        larger_than_any,
    ],
)
def test_a_bomb_is_refused_without_much_time_or_memory(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(BadPlistError):
            parse(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 3
    assert peak < 64 * 1024 * 1024


@given(st.binary(max_size=200).map(lambda data: b"bplist00" + data) | st.binary(max_size=200))
def test_no_data_raises_anything_else(data: bytes) -> None:
    with contextlib.suppress(BadPlistError):
        assert isinstance(parse(data), dict)


@given(st.dictionaries(KEYS, VALUES, max_size=5), st.data())
def test_a_damaged_list_raises_nothing_else(values: dict[str, Any], data: st.DataObject) -> None:
    whole = bytearray(plistlib.dumps(values, fmt=plistlib.FMT_BINARY))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadPlistError):
        assert isinstance(parse(bytes(whole)), dict)
