"""Importing a list: what spreadsheets really save, what is wrong in it, and that nothing happens by halves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.account_import import MAX_BYTES, MAX_ROWS, Plan, counted, planned, preview, read
from agent.accounts import KnownAccounts
from agent.errors import RefusedError
from agent.store import StoredAccount
from tests.builders import NOW

NOBODY = KnownAccounts([], frozenset(), lambda names: {})
GOOD = "service,label,address\ngoogle,Work email,alex@example.org\nx,Campaign,\n"


def plan_of(data: bytes | str, known: KnownAccounts = NOBODY) -> Plan:
    return planned(read(data.encode() if isinstance(data, str) else data), known)


def steps_of(data: bytes | str) -> list[tuple[str, str, str | None]]:
    return [(step.service, step.label, step.address) for step in plan_of(data).steps]


def listed(*entries: tuple[str, str, str]) -> KnownAccounts:
    """Accounts as (service, label, address in the keyring)."""
    stored = [
        StoredAccount(f"i-{number:012}", service, label, "person", bool(address), NOW)
        for number, (service, label, address) in enumerate(entries)
    ]
    kept = {f"address:i-{number:012}": address for number, (_, _, address) in enumerate(entries)}
    return KnownAccounts([(each, "") for each in stored], frozenset(), lambda names: kept)


def test_the_columns_are_found_by_their_names_in_any_order() -> None:
    expected = [("google", "Work email", "alex@example.org"), ("x", "Campaign", None)]
    assert steps_of(GOOD) == expected
    assert steps_of("Address;SERVICE; label\nalex@example.org;gmail;Work email\n;twitter;Campaign\n") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\n\r\n"])
def test_what_spreadsheets_save_is_read(encoding: str, delimiter: str, end: str) -> None:
    text = GOOD.replace("Work email", "Büro").replace(",", delimiter).replace("\n", end)
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert steps_of((mark + text).encode(encoding))[0] == ("google", "Büro", "alex@example.org")


def test_the_line_that_tells_excel_what_stands_between_columns_is_no_row() -> None:
    plan = plan_of("sep=;\r\nservice;label\r\nnope;x\r\ngoogle;Work\r\n")
    assert [problem.line for problem in plan.problems] == [3]
    assert [step.label for step in plan.steps] == ["Work"]


def test_a_guessed_encoding_is_said() -> None:
    assert "code page 1252" in " ".join(preview(plan_of("service,label\ngoogle,B\xfcro".encode("cp1252"))))
    assert "code page" not in " ".join(preview(plan_of("service,label\ngoogle,Büro")))


def test_every_bad_line_is_named_by_its_number_and_what_is_wrong() -> None:
    plan = plan_of(
        "service,label,address\n"
        "gogle,Work,\n"
        'google,"two\nlines",\n'
        "google,Private,not-an-address\n"
        ",Nothing,\n"
        "google,alex@example.org,\n"
        "alex@example.org,google,\n"
        "google,a,b,c\n"
        "google,Good,\n"
    )
    assert [(problem.line, problem.message[:20]) for problem in plan.problems] == [
        (2, "there is no service "),
        (3, "label: found 'two\\nl"),
        (5, "that is not an email"),
        (6, "has no service"),
        (7, "label: an address is"),
        (8, "service: an address "),
        (9, "has more cells than "),
    ]
    assert [step.line for step in plan.steps] == [10]


def test_no_message_holds_an_address_or_what_stands_in_its_place() -> None:
    plan = plan_of(
        "service,label,address\n"
        "planted@example.org,planted@example.org,planted@example.org\n"
        "google,Call planted@example.org,\n"
        "google,x,planted-password\n"
        "google,Work,planted@example.org\n"
        "google,Work,planted@example.org\n"
        "google,Work,planted2@example.org\n"
    )
    assert len(plan.problems) == 4
    assert "planted" not in "\n".join(preview(plan)) + repr(plan)


def test_a_line_that_comes_twice_is_one_account() -> None:
    plan = plan_of(
        "service,label,address\ngoogle,Work,A@example.org\nGmail,work,a@Example.org\ngoogle,B,a@example.org\n"
    )
    assert [step.line for step in plan.steps] == [2]
    assert [problem.message for problem in plan.known] == ["repeats line 2", "repeats line 2"]


def test_two_lines_of_one_name_and_two_addresses_need_two_names() -> None:
    plan = plan_of("service,address\ngoogle,a@example.org\ngoogle,b@example.org\n")
    assert [(problem.line, problem.message) for problem in plan.problems] == [
        (3, "line 2 has the same service and label; choose another")
    ]


def test_what_is_listed_already_is_left_out() -> None:
    known = listed(("google", "Work", ""), ("x", "Campaign", "alex@example.org"))
    plan = plan_of("service,label,address\ngoogle,WORK,\nx,Other,ALEX@example.org\ninstagram,,\n", known)
    assert [step.service for step in plan.steps] == ["instagram"]
    assert [problem.line for problem in plan.known] == [2, 3]


def test_an_account_that_is_listed_without_an_address_gets_it() -> None:
    plan = plan_of("service,label,address\ngoogle,work,alex@example.org\n", listed(("google", "Work", "")))
    assert [(step.account_id, step.label) for step in plan.steps] == [("i-000000000000", "Work")]
    assert counted(plan) == "1 address"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the first line must name"),
        (b"label,address\na,b\n", "the first line must name"),
        (b"service,Platform\ngoogle,x\n", "two columns are called service"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        (b"service\x00,label", "not text"),
        (b"\xff\xfe\x00", "not text"),
        (b"service\n\x81\n", "not text"),
        (b'service,label\ngoogle,"open\n', "line 2: cannot be read"),
        (b"service\n" + b"google\n" * (MAX_ROWS + 1), "more than"),
        (b"x" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(data: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        read(data)


def test_columns_that_are_not_used_are_said() -> None:
    assert "Not used: 'Phone'." in list(preview(plan_of("service,Phone\ngoogle,1\n")))
    assert "Not used" not in " ".join(preview(plan_of("service,me\uff20example.org\ngoogle,1\n")))  # an address


@given(st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: f"service,label\n{text}".encode())))
def test_no_input_raises_anything_but_a_sentence(data: bytes) -> None:
    try:
        plan = plan_of(data)
    except RefusedError:
        return
    for line in preview(plan):
        assert line.isprintable()
