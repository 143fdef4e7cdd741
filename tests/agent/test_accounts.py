from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from agent.accounts import KnownAccounts, known_accounts
from agent.host import Unreadable
from agent.paths import Paths
from agent.store import Store
from config.loader import from_values
from config.schema import Settings
from tests.builders import NOW


class Keyring:
    """What a keyring would answer, and how often it was asked."""

    def __init__(self, **answers: str | Unreadable | None) -> None:
        self.answers = {f"address:{name.replace('_', '-')}": answer for name, answer in answers.items()}
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, names: Sequence[str]) -> Mapping[str, str | Unreadable | None]:
        self.asked.append(tuple(names))
        return {name: self.answers.get(name) for name in names}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.on("linux", {"XDG_DATA_HOME": str(tmp_path)}, str(tmp_path))


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with Store.open(paths) as opened:
        yield opened


def settings(*accounts: dict[str, str]) -> Settings:
    return from_values({"accounts": list(accounts)}, "test").settings


def known(store: Store, *entries: dict[str, str], keyring: Keyring | None = None) -> KnownAccounts:
    return known_accounts(settings(*entries), store, now=NOW, read_secrets=keyring or Keyring())


WORK = {"service": "google", "label": "Work", "address": "alex@example.org"}


def test_accounts_of_the_settings_come_before_those_the_person_listed(store: Store) -> None:
    store.add_account("x", "Campaign", now=NOW)
    assert [account.label for account in known(store, WORK).accounts] == ["Work", "Campaign"]


def test_an_entry_of_the_settings_keeps_its_id_from_day_to_day(paths: Paths) -> None:
    with Store.open(paths) as store:
        first = known(store, WORK).accounts
    with Store.open(paths) as store:
        assert known(store, WORK).accounts == first


def test_the_id_stays_when_the_address_changes_and_does_not_come_from_it(paths: Paths, tmp_path: Path) -> None:
    with Store.open(paths) as store:
        (before,) = known(store, WORK).accounts
        (after,) = known(store, WORK | {"address": "sam@example.org"}).accounts
    with Store.open(Paths.on("linux", {"XDG_DATA_HOME": str(tmp_path / "other")}, "/h")) as elsewhere:
        (there,) = known(elsewhere, WORK).accounts
    assert before.id == after.id
    assert there.id != before.id


def test_two_entries_with_one_label_are_two_accounts(store: Store) -> None:
    entries = (WORK, WORK | {"address": "sam@example.org"})
    both = known(store, *entries)
    assert len({account.id for account in both.accounts}) == 2
    assert [both.address(account) for account in both.accounts] == ["alex@example.org", "sam@example.org"]
    assert known(store, *entries).accounts == both.accounts


def test_an_account_in_settings_and_store_is_one_with_the_stores_id(store: Store) -> None:
    listed = store.add_account("google", "Work", now=NOW)
    found = known(store, WORK)
    assert [account.id for account in found.accounts] == [listed.id]
    assert found.from_settings == {listed.id}


def test_a_service_that_the_settings_call_by_another_name_is_the_same_service(store: Store) -> None:
    listed = store.add_account("google", "Work", now=NOW)
    (found,) = known(store, WORK | {"service": "Gmail"}).accounts
    assert (found.id, found.service) == (listed.id, "google")


def test_the_address_in_the_settings_comes_first_and_asks_no_keyring(store: Store) -> None:
    listed = store.add_account("google", "Work", now=NOW)
    store.change_account(listed.id, has_address=True)
    keyring = Keyring()
    found = known(store, WORK, keyring=keyring)
    assert found.address(found.accounts[0]) == "alex@example.org"
    assert keyring.asked == []


def test_the_keyring_is_asked_once_for_all_and_only_when_an_address_is_wanted(store: Store) -> None:
    ids = [store.add_account("google", label, now=NOW).id for label in ("a", "b")]
    store.add_account("x", "no address", now=NOW)
    for account_id in ids:
        store.change_account(account_id, has_address=True)
    keyring = Keyring(**{account_id.replace("-", "_"): f"{account_id}@example.org" for account_id in ids})
    found = known(store, keyring=keyring)
    assert keyring.asked == []
    addresses = [found.address(account) for account in found.accounts]
    expected = {f"{account_id}@example.org" if account_id in ids else None for account_id in [*ids, "no address"]}
    assert set(addresses) == expected
    assert len(keyring.asked) == 1


@pytest.mark.parametrize("answer", [Unreadable("locked", "keyring"), Unreadable("no_keyring", "keyring")])
def test_a_keyring_that_will_not_say_is_not_an_account_without_an_address(store: Store, answer: Unreadable) -> None:
    account_id = store.add_account("google", "Work", now=NOW).id
    store.change_account(account_id, has_address=True)
    found = known(store, keyring=Keyring(**{account_id.replace("-", "_"): answer}))
    assert found.accounts[0].has_address
    assert found.address(found.accounts[0]) == answer


@pytest.mark.parametrize("answer", [None, ""])
def test_a_kept_address_that_is_gone_is_unreadable(store: Store, answer: str | None) -> None:
    account_id = store.add_account("google", "Work", now=NOW).id
    store.change_account(account_id, has_address=True)
    found = known(store, keyring=Keyring(**{account_id.replace("-", "_"): answer}))
    assert found.address(found.accounts[0]) == Unreadable("empty", "keyring")


def test_without_a_disk_accounts_of_the_settings_are_still_covered() -> None:
    with Store.in_memory() as store:
        found = known(store, WORK)
        assert found.address(found.accounts[0]) == "alex@example.org"


def test_no_address_is_in_the_store_or_its_journal(paths: Paths) -> None:
    with Store.open(paths) as store:
        known(store, WORK)
    for path in Path(paths.data).iterdir():
        assert b"alex@example.org" not in path.read_bytes()
