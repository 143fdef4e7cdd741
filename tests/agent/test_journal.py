from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Attestation
from agent.store.events import AccountKept, Attested, DeviceKept, Event, decode, encode

text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
times = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
statements = st.builds(
    Attested, text, st.builds(Attestation, subject=text, statement=text, answer=text, at=times, evidence=text)
)
accounts = st.builds(
    AccountKept,
    id=text,
    service=text,
    label=text,
    origin=st.sampled_from(["person", "settings"]),
    occurrence=st.integers(0, 9),
    has_address=st.booleans(),
    added_at=times,
    removed_at=st.none() | times,
    revision=st.integers(1, 99),
)
events = st.lists(statements | accounts | st.builds(DeviceKept, text), max_size=8)


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
