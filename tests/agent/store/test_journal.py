from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.store.events import AccountKept, DeviceKept, Event, decode, encode, lines
from tests.agent.store.examples import events


@given(events)
def test_what_was_written_is_read_back(written: list[Event]) -> None:
    content = decode(b"".join(map(encode, written)))
    assert (list(content.events), content.damaged_lines) == (written, 0)


@given(events, st.data())
def test_cut_anywhere_it_holds_a_beginning_of_what_was_written(written: list[Event], data: st.DataObject) -> None:
    whole = b"".join(map(encode, written))
    cut = data.draw(st.integers(0, len(whole)))
    content = decode(whole[:cut])
    assert list(content.events) == written[: len(content.events)]
    assert content.damaged_lines == 0


@given(events, st.data())
def test_no_changed_byte_makes_a_statement_that_was_never_written(written: list[Event], data: st.DataObject) -> None:
    whole = bytearray(b"".join(map(encode, written)))
    if whole:
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    content = decode(bytes(whole))
    assert all(event in written for event in content.events)
    assert len(content.events) >= len(written) - 2


@given(st.binary(max_size=400))
def test_nonsense_is_neither_an_event_nor_an_error(data: bytes) -> None:
    assert decode(data).events == ()


def test_a_last_line_that_lacks_only_its_end_still_counts() -> None:
    event = DeviceKept("an-id")
    assert decode(encode(event).rstrip(b"\n")).events == (event,)


def test_deep_nesting_is_a_damaged_line() -> None:
    assert decode(b'{"sum":"x","event":' + b"[" * 100_000 + b"\n").damaged_lines == 1


def test_a_journal_holds_no_address() -> None:
    assert not {"address", "email"} & set(AccountKept.__struct_fields__)


def whole(body: bytes) -> bytes:
    """A line as a program that knows more than this one would write it."""
    return b'{"sum":"%s","event":%s}\n' % (hashlib.sha256(body).hexdigest()[:16].encode(), body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind":"mood","colour":"blue"}',
        b'{"kind":"said","said":{"id":"s","at":"2026-11-22T10:00:00Z","utterance":{"kind":"song","episodes":[]}}}',
    ],
)
def test_what_a_newer_program_wrote_is_passed_over_but_not_damaged(body: bytes) -> None:
    content = decode(whole(body) + encode(DeviceKept("an-id")))
    assert (content.events, content.damaged_lines) == ((DeviceKept("an-id"),), 0)
    assert [line.whole for line in lines(whole(body))] == [True]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"3",
        b'{"kind":3}',
        b'{"kind":"choice","choice":{"key":"k","value":1,"at":"2026-11-22T10:00:00"}}',
        b'{"kind":"choice","choice":{"key":"k","value":1,"at":"0001-01-01T00:00:00+14:00"}}',
        b'{"kind":"choice","choice":{"key":"k","value":1,"at":"9999-12-31T23:59:59Z"}}',
    ],
)
def test_what_no_program_would_write_is_damaged_even_with_a_right_sum(body: bytes) -> None:
    assert decode(whole(body)).damaged_lines == 1
