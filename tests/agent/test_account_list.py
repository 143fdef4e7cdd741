"""The list of accounts: what one may be called, and that two of a service have two names, whoever adds them."""

from __future__ import annotations

import pytest

from agent import account_import
from agent.account_list import add, change, label_of, service_of
from agent.accounts import KnownAccounts
from agent.errors import RefusedError
from agent.paths import Paths
from agent.store import Store
from tests.builders import NOW

#: The list as it was before somebody else added to it.
STALE = KnownAccounts([], frozenset(), lambda _: {})

ADDRESSES = [
    "me@example.org",
    "Work (me@example.org)",
    "@me@example.org",
    "me@example.org=work@",
    "me\uff20example.org",
    "me\ufe6bexample.org",
    "me@localhost",
    "me@\u200dexample.org",
    "mailto:me@example.org",
    "me@@example.org",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_not_a_label_and_is_not_repeated(text: str) -> None:
    with pytest.raises(RefusedError, match="an address is not a label") as refused:
        label_of(text)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_not_a_service_and_is_not_repeated(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        service_of(text)
    assert "example" not in str(refused.value).replace("for example", "")


@pytest.mark.parametrize(
    "text", ["Work email", "@alexmp", "The page (@alexmp)", "@alex.bsky.social", "Tea @ 4", "Büro"]
)
def test_what_an_account_is_called_is_a_label(text: str) -> None:
    assert label_of(f" {text} ") == text


@pytest.mark.parametrize("text", ["\u200c", "\u3164", "\u2800", "\u034f", "\uffa0 \ufe0f", "\u0301"])
def test_what_cannot_be_seen_is_not_a_label(text: str) -> None:
    with pytest.raises(RefusedError, match="allowed: one line of 1 to 80 characters"):
        label_of(text)


@pytest.mark.parametrize("text", ["Work\u200d", "Wo\u200crk", "Work\ufe0f", "WORK", "\uff37ork", "Wo\u034frk"])
def test_two_names_that_look_the_same_are_one(text: str) -> None:
    with Store.open(Paths.here()) as store:
        add(store, STALE, "google", "Work", now=NOW, may_prompt=False)
        with pytest.raises(RefusedError, match="there already is Work"):
            add(store, STALE, "google", text, now=NOW, may_prompt=False)
    sheet = account_import.read(f"service,label\ngoogle,Work\ngoogle,{text}\n".encode())
    assert len(account_import.planned(sheet, STALE).steps) == 1


def test_an_accent_is_the_same_however_it_is_written_and_not_none() -> None:
    with Store.open(Paths.here()) as store:
        add(store, STALE, "google", "Caf\u00e9", now=NOW, may_prompt=False)
        with pytest.raises(RefusedError, match="there already is"):
            add(store, STALE, "google", "Cafe\u0301", now=NOW, may_prompt=False)
        add(store, STALE, "google", "Cafe", now=NOW, may_prompt=False)


def test_what_somebody_else_has_added_meanwhile_is_not_added_again() -> None:
    with Store.open(Paths.here()) as store:
        add(store, STALE, "google", "Work", now=NOW, may_prompt=False)
        with pytest.raises(RefusedError, match="there already is Work"):
            add(store, STALE, "google", "WORK", now=NOW, may_prompt=False)
        add(store, STALE, "x", "Work", now=NOW, may_prompt=False)
        assert sorted((one.service, one.label) for one in store.accounts()) == [("google", "Work"), ("x", "Work")]


def test_nor_is_one_given_a_name_that_has_been_taken_meanwhile() -> None:
    with Store.open(Paths.here()) as store:
        account = add(store, STALE, "google", "Home", now=NOW, may_prompt=False).account
        add(store, STALE, "google", "Work", now=NOW, may_prompt=False)
        with pytest.raises(RefusedError, match="there already is Work"):
            change(store, STALE, account, label="work", now=NOW, may_prompt=False)
        change(store, STALE, account, label="HOME", now=NOW, may_prompt=False)
        assert sorted(one.label for one in store.accounts()) == ["HOME", "Work"]


def test_nor_by_a_whole_list() -> None:
    plan = account_import.planned(account_import.read(b"service,label\ngoogle,New\ngoogle,Work\n"), STALE)
    with Store.open(Paths.here()) as store:
        add(store, STALE, "google", "work", now=NOW, may_prompt=False)
        with pytest.raises(RefusedError, match="there already is work"):
            account_import.apply(store, plan, now=NOW, may_prompt=False)
        assert sorted(one.label for one in store.accounts()) == ["New", "work"]
